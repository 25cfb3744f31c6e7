// The address plan of generated clusters and the cutting of a VCN into subnets.
#pragma once

#include <cstdint>
#include <vector>

#include "meshsim/topology/topology.hpp"

namespace meshsim {

inline constexpr std::uint32_t kMaxClusters = 255;

struct ClusterAddresses {
  Prefix vcn;
  Prefix services;
  Prefix pods;
};

// Of cluster number 1 to 255; no two overlap.
//   number    VCN            services          pods
//   1..50     10.N.0.0/16    10.(100+N)/16     10.(200+N)/16   (as in Oracle's two-region example)
//   51..255   /19 from       /20 from          /18 from
//             10.51.0.0      172.16.0.0        100.64.0.0
// The second plan is for growth: 100.64.0.0/10 is not announced to the internet, and a VCN treats
// it as private; source: oci-oke.md section 1.1.
ClusterAddresses planned_addresses(std::uint32_t number);

// The smallest and largest VCN that subnets can be cut from as below.
inline constexpr std::uint8_t kVcnShortest = 16;
inline constexpr std::uint8_t kVcnLongest = 20;

// bastion, operator, cp (/29 each), int_lb, pub_lb (/27 each) and workers (a quarter of the VCN),
// at the offsets of Oracle's example; source: oci-oke.md section 6.3. Route tables and security
// lists are named as oke_network() makes them.
std::vector<Subnet> cut_subnets(const Prefix& vcn, Pos pos);

}  // namespace meshsim
