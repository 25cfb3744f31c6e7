// A topology as a graph of DRGs joined by remote peerings: who is connected, and by which way.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "meshsim/topology/topology.hpp"

namespace meshsim {

// Of each VCN, the number of the island it is on: two VCNs are on one island if wires lead from one
// to the other, whatever the route tables say. A VCN without a DRG is an island of its own.
std::vector<std::size_t> islands_of_vcns(const Topology& topology);

// The DRGs from one to the other over peerings, both ends included, with the least sum of round
// trips (of equal ones the one with fewer peerings); empty if there is none.
std::vector<std::string_view> shortest_path(const Topology& topology, std::string_view drg_from,
                                            std::string_view drg_to);

}  // namespace meshsim
