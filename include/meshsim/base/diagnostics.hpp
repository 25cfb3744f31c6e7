// Where something stands in the user's files, and what was wrong there.
// Errors are collected, all of them; nothing stops at the first.
#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace meshsim {

// A place in a file: 1-based line and column; file indexes the Sources. {0,0,0} is "no place", a
// value that came from a default.
struct Pos {
  std::uint32_t file = 0;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  constexpr explicit operator bool() const { return file != 0; }
  friend constexpr auto operator<=>(const Pos&, const Pos&) = default;
};

// The files a run was made from, by number. Number 0 is no file.
class Sources {
 public:
  // The number of `path`; the same path always has the same number.
  std::uint32_t add(std::string path);
  const std::string& path(std::uint32_t file) const;
  // One more than the last number in use.
  std::uint32_t count() const { return static_cast<std::uint32_t>(paths_.size()); }
  // "topologies/hub.yaml:14:18", or "(default)" for no place.
  std::string text(Pos pos) const;

 private:
  std::deque<std::string> paths_{std::string{}};
};

enum class Severity : std::uint8_t { Warning, Error };

struct Diagnostic {
  Severity severity = Severity::Error;
  Pos pos;
  std::string path;     // "regions[1].links[0].latency"; may be empty
  std::string message;  // what is wrong and what to write instead
};

// Collects errors and warnings; at most kLimit of each are kept, the rest is counted.
class Diagnostics {
 public:
  static constexpr std::size_t kLimit = 1000;

  void error(Pos pos, std::string path, std::string message);
  void warning(Pos pos, std::string path, std::string message);

  bool ok() const { return errors_ == 0; }
  std::size_t errors() const { return errors_; }
  std::size_t warnings() const { return warnings_; }
  const std::vector<Diagnostic>& list() const { return list_; }

  // One line each: "FILE:LINE:COLUMN: error: PATH: MESSAGE".
  std::string text(const Sources& sources) const;

 private:
  void add(Diagnostic diagnostic, std::size_t& count);

  std::vector<Diagnostic> list_;
  std::size_t errors_ = 0;
  std::size_t warnings_ = 0;
};

std::string text(const Diagnostic& diagnostic, const Sources& sources);

// The candidate nearest to `word` by edit distance, or empty if none is near (at most a third of
// its letters differ).
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace meshsim
