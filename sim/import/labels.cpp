// Reading and matching of labels.
#include "sim/import/labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "sim/config/node.hpp"

namespace meshsim {
namespace {

bool precedes(const Label& label, std::string_view key) { return label.key < key; }

// Whether kubectl's YAML would take a plain scalar for something else than a text.
bool is_bare_text(const Node& node) {
  static constexpr std::array<std::string_view, 12> kWords{
      "true", "false", "yes", "no", "on", "off", "True", "False", "Yes", "No", "On", "Off"};
  if (node.quoted) return true;
  if (std::find(kWords.begin(), kWords.end(), node.scalar) != kWords.end()) return false;
  double number = 0;
  const char* end = node.scalar.data() + node.scalar.size();
  const auto [rest, failed] = std::from_chars(node.scalar.data(), end, number);
  return failed != std::errc{} || rest != end;
}

}  // namespace

const Label* find_label(const Labels& labels, std::string_view key) {
  const auto at = std::lower_bound(labels.begin(), labels.end(), key, precedes);
  return at != labels.end() && at->key == key ? &*at : nullptr;
}

void set_label(Labels& labels, Label label) {
  const auto at = std::lower_bound(labels.begin(), labels.end(), label.key, precedes);
  if (at != labels.end() && at->key == label.key) {
    *at = std::move(label);
  } else {
    labels.insert(at, std::move(label));
  }
}

bool selects(const Labels& selector, const Labels& labels) {
  return !selector.empty() && std::all_of(selector.begin(), selector.end(), [&](const Label& want) {
    const Label* found = find_label(labels, want.key);
    return found != nullptr && found->value == want.value;
  });
}

Labels read_labels(const Node* node, const std::string& where, Diagnostics& diagnostics) {
  Labels labels;
  if (node == nullptr || node->is_null()) return labels;
  if (!node->is_mapping()) {
    diagnostics.error(node->pos, where, "must be a mapping of texts");
    return labels;
  }
  for (const Entry& entry : node->entries) {
    if (!entry.value.is_scalar()) {
      diagnostics.error(entry.value.is_null() ? entry.pos : entry.value.pos, where,
                        fmt::format("'{}' must have a text", entry.key));
      continue;
    }
    if (!is_bare_text(entry.value)) {
      diagnostics.error(entry.value.pos, where,
                        fmt::format("'{}' must have a text; write \"{}\" with quotes", entry.key,
                                    entry.value.scalar));
    }
    set_label(labels,
              {entry.key, entry.value.scalar, entry.value.pos, text_pos(entry.value, 1, 1)});
  }
  return labels;
}

}  // namespace meshsim
