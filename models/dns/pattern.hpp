// A regular expression as CoreDNS understands it: RE2's, which is the one door to that library.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace meshsim::dns {

class Pattern {
 public:
  Pattern() = default;
  // Throws nothing: see error().
  explicit Pattern(const std::string& text);

  // Why it cannot be compiled; empty if it can.
  std::string error() const;
  // Groups in parentheses.
  std::size_t groups() const;
  // The first match anywhere in `text`: the whole of it and its groups; nothing if there is none.
  std::optional<std::vector<std::string>> find(std::string_view text) const;
  bool matches(std::string_view text) const;
  // The number of a named group, or nothing.
  std::optional<std::size_t> group(std::string_view name) const;

 private:
  std::shared_ptr<const re2::RE2> compiled_;
};

// `replacement` with {0}..{n} replaced by the groups of a match.
std::string with_groups(std::string_view replacement, const std::vector<std::string>& groups);

}  // namespace meshsim::dns
