// Two ends are alike if their VNICs have the same subnet and groups, and if every prefix that a
// rule, a route or a range names holds both of their addresses or neither. Then each decision on a
// packet's way comes out the same for both, up to the renaming of their addresses.
#include "sim/path/reach_classes.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace meshsim {
namespace {

// Every prefix that something on a packet's way compares addresses with. Pod ranges of nodes are
// not among them: a pod in the range of its own node is renamed along with that.
std::vector<Prefix> named_prefixes(const Plan& plan) {
  std::set<Prefix> prefixes;
  const Topology& topology = plan.scenario.topology;
  for (const Vcn& vcn : topology.vcns) {
    prefixes.insert(vcn.cidrs.begin(), vcn.cidrs.end());
    for (const Subnet& subnet : vcn.subnets) prefixes.insert(subnet.cidr);
    for (const RouteTable& table : vcn.route_tables) {
      for (const RouteRule& rule : table.rules) prefixes.insert(rule.destination);
    }
    for (const auto* groups : {&vcn.security_lists, &vcn.nsgs}) {
      for (const SecurityGroup& group : *groups) {
        for (const SecurityRule& rule : group.rules) {
          if (rule.cidr) prefixes.insert(*rule.cidr);
        }
      }
    }
  }
  for (const Drg& drg : topology.drgs) {
    for (const DrgRouteTable& table : drg.route_tables) {
      for (const DrgStaticRule& rule : table.static_rules) prefixes.insert(rule.destination);
    }
  }
  for (const PlannedCluster& cluster : plan.clusters) {
    prefixes.insert(cluster.topology->pods_cidr);
    prefixes.insert(cluster.topology->services_cidr);
    if (cluster.cilium.native_routing_cidr) {
      prefixes.insert(cluster.cilium.native_routing_cidr.value);
    }
  }
  return {prefixes.begin(), prefixes.end()};
}

// Addresses that more than one thing has.
std::set<Ipv4> shared_addresses(const Plan& plan) {
  std::vector<Ipv4> all;
  for (const PlannedCluster& cluster : plan.clusters) {
    for (const PlannedNode& node : cluster.nodes) all.push_back(node.address);
    for (const PlannedPod& pod : cluster.pods) all.push_back(pod.address);
    for (const PlannedLoadBalancer& balancer : cluster.load_balancers) {
      all.push_back(balancer.address);
    }
    for (const PlannedService& service : cluster.services) {
      if (service.cluster_ip) all.push_back(service.cluster_ip);
    }
  }
  std::sort(all.begin(), all.end());
  std::set<Ipv4> shared;
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (all[i] == all[i - 1]) shared.insert(all[i]);
  }
  return shared;
}

class Classifier {
 public:
  Classifier(const Plan& plan, bool by_class)
      : plan_(plan),
        by_class_(by_class),
        prefixes_(named_prefixes(plan)),
        shared_(shared_addresses(plan)) {
    for (const PlannedCluster& cluster : plan.clusters) {
      for (const PlannedNode& node : cluster.nodes) {
        if (node.pod_cidr.length != 0) ranges_.push_back(node.pod_cidr);
      }
    }
    std::sort(ranges_.begin(), ranges_.end());
  }

  void add(PathEnd end) {
    const PlannedNode& node = plan_.clusters[end.cluster].nodes[end.node];
    Key key;
    key.cluster = end.cluster;
    key.pool = node.pool;
    key.node_in = holding(node.address);
    key.in = holding(end.address);
    // Nothing but its own node's range may hold the address of a pod, and none that of a node.
    const bool is_pod = end.kind == PathEnd::Kind::Pod;
    const std::size_t ranges = ranges_holding(end.address);
    const bool is_plain = is_pod ? ranges == 1 && node.pod_cidr.contains(end.address) : ranges == 0;
    const bool is_alone = !by_class_ || !is_plain || shared_.contains(end.address) ||
                          shared_.contains(node.address) || ranges_holding(node.address) != 0;
    if (is_alone) key.alone = ++alone_;
    const auto [place, is_new] = places_.emplace(std::move(key), classes_.size());
    if (is_new) classes_.push_back({end.cluster, {}, 0});
    classes_[place->second].ends.push_back(std::move(end));
  }

  std::vector<ReachClass> take() { return std::move(classes_); }

 private:
  struct Key {
    std::size_t cluster = 0;
    std::size_t pool = 0;  // which says subnet and NSGs
    std::vector<std::uint32_t> node_in;
    std::vector<std::uint32_t> in;
    std::size_t alone = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  std::vector<std::uint32_t> holding(Ipv4 address) const {
    std::vector<std::uint32_t> list;
    for (std::uint32_t i = 0; i < prefixes_.size(); ++i) {
      if (prefixes_[i].contains(address)) list.push_back(i);
    }
    return list;
  }

  // Node ranges are as good as always disjoint, so the one before the address is looked at, and all
  // of them only if some overlap.
  std::size_t ranges_holding(Ipv4 address) {
    if (!overlap_) {
      overlap_ = false;
      for (std::size_t i = 1; i < ranges_.size(); ++i) {
        if (ranges_[i].overlaps(ranges_[i - 1])) overlap_ = true;
      }
    }
    if (*overlap_) {
      return static_cast<std::size_t>(
          std::count_if(ranges_.begin(), ranges_.end(),
                        [&](const Prefix& one) { return one.contains(address); }));
    }
    const auto next = std::upper_bound(ranges_.begin(), ranges_.end(), Prefix{address, 32});
    return next != ranges_.begin() && std::prev(next)->contains(address) ? 1 : 0;
  }

  const Plan& plan_;
  bool by_class_;
  std::vector<Prefix> prefixes_;
  std::set<Ipv4> shared_;
  std::vector<Prefix> ranges_;
  std::optional<bool> overlap_;
  std::size_t alone_ = 0;
  std::map<Key, std::size_t> places_;
  std::vector<ReachClass> classes_;
};

}  // namespace

std::vector<ReachClass> node_classes(const Plan& plan, bool by_class) {
  Classifier classifier{plan, by_class};
  for (std::size_t at = 0; at < plan.clusters.size(); ++at) {
    for (std::size_t i = 0; i < plan.clusters[at].nodes.size(); ++i) {
      classifier.add(node_end(plan, at, i));
    }
  }
  return classifier.take();
}

std::vector<ReachClass> pod_classes(const Plan& plan, bool by_class) {
  Classifier classifier{plan, by_class};
  for (std::size_t at = 0; at < plan.clusters.size(); ++at) {
    for (std::size_t i = 0; i < plan.clusters[at].pods.size(); ++i) {
      classifier.add(pod_end(plan, at, i));
    }
  }
  return classifier.take();
}

std::vector<ReachClass> load_balancer_classes(const Plan& plan, Protocol protocol,
                                              std::uint16_t port) {
  std::vector<ReachClass> classes;
  for (std::size_t at = 0; at < plan.clusters.size(); ++at) {
    const PlannedCluster& cluster = plan.clusters[at];
    for (std::size_t i = 0; i < cluster.load_balancers.size(); ++i) {
      const PlannedLoadBalancer& balancer = cluster.load_balancers[i];
      for (const ServicePort& one : cluster.services[balancer.service].manifest.ports) {
        const Protocol listens = one.protocol == "UDP" ? Protocol::Udp : Protocol::Tcp;
        if (listens != protocol || (port != 0 && one.port.value != port)) continue;
        classes.push_back(
            {at, {load_balancer_end(plan, at, i)}, static_cast<std::uint16_t>(one.port.value)});
      }
    }
  }
  return classes;
}

}  // namespace meshsim
