// What can be written in a file, told to people (`meshsim explain`) and to editors (JSON Schema).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sim/config/value_type.hpp"

namespace meshsim {

// JSON Schema draft-07 of a document of the described type, pretty-printed.
std::string json_schema(std::string_view title, const ValueType& type);

struct ExplainRoot {
  std::string_view name;  // "scenario"
  std::string_view meaning;
  TypeFunction type;
};

// The page about a dotted path like "scenario.topology.links": its type, example, default, and the
// keys below it. For a path that leads nowhere nothing, and in `error` the nearest that does.
std::optional<std::string> explain(std::string_view path, std::span<const ExplainRoot> roots,
                                   std::string& error);

}  // namespace meshsim
