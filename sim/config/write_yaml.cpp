// Writes trees as YAML: block style, short things on one line, texts quoted only where they must.
#include "sim/config/write_yaml.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace meshsim {
namespace {

constexpr std::size_t kLineLength = 100;

Node scalar_node(std::string text, bool is_text) {
  Node node;
  node.kind = Node::Kind::Scalar;
  node.quoted = is_text;
  node.scalar = std::move(text);
  return node;
}

bool is_empty(const Node& node) {
  switch (node.kind) {
    case Node::Kind::Null: return true;
    case Node::Kind::Scalar: return node.scalar.empty();
    case Node::Kind::Sequence: return node.items.empty();
    case Node::Kind::Mapping: return node.entries.empty();
  }
  return true;
}

// True if a YAML reader would take the plain text for something else than that text.
bool needs_quotes(const Node& node, bool in_flow) {
  static constexpr std::array<std::string_view, 9> kOther{"null", "true", "false", "yes", "no",
                                                          "on",   "off",  "~",     ""};
  const std::string& text = node.scalar;
  std::string lower = text;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (node.quoted && (std::find(kOther.begin(), kOther.end(), lower) != kOther.end() ||
                      text.find_first_not_of("0123456789.+-eE_xo") == std::string::npos)) {
    return true;
  }
  if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.back() == ':') return true;
  constexpr std::string_view kIndicators = "-?:,[]{}#&*!|>'\"%@`";
  return kIndicators.find(text.front()) != std::string_view::npos ||
         text.find_first_of(in_flow ? ",[]{}\"'\n\t\r\\" : "\n\t\r\\") != std::string::npos ||
         text.find(": ") != std::string::npos || text.find(" #") != std::string::npos;
}

std::string scalar_text(const Node& node, bool in_flow) {
  if (!needs_quotes(node, in_flow)) return node.scalar;
  std::string text = "\"";
  for (const char c : node.scalar) {
    switch (c) {
      case '"': text += "\\\""; break;
      case '\\': text += "\\\\"; break;
      case '\n': text += "\\n"; break;
      case '\t': text += "\\t"; break;
      case '\r': text += "\\r"; break;
      default: text += c;
    }
  }
  return text + "\"";
}

bool holds_only_scalars(const Node& node) {
  const auto is_scalar = [](const Node& child) { return child.is_scalar() || child.is_null(); };
  return std::all_of(node.items.begin(), node.items.end(), is_scalar) &&
         std::all_of(node.entries.begin(), node.entries.end(),
                     [&](const Entry& entry) { return is_scalar(entry.value); });
}

bool fits_one_line(const Node& node, std::size_t used) {
  if (node.is_scalar() || is_empty(node)) return true;
  return holds_only_scalars(node) && used + write_flow(node).size() <= kLineLength;
}

void write_block(const Node& node, std::size_t indent, std::string& out);

// What stands behind "key:" or "-".
void write_child(const Node& node, std::size_t indent, std::size_t used, bool is_item,
                 std::string& out) {
  const bool is_line = node.is_mapping() && !is_item ? is_empty(node) : fits_one_line(node, used);
  if (is_line) {
    out += " " + (node.is_scalar() ? scalar_text(node, false) : write_flow(node)) + "\n";
  } else if (is_item) {
    std::string block;
    write_block(node, indent, block);
    out += " " + block.substr(indent);
  } else {
    out += "\n";
    write_block(node, indent, out);
  }
}

void write_block(const Node& node, std::size_t indent, std::string& out) {
  const std::string margin(indent, ' ');
  for (const Node& item : node.items) {
    out += margin + "-";
    write_child(item, indent + 2, indent + 2, true, out);
  }
  for (const Entry& entry : node.entries) {
    const std::string key = scalar_text(scalar_node(entry.key, true), false);
    out += margin + key + ":";
    write_child(entry.value, indent + 2, indent + key.size() + 2, false, out);
  }
}

// Flags that are off are left out like lists that are empty.
bool is_false_by_default(const ValueType& owner, const FieldType& field) {
  if (field.type().kind != ValueKind::Bool) return false;
  const std::shared_ptr<void> defaults = owner.make();
  return field.type().load(field.member(defaults.get())) == 0;
}

}  // namespace

std::string write_flow(const Node& node) {
  std::string text;
  switch (node.kind) {
    case Node::Kind::Null: return "null";
    case Node::Kind::Scalar: return scalar_text(node, true);
    case Node::Kind::Sequence:
      for (const Node& item : node.items) text += (text.empty() ? "" : ", ") + write_flow(item);
      return "[" + text + "]";
    case Node::Kind::Mapping:
      for (const Entry& entry : node.entries) {
        text += text.empty() ? "" : ", ";
        text += scalar_text(scalar_node(entry.key, true), true) + ": " + write_flow(entry.value);
      }
      return "{" + text + "}";
  }
  return text;
}

std::string write_yaml(const Node& node) {
  if (node.is_scalar() || is_empty(node)) return write_flow(node) + "\n";
  std::string out;
  write_block(node, 0, out);
  return out;
}

Node to_node(const ValueType& type, const void* value) {
  Node node;
  switch (type.kind) {
    case ValueKind::Bool: return scalar_node(type.load(value) != 0 ? "true" : "false", false);
    case ValueKind::Integer: return scalar_node(std::to_string(type.load(value)), false);
    case ValueKind::Text: return scalar_node(type.print(value), true);
    case ValueKind::Scalar:
    case ValueKind::Range: return scalar_node(type.print(value), false);
    case ValueKind::Word: {
      const auto index = static_cast<std::size_t>(type.load(value));
      return scalar_node(std::string{type.words.at(index)}, false);
    }
    case ValueKind::Any: return *static_cast<const Node*>(value);
    case ValueKind::Located:
    case ValueKind::Optional: {
      const void* const inner = type.at(value, 0);
      return inner == nullptr ? node : to_node(type.element(), inner);
    }
    case ValueKind::List:
      node.kind = Node::Kind::Sequence;
      for (std::size_t i = 0; const void* item = type.at(value, i); ++i) {
        node.items.push_back(to_node(type.element(), item));
      }
      return node;
    case ValueKind::Either: {
      const void* const mapping = type.at(value, 1);
      return mapping != nullptr ? to_node(type.mapping(), mapping)
                                : to_node(type.element(), type.at(value, 0));
    }
    case ValueKind::Mapping: break;
  }
  node.kind = Node::Kind::Mapping;
  for (const FieldType& field : type.fields) {
    // member() only computes an address; the spec is not changed through it.
    Node child = to_node(field.type(), field.member(const_cast<void*>(value)));
    const bool is_unset = is_empty(child) || (child.scalar == "false" && !child.quoted &&
                                              is_false_by_default(type, field));
    if (!is_unset) node.entries.push_back({{}, std::string{field.name}, std::move(child)});
  }
  return node;
}

}  // namespace meshsim
