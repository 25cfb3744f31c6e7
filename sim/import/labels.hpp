// Labels, annotations and selectors: texts by key, each with its place.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "meshsim/base/diagnostics.hpp"

namespace meshsim {

struct Node;

struct Label {
  std::string key;
  std::string value;
  Pos pos;         // of the value
  Pos text_pos{};  // of its first character, behind a quote
};
using Labels = std::vector<Label>;  // sorted by key

const Label* find_label(const Labels& labels, std::string_view key);
// Sets a label, in order.
void set_label(Labels& labels, Label label);
// Every label of the selector is among `labels`; an empty selector selects nothing.
bool selects(const Labels& selector, const Labels& labels);

// Reads a mapping of texts (null reads as none). The API server takes nothing but texts here, so
// an unquoted true or 7574 is an error.
Labels read_labels(const Node* node, const std::string& where, Diagnostics& diagnostics);

}  // namespace meshsim
