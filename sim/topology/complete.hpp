// Figures and regions that follow from what a topology says, and need not be written.
#pragma once

#include "meshsim/topology/topology.hpp"

namespace meshsim {

// Of a peering whose loss nobody gave; source: oci-oke.md section 10.
inline constexpr Ratio kRpcLoss{1, 50'000};
// The jitter is this part of the round trip; source: oci-oke.md section 10.
inline constexpr std::int64_t kRpcJitterShare = 100;

// Round trips that nobody gave come from the table of regions.
void complete_peerings(Topology& topology);

// The regions of all VCNs, DRGs and clusters.
void add_regions(Topology& topology);

}  // namespace meshsim
