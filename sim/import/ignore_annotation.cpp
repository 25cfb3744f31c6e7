// Splits the annotation at ';' and new lines; each part is an entry of its own.
#include "sim/import/ignore_annotation.hpp"

#include <algorithm>
#include <string_view>

#include "sim/topology/ignore.hpp"

namespace meshsim {

std::vector<Ignore> read_ignores(const Labels& annotations, const std::string& where,
                                 Diagnostics& diagnostics) {
  std::vector<Ignore> ignores;
  const Label* const label = find_label(annotations, kIgnoreAnnotation);
  if (label == nullptr) return ignores;
  std::string_view rest = label->value;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of(";\n"), rest.size());
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (part.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    Ignore ignore;
    std::string error;
    if (ScalarText<Ignore>::parse(part, ignore, error)) {
      ignore.pos = label->pos;
      ignores.push_back(std::move(ignore));
    } else {
      diagnostics.error(label->pos, where,
                        "annotation " + std::string{kIgnoreAnnotation} + ": " + error);
    }
  }
  return ignores;
}

}  // namespace meshsim
