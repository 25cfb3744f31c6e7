// What the two halves of the builder share: the underlay of the regions, and the clusters on it.
// Components are added first; wires are tied once the simulation is sealed and addresses exist.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "models/fabric/cilium_node.hpp"
#include "models/fabric/mesh_agent.hpp"
#include "models/fabric/packet.hpp"
#include "models/infra/load_balancer.hpp"
#include "models/infra/vcn.hpp"
#include "sim/scenario/build.hpp"
#include "sim/scenario/underlay_specs.hpp"

namespace meshsim {

// A world under construction.
struct Build {
  const Plan& plan;
  World& world;
  std::vector<std::function<void()>> wiring;  // run in order after sealing

  Simulation& simulation() { return *world.simulation; }
  // The cell of that name, in that region of the cloud.
  CellId cell(std::string_view name, std::string_view region) {
    return simulation().cell(name, simulation().region(region));
  }
  const Parameters& parameters() const { return plan.scenario.parameters; }
  UnderlaySpecs specs() { return {plan, world.decisions}; }
  RandomStream stream(const std::string& path, const char* purpose) {
    return simulation().stream(path, purpose);
  }
  DecisionId decide(Pos pos, std::string text) { return world.decisions.add(pos, std::move(text)); }
};

// The VCNs by their place in the topology.
struct Underlay {
  std::vector<infra::Vcn*> vcns;
  infra::Vcn& of(const Plan& plan, const PlannedCluster& cluster) const {
    return *vcns[static_cast<std::size_t>(cluster.vcn - plan.scenario.topology.vcns.data())];
  }
};

// VCNs with their resolvers and load balancers, DRGs, remote peerings.
Underlay build_underlay(Build& build);

// What all nodes of a cluster have in common.
struct NodeParts {
  std::vector<fabric::Service> services;
  std::vector<fabric::Unconnected> unconnected;
  std::vector<fabric::MeshRemote> remotes;  // that Cilium is configured to connect to
};
NodeParts node_parts(Build& build, const PlannedCluster& cluster);
fabric::CiliumNodeSpec node_spec(Build& build, const PlannedCluster& cluster,
                                 const NodeParts& parts, std::size_t node);

// Nodes, control plane, CoreDNS, cluster mesh and members of each cluster, and what happens when.
void build_clusters(Build& build, const Underlay& underlay);

}  // namespace meshsim
