// Indexes a plan by names and addresses.
#include "sim/check/subject.hpp"

#include <algorithm>

#include "models/dns/name.hpp"
#include "sim/topology/graph.hpp"

namespace meshsim::checks {

Subject::Subject(const Plan& plan)
    : plan_(plan), routes_(resolve_drg_routes(plan.scenario.topology)) {
  const std::vector<std::size_t> islands = islands_of_vcns(topology());
  for (std::size_t i = 0; i < islands.size(); ++i) islands_[topology().vcns[i].name] = islands[i];
  for (const Rpc& rpc : topology().rpcs) {
    if (rpc.status != PeeringStatus::Peered) continue;
    peers_[rpc.drg_a].push_back(rpc.drg_b);
    peers_[rpc.drg_b].push_back(rpc.drg_a);
  }
  has_manifests_ = !plan.scenario.steps.empty();
  for (const ApplyStep& step : plan.scenario.steps) with_files_.insert(step.cluster);
  for (const PlannedCluster& cluster : plan.clusters) {
    by_name_[cluster.topology->name] = &cluster;
    has_cilium_ |= cluster.has_cilium;
    for (const PlannedNode& node : cluster.nodes) nodes_.emplace(node.address, &cluster);
    for (const PlannedLoadBalancer& balancer : cluster.load_balancers) {
      balancers_.emplace(balancer.address, LoadBalancerAt{&cluster, &balancer});
    }
    add_blocks(cluster);
    const CiliumValues& cilium = cluster.cilium;
    if (!cilium.config_enabled.value || cilium.id.value == 0) continue;
    for (const CiliumRemote& remote : cilium.remotes) {
      entries_[name_of(cluster)].emplace(remote.name.value, &remote);
    }
  }
}

// Before 1.14.7 a key in capital letters never matches; source: dns.md section 1.3.
void Subject::add_blocks(const PlannedCluster& cluster) {
  if (cluster.corefiles.empty()) return;
  const bool is_folded = dns::at_least(cluster.topology->coredns_version, 1, 14, 7);
  for (const dns::ServerBlock& block : cluster.corefiles.back().config.blocks) {
    for (const dns::ServerKey& key : block.keys) {
      const std::string zone = dns::lower(key.zone);
      if (key.port == 53 && (is_folded || zone == key.zone))
        blocks_[name_of(cluster)].emplace(zone, &block);
    }
  }
}

const Subject::Blocks& Subject::blocks_of(const PlannedCluster& cluster) const {
  static const Blocks none;
  const auto found = blocks_.find(name_of(cluster));
  return found == blocks_.end() ? none : found->second;
}

std::size_t Subject::drgs_between(std::string_view from, std::string_view to) const {
  auto& reached = distances_[from];
  if (reached.empty()) {
    std::vector<std::string_view> next{from};
    reached[from] = 1;
    for (std::size_t i = 0; i < next.size(); ++i) {
      const auto peers = peers_.find(next[i]);
      if (peers == peers_.end()) continue;
      for (const std::string_view peer : peers->second) {
        if (reached.emplace(peer, reached.at(next[i]) + 1).second) next.push_back(peer);
      }
    }
  }
  const auto found = reached.find(to);
  return found == reached.end() ? 0 : found->second;
}

const PlannedCluster* Subject::cluster(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

const Vcn* Subject::vcn_with(Ipv4 address) const {
  for (const Vcn& vcn : topology().vcns) {
    const auto holds = [&](const Prefix& cidr) { return cidr.contains(address); };
    if (std::any_of(vcn.cidrs.begin(), vcn.cidrs.end(), holds)) return &vcn;
  }
  return nullptr;
}

const PlannedCluster* Subject::silent_cluster_in(const Vcn& vcn) const {
  const auto found = std::find_if(
      clusters().begin(), clusters().end(),
      [&](const PlannedCluster& cluster) { return cluster.vcn == &vcn && !has_files(cluster); });
  return found == clusters().end() ? nullptr : &*found;
}

const DrgTrace& Subject::trace(const Vcn& from, Ipv4 target) const {
  const auto key = std::pair{std::string_view{from.name}, target};
  const auto found = traces_.find(key);
  if (found != traces_.end()) return found->second;
  return traces_.emplace(key, trace_route(topology(), routes_, from, target)).first->second;
}

LoadBalancerAt Subject::load_balancer_at(Ipv4 address) const {
  const auto found = balancers_.find(address);
  return found == balancers_.end() ? LoadBalancerAt{} : found->second;
}

const PlannedCluster* Subject::cluster_with_node(Ipv4 address) const {
  const auto found = nodes_.find(address);
  return found == nodes_.end() ? nullptr : found->second;
}

bool Subject::are_connected(const PlannedCluster& a, const PlannedCluster& b) const {
  return a.vcn == b.vcn || islands_.at(a.vcn->name) == islands_.at(b.vcn->name);
}

const CiliumRemote* Subject::entry(const PlannedCluster& from, const PlannedCluster& to) const {
  const auto list = entries_.find(name_of(from));
  if (list == entries_.end()) return nullptr;
  const auto found = list->second.find(to.topology->name);
  return found == list->second.end() ? nullptr : found->second;
}

const std::string& name_of(const PlannedCluster& cluster) { return cluster.topology->name; }

std::string object(const PlannedCluster& cluster) { return "cluster " + name_of(cluster); }
std::string object(const Vcn& vcn) { return "vcn " + vcn.name; }
std::string object(const Drg& drg) { return "drg " + drg.name; }
std::string object(const Rpc& rpc) { return "rpc " + rpc.name; }
std::string object(const PlannedCluster& cluster, const ServiceManifest& service) {
  return "service " + name_of(cluster) + "/" + service.namespace_ + "/" + service.name;
}
std::string object(const PlannedCluster& cluster, const CoherenceManifest& coherence) {
  return "coherence " + name_of(cluster) + "/" + coherence.namespace_ + "/" + coherence.name;
}
std::string coredns_object(const PlannedCluster& cluster) { return "coredns " + name_of(cluster); }

}  // namespace meshsim::checks
