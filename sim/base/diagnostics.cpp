// Collects and prints what is wrong with the user's files.
#include "meshsim/base/diagnostics.hpp"

#include <algorithm>
#include <numeric>

#include "meshsim/base/check.hpp"

namespace meshsim {

std::uint32_t Sources::add(std::string path) {
  const auto found = std::find(paths_.begin() + 1, paths_.end(), path);
  if (found != paths_.end()) return static_cast<std::uint32_t>(found - paths_.begin());
  paths_.push_back(std::move(path));
  return static_cast<std::uint32_t>(paths_.size() - 1);
}

const std::string& Sources::path(std::uint32_t file) const {
  check(file < paths_.size(), "a position names a known file");
  return paths_[file];
}

std::string Sources::text(Pos pos) const {
  if (!pos) return "(default)";
  std::string text = path(pos.file);
  if (pos.line != 0) text += ":" + std::to_string(pos.line) + ":" + std::to_string(pos.column);
  return text;
}

void Diagnostics::error(Pos pos, std::string path, std::string message) {
  add({Severity::Error, pos, std::move(path), std::move(message)}, errors_);
}

void Diagnostics::warning(Pos pos, std::string path, std::string message) {
  add({Severity::Warning, pos, std::move(path), std::move(message)}, warnings_);
}

void Diagnostics::add(Diagnostic diagnostic, std::size_t& count) {
  if (++count <= kLimit) list_.push_back(std::move(diagnostic));
}

std::string Diagnostics::text(const Sources& sources) const {
  std::string lines;
  for (const Diagnostic& diagnostic : list_) {
    lines += meshsim::text(diagnostic, sources);
    lines += '\n';
  }
  const std::size_t kept = list_.size();
  if (errors_ + warnings_ > kept) {
    lines += "... and " + std::to_string(errors_ + warnings_ - kept) + " more\n";
  }
  return lines;
}

std::string text(const Diagnostic& diagnostic, const Sources& sources) {
  std::string line = diagnostic.pos ? sources.text(diagnostic.pos) + ": " : "";
  line += diagnostic.severity == Severity::Error ? "error: " : "warning: ";
  if (!diagnostic.path.empty()) line += diagnostic.path + ": ";
  return line + diagnostic.message;
}

namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row.back();
}

}  // namespace

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  std::string_view best;
  std::size_t best_distance = word.size() / 3 + 2;  // exclusive: short words allow one slip
  if (word.size() > 64) return best;                // nobody misspells a key that long
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace meshsim
