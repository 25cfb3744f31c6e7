// JSON Schema and the pages of `meshsim explain`, both from the same tables that read the files.
#include "sim/config/schema.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/config/write_yaml.hpp"

namespace meshsim {
namespace {

using Json = nlohmann::ordered_json;

Json scalar_schema(const ValueType& type) {
  Json text{{"type", "string"}, {"pattern", type.pattern}, {"examples", {type.example}}};
  // YAML readers hand 0 and 1 over as numbers.
  if (type.name == ScalarText<Ratio>::name) {
    return {{"anyOf", {text, {{"type", "integer"}, {"enum", {0, 1}}}}}};
  }
  return text;
}

Json schema_of(const ValueType& type, const Limits& limits);

Json mapping_schema(const ValueType& type) {
  Json properties = Json::object();
  Json required = Json::array();
  const std::shared_ptr<void> defaults = type.make();
  for (const FieldType& field : type.fields) {
    Json property = schema_of(field.type(), field.limits);
    property["description"] = field.meaning;
    const Node value = to_node(field.type(), field.member(defaults.get()));
    if (!field.is_required && value.is_scalar() && !value.scalar.empty()) {
      property["default"] = value.scalar;
      if (property.value("type", Json{}) == "integer")
        property["default"] = std::stoll(value.scalar);
      if (property.value("type", Json{}) == "boolean") property["default"] = value.scalar == "true";
    }
    properties[std::string{field.name}] = std::move(property);
    if (field.is_required) required.push_back(field.name);
  }
  Json schema{{"type", "object"}, {"additionalProperties", false}, {"properties", properties}};
  if (!required.empty()) schema["required"] = required;
  return schema;
}

Json schema_of(const ValueType& type, const Limits& limits) {
  switch (type.kind) {
    case ValueKind::Bool: return {{"type", "boolean"}};
    case ValueKind::Text: return {{"type", {"string", "number"}}};
    case ValueKind::Integer: {
      const auto [min, max] = limits.value_or(*type.limits);
      return {{"type", "integer"}, {"minimum", min}, {"maximum", max}};
    }
    case ValueKind::Scalar: return scalar_schema(type);
    case ValueKind::Range: {
      const Json bound = schema_of(value_type<Duration>(), {});
      const Json range{{"type", "object"},
                       {"additionalProperties", false},
                       {"properties", {{"min", bound}, {"max", bound}}},
                       {"required", {"min", "max"}}};
      return {{"anyOf", {scalar_schema(type), range}}};
    }
    case ValueKind::Word: return {{"enum", type.words}};
    case ValueKind::Any: return Json::object();
    case ValueKind::Located: return schema_of(type.element(), limits);
    case ValueKind::Optional: return schema_of(type.element(), limits);
    case ValueKind::List: return {{"type", "array"}, {"items", schema_of(type.element(), limits)}};
    case ValueKind::Either:
      return {{"anyOf", {schema_of(type.element(), {}), schema_of(type.mapping(), {})}}};
    case ValueKind::Mapping: return mapping_schema(type);
  }
  return {};
}

std::string type_text(const ValueType& type) {
  switch (type.kind) {
    case ValueKind::Located:
    case ValueKind::Optional: return type_text(type.element());
    case ValueKind::List: return "list of " + type_text(type.element());
    case ValueKind::Either: return type_text(type.element()) + ", or a mapping";
    case ValueKind::Word: {
      std::string words;
      for (const std::string_view word : type.words) {
        words += words.empty() ? "" : " | ";
        words += word;
      }
      return words;
    }
    default: return std::string{type.name};
  }
}

// The mapping whose keys can follow: through lists, options and the long form of an Either.
const ValueType* mapping_of(const ValueType& type) {
  switch (type.kind) {
    case ValueKind::Mapping: return &type;
    case ValueKind::Located:
    case ValueKind::Optional:
    case ValueKind::List: return mapping_of(type.element());
    case ValueKind::Either: return &type.mapping();
    default: return nullptr;
  }
}

// Of `clusters:`, which is a list of mappings or one mapping, the items of the list.
const ValueType* items_of(const ValueType& type) {
  return type.kind == ValueKind::Either ? mapping_of(type.element()) : nullptr;
}

const FieldType* find_field(const ValueType* type, std::string_view name) {
  if (type == nullptr) return nullptr;
  const auto found = std::find_if(type->fields.begin(), type->fields.end(),
                                  [&](const FieldType& field) { return field.name == name; });
  return found == type->fields.end() ? nullptr : &*found;
}

std::string default_text(const ValueType& owner, const FieldType& field) {
  if (field.is_required) return "required";
  const std::shared_ptr<void> defaults = owner.make();
  const Node value = to_node(field.type(), field.member(defaults.get()));
  const bool is_shown = value.is_scalar() && !value.scalar.empty();
  return is_shown ? write_flow(value) : "-";
}

std::string limits_text(const FieldType& field) {
  return field.limits ? fmt::format(" ({} to {})", field.limits->first, field.limits->second)
                      : std::string{};
}

std::string keys_table(const ValueType& mapping) {
  std::vector<std::array<std::string, 3>> rows{{"KEY", "TYPE", "DEFAULT"}};
  for (const FieldType& field : mapping.fields) {
    rows.push_back({std::string{field.name}, type_text(field.type()) + limits_text(field),
                    default_text(mapping, field)});
  }
  std::array<std::size_t, 3> widths{};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    text += fmt::format("  {:<{}}  {:<{}}  {:<{}}  {}\n", rows[i][0], widths[0], rows[i][1],
                        widths[1], rows[i][2], widths[2],
                        i == 0 ? std::string_view{"MEANING"} : mapping.fields[i - 1].meaning);
  }
  return text;
}

std::string page(std::string_view path, std::string_view meaning, const ValueType& type,
                 const std::string& extra) {
  std::string text = fmt::format("{}: {}\n  {}\n{}", path, type_text(type), meaning, extra);
  if (const ValueType* items = items_of(type)) text += "\nkeys of an item:\n" + keys_table(*items);
  if (const ValueType* mapping = mapping_of(type)) {
    text += items_of(type) != nullptr ? "\nkeys of the mapping:\n" : "\n";
    text += keys_table(*mapping);
  }
  return text;
}

std::string_view take_part(std::string_view& path) {
  const std::size_t dot = path.find('.');
  const std::string_view part = path.substr(0, dot);
  path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  return part;
}

std::string not_known(std::string_view name, std::string_view where,
                      const std::vector<std::string_view>& known) {
  const std::string_view near = nearest(name, known);
  if (!near.empty())
    return fmt::format("'{}' is unknown {}; did you mean '{}'?", name, where, near);
  if (known.empty()) return fmt::format("'{}' is unknown {}, which has no keys", name, where);
  std::string names;
  for (const std::string_view one : known) {
    names += names.empty() ? "" : ", ";
    names += one;
  }
  return fmt::format("'{}' is unknown {}; known are: {}", name, where, names);
}

}  // namespace

std::string json_schema(std::string_view title, const ValueType& type) {
  Json schema{{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", title}};
  schema.update(schema_of(type, {}));
  return schema.dump(2) + "\n";
}

std::optional<std::string> explain(std::string_view path, std::span<const ExplainRoot> roots,
                                   std::string& error) {
  std::string_view rest = path;
  const std::string_view root_name = take_part(rest);
  const auto root = std::find_if(roots.begin(), roots.end(),
                                 [&](const ExplainRoot& one) { return one.name == root_name; });
  if (root == roots.end()) {
    std::vector<std::string_view> names;
    for (const ExplainRoot& one : roots) names.push_back(one.name);
    error = not_known(root_name, "here", names);
    return std::nullopt;
  }
  const ValueType* type = &root->type();
  std::string_view meaning = root->meaning;
  std::string extra;
  while (!rest.empty()) {
    const std::string_view where = path.substr(0, path.size() - rest.size() - 1);
    const std::string_view name = take_part(rest);
    const ValueType* owner = mapping_of(*type);
    if (find_field(owner, name) == nullptr && items_of(*type) != nullptr) owner = items_of(*type);
    const FieldType* field = find_field(owner, name);
    if (field == nullptr) {
      std::vector<std::string_view> names;
      for (const ValueType* level : {mapping_of(*type), items_of(*type)}) {
        if (level == nullptr) continue;
        for (const FieldType& one : level->fields) names.push_back(one.name);
      }
      error = not_known(name, fmt::format("below '{}'", where), names);
      return std::nullopt;
    }
    type = &field->type();
    meaning = field->meaning;
    extra = fmt::format("  default: {}{}\n", default_text(*owner, *field), limits_text(*field));
    if (!type->example.empty()) extra += fmt::format("  example: {}\n", type->example);
  }
  return page(path, meaning, *type, extra);
}

}  // namespace meshsim
