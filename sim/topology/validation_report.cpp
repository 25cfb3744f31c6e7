// Places and sentences of mistakes in a topology.
#include "sim/topology/validation_report.hpp"

#include <fmt/core.h>

#include <map>

#include "sim/topology/regions.hpp"

namespace meshsim {

Pos ValidationReport::place(const std::string& path, Pos object) const {
  const Node* const node = document_ == nullptr ? nullptr : find_path(*document_, path);
  return node != nullptr && !node->is_null() ? node->pos : object;
}

bool ValidationReport::stands(const std::string& path) const {
  return document_ == nullptr || find_path(*document_, path) != nullptr;
}

void ValidationReport::error(const std::string& path, Pos object, std::string message) const {
  diagnostics_.error(place(path, object), prefix_ + path, std::move(message));
}

void ValidationReport::warn(Pos pos, const std::string& path, std::string message) const {
  diagnostics_.warning(place(path, pos), prefix_ + path, std::move(message));
}

void ValidationReport::names_differ(const std::vector<std::pair<std::string_view, Pos>>& names,
                                    const std::string& path) const {
  std::map<std::string_view, Pos> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& [name, object] = names[i];
    const std::string own = fmt::format("{}[{}].name", path, i);
    if (name.empty()) continue;  // missing, and reported as such
    const Pos pos = place(own, object);
    const auto [first, is_new] = seen.emplace(name, pos);
    // What was made from two clusters of one name has been reported at the clusters.
    if (is_new || !stands(own)) continue;
    error(own, object,
          fmt::format("'{}' is taken; first used at {}:{}", name, first->second.line,
                      first->second.column));
  }
}

void ValidationReport::not_among(const std::vector<std::string_view>& names,
                                 const std::string& name, const std::string& path, Pos pos,
                                 std::string_view what) const {
  const std::string_view near = nearest(name, names);
  error(path, pos,
        near.empty() ? fmt::format("there is no {} '{}'", what, name)
                     : fmt::format("there is no {} '{}'; did you mean '{}'?", what, name, near));
}

void ValidationReport::check_region(const std::string& region, const std::string& path,
                                    Pos pos) const {
  if (region.empty() || find_region(region) != nullptr) return;
  std::vector<std::string_view> names;
  for (const KnownRegion& known : known_regions()) {
    names.push_back(known.name);
    names.push_back(known.key);
  }
  const std::string_view near = nearest(region, names);
  error(path, pos,
        near.empty() ? fmt::format("'{}' is no OCI region; write one like eu-paris-1", region)
                     : fmt::format("'{}' is no OCI region; did you mean '{}'?", region, near));
}

}  // namespace meshsim
