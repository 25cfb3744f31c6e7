// Bulk transfers between three regions, always equally many under way: whenever one ends, another
// starts. One operation is one end and one start, with the new shares that both need.
#pragma once

#include "tests/bench/workloads/workload.hpp"

namespace meshsim::bench {

// Counts `completions` from 0.3 s of simulated time on, when all flows share the links.
Row wan_flow_churn(std::uint64_t flows, std::uint64_t completions);

}  // namespace meshsim::bench
