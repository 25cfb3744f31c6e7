// A topology from dumps alone: as much of the network as nodes and Services show. The rest is made
// up so that it loads, and recorded as unknown.
#pragma once

#include <span>
#include <string>

#include "sim/import/kubernetes.hpp"
#include "sim/import/terraform.hpp"

namespace meshsim {

struct ClusterDump {
  std::string cluster;
  KubernetesManifests manifests;
  Pos pos;
};

// One cluster per dump, each in a VCN of its own that holds its nodes and internal load balancers.
// Ranges are the smallest that hold what the dump shows. Routes, security rules, DRGs and peerings
// are in no dump: unknown of each VCN.
ImportedTopology topology_of_dumps(std::span<const ClusterDump> dumps, Diagnostics& diagnostics);

// The smallest prefix that holds all of them, not longer than `longest`.
Prefix covering(std::span<const Prefix> parts, std::uint8_t longest);

}  // namespace meshsim
