// A spec back to YAML, by its Fields table; what is written reads back to the same spec.
#pragma once

#include <string>

#include "sim/config/node.hpp"
#include "sim/config/value_type.hpp"

namespace meshsim {

// The value as a tree; lists, texts and options that are empty and
// flags that are off as by default are left out of mappings.
Node to_node(const ValueType& type, const void* value);

template <HasFields Spec>
Node to_node(const Spec& spec) {
  return to_node(value_type<Spec>(), &spec);
}

// Block style; what fits on a line and holds only scalars is written on one.
std::string write_yaml(const Node& node);

// The same as JSON, indented by two blanks.
std::string write_json(const Node& node);

// On one line, for messages and tables: "[c1, c2]".
std::string write_flow(const Node& node);

}  // namespace meshsim
