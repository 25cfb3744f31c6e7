// Findings that somebody knows and accepts, by `ignore:` in topologies and scenarios and by the
// annotation meshsim.dev/ignore. An accepted finding is shown with its reason, not lost.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/check/rule.hpp"
#include "sim/scenario/plan.hpp"

namespace meshsim::checks {

class Acceptances {
 public:
  Acceptances(const Plan& plan, Diagnostics& diagnostics);

  // Marks the finding if one of the objects it is about, or the whole input, accepts its rule.
  void apply(Finding& finding) const;

 private:
  void add(const std::string& object, const std::vector<Ignore>& ignores, Diagnostics& diagnostics);

  // By object and rule; the whole input is the object "".
  std::map<std::pair<std::string, std::string>, const Ignore*> list_;
};

}  // namespace meshsim::checks
