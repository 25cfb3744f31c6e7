// Merges findings by place.
#include "sim/check/pairs.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace meshsim::checks {
namespace {

constexpr std::size_t kShown = 5;  // pairs named besides the first

}  // namespace

void PairFindings::add(Pos pos, std::string_view kind, std::string arrow,
                       std::vector<std::string> objects, std::string message, std::string remedy,
                       std::vector<Step> steps) {
  const auto [found, is_new] = index_.emplace(std::pair{pos, std::string{kind}}, groups_.size());
  if (is_new) {
    Group group;
    group.finding.pos = pos;
    group.finding.message = std::move(message);
    group.finding.remedy = std::move(remedy);
    group.finding.steps = std::move(steps);
    groups_.push_back(std::move(group));
  }
  Group& group = groups_[found->second];
  group.arrows.push_back(std::move(arrow));
  for (std::string& object : objects) {
    std::vector<std::string>& known = group.finding.objects;
    if (std::find(known.begin(), known.end(), object) == known.end()) {
      known.push_back(std::move(object));
    }
  }
}

PairFindings::~PairFindings() {
  for (Group& group : groups_) {
    std::vector<std::string>& arrows = group.arrows;
    arrows.erase(std::unique(arrows.begin(), arrows.end()), arrows.end());
    std::string message = std::move(group.finding.message);
    if (arrows.size() > 1) {
      const auto shown = std::min(arrows.size() - 1, kShown);
      message +=
          fmt::format("; the same for {}",
                      fmt::join(arrows.begin() + 1,
                                arrows.begin() + 1 + static_cast<std::ptrdiff_t>(shown), ", "));
      if (arrows.size() - 1 > shown) {
        message += fmt::format(" and {} more pairs", arrows.size() - 1 - shown);
      }
    }
    Finding& finding = findings_.add(group.finding.pos, std::move(group.finding.objects),
                                     std::move(message), std::move(group.finding.remedy));
    finding.steps = std::move(group.finding.steps);
  }
}

std::string to(const PlannedCluster& from, const PlannedCluster& to) {
  return name_of(from) + " to " + name_of(to);
}
std::string with(const PlannedCluster& a, const PlannedCluster& b) {
  return name_of(a) + " and " + name_of(b);
}

}  // namespace meshsim::checks
