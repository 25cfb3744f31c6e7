// Packets between pods of three regions, through the real models of the network.
#pragma once

#include <cstdint>

#include "tests/bench/workloads/workload.hpp"

namespace meshsim::bench {

// `flows` request-and-answer flows between regions, `exchanges` each, on `jobs` threads.
Row packet_hops(std::uint64_t flows, std::uint32_t exchanges, std::uint32_t jobs);

}  // namespace meshsim::bench
