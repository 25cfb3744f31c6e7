// Works out ranges from addresses.
#include "sim/import/dump_topology.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/topology/complete.hpp"
#include "sim/topology/regions.hpp"
#include "sim/topology/validate.hpp"

namespace meshsim {
namespace {

// source: oci-oke.md section 1.1: a VCN or subnet is not smaller.
constexpr std::uint8_t kLongestSubnet = 30;
constexpr std::uint8_t kShortestVcn = 16;
constexpr std::uint8_t kLongestServices = 28;  // a cluster has a few Services at least
constexpr const char* kMadeUp = "made-up";

class DumpReader {
 public:
  DumpReader(const ClusterDump& dump, ImportedTopology& out, Diagnostics& diagnostics)
      : dump_(dump), manifests_(dump.manifests), out_(out), diagnostics_(diagnostics) {}

  void read() {
    cluster_.name = dump_.cluster;
    cluster_.vcn = dump_.cluster;
    cluster_.pos = dump_.pos;
    read_region();
    read_nodes();
    if (pool_.nodes == 0) {
      diagnostics_.error(dump_.pos, title(), "the dump shows no Node with an InternalIP");
      return;
    }
    read_services();
    add_network();
    cluster_.pools.push_back(std::move(pool_));
    out_.topology.clusters.push_back(std::move(cluster_));
  }

 private:
  std::string title() const { return "cluster " + dump_.cluster; }
  void warn(Pos pos, std::string message) {
    diagnostics_.warning(pos, title(), std::move(message));
  }
  void unknown(Unknown::Of of, std::string what, Pos pos) {
    out_.unknowns.push_back({of, dump_.cluster, std::move(what), pos, "no dump says it"});
  }

  void read_region() {
    for (const NodeRecord& node : manifests_.nodes) {
      const KnownRegion* const known = find_region(node.region);
      if (known == nullptr) continue;
      cluster_.region = known->name;
      return;
    }
    unknown(Unknown::Of::Cluster, "the region of the cluster", dump_.pos);
  }

  void read_nodes() {
    pool_.name = "nodes";
    pool_.subnet = "workers";
    pool_.nodes = 0;
    pool_.pos = dump_.pos;
    std::vector<Prefix> ranges;
    for (const NodeRecord& node : manifests_.nodes) {
      if (!node.address) continue;
      ++pool_.nodes;
      pool_.instances.push_back(
          {node.address.value, node.zone, node.fault_domain, node.address.pos});
      nodes_.push_back({node.address.value, 32});
      if (node.pod_cidr) ranges.push_back(node.pod_cidr.value);
    }
    for (const CiliumNodeRecord& node : manifests_.cilium_nodes) {
      if (node.pod_cidr) ranges.push_back(node.pod_cidr.value);
    }
    if (ranges.empty()) {
      unknown(Unknown::Of::Cluster, "the range of the pods", dump_.pos);
    } else {
      cluster_.pods_cidr = covering(ranges, 30);
      cluster_.node_pod_bits = ranges.front().length;
    }
  }

  void read_services() {
    std::vector<Prefix> addresses;
    for (const ServiceManifest& service : manifests_.services) {
      if (service.cluster_ip) addresses.push_back({service.cluster_ip.value, 32});
      const LoadBalancerRequest& balancer = service.load_balancer;
      if (balancer.address && balancer.is_internal.value) {
        balancers_.push_back({balancer.address.value, 32});
      }
    }
    if (addresses.empty()) {
      unknown(Unknown::Of::Cluster, "the range of the Services", dump_.pos);
      return;
    }
    cluster_.services_cidr = covering(addresses, kLongestServices);
  }

  Subnet subnet(const char* name, const std::vector<Prefix>& holds) const {
    return {name, covering(holds, kLongestSubnet), kMadeUp, {kMadeUp}, false, dump_.pos};
  }

  // The one subnet that must be there; a second one for load balancers if it is clear of it.
  void add_network() {
    Vcn vcn;
    vcn.name = dump_.cluster;
    vcn.region = cluster_.region;
    vcn.pos = dump_.pos;
    vcn.subnets.push_back(subnet("workers", nodes_));
    cluster_.lb_subnet = "workers";
    if (!balancers_.empty()) {
      Subnet internal = subnet("int_lb", balancers_);
      if (internal.cidr.overlaps(vcn.subnets.front().cidr)) {
        std::vector<Prefix> all = nodes_;
        all.insert(all.end(), balancers_.begin(), balancers_.end());
        vcn.subnets.front().cidr = covering(all, kLongestSubnet);
      } else {
        vcn.subnets.push_back(std::move(internal));
        cluster_.lb_subnet = "int_lb";
      }
    }
    std::vector<Prefix> cidrs;
    for (const Subnet& one : vcn.subnets) cidrs.push_back(one.cidr);
    const Prefix whole = covering(cidrs, kLongestSubnet);
    vcn.cidrs = whole.length >= kShortestVcn ? std::vector{whole} : cidrs;
    vcn.route_tables.push_back({kMadeUp, {}, dump_.pos});
    vcn.security_lists.push_back({kMadeUp, allow_all(), dump_.pos});
    warn(dump_.pos,
         fmt::format("its VCN ({}) and subnets are the smallest that hold its nodes and load "
                     "balancers, pods {} and services {} likewise; write the real ones",
                     to_string(vcn.cidrs.front()), to_string(cluster_.pods_cidr),
                     to_string(cluster_.services_cidr)));
    unknown(Unknown::Of::Vcn, "routes, security rules and DRG of the VCN", dump_.pos);
    out_.topology.vcns.push_back(std::move(vcn));
  }

  // So that what is made up stops nothing; that it is made up is recorded.
  std::vector<SecurityRule> allow_all() const {
    std::vector<SecurityRule> rules(2);
    rules[1].direction = RuleDirection::Egress;
    for (SecurityRule& rule : rules) {
      rule.cidr = Prefix{};
      rule.description = "made up: no dump says what is let through";
      rule.pos = dump_.pos;
    }
    return rules;
  }

  const ClusterDump& dump_;
  const KubernetesManifests& manifests_;
  ImportedTopology& out_;
  Diagnostics& diagnostics_;
  Cluster cluster_;
  NodePool pool_;
  std::vector<Prefix> nodes_;
  std::vector<Prefix> balancers_;
};

}  // namespace

Prefix covering(std::span<const Prefix> parts, std::uint8_t longest) {
  Prefix whole = parts.front();
  whole.length = std::min(whole.length, longest);
  for (const Prefix& part : parts) {
    whole.length = std::min(whole.length, part.length);
    while (whole.length > 0 && !whole.contains(part.base)) --whole.length;
  }
  whole.base.value &= whole.mask();
  return whole;
}

ImportedTopology topology_of_dumps(std::span<const ClusterDump> dumps, Diagnostics& diagnostics) {
  ImportedTopology out;
  if (!dumps.empty()) out.topology.pos = dumps.front().pos;
  for (const ClusterDump& dump : dumps) DumpReader{dump, out, diagnostics}.read();
  add_regions(out.topology);
  validate(out.topology, nullptr, "", diagnostics);
  return out;
}

}  // namespace meshsim
