// Reads the graphs off a plan and names their shapes.
#include "sim/scenario/mesh_shape.hpp"

#include <algorithm>

#include "models/dns/name.hpp"
#include "models/dns/rewrite.hpp"
#include "sim/topology/peering.hpp"

namespace meshsim {
namespace {

// A name that is handed on more often than this goes in a circle.
constexpr int kMostForwards = 8;

std::size_t place_of(const Plan& plan, std::string_view name) {
  std::size_t at = 0;
  while (at < plan.clusters.size() && plan.clusters[at].topology->name != name) ++at;
  return at;
}

void add_rpc(const Plan& plan, MeshEdges& edges) {
  const auto drg_of = [&](std::size_t at) -> std::string_view {
    return plan.clusters[at].vcn == nullptr ? std::string_view{} : plan.clusters[at].vcn->drg;
  };
  for (const Rpc& rpc : plan.scenario.topology.rpcs) {
    if (!peering_state(plan.scenario.topology, rpc).is_up()) continue;
    for (std::size_t a = 0; a < edges.size(); ++a) {
      for (std::size_t b = 0; b < edges.size(); ++b) {
        if (a == b || drg_of(a).empty()) continue;
        if (rpc.drg_a == drg_of(a) && rpc.drg_b == drg_of(b)) edges[a][b] = edges[b][a] = true;
      }
    }
  }
}

void add_cilium(const Plan& plan, MeshEdges& edges) {
  for (std::size_t from = 0; from < edges.size(); ++from) {
    const CiliumValues& cilium = plan.clusters[from].cilium;
    if (!cilium.config_enabled.value) continue;
    for (const CiliumRemote& remote : cilium.remotes) {
      const std::size_t to = place_of(plan, remote.name.value);
      if (to < edges.size() && to != from) edges[from][to] = true;
    }
  }
}

// The cluster whose load balancer has the address, or one behind the last.
std::size_t owner_of(const Plan& plan, Ipv4 address) {
  for (std::size_t at = 0; at < plan.clusters.size(); ++at) {
    for (const PlannedLoadBalancer& balancer : plan.clusters[at].load_balancers) {
      if (balancer.address == address) return at;
    }
  }
  return plan.clusters.size();
}

const dns::Config* config_of(const PlannedCluster& cluster) {
  return cluster.corefiles.empty() ? nullptr : &cluster.corefiles.back().config;
}

void add_dns(const Plan& plan, MeshEdges& edges) {
  for (std::size_t from = 0; from < edges.size(); ++from) {
    const dns::Config* const config = config_of(plan.clusters[from]);
    if (config == nullptr) continue;
    for (const dns::ServerBlock& block : config->blocks) {
      for (const dns::ForwardConfig& forward : block.forwards) {
        for (const dns::Upstream& upstream : forward.to) {
          const std::size_t to = owner_of(plan, upstream.address);
          if (to < edges.size() && to != from) edges[from][to] = true;
        }
      }
    }
  }
}

// The block that answers for the name: that of its longest zone.
const dns::ServerBlock* block_for(const dns::Config& config, const std::string& name) {
  const dns::ServerBlock* found = nullptr;
  std::size_t longest = 0;
  for (const dns::ServerBlock& block : config.blocks) {
    for (const dns::ServerKey& key : block.keys) {
      const std::string zone = dns::absolute(key.zone);
      if (key.port != 53 || !dns::is_in_zone(name, zone)) continue;
      if (found != nullptr && zone.size() <= longest) continue;
      found = &block;
      longest = zone.size();
    }
  }
  return found;
}

// Where the CoreDNS of `at` gets an answer to the name: itself, another cluster, or nowhere (one
// behind the last).
std::size_t answered_by(const Plan& plan, std::size_t at, std::string name) {
  for (int step = 0; step < kMostForwards; ++step) {
    const dns::Config* const config = config_of(plan.clusters[at]);
    const dns::ServerBlock* const block = config == nullptr ? nullptr : block_for(*config, name);
    if (block == nullptr) break;
    name = dns::Rewriter{block->rewrites}.apply(name).name;
    if (block->kubernetes) {
      const auto& zones = block->kubernetes->zones;
      const bool is_own = std::any_of(zones.begin(), zones.end(), [&](const std::string& zone) {
        return dns::is_in_zone(name, dns::absolute(zone));
      });
      if (is_own) return at;
    }
    std::size_t next = plan.clusters.size();
    for (const dns::ForwardConfig& forward : block->forwards) {
      if (next < plan.clusters.size() || !dns::is_in_zone(name, dns::absolute(forward.from))) {
        continue;
      }
      if (!forward.to.empty()) next = owner_of(plan, forward.to.front().address);
    }
    if (next == plan.clusters.size()) break;
    at = next;
  }
  return plan.clusters.size();
}

void add_wka(const Plan& plan, MeshEdges& edges) {
  for (std::size_t from = 0; from < edges.size(); ++from) {
    for (const PlannedCoherence& coherence : plan.clusters[from].coherence) {
      for (const Located<std::string>& wka : coherence.manifest.jvm.wka) {
        std::string name = wka.value.substr(0, wka.value.find(':'));
        // The search list's first suffix that can be meant; names with a foreign zone have none.
        if (name.find('.') == std::string::npos) {
          name += "." + coherence.manifest.namespace_ + ".svc.cluster.local";
        }
        const std::size_t to = answered_by(plan, from, dns::absolute(name));
        if (to < edges.size() && to != from) edges[from][to] = true;
      }
    }
  }
}

bool is_connected(const MeshEdges& edges) {
  std::vector<bool> seen(edges.size(), false);
  std::vector<std::size_t> open{0};
  seen[0] = true;
  while (!open.empty()) {
    const std::size_t at = open.back();
    open.pop_back();
    for (std::size_t to = 0; to < edges.size(); ++to) {
      if (!edges[at][to] || seen[to]) continue;
      seen[to] = true;
      open.push_back(to);
    }
  }
  return std::all_of(seen.begin(), seen.end(), [](bool one) { return one; });
}

}  // namespace

MeshEdges mesh_edges(const Plan& plan, std::string_view graph) {
  MeshEdges edges(plan.clusters.size(), std::vector<bool>(plan.clusters.size(), false));
  if (graph == "rpc") add_rpc(plan, edges);
  if (graph == "cilium") add_cilium(plan, edges);
  if (graph == "dns") add_dns(plan, edges);
  if (graph == "wka") add_wka(plan, edges);
  return edges;
}

std::string shape_of(const MeshEdges& edges) {
  const std::size_t size = edges.size();
  std::vector<std::size_t> degrees(size, 0);
  std::size_t count = 0;
  for (std::size_t from = 0; from < size; ++from) {
    for (std::size_t to = 0; to < size; ++to) {
      if (edges[from][to] != edges[to][from]) return "asymmetric";
      if (!edges[from][to]) continue;
      ++degrees[from];
      ++count;
    }
  }
  count /= 2;
  if (count == 0) return "none";
  if (!is_connected(edges)) return "islands";
  if (count == size * (size - 1) / 2) return "full-mesh";
  const auto with = [&](std::size_t degree) {
    return static_cast<std::size_t>(std::count(degrees.begin(), degrees.end(), degree));
  };
  if (count == size - 1 && with(size - 1) == 1) return "hub";
  if (count == size - 1 && with(1) == 2) return "chain";
  if (count == size && with(2) == size) return "ring";
  return "partial";
}

}  // namespace meshsim
