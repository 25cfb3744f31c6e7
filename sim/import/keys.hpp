// Reads real files whose format is somebody else's: a table says what is done with each key, so
// that nothing is passed over in silence, and a reader takes the values that are used.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "meshsim/base/ip.hpp"
#include "sim/config/located.hpp"
#include "sim/config/node.hpp"

namespace meshsim {

enum class KeyUse : std::uint8_t {
  Read,         // the importer uses it; its type is checked where it is read
  Harmless,     // has no effect on what is simulated; accepted with all below it
  NotModelled,  // changes the real system's behaviour, but not the simulated one's: a warning
};

// A dotted path below the root; "[]" stands for every item of a list: "clusters[].name". A rule
// covers all keys below its path. If longer rules lead on, they decide first, and keys that they do
// not name are still harmless if this rule says so.
struct KeyRule {
  std::string_view path;
  KeyUse use = KeyUse::Read;
  std::string_view effect{};       // of NotModelled: what it would do
  std::string_view same_as_off{};  // of NotModelled: with this value there is nothing to say
};

// Reports every key that the rules do not know (a warning with the nearest known key), those that
// are not modelled, and (as errors) scalars where the rules expect a mapping or a list. `where`
// stands before the path in messages: "Service storage/coherence-wka".
void survey_keys(const Node& root, std::span<const KeyRule> rules, const std::string& where,
                 Diagnostics& diagnostics);

// Takes typed values out of a mapping. A value of the wrong type is an error with its position and
// leaves the target as it was; a missing or null one leaves it too.
class KeyReader {
 public:
  // `title` and `path` name the root in messages: "Service storage/x", "spec.ports[0]".
  KeyReader(const Node& root, std::string title, Diagnostics& diagnostics, std::string path = {})
      : root_(&root),
        title_(std::move(title)),
        path_(std::move(path)),
        diagnostics_(&diagnostics) {}

  // The value at a dotted path, or nullptr; nothing is reported.
  const Node* find(std::string_view path) const;
  // A reader of the mapping at `path`; of an empty one if there is none.
  KeyReader below(std::string_view path) const;
  // A reader of an item of the list at `path`.
  KeyReader item(std::string_view path, std::size_t index) const;
  // Items of the list at `path`; an error if it is something else.
  std::span<const Node> items(std::string_view path) const;

  void read(std::string_view path, Located<std::string>& into) const;
  void read(std::string_view path, Located<bool>& into) const;
  void read(std::string_view path, Located<Ipv4>& into) const;
  void read(std::string_view path, Located<Prefix>& into) const;
  // A whole number in [min, max].
  void read(std::string_view path, Located<std::uint32_t>& into, std::uint32_t min,
            std::uint32_t max) const;
  // Scalars of a list, or the parts of one comma separated scalar.
  void read(std::string_view path, std::vector<Located<std::string>>& into) const;
  // Reports and returns false if there is no value.
  bool require(std::string_view path) const;

  const Node& root() const { return *root_; }
  Pos pos() const { return root_->pos; }
  std::string where(std::string_view path) const;
  void error(Pos pos, std::string_view path, std::string message) const;
  void warning(Pos pos, std::string_view path, std::string message) const;

 private:
  std::string full(std::string_view path) const;
  const Node* scalar(std::string_view path, std::string_view wanted) const;

  const Node* root_;
  std::string title_;
  std::string path_;
  Diagnostics* diagnostics_;
};

// The parts of a comma separated text, without the blanks around them, each with its own column.
std::vector<Located<std::string>> split_list(std::string_view text, Pos start);

// Where the first character of a scalar's text stands (behind its quote).
Pos start_of_text(const Node& scalar);

}  // namespace meshsim
