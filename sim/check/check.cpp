// Runs the rules and sorts what they find.
#include "sim/check/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "sim/check/accept.hpp"
#include "sim/check/rules.hpp"
#include "sim/check/subject.hpp"

namespace meshsim::checks {
namespace {

bool is_asked(const Rule& rule, const Subject& subject) {
  return rule.needs == Needs::Network || subject.has_cilium() || subject.has_manifests();
}

RuleResult apply(const Rule& rule, const Subject& subject, const Acceptances& acceptances,
                 std::vector<Finding>& all) {
  RuleResult result;
  result.rule = &rule;
  if (!is_asked(rule, subject)) {
    result.outcome = Outcome::NotAsked;
    return result;
  }
  Findings findings{subject.plan().unknowns};
  rule.look(subject, findings);
  for (const Unknown* unknown : findings.met()) result.unknowns.push_back(*unknown);
  std::size_t accepted = 0;
  for (Finding& finding : findings.list()) {
    finding.rule = rule.id;
    finding.level = rule.level;
    acceptances.apply(finding);
    if (finding.is_accepted()) {
      ++accepted;
    } else {
      ++result.findings;
    }
    all.push_back(std::move(finding));
  }
  if (result.findings > 0) {
    result.outcome = Outcome::Found;
  } else if (!result.unknowns.empty()) {
    result.outcome = Outcome::Unknown;
  } else if (accepted > 0) {
    result.outcome = Outcome::Accepted;
  }
  return result;
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::Clean: return "clean";
    case Outcome::Found: return "found";
    case Outcome::Accepted: return "accepted";
    case Outcome::Unknown: return "unknown";
    case Outcome::NotAsked: return "not-asked";
  }
  return "";
}

std::size_t CheckReport::count(Level level) const {
  return static_cast<std::size_t>(std::count_if(
      findings.begin(), findings.end(),
      [&](const Finding& finding) { return finding.level == level && !finding.is_accepted(); }));
}

std::size_t CheckReport::accepted() const {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(),
                    [](const Finding& finding) { return finding.is_accepted(); }));
}

bool is_chosen(std::string_view id, const RuleChoice& choice) {
  const auto fits = [&](const std::string& word) { return id.starts_with(word); };
  if (std::any_of(choice.except.begin(), choice.except.end(), fits)) return false;
  return choice.only.empty() || std::any_of(choice.only.begin(), choice.only.end(), fits);
}

std::string_view wrong_choice(const RuleChoice& choice) {
  for (const std::vector<std::string>* words : {&choice.only, &choice.except}) {
    for (const std::string& word : *words) {
      const auto fits = [&](const Rule& rule) { return rule.id.starts_with(word); };
      const std::span<const Rule> rules = all_rules();
      if (word.size() < 4 || std::none_of(rules.begin(), rules.end(), fits)) return word;
    }
  }
  return {};
}

CheckReport check_plan(const Plan& plan, const RuleChoice& choice, Diagnostics& diagnostics) {
  const Subject subject{plan};
  const Acceptances acceptances{plan, diagnostics};
  CheckReport report;
  report.subject = plan.scenario.name;
  for (const Rule& rule : all_rules()) {
    if (!is_chosen(rule.id, choice)) continue;
    report.rules.push_back(apply(rule, subject, acceptances, report.findings));
  }
  const auto rank = [](const Finding& finding) {
    return std::tuple{finding.level, std::string_view{finding.rule}, finding.pos,
                      std::string_view{finding.message}};
  };
  std::stable_sort(report.findings.begin(), report.findings.end(),
                   [&](const Finding& a, const Finding& b) { return rank(a) < rank(b); });
  return report;
}

std::vector<RuleCount> count_findings(const Plan& plan) {
  Diagnostics diagnostics;
  const CheckReport report = check_plan(plan, {}, diagnostics);
  std::vector<RuleCount> counts;
  for (const RuleResult& result : report.rules) {
    RuleCount count{std::string{result.rule->id}, result.findings, {}};
    if (result.outcome == Outcome::NotAsked) count.unknown = "needs files that are not given";
    if (!result.unknowns.empty()) {
      const Unknown& first = result.unknowns.front();
      count.unknown = fmt::format("{} of {} is unknown", first.what, first.name);
    }
    counts.push_back(std::move(count));
  }
  return counts;
}

}  // namespace meshsim::checks
