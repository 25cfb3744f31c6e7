// Fills values from nodes. Errors of a key point at the key, of a value at the value, and a missing
// key at the mapping that lacks it.
#include "sim/config/read_fields.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace meshsim {
namespace {

std::string joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (const std::string_view word : words) {
    text += text.empty() ? "" : ", ";
    text += word;
  }
  return text;
}

std::string_view kind_name(const Node& node) {
  switch (node.kind) {
    case Node::Kind::Null: return "nothing";
    case Node::Kind::Scalar: return "a text";
    case Node::Kind::Sequence: return "a list";
    case Node::Kind::Mapping: return "a mapping";
  }
  return "";
}

// What could stand here, for a message.
std::string expected(const ValueType& type) {
  switch (type.kind) {
    case ValueKind::Bool: return "true or false";
    case ValueKind::Text: return "a text";
    case ValueKind::Integer: return "a number";
    case ValueKind::Scalar:
    case ValueKind::Range: return fmt::format("a {} like {}", type.name, type.example);
    case ValueKind::Word: return "one of: " + joined(type.words);
    case ValueKind::Any: return "a value";
    case ValueKind::Located:
    case ValueKind::Optional: return expected(type.element());
    case ValueKind::List: return "a list, as in [a, b] or with one '- ' per line";
    case ValueKind::Either: return expected(type.element()) + ", or a mapping";
    case ValueKind::Mapping: break;
  }
  std::string keys;
  for (const FieldType& field : type.fields) {
    keys += keys.empty() ? "" : ", ";
    keys += field.name;
  }
  return "a mapping with the keys: " + keys;
}

class Reader {
 public:
  Reader(Diagnostics& diagnostics, std::string path)
      : diagnostics_(diagnostics), path_(std::move(path)) {}

  bool read(const ValueType& type, const Node& node, void* value, const Limits& limits) {
    switch (type.kind) {
      case ValueKind::Bool: return read_bool(type, node, value);
      case ValueKind::Integer: return read_integer(type, node, value, limits);
      case ValueKind::Text:
      case ValueKind::Scalar:
        if (type.place != nullptr) type.place(value, node.pos);
        return read_scalar(type, node, value);
      case ValueKind::Range: return read_range(type, node, value);
      case ValueKind::Word: return read_word(type, node, value);
      case ValueKind::Any: *static_cast<Node*>(value) = node; return true;
      case ValueKind::Located:
        type.place(value, node.pos);
        return read(type.element(), node, type.add(value), limits);
      case ValueKind::Optional:
        if (node.is_null() || read(type.element(), node, type.add(value), limits)) return true;
        if (type.element().kind != ValueKind::Mapping) type.clear(value);
        return false;
      case ValueKind::List: return read_list(type, node, value, limits);
      case ValueKind::Either:
        type.place(value, node.pos);
        if (node.is_mapping()) return read(type.mapping(), node, type.add(value), limits);
        if (node.is_null()) return mismatch(type, node);
        return read(type.element(), node, const_cast<void*>(type.at(value, 0)), limits);
      case ValueKind::Mapping: return read_mapping(type, node, value);
    }
    return false;
  }

 private:
  bool fail(Pos pos, std::string message) {
    diagnostics_.error(pos, path_, std::move(message));
    return false;
  }

  bool mismatch(const ValueType& type, const Node& node) {
    if (node.is_null()) return fail(node.pos, "has no value; write " + expected(type));
    return fail(node.pos, fmt::format("is {}; write {}", kind_name(node), expected(type)));
  }

  bool read_bool(const ValueType& type, const Node& node, void* value) {
    if (!node.is_scalar()) return mismatch(type, node);
    if (node.quoted || (node.scalar != "true" && node.scalar != "false")) {
      return fail(node.pos, fmt::format("'{}' is neither; write true or false", node.scalar));
    }
    type.store(value, node.scalar == "true" ? 1 : 0);
    return true;
  }

  bool read_integer(const ValueType& type, const Node& node, void* value, const Limits& limits) {
    if (!node.is_scalar()) return mismatch(type, node);
    const auto [min, max] = limits.value_or(*type.limits);
    std::int64_t number = 0;
    const char* const end = node.scalar.data() + node.scalar.size();
    const auto [rest, code] = std::from_chars(node.scalar.data(), end, number);
    const bool is_number = code != std::errc::invalid_argument && rest == end;
    if (!is_number || node.quoted) {
      return fail(node.pos,
                  fmt::format("'{}' is no whole number; write {} to {}", node.scalar, min, max));
    }
    if (code == std::errc::result_out_of_range || number < min || number > max) {
      return fail(node.pos,
                  fmt::format("{} is out of range; write {} to {}", node.scalar, min, max));
    }
    type.store(value, number);
    return true;
  }

  bool read_scalar(const ValueType& type, const Node& node, void* value) {
    if (!node.is_scalar()) return mismatch(type, node);
    std::string error;
    return type.parse(node.scalar, value, error) || fail(node.pos, error);
  }

  bool read_range(const ValueType& type, const Node& node, void* value) {
    if (!node.is_mapping()) return read_scalar(type, node, value);
    DurationRange range;
    bool ok = true;
    for (const Entry& entry : node.entries) {
      const PathPart part{*this, "." + entry.key};
      if (entry.key == "min" || entry.key == "max") {
        Duration& bound = entry.key == "min" ? range.min : range.max;
        ok = read(value_type<Duration>(), entry.value, &bound, {}) && ok;
      } else {
        ok = fail(entry.pos, "unknown; known here are: min, max");
      }
    }
    if (ok && node.entries.size() != 2) ok = fail(node.pos, "needs both min and max");
    if (ok && range.max < range.min) ok = fail(node.pos, "max is less than min");
    if (ok) *static_cast<DurationRange*>(value) = range;
    return ok;
  }

  bool read_word(const ValueType& type, const Node& node, void* value) {
    if (!node.is_scalar()) return mismatch(type, node);
    const auto found = std::find(type.words.begin(), type.words.end(), node.scalar);
    if (found != type.words.end()) {
      type.store(value, found - type.words.begin());
      return true;
    }
    const std::string_view near = nearest(node.scalar, type.words);
    if (!near.empty()) {
      return fail(node.pos, fmt::format("'{}' is unknown; did you mean '{}'?", node.scalar, near));
    }
    return fail(node.pos, fmt::format("'{}' is unknown; write {}", node.scalar, expected(type)));
  }

  bool read_list(const ValueType& type, const Node& node, void* value, const Limits& limits) {
    if (!node.is_sequence()) return mismatch(type, node);
    bool ok = true;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const PathPart part{*this, fmt::format("[{}]", i)};
      ok = read(type.element(), node.items[i], type.add(value), limits) && ok;
    }
    return ok;
  }

  bool read_mapping(const ValueType& type, const Node& node, void* value) {
    if (!node.is_mapping()) return mismatch(type, node);
    if (type.place != nullptr) type.place(value, node.pos);
    bool ok = true;
    for (const Entry& entry : node.entries) {
      const PathPart part{*this, (path_.empty() ? "" : ".") + entry.key};
      const auto field = std::find_if(type.fields.begin(), type.fields.end(),
                                      [&](const FieldType& one) { return one.name == entry.key; });
      ok = (field == type.fields.end()
                ? unknown_key(type, entry)
                : read(field->type(), entry.value, field->member(value), field->limits)) &&
           ok;
    }
    for (const FieldType& field : type.fields) {
      if (!field.is_required || node.find(field.name) != nullptr) continue;
      const PathPart part{*this, (path_.empty() ? "" : ".") + std::string{field.name}};
      ok = fail(node.pos, fmt::format("is missing: {}", field.meaning));
    }
    return ok;
  }

  bool unknown_key(const ValueType& type, const Entry& entry) {
    std::vector<std::string_view> names;
    for (const FieldType& field : type.fields) names.push_back(field.name);
    const std::string_view near = nearest(entry.key, names);
    if (!near.empty()) return fail(entry.pos, fmt::format("unknown; did you mean '{}'?", near));
    return fail(entry.pos, "unknown; known here are: " + joined(names));
  }

  // Lengthens the path while it lives.
  class PathPart {
   public:
    PathPart(Reader& reader, const std::string& part)
        : path_(reader.path_), length_(reader.path_.size()) {
      path_ += part;
    }
    ~PathPart() { path_.resize(length_); }
    PathPart(const PathPart&) = delete;
    PathPart& operator=(const PathPart&) = delete;

   private:
    std::string& path_;
    std::size_t length_;
  };

  Diagnostics& diagnostics_;
  std::string path_;
};

}  // namespace

bool read_value(const ValueType& type, const Node& node, void* value, Diagnostics& diagnostics,
                const std::string& path, const Limits& limits) {
  return Reader{diagnostics, path}.read(type, node, value, limits);
}

}  // namespace meshsim
