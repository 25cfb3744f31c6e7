// The four graphs that decide whether clusters find each other, and what each looks like.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/plan.hpp"

namespace meshsim {

// rpc: remote peerings between the DRGs. cilium: entries of Helm values. dns: server blocks that
// forward to the other cluster. wka: names of Coherence's list that resolve in the other cluster,
// through as many CoreDNS as it takes.
inline constexpr std::string_view kMeshGraphs[] = {"rpc", "cilium", "dns", "wka"};

// From which cluster to which, by their place in the plan: edges[from][to].
using MeshEdges = std::vector<std::vector<bool>>;
MeshEdges mesh_edges(const Plan& plan, std::string_view graph);

// full-mesh, hub, chain, ring (of at least four), partial: connected otherwise, islands, none, or
// asymmetric: somebody has an edge that is not returned. Of two clusters, full-mesh; of three in a
// row, hub.
std::string shape_of(const MeshEdges& edges);

}  // namespace meshsim
