// Fills a spec from a mapping by its Fields table; every error has its place, its path and what to
// write instead.
#pragma once

#include <string>

#include "sim/config/node.hpp"
#include "sim/config/value_type.hpp"

namespace meshsim {

// Reads `node` into `value`, which is of the described type. True if nothing was wrong.
bool read_value(const ValueType& type, const Node& node, void* value, Diagnostics& diagnostics,
                const std::string& path, const Limits& limits = {});

// Fills `spec` from the mapping `node`. What is not given keeps its value; what is wrong is
// reported and keeps it too. A member `pos` of the spec becomes the place of the mapping.
// `path`: what leads to the mapping, "" for a whole document.
template <HasFields Spec>
bool read_fields(const Node& node, Spec& spec, Diagnostics& diagnostics,
                 const std::string& path = "") {
  return read_value(value_type<Spec>(), node, &spec, diagnostics, path);
}

}  // namespace meshsim
