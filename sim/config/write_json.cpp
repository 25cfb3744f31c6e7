// A tree of values as JSON: what reads as a number, true or false in YAML is one here.
#include <nlohmann/json.hpp>

#include "sim/config/write_yaml.hpp"

namespace meshsim {
namespace {

using Json = nlohmann::ordered_json;

Json scalar_json(const Node& node) {
  if (node.quoted) return node.scalar;
  if (node.scalar == "true" || node.scalar == "false") return node.scalar == "true";
  const bool is_number = !node.scalar.empty() && node.scalar.size() <= 18 &&
                         node.scalar.find_first_not_of("0123456789") == std::string::npos;
  return is_number ? Json(std::stoll(node.scalar)) : Json(node.scalar);
}

Json json_of(const Node& node) {
  switch (node.kind) {
    case Node::Kind::Null: break;
    case Node::Kind::Scalar: return scalar_json(node);
    case Node::Kind::Sequence: {
      Json list = Json::array();
      for (const Node& item : node.items) list.push_back(json_of(item));
      return list;
    }
    case Node::Kind::Mapping: {
      Json mapping = Json::object();
      for (const Entry& entry : node.entries) mapping[entry.key] = json_of(entry.value);
      return mapping;
    }
  }
  return nullptr;
}

}  // namespace

std::string write_json(const Node& node) { return json_of(node).dump(2) + "\n"; }

}  // namespace meshsim
