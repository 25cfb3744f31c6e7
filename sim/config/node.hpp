// A YAML document as a tree of values that know where they stand.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "meshsim/base/diagnostics.hpp"

namespace meshsim {

struct Entry;

// Null, scalar, sequence or mapping. A mapping keeps the order of the file; keys are unique (a
// repeated key has been reported when the document was read).
struct Node {
  enum class Kind : std::uint8_t { Null, Scalar, Sequence, Mapping };

  Kind kind = Kind::Null;
  Pos pos;
  bool quoted = false;  // a quoted or block scalar is text, never a number or null
  std::string scalar;
  std::uint32_t text_line = 0;    // of a scalar: the file's line of the first line of its text,
  std::uint32_t text_column = 0;  // and the column where that text starts
  std::vector<Node> items;        // of a sequence
  std::vector<Entry> entries;     // of a mapping

  bool is_null() const { return kind == Kind::Null; }
  bool is_scalar() const { return kind == Kind::Scalar; }
  bool is_sequence() const { return kind == Kind::Sequence; }
  bool is_mapping() const { return kind == Kind::Mapping; }

  // The value of `key`, or nullptr.
  const Node* find(std::string_view key) const;
};

// The value that a path like "vcns[0].subnets[2].cidr" leads to, or nullptr.
const Node* find_path(const Node& root, std::string_view path);

// The place in the file of line `line`, column `column` (1-based) of a block scalar's text: how a
// Corefile inside a ConfigMap keeps its positions. Exact for '|', and for scalars of one line.
Pos text_pos(const Node& scalar, std::uint32_t line, std::uint32_t column);

struct Entry {
  Pos pos;  // of the key
  std::string key;
  Node value;
};

// Limits on one document; more is an error, not a crash (billion-laughs aliases, deep nesting).
struct YamlLimits {
  std::uint64_t bytes = std::uint64_t{32} << 20;
  std::uint32_t depth = 64;
  std::uint32_t nodes = 1'000'000;  // after aliases are expanded
};

// All documents of a text that are not empty; on errors the documents read so far. A text without
// any document is an error. Aliases are expanded; what they expand to keeps its own positions.
std::vector<Node> parse_yaml(std::string_view text, std::uint32_t file, Diagnostics& diagnostics,
                             const YamlLimits& limits = {});

// Reads a file and its documents. A file that is missing, unreadable, a directory, too large or not
// UTF-8 is a diagnostic, not an exception. `from`: who asked for it, for the message.
std::vector<Node> read_yaml_file(const std::string& path, Sources& sources,
                                 Diagnostics& diagnostics, Pos from = {},
                                 const YamlLimits& limits = {});

}  // namespace meshsim
