// Static rules over a plan: the library behind `meshsim check`, and behind `rule:` in a scenario's
// expectations. The plan may come from any files; what they do not say makes a rule's answer
// unknown.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "meshsim/scenario/result.hpp"
#include "sim/check/rule.hpp"
#include "sim/scenario/plan.hpp"

namespace meshsim::checks {

enum class Outcome : std::uint8_t {
  Clean,     // looked, found nothing
  Found,     // findings that nobody has accepted
  Accepted,  // findings, all of them accepted with a reason
  Unknown,   // found nothing, but the input does not say all that matters
  NotAsked,  // needs files that were not given at all
};
std::string_view to_string(Outcome outcome);

struct RuleResult {
  const Rule* rule = nullptr;
  Outcome outcome = Outcome::Clean;
  std::uint32_t findings = 0;     // that nobody has accepted
  std::vector<Unknown> unknowns;  // what its answer depends on
};

struct CheckReport {
  std::string subject;                   // name of the scenario or topology
  std::vector<RuleResult> rules;         // those that were chosen, by id
  std::vector<Finding> findings;         // by level, then by rule, then by place
  std::size_t count(Level level) const;  // not accepted
  std::size_t accepted() const;
};

struct RuleChoice {
  std::vector<std::string> only;    // all, if empty
  std::vector<std::string> except;  // wins over `only`
};

// Applies the chosen rules. An `ignore:` of a rule that does not exist is a warning.
CheckReport check_plan(const Plan& plan, const RuleChoice& choice, Diagnostics& diagnostics);

// Every rule with how much it finds, for RunOptions::check.
std::vector<RuleCount> count_findings(const Plan& plan);

// An id, or the beginning of ids: "MS04" stands for all rules of DNS.
bool is_chosen(std::string_view id, const RuleChoice& choice);
// The word among the choices that fits no rule, or empty.
std::string_view wrong_choice(const RuleChoice& choice);

}  // namespace meshsim::checks
