// Joins the tables of all areas.
#include "sim/check/rules.hpp"

#include <algorithm>

namespace meshsim::checks {

std::span<const Rule> all_rules() {
  static const std::vector<Rule> rules = [] {
    std::vector<Rule> all;
    for (const auto area : {addressing_rules(), routing_rules(), security_rules(), dns_rules(),
                            mesh_rules(), coherence_rules(), wka_rules(), limit_rules()}) {
      all.insert(all.end(), area.begin(), area.end());
    }
    std::sort(all.begin(), all.end(), [](const Rule& a, const Rule& b) { return a.id < b.id; });
    return all;
  }();
  return rules;
}

const Rule* find_rule(std::string_view id) {
  for (const Rule& rule : all_rules()) {
    if (rule.id == id) return &rule;
  }
  return nullptr;
}

std::string_view nearest_rule(std::string_view id) {
  std::vector<std::string_view> ids;
  for (const Rule& rule : all_rules()) ids.push_back(rule.id);
  return nearest(id, ids);
}

std::string_view to_string(Level level) {
  switch (level) {
    case Level::Error: return "error";
    case Level::Warning: return "warning";
    case Level::Note: return "note";
  }
  return "";
}

bool Findings::is_unknown(Unknown::Of of, std::string_view name) {
  bool is_met = false;
  for (const Unknown& unknown : unknowns_) {
    if (unknown.of != Unknown::Of::Whole && (unknown.of != of || unknown.name != name)) continue;
    is_met = true;
    if (std::find(met_.begin(), met_.end(), &unknown) == met_.end()) met_.push_back(&unknown);
  }
  return is_met;
}

}  // namespace meshsim::checks
