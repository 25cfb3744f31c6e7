// The VCN of an OKE cluster as Oracle's Terraform module makes it: subnets, route tables and NSGs.
#pragma once

#include <string>
#include <vector>

#include "meshsim/topology/topology.hpp"

namespace meshsim {

// A VCN in another region that this one is to talk with.
struct RemoteVcn {
  std::string name;
  std::vector<Prefix> cidrs;
};

// A VCN for one cluster, attached to `drg`. Every remote VCN gets a route to the DRG and the rules
// that a cluster mesh with DNS needs: VXLAN to the workers, etcd and DNS to the internal load
// balancers. What the module made for the cluster stands at `pos`, what the peering asked for at
// `peering`.
Vcn oke_network(const std::string& name, const std::string& region, const Prefix& cidr,
                const std::string& drg, const std::vector<RemoteVcn>& remotes, Pos pos,
                Pos peering);

}  // namespace meshsim
