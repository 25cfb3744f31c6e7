// The walk over a foreign file's keys, and the typed reads.
#include "sim/import/keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace meshsim {
namespace {

// What the rules say about one path.
struct Verdict {
  const KeyRule* rule = nullptr;  // exactly this path
  bool leads_on = false;          // longer paths go through it
};

Verdict judge(std::span<const KeyRule> rules, std::string_view path) {
  Verdict verdict;
  for (const KeyRule& rule : rules) {
    if (rule.path == path) verdict.rule = &rule;
    verdict.leads_on |= rule.path.size() > path.size() && rule.path.starts_with(path) &&
                        (rule.path[path.size()] == '.' || rule.path[path.size()] == '[');
  }
  return verdict;
}

// The keys that may stand below `parent`.
std::vector<std::string_view> siblings(std::span<const KeyRule> rules, std::string_view parent) {
  std::vector<std::string_view> keys;
  for (const KeyRule& rule : rules) {
    std::string_view rest = rule.path;
    if (!parent.empty()) {
      if (!rest.starts_with(parent) || rest.size() <= parent.size()) continue;
      if (rest[parent.size()] != '.') continue;
      rest.remove_prefix(parent.size() + 1);
    }
    keys.push_back(rest.substr(0, rest.find_first_of(".[")));
  }
  return keys;
}

class Survey {
 public:
  Survey(std::span<const KeyRule> rules, const std::string& where, Diagnostics& diagnostics)
      : rules_(rules), where_(where), diagnostics_(diagnostics) {}

  // `is_free`: keys that no rule names are harmless.
  void mapping(const Node& node, const std::string& path, bool is_free) {
    for (const Entry& entry : node.entries) {
      const std::string below = path.empty() ? entry.key : path + "." + entry.key;
      const Verdict verdict = judge(rules_, below);
      if (verdict.rule == nullptr && !verdict.leads_on) {
        if (!is_free) unknown(entry, path, below);
      } else if (verdict.leads_on) {
        nested(entry.value, below,
               is_free || (verdict.rule != nullptr && verdict.rule->use == KeyUse::Harmless));
      } else if (verdict.rule->use == KeyUse::NotModelled) {
        not_modelled(entry, *verdict.rule);
      }
    }
  }

 private:
  void nested(const Node& node, const std::string& path, bool is_free) {
    if (node.is_null()) return;
    const bool wants_list = judge(rules_, path + "[]").leads_on;
    if (wants_list && node.is_sequence()) {
      for (const Node& item : node.items) {
        if (item.is_mapping()) {
          mapping(item, path + "[]", is_free);
        } else {
          diagnostics_.error(item.pos, named(path), "each item must be a mapping");
        }
      }
    } else if (!wants_list && node.is_mapping()) {
      mapping(node, path, is_free);
    } else {
      diagnostics_.error(node.pos, named(path),
                         wants_list ? "must be a list ('- ...')" : "must be a mapping");
    }
  }

  void unknown(const Entry& entry, const std::string& parent, const std::string& path) {
    const std::string_view near = nearest(entry.key, siblings(rules_, parent));
    diagnostics_.warning(
        entry.pos, named(path),
        near.empty() ? std::string{"not known to the simulator, so without effect on the run"}
                     : fmt::format("unknown, so without effect; did you mean '{}'?", near));
  }

  void not_modelled(const Entry& entry, const KeyRule& rule) {
    const Node& value = entry.value;
    const bool is_empty = value.is_null() || (value.is_mapping() && value.entries.empty()) ||
                          (value.is_sequence() && value.items.empty());
    if (is_empty) return;
    if (value.is_scalar() && value.scalar == rule.same_as_off) return;
    diagnostics_.warning(entry.pos, named(std::string{rule.path}),
                         fmt::format("not modelled yet: {}; the run ignores it", rule.effect));
  }

  std::string named(const std::string& path) const {
    return where_.empty() ? path : where_ + ": " + path;
  }

  std::span<const KeyRule> rules_;
  const std::string& where_;
  Diagnostics& diagnostics_;
};

const Node& empty_mapping() {
  static const Node kEmpty = [] {
    Node node;
    node.kind = Node::Kind::Mapping;
    return node;
  }();
  return kEmpty;
}

std::string_view kind_of(const Node& node) {
  switch (node.kind) {
    case Node::Kind::Sequence: return "a list";
    case Node::Kind::Mapping: return "a mapping";
    case Node::Kind::Scalar: return "a text";
    case Node::Kind::Null: break;
  }
  return "nothing";
}

}  // namespace

void survey_keys(const Node& root, std::span<const KeyRule> rules, const std::string& where,
                 Diagnostics& diagnostics) {
  Survey{rules, where, diagnostics}.mapping(root, "", false);
}

const Node* KeyReader::find(std::string_view path) const {
  const Node* node = root_;
  while (!path.empty() && node != nullptr) {
    const std::size_t dot = path.find('.');
    node = node->is_mapping() ? node->find(path.substr(0, dot)) : nullptr;
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  }
  return node != nullptr && node->is_null() ? nullptr : node;
}

KeyReader KeyReader::below(std::string_view path) const {
  const Node* node = find(path);
  return {node != nullptr && node->is_mapping() ? *node : empty_mapping(), title_, *diagnostics_,
          full(path)};
}

KeyReader KeyReader::item(std::string_view path, std::size_t index) const {
  return {items(path)[index], title_, *diagnostics_, full(fmt::format("{}[{}]", path, index))};
}

std::span<const Node> KeyReader::items(std::string_view path) const {
  const Node* node = find(path);
  if (node == nullptr) return {};
  if (node->is_sequence()) return node->items;
  error(node->pos, path, fmt::format("must be a list, not {}", kind_of(*node)));
  return {};
}

const Node* KeyReader::scalar(std::string_view path, std::string_view wanted) const {
  const Node* node = find(path);
  if (node == nullptr || node->is_scalar()) return node;
  error(node->pos, path, fmt::format("must be {}, not {}", wanted, kind_of(*node)));
  return nullptr;
}

void KeyReader::read(std::string_view path, Located<std::string>& into) const {
  if (const Node* node = scalar(path, "a text")) into = {node->scalar, node->pos};
}

void KeyReader::read(std::string_view path, Located<bool>& into) const {
  const Node* node = scalar(path, "true or false");
  if (node == nullptr) return;
  if (!node->quoted && (node->scalar == "true" || node->scalar == "false")) {
    into = {node->scalar == "true", node->pos};
    return;
  }
  error(node->pos, path,
        node->quoted
            ? fmt::format("\"{}\" is a text; write true or false, without quotes", node->scalar)
            : fmt::format("'{}' is neither true nor false", node->scalar));
}

void KeyReader::read(std::string_view path, Located<Ipv4>& into) const {
  const Node* node = scalar(path, "an IPv4 address");
  if (node == nullptr) return;
  if (const auto address = parse_ipv4(node->scalar)) {
    into = {*address, node->pos};
  } else {
    error(node->pos, path,
          fmt::format("'{}' is no IPv4 address; write one like 10.1.2.11", node->scalar));
  }
}

void KeyReader::read(std::string_view path, Located<Prefix>& into) const {
  const Node* node = scalar(path, "an IPv4 prefix");
  if (node == nullptr) return;
  if (const auto prefix = parse_prefix(node->scalar)) {
    into = {*prefix, node->pos};
  } else {
    error(node->pos, path,
          fmt::format("'{}' is no IPv4 prefix; write one like 10.0.0.0/8", node->scalar));
  }
}

void KeyReader::read(std::string_view path, Located<std::uint32_t>& into, std::uint32_t min,
                     std::uint32_t max) const {
  const Node* node = scalar(path, "a number");
  if (node == nullptr) return;
  if (node->quoted) {
    error(node->pos, path,
          fmt::format("\"{0}\" is a text; write {0}, without quotes", node->scalar));
    return;
  }
  std::uint32_t number = 0;
  const char* end = node->scalar.data() + node->scalar.size();
  const auto [rest, failed] = std::from_chars(node->scalar.data(), end, number);
  if (failed != std::errc{} || rest != end || number < min || number > max) {
    error(node->pos, path,
          fmt::format("'{}' is no whole number from {} to {}", node->scalar, min, max));
    return;
  }
  into = {number, node->pos};
}

void KeyReader::read(std::string_view path, std::vector<Located<std::string>>& into) const {
  const Node* node = find(path);
  if (node == nullptr) return;
  if (node->is_scalar()) {
    into = split_list(node->scalar, start_of_text(*node));
    return;
  }
  into.clear();
  for (const Node& item : items(path)) {
    if (item.is_scalar()) {
      into.push_back({item.scalar, item.pos});
    } else {
      error(item.pos, path, fmt::format("must hold texts, not {}", kind_of(item)));
    }
  }
}

bool KeyReader::require(std::string_view path) const {
  if (find(path) != nullptr) return true;
  error(root_->pos, path, "is missing");
  return false;
}

std::string KeyReader::full(std::string_view path) const {
  if (path_.empty() || path.empty()) return path_ + std::string{path};
  return path_ + "." + std::string{path};
}

std::string KeyReader::where(std::string_view path) const {
  const std::string whole = full(path);
  if (title_.empty() || whole.empty()) return title_ + whole;
  return title_ + ": " + whole;
}

void KeyReader::error(Pos pos, std::string_view path, std::string message) const {
  diagnostics_->error(pos, where(path), std::move(message));
}

void KeyReader::warning(Pos pos, std::string_view path, std::string message) const {
  diagnostics_->warning(pos, where(path), std::move(message));
}

std::vector<Located<std::string>> split_list(std::string_view text, Pos start) {
  std::vector<Located<std::string>> parts;
  std::size_t from = 0;
  while (from <= text.size()) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    std::string_view part = text.substr(from, comma - from);
    const std::size_t blanks = std::min(part.find_first_not_of(' '), part.size());
    part.remove_prefix(blanks);
    part = part.substr(0, part.find_last_not_of(' ') + 1);
    Pos pos = start;
    pos.column += static_cast<std::uint32_t>(from + blanks);
    if (!part.empty()) parts.push_back({std::string{part}, pos});
    from = comma + 1;
  }
  return parts;
}

Pos start_of_text(const Node& scalar) { return text_pos(scalar, 1, 1); }

}  // namespace meshsim
