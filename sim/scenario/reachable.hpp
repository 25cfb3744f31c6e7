// `reachable` under `expect`: probes between two ends during a run.
//   reachable[pod/c2/storage-c2-0 > pod/c3/storage-c3-0 tcp 7575 during 30s..60s]
// Without `during` one probe is sent a second before the end.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meshsim/scenario/result.hpp"
#include "sim/scenario/expect.hpp"
#include "sim/scenario/probe.hpp"

namespace meshsim {

inline constexpr std::string_view kReachableMetric = "reachable";
// Between two probes of one expectation.
inline constexpr Duration kProbeEvery = 1s;

struct ReachableAsk {
  std::string selector;  // as written
  std::vector<Probe> probes;
};

// Those that the conditions ask for; what cannot be understood is an error. How many probes there
// are does not depend on `until`, where the run ends.
std::vector<ReachableAsk> reachable_asks(const Plan& plan, const std::vector<Condition>& conditions,
                                         Duration until, Diagnostics& diagnostics);

// The probes of one run, and what became of them.
class ReachableProbes {
 public:
  // `until`: the end of the run. Probes that it would leave under way do not count.
  ReachableProbes(const std::vector<ReachableAsk>& asks, Duration until)
      : asks_(asks), last_(at(std::max(Duration{}, until - kProbeEvery))) {}

  // Puts them into the world, numbered on, and listens to it from here on.
  void send(World& world);
  // In the order of the asks.
  std::vector<ReachableResult> results() const;
  // Fails if the run that was saved asked for something else: its probes have those numbers.
  void archive(Snapshot& snapshot);

 private:
  // Its end, but not of a probe that had the number in a run that was to end earlier.
  const ProbeStep* end(std::uint32_t number, const Probe& probe) const;

  const std::vector<ReachableAsk>& asks_;
  Time last_;
  ProbeLog log_{ProbeLog::Keep::Ends};
};

}  // namespace meshsim
