// Requests with time-outs of which 95 % are cancelled: what most timers of a network are.
#pragma once

#include "tests/bench/workloads/workload.hpp"

namespace meshsim::bench {

Row timeouts(std::uint64_t lanes);

}  // namespace meshsim::bench
