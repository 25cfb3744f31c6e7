// MS01nn: ranges that overlap, ranges that are full, addresses that are nobody's.
// Source: oci-oke.md sections 1.1 and 5, cilium-clustermesh.md section 1.1.
#include <fmt/format.h>

#include <algorithm>

#include "sim/check/pairs.hpp"
#include "sim/check/rules.hpp"
#include "sim/check/subject.hpp"

namespace meshsim::checks {
namespace {

constexpr std::uint32_t kReservedAddresses = 3;  // of each subnet; source: oci-oke.md section 1.1
constexpr std::uint32_t kMaxPods = 110;          // per node with flannel; section 5
constexpr Prefix kLinkLocal{Ipv4{0xA9FE0000}, 16};

// Every two clusters that wires connect, each pair once.
template <class Use>
void for_connected_pairs(const Subject& subject, Use&& use) {
  const auto& clusters = subject.clusters();
  for (std::size_t i = 0; i < clusters.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (subject.are_connected(clusters[i], clusters[j])) use(clusters[j], clusters[i]);
    }
  }
}

std::string text(const Prefix& prefix) { return to_string(prefix); }

constexpr std::string_view kOwnRanges =
    "give each of the connected networks a range of its own; ranges of a running cluster cannot "
    "be changed";

void find_vcn_overlaps(const Subject& subject, Findings& findings) {
  PairFindings pairs{findings};
  for_connected_pairs(subject, [&](const PlannedCluster& a, const PlannedCluster& b) {
    if (a.vcn == b.vcn) return;
    for (const Prefix& one : a.vcn->cidrs) {
      for (const Prefix& other : b.vcn->cidrs) {
        if (!one.overlaps(other)) continue;
        pairs.add(b.vcn->pos, "vcn", with(a, b), {object(*b.vcn), object(*a.vcn), object(b)},
                  fmt::format("{} of VCN {} overlaps {} of VCN {}: peering is not refused, and "
                              "packets go to one of the two only",
                              text(other), b.vcn->name, text(one), a.vcn->name),
                  std::string{kOwnRanges}, {{a.vcn->pos, "the other VCN"}});
      }
    }
  });
}

void find_pod_overlaps(const Subject& subject, Findings& findings) {
  PairFindings pairs{findings};
  for_connected_pairs(subject, [&](const PlannedCluster& a, const PlannedCluster& b) {
    const Cluster& one = *a.topology;
    const Cluster& other = *b.topology;
    if (!one.pods_cidr.overlaps(other.pods_cidr)) return;
    pairs.add(other.pos, "pods", with(a, b), {object(b), object(a)},
              fmt::format("the pods of {} ({}) overlap those of {} ({}): packets may reach a wrong "
                          "pod, while the mesh says it is connected",
                          other.name, text(other.pods_cidr), one.name, text(one.pods_cidr)),
              std::string{kOwnRanges}, {{one.pos, "the other cluster"}});
  });
}

void find_pods_in_vcns(const Subject& subject, Findings& findings) {
  for (const PlannedCluster& cluster : subject.clusters()) {
    for (const PlannedCluster& other : subject.clusters()) {
      if (!subject.are_connected(cluster, other)) continue;
      if (&other != &cluster && other.vcn == cluster.vcn) continue;
      for (const Prefix& cidr : other.vcn->cidrs) {
        if (!cluster.topology->pods_cidr.overlaps(cidr)) continue;
        findings.add(cluster.topology->pos, {object(cluster), object(*other.vcn)},
                     fmt::format("the pods of {} ({}) overlap VCN {} ({}): from inside the cluster "
                                 "those addresses of the VCN are unreachable",
                                 name_of(cluster), text(cluster.topology->pods_cidr),
                                 other.vcn->name, text(cidr)),
                     std::string{kOwnRanges});
      }
    }
  }
}

void find_hidden_by_services(const Subject& subject, Findings& findings) {
  for (const PlannedCluster& cluster : subject.clusters()) {
    const Prefix& services = cluster.topology->services_cidr;
    const auto hides = [&](const Prefix& range, const std::string& what) {
      if (!services.overlaps(range)) return;
      findings.add(cluster.topology->pos, {object(cluster)},
                   fmt::format("the services of {} ({}) hide {} ({}) from its pods",
                               name_of(cluster), text(services), what, text(range)),
                   "choose a service range that nothing else in the connected networks uses");
    };
    for (const PlannedCluster& other : subject.clusters()) {
      if (!subject.are_connected(cluster, other)) continue;
      if (&other == &cluster || other.vcn != cluster.vcn) {
        for (const Prefix& cidr : other.vcn->cidrs) hides(cidr, "VCN " + other.vcn->name);
      }
      hides(other.topology->pods_cidr, "the pods of " + name_of(other));
    }
  }
}

void find_equal_services(const Subject& subject, Findings& findings) {
  PairFindings pairs{findings};
  for_connected_pairs(subject, [&](const PlannedCluster& a, const PlannedCluster& b) {
    if (!a.topology->services_cidr.overlaps(b.topology->services_cidr)) return;
    pairs.add(b.topology->pos, "services", with(a, b), {object(b), object(a)},
              fmt::format("the services of {} and {} overlap ({}): a Cilium mesh does not mind, "
                          "Submariner without Globalnet drops such a pair",
                          name_of(a), name_of(b), text(b.topology->services_cidr)),
              "choose ranges of their own if the clusters are ever to be joined otherwise");
  });
}

std::uint64_t nodes_of(const Cluster& cluster) {
  std::uint64_t nodes = 0;
  for (const NodePool& pool : cluster.pools) nodes += pool.nodes;
  return nodes;
}

std::uint64_t node_ranges(const Cluster& cluster) {
  const int bits = cluster.node_pod_bits - cluster.pods_cidr.length;
  return bits < 0 ? 0 : std::uint64_t{1} << bits;
}

void find_full_pod_ranges(const Subject& subject, Findings& findings) {
  for (const PlannedCluster& cluster : subject.clusters()) {
    const Cluster& made = *cluster.topology;
    const std::uint64_t room = node_ranges(made);
    if (nodes_of(made) <= room) continue;
    findings.add(
        made.pos, {object(cluster)},
        fmt::format("{} has room for {} nodes with a /{} each; {} has {}", text(made.pods_cidr),
                    room, made.node_pod_bits, made.name, nodes_of(made)),
        "make pods_cidr larger or node_pod_bits longer");
  }
}

std::uint64_t usable(const Prefix& cidr) {
  return cidr.size() > kReservedAddresses ? cidr.size() - kReservedAddresses : 0;
}

// What stands in a subnet, as far as the topology knows.
std::uint64_t used_in(const Subject& subject, const Vcn& vcn, const Subnet& subnet) {
  std::uint64_t used = 0;
  for (const PlannedCluster& cluster : subject.clusters()) {
    if (cluster.vcn != &vcn) continue;
    for (const NodePool& pool : cluster.topology->pools) {
      if (pool.subnet == subnet.name) used += pool.nodes;
    }
    for (const PlannedLoadBalancer& balancer : cluster.load_balancers) {
      if (balancer.subnet != subnet.name) continue;
      // A load balancer takes two addresses beside its own; source: oci-oke.md section 4.2.
      const auto kind = cluster.services[balancer.service].manifest.load_balancer.kind.value;
      used += kind == LoadBalancerRequest::Kind::Nlb ? 1 : 3;
    }
  }
  return used;
}

void find_full_subnets(const Subject& subject, Findings& findings) {
  for (const Vcn& vcn : subject.topology().vcns) {
    for (const Subnet& subnet : vcn.subnets) {
      const std::uint64_t used = used_in(subject, vcn, subnet);
      if (used <= usable(subnet.cidr)) continue;
      findings.add(subnet.pos, {object(vcn)},
                   fmt::format("subnet '{}' of VCN {} ({}) has {} addresses; its nodes and load "
                               "balancers need {}",
                               subnet.name, vcn.name, text(subnet.cidr), usable(subnet.cidr), used),
                   "make the subnet larger (a subnet cannot be resized while it is in use)");
    }
  }
}

void find_no_room_to_surge(const Subject& subject, Findings& findings) {
  for (const PlannedCluster& cluster : subject.clusters()) {
    const Cluster& made = *cluster.topology;
    const std::uint64_t nodes = nodes_of(made);
    if (nodes == node_ranges(made)) {
      findings.add(made.pos, {object(cluster)},
                   fmt::format("{} gives {} nodes a /{} each, and {} has {}: no node can be added "
                               "or replaced by a new one first",
                               text(made.pods_cidr), nodes, made.node_pod_bits, made.name, nodes),
                   "make pods_cidr larger or node_pod_bits longer");
    }
  }
  for (const Vcn& vcn : subject.topology().vcns) {
    for (const Subnet& subnet : vcn.subnets) {
      const std::uint64_t used = used_in(subject, vcn, subnet);
      if (used == 0 || used != usable(subnet.cidr)) continue;
      findings.add(subnet.pos, {object(vcn)},
                   fmt::format("subnet '{}' of VCN {} ({}) is full: all {} addresses are used",
                               subnet.name, vcn.name, text(subnet.cidr), used),
                   "make the subnet larger, so that a node can be replaced by a new one first");
    }
  }
}

void find_small_node_ranges(const Subject& subject, Findings& findings) {
  for (const PlannedCluster& cluster : subject.clusters()) {
    const Cluster& made = *cluster.topology;
    const std::uint64_t pods = std::uint64_t{1} << (32 - made.node_pod_bits);
    if (pods > kMaxPods) continue;
    findings.add(made.pos, {object(cluster)},
                 fmt::format("a /{} holds {} pod addresses, but a kubelet takes up to {} pods: the "
                             "rest stays in ContainerCreating",
                             made.node_pod_bits, pods, kMaxPods),
                 "write node_pod_bits: 25 or less, or lower max-pods");
  }
}

void find_balancers_outside(const Subject& subject, Findings& findings) {
  for (const PlannedCluster& cluster : subject.clusters()) {
    for (const PlannedLoadBalancer& balancer : cluster.load_balancers) {
      const Subnet* const subnet = find_named(cluster.vcn->subnets, balancer.subnet);
      const ServiceManifest& service = cluster.services[balancer.service].manifest;
      if (subnet == nullptr || subnet->cidr.contains(balancer.address)) continue;
      const Pos asked = service.load_balancer.address.pos;
      findings.add(
          asked ? asked : service.pos, {object(cluster, service), object(cluster)},
          fmt::format("load balancer address {} of Service {} lies outside subnet '{}' "
                      "({}): the controller cannot make it",
                      to_string(balancer.address), service.name, subnet->name, text(subnet->cidr)),
          "write an address of that subnet, or name the subnet it belongs to",
          {{subnet->pos, "the subnet"}});
    }
  }
}

void find_shared_balancer_addresses(const Subject& subject, Findings& findings) {
  std::map<Ipv4, std::pair<const PlannedCluster*, const ServiceManifest*>> owners;
  for (const PlannedCluster& cluster : subject.clusters()) {
    for (const PlannedLoadBalancer& balancer : cluster.load_balancers) {
      const ServiceManifest& service = cluster.services[balancer.service].manifest;
      const auto [first, is_new] = owners.emplace(balancer.address, std::pair{&cluster, &service});
      const auto& [other, taken] = first->second;
      if (is_new || !subject.are_connected(*other, cluster)) continue;
      const Pos asked = service.load_balancer.address.pos;
      findings.add(asked ? asked : service.pos,
                   {object(cluster, service), object(*other, *taken), object(cluster)},
                   fmt::format("load balancer address {} of Service {} in {} is taken by Service "
                               "{} in {}",
                               to_string(balancer.address), service.name, name_of(cluster),
                               taken->name, name_of(*other)),
                   "write another address", {{taken->pos, "has the address"}});
    }
  }
}

void find_link_local(const Subject& subject, Findings& findings) {
  for (const Vcn& vcn : subject.topology().vcns) {
    for (const Prefix& cidr : vcn.cidrs) {
      if (!cidr.overlaps(kLinkLocal)) continue;
      findings.add(vcn.pos, {object(vcn)},
                   fmt::format("VCN {} uses {}, where the VCN's resolver and the metadata service "
                               "live and no security rule is enforced",
                               vcn.name, text(cidr)),
                   "choose a range of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16");
    }
  }
}

constexpr Rule kRules[] = {
    {"MS0101", Level::Error, "VCN ranges of connected clusters overlap", find_vcn_overlaps},
    {"MS0102", Level::Error, "pod ranges of connected clusters overlap", find_pod_overlaps},
    {"MS0103", Level::Error, "a pod range overlaps a VCN", find_pods_in_vcns},
    {"MS0104", Level::Error, "a service range hides a VCN or pods", find_hidden_by_services},
    {"MS0105", Level::Note, "service ranges of connected clusters overlap", find_equal_services},
    {"MS0106", Level::Error, "more nodes than the pod range has room for", find_full_pod_ranges},
    {"MS0107", Level::Error, "a subnet has too few addresses", find_full_subnets},
    {"MS0108", Level::Warning, "no room for one more node", find_no_room_to_surge},
    {"MS0109", Level::Warning, "a node's pod range is smaller than its pod limit",
     find_small_node_ranges},
    {"MS0110", Level::Error, "a load balancer's address lies outside its subnet",
     find_balancers_outside},
    {"MS0111", Level::Error, "two load balancers have one address", find_shared_balancer_addresses},
    {"MS0112", Level::Error, "a VCN uses link-local addresses", find_link_local},
};

}  // namespace

std::span<const Rule> addressing_rules() { return kRules; }

}  // namespace meshsim::checks
