// The hold model: N components, each with one message pending; the earliest is handled, and its
// handler sends one more after a random increment. Steady state from the start.
#pragma once

#include <string>

#include "tests/bench/workloads/workload.hpp"

namespace meshsim::bench {

// Variant "self": to itself; "peer": to another random component, in another cell.
Row hold(const std::string& variant, const std::string& distribution, std::uint64_t pending);

}  // namespace meshsim::bench
