// Writes a whole scenario for a mesh of many clusters: the topology, the manifests that one would
// really apply, and the scenario that applies them. Four graphs say who is connected with whom.
// Left out: everything but what a stretched Coherence cluster needs; regions are taken in turn.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "meshsim/base/units.hpp"
#include "meshsim/topology/topology.hpp"
#include "sim/topology/document.hpp"

namespace meshsim {

struct MeshPlan {
  std::uint32_t clusters = 3;
  std::uint32_t nodes = 3;    // of each cluster
  std::uint32_t members = 3;  // Coherence members of each cluster
  Mesh rpc = Mesh::Full;      // remote peerings between the DRGs
  bool transit = false;       // DRGs in the middle pass packets on
  Mesh cilium = Mesh::Full;   // clustermesh.config.clusters of the Helm values
  Mesh dns = Mesh::Full;      // server blocks of coredns-custom
  Mesh wka = Mesh::Full;      // names in coherence.wka
  Duration start_every = 5s;  // one cluster's members after the other's; 0: all at once
};

struct GeneratedFile {
  std::string path;  // relative to the folder of the scenario, "c1/coredns-custom.yaml"
  std::string text;
};

// The numbers (from 0) of those that cluster `self` of `count` is connected with, in order.
std::vector<std::uint32_t> neighbours(Mesh mesh, std::uint32_t count, std::uint32_t self);

// The topology that the generated topology.yaml stands for.
Topology topology_of(const MeshPlan& plan);

// "scenario.yaml" first. Asks for 2 to 255 clusters.
std::vector<GeneratedFile> mesh_files(const MeshPlan& plan);

}  // namespace meshsim
