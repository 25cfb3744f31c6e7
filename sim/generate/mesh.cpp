// The topology in its short form, and the scenario that applies the manifests.
#include "sim/generate/mesh.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "meshsim/base/check.hpp"
#include "sim/generate/manifests.hpp"
#include "sim/topology/expand.hpp"
#include "sim/topology/regions.hpp"

namespace meshsim {
namespace {

constexpr std::uint32_t kOcpus = 2;  // of a node; its network has 1 Gbps each

std::string_view word(Mesh mesh) {
  for (const auto& [text, value] : Words<Mesh>::list) {
    if (value == mesh) return text;
  }
  return "full";
}

// When the mesh has been watched long enough. A member starts within a minute at a round trip of
// 400 ms (coherence.md section 3.7), but ids are given while no services join: members that start
// at the same time wait for each other.
Duration watched(const MeshPlan& plan) {
  const Duration last = plan.start_every * (plan.clusters - 1);
  return 120s + std::max<Duration>(last, plan.clusters * plan.members * Duration{1500ms});
}

std::string cluster_name(std::uint32_t number) { return fmt::format("c{}", number + 1); }

TopologyDocument document_of(const MeshPlan& plan) {
  constexpr Pos kGiven{1, 0, 0};
  const std::vector<std::string_view> regions = regions_by_choice();
  TopologyDocument document;
  for (std::uint32_t number = 0; number < plan.clusters; ++number) {
    ClusterSpec spec;
    spec.name = cluster_name(number);
    spec.region = {std::string{regions[number % regions.size()]}, kGiven};
    spec.nodes = {plan.nodes, kGiven};
    spec.ocpus = {kOcpus, kGiven};
    document.clusters.brief.push_back(std::move(spec));
  }
  document.peering.emplace();
  document.peering->mesh = {plan.rpc, kGiven};
  document.peering->transit = {plan.transit, kGiven};
  return document;
}

std::string topology_text(const MeshPlan& plan, const Topology& topology) {
  std::string text = fmt::format(
      "# {} clusters. `meshsim topology topology.yaml` shows the VCNs, routes and NSG rules that\n"
      "# this stands for, and who reaches whom. Put your own regions here, and measured round\n"
      "# trips under `links:`; the addresses in the manifests do not depend on them.\n"
      "apiVersion: meshsim.dev/v1alpha1\n"
      "kind: Topology\n"
      "name: mesh-{}\n\n"
      "clusters:\n",
      plan.clusters, plan.clusters);
  for (const Cluster& cluster : topology.clusters) {
    text += fmt::format("  - {{name: {}, region: {}, nodes: {}, ocpus: {}}}\n", cluster.name,
                        cluster.region, plan.nodes, kOcpus);
  }
  text +=
      fmt::format("\n# Remote peerings between the DRGs.\npeering:\n  mesh: {}\n", word(plan.rpc));
  if (plan.transit) text += "  transit: true\n";
  return text;
}

std::string paths_of(const std::vector<GeneratedFile>& files, bool with_members) {
  std::string text;
  for (const GeneratedFile& file : files) {
    if (file.path.ends_with(kCoherence) && !with_members) continue;
    text += fmt::format("      - {}\n", file.path);
  }
  return text;
}

std::string scenario_text(const MeshPlan& plan,
                          const std::vector<std::vector<GeneratedFile>>& by_cluster) {
  std::string text = fmt::format(
      "# A mesh of {} clusters with {} Coherence members each. Remote peerings: {}{}, Cilium\n"
      "# cluster mesh: {}, DNS: {}, WKA lists: {}. Run it: meshsim run scenario.yaml\n"
      "apiVersion: meshsim.dev/v1alpha1\n"
      "kind: Scenario\n"
      "name: mesh-{}\n"
      "topology: topology.yaml\n"
      "seed: 1\n"
      "until: {}\n\n"
      "manifests:\n",
      plan.clusters, plan.members, word(plan.rpc), plan.transit ? " with transit" : "",
      word(plan.cilium), word(plan.dns), word(plan.wka), plan.clusters,
      ScalarText<Duration>::print(watched(plan)));
  std::string timeline;
  for (std::uint32_t number = 0; number < plan.clusters; ++number) {
    const std::string name = cluster_name(number);
    const Duration at = plan.start_every * number;
    text += fmt::format("  - cluster: {}\n    files:\n{}", name,
                        paths_of(by_cluster[number], at == Duration::zero()));
    if (at == Duration::zero()) continue;
    timeline += fmt::format("  - {{at: {}, cluster: {}, apply: [{}/{}]}}\n",
                            ScalarText<Duration>::print(at), name, name, kCoherence);
  }
  if (!timeline.empty()) text += "\n# One cluster's members after the other's.\ntimeline:\n";
  text += timeline;
  text += fmt::format("\nexpect:\n  - members == {}\n  - one_senior\n  - state == Running\n",
                      plan.clusters * plan.members);
  return text;
}

}  // namespace

std::vector<std::uint32_t> neighbours(Mesh mesh, std::uint32_t count, std::uint32_t self) {
  const auto are_connected = [&](std::uint32_t a, std::uint32_t b) {
    switch (mesh) {
      case Mesh::Full: return true;
      case Mesh::Hub: return a == 0;
      case Mesh::Chain: return b == a + 1;
      case Mesh::Ring: return b == a + 1 || (a == 0 && b + 1 == count);
    }
    return false;
  };
  std::vector<std::uint32_t> list;
  for (std::uint32_t other = 0; other < count; ++other) {
    if (other == self) continue;
    if (are_connected(std::min(self, other), std::max(self, other))) list.push_back(other);
  }
  return list;
}

Topology topology_of(const MeshPlan& plan) {
  check(plan.clusters >= 2 && plan.clusters <= kMaxClusters, "a mesh has 2 to 255 clusters");
  Diagnostics diagnostics;
  Topology topology = expand(document_of(plan), diagnostics, "");
  check(diagnostics.ok(), "a generated topology has no errors");
  return topology;
}

std::vector<GeneratedFile> mesh_files(const MeshPlan& plan) {
  const Topology topology = topology_of(plan);
  std::vector<std::vector<GeneratedFile>> by_cluster;
  for (std::uint32_t number = 0; number < plan.clusters; ++number) {
    by_cluster.push_back(cluster_files(plan, topology, number));
  }
  std::vector<GeneratedFile> files{{"scenario.yaml", scenario_text(plan, by_cluster)},
                                   {"topology.yaml", topology_text(plan, topology)}};
  for (std::vector<GeneratedFile>& own : by_cluster) {
    std::move(own.begin(), own.end(), std::back_inserter(files));
  }
  return files;
}

}  // namespace meshsim
