// Regular expressions by RE2.
#include "models/dns/pattern.hpp"

#include <re2/re2.h>

#include <charconv>

namespace meshsim::dns {

Pattern::Pattern(const std::string& text) {
  RE2::Options options;
  options.set_log_errors(false);
  compiled_ = std::make_shared<const RE2>(text, options);
}

std::string Pattern::error() const { return compiled_->ok() ? std::string{} : compiled_->error(); }

std::size_t Pattern::groups() const {
  return static_cast<std::size_t>(compiled_->NumberOfCapturingGroups());
}

std::optional<std::vector<std::string>> Pattern::find(std::string_view text) const {
  const std::size_t count = groups() + 1;
  std::vector<re2::StringPiece> found(count);
  const re2::StringPiece whole{text.data(), text.size()};
  if (!compiled_->Match(whole, 0, text.size(), RE2::UNANCHORED, found.data(),
                        static_cast<int>(count))) {
    return std::nullopt;
  }
  std::vector<std::string> result;
  for (const re2::StringPiece& piece : found) result.emplace_back(piece.data(), piece.size());
  return result;
}

bool Pattern::matches(std::string_view text) const {
  return RE2::PartialMatch(re2::StringPiece{text.data(), text.size()}, *compiled_);
}

std::optional<std::size_t> Pattern::group(std::string_view name) const {
  const auto& names = compiled_->NamedCapturingGroups();
  const auto found = names.find(std::string{name});
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found->second);
}

std::string with_groups(std::string_view replacement, const std::vector<std::string>& groups) {
  std::string result;
  for (std::size_t at = 0; at < replacement.size();) {
    const std::size_t close = replacement[at] == '{' ? replacement.find('}', at) : replacement.npos;
    if (close != replacement.npos) {
      std::size_t group = 0;
      const char* const first = replacement.data() + at + 1;
      const char* const last = replacement.data() + close;
      const auto [end, error] = std::from_chars(first, last, group);
      if (error == std::errc{} && end == last && group < groups.size()) {
        result += groups[group];
        at = close + 1;
        continue;
      }
    }
    result += replacement[at++];
  }
  return result;
}

}  // namespace meshsim::dns
