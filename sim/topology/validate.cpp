// Checks names, references and addresses of a topology in the long form.
#include "sim/topology/validate.hpp"

#include <fmt/core.h>

#include <map>
#include <set>
#include <vector>

#include "sim/topology/graph.hpp"
#include "sim/topology/oci_limits.hpp"
#include "sim/topology/regions.hpp"
#include "sim/topology/validation_report.hpp"

namespace meshsim {
namespace {

constexpr std::size_t kRulesPerList = 400;  // 200 of each direction; source: oci-oke.md section 8

class Validation : private ValidationReport {
 public:
  explicit Validation(const ValidationReport& report) : ValidationReport(report) {}

  void run() {
    unique_names(topology_.clusters, "clusters");
    unique_names(topology_.vcns, "vcns");
    unique_names(topology_.hosts, "hosts");
    for (std::size_t i = 0; i < topology_.vcns.size(); ++i) check_vcn(topology_.vcns[i], i);
    validate_drgs(*this);
    for (std::size_t i = 0; i < topology_.clusters.size(); ++i) {
      check_cluster(topology_.clusters[i], i);
    }
    for (std::size_t i = 0; i < topology_.hosts.size(); ++i) check_host(topology_.hosts[i], i);
    if (!is_run_) return;
    check_overlaps();
    const bool is_asked_for = document_ != nullptr && (document_->find("peering") != nullptr ||
                                                       find_path(*document_, "clusters.mesh"));
    if (topology_.clusters.size() > 1 && topology_.rpcs.empty() && topology_.drgs.size() > 1 &&
        !is_asked_for) {
      warn(topology_.pos, "peering",
           "nothing is peered, so the clusters cannot reach each other; write peering: {mesh: "
           "full}");
    }
  }

 private:
  // --- VCNs

  void check_vcn(const Vcn& vcn, std::size_t index) {
    const std::string path = fmt::format("vcns[{}]", index);
    if (stands(path)) check_region(vcn.region, path + ".region", vcn.pos);
    unique_names(vcn.subnets, path + ".subnets");
    unique_names(vcn.route_tables, path + ".route_tables");
    unique_names(vcn.security_lists, path + ".security_lists");
    unique_names(vcn.nsgs, path + ".nsgs");
    if (is_run_ && vcn.cidrs.size() > kCidrsPerVcn) {
      error(path + ".cidrs", vcn.pos,
            fmt::format("{} CIDRs; a VCN has {} at most", vcn.cidrs.size(), kCidrsPerVcn));
    }
    for (std::size_t i = 0; i < vcn.cidrs.size(); ++i) {
      const Prefix& cidr = vcn.cidrs[i];
      if (cidr.length >= 16 && cidr.length <= 30) continue;
      error(fmt::format("{}.cidrs[{}]", path, i), vcn.pos,
            fmt::format("a VCN has /16 to /30; '{}' is none", to_string(cidr)));
    }
    if (!vcn.drg.empty() && names_one_of(topology_.drgs, vcn.drg, path + ".drg", vcn.pos, "DRG")) {
      const Drg& drg = *find_named(topology_.drgs, vcn.drg);
      if (drg.region != vcn.region && stands(path)) {
        error(path + ".drg", vcn.pos,
              fmt::format("DRG '{}' is in {}, the VCN in {}; a VCN attaches to a DRG of its region",
                          drg.name, drg.region, vcn.region));
      }
    }
    for (std::size_t i = 0; i < vcn.subnets.size(); ++i) {
      check_subnet(vcn, i, fmt::format("{}.subnets[{}]", path, i));
    }
    for (std::size_t i = 0; i < vcn.route_tables.size(); ++i) {
      check_route_table(vcn, vcn.route_tables[i], fmt::format("{}.route_tables[{}]", path, i));
    }
    for (std::size_t i = 0; i < vcn.gateways.size(); ++i) {
      const GatewayKind kind = vcn.gateways[i].kind;
      if (kind != GatewayKind::Drg && kind != GatewayKind::PrivateIp) continue;
      error(fmt::format("{}.gateways[{}].kind", path, i), vcn.gateways[i].pos,
            "only nat, internet and service gateways can be closed");
    }
    check_groups(vcn, vcn.security_lists, path + ".security_lists", kRulesPerList);
    check_groups(vcn, vcn.nsgs, path + ".nsgs", kRulesPerNsg);
  }

  void check_subnet(const Vcn& vcn, std::size_t index, const std::string& path) {
    const Subnet& subnet = vcn.subnets[index];
    bool is_inside = false;
    for (const Prefix& cidr : vcn.cidrs) {
      is_inside |= cidr.contains(subnet.cidr.base) && cidr.length <= subnet.cidr.length;
    }
    if (!is_inside) {
      error(path + ".cidr", subnet.pos,
            fmt::format("'{}' is outside of VCN '{}'", to_string(subnet.cidr), vcn.name));
    }
    for (std::size_t i = 0; i < index; ++i) {
      if (!subnet.cidr.overlaps(vcn.subnets[i].cidr)) continue;
      error(path + ".cidr", subnet.pos,
            fmt::format("'{}' overlaps {} of subnet '{}'", to_string(subnet.cidr),
                        to_string(vcn.subnets[i].cidr), vcn.subnets[i].name));
    }
    names_one_of(vcn.route_tables, subnet.route_table, path + ".route_table", subnet.pos,
                 "route table");
    check_domain(vcn.region, subnet.availability_domain, path + ".availability_domain", subnet.pos);
    if (is_run_ && subnet.security_lists.size() > kListsPerSubnet) {
      error(path + ".security_lists", subnet.pos,
            fmt::format("{} lists; a subnet has {} at most", subnet.security_lists.size(),
                        kListsPerSubnet));
    }
    for (std::size_t i = 0; i < subnet.security_lists.size(); ++i) {
      names_one_of(vcn.security_lists, subnet.security_lists[i],
                   fmt::format("{}.security_lists[{}]", path, i), subnet.pos, "security list");
    }
  }

  void check_domain(const std::string& region, std::uint32_t domain, const std::string& path,
                    Pos pos) {
    const KnownRegion* const known = find_region(region);
    if (known == nullptr || domain <= known->availability_domains) return;
    error(path, pos,
          fmt::format("{} has {} availability domain{}; there is no {}", region,
                      known->availability_domains, known->availability_domains == 1 ? "" : "s",
                      domain));
  }

  void check_nsgs(const Vcn& vcn, const std::vector<std::string>& nsgs, const std::string& path,
                  Pos pos) {
    for (std::size_t i = 0; i < nsgs.size(); ++i) {
      names_one_of(vcn.nsgs, nsgs[i], fmt::format("{}[{}]", path, i), pos, "NSG");
    }
    if (!is_run_ || nsgs.size() <= kNsgsPerVnic) return;
    error(path, pos, fmt::format("{} NSGs; a VNIC is in {} at most", nsgs.size(), kNsgsPerVnic));
  }

  // A subnet, an address of it if one is given, and NSGs of its VNIC.
  void check_vnic(const Vcn& vcn, const std::string& subnet, Ipv4 address,
                  const std::vector<std::string>& nsgs, const std::string& path, Pos pos) {
    check_nsgs(vcn, nsgs, path + ".nsgs", pos);
    if (!names_one_of(vcn.subnets, subnet, path + ".subnet", pos, "subnet")) return;
    const Prefix& cidr = find_named(vcn.subnets, subnet)->cidr;
    if (!address || cidr.contains(address)) return;
    error(path + ".address", pos,
          fmt::format("'{}' lies outside subnet '{}' {}", to_string(address), subnet,
                      to_string(cidr)));
  }

  void check_host(const Host& host, std::size_t index) {
    const std::string path = fmt::format("hosts[{}]", index);
    if (!names_one_of(topology_.vcns, host.vcn, path + ".vcn", host.pos, "VCN")) return;
    check_vnic(*find_named(topology_.vcns, host.vcn), host.subnet, host.address, host.nsgs, path,
               host.pos);
  }

  void check_route_table(const Vcn& vcn, const RouteTable& table, const std::string& path) {
    std::set<Prefix> seen;
    for (std::size_t i = 0; i < table.rules.size(); ++i) {
      const RouteRule& rule = table.rules[i];
      const std::string own = fmt::format("{}.rules[{}]", path, i);
      if (rule.gateway == GatewayKind::Drg && vcn.drg.empty()) {
        warn(rule.pos, own + ".gateway",
             fmt::format("VCN '{}' is attached to no DRG; packets by this rule are dropped",
                         vcn.name));
      }
      if ((rule.gateway == GatewayKind::PrivateIp) != bool{rule.next_hop}) {
        error(own + ".next_hop", rule.pos,
              rule.next_hop ? "only a rule to private_ip has one; remove it"
                            : "is missing: the address in the VCN that forwards");
      }
      if (!seen.insert(rule.destination).second && stands(own)) {
        error(own + ".destination", rule.pos,
              fmt::format("'{}' has a rule already", to_string(rule.destination)));
      }
    }
    if (is_run_ && table.rules.size() > kRulesPerRouteTable) {
      warn(table.pos, path,
           fmt::format("{} rules in table '{}' of VCN '{}'; OCI's default limit is "
                       "{}",
                       table.rules.size(), table.name, vcn.name, kRulesPerRouteTable));
    }
  }

  void check_groups(const Vcn& vcn, const std::vector<SecurityGroup>& groups,
                    const std::string& path, std::size_t limit) {
    for (std::size_t g = 0; g < groups.size(); ++g) {
      const std::string own = fmt::format("{}[{}]", path, g);
      for (std::size_t i = 0; i < groups[g].rules.size(); ++i) {
        check_rule(vcn, groups[g].rules[i], fmt::format("{}.rules[{}]", own, i));
      }
      if (is_run_ && groups[g].rules.size() > limit) {
        warn(groups[g].pos, own,
             fmt::format("{} rules in '{}' of VCN '{}'; OCI's limit is {}", groups[g].rules.size(),
                         groups[g].name, vcn.name, limit));
      }
    }
  }

  void check_rule(const Vcn& vcn, const SecurityRule& rule, const std::string& path) {
    if (rule.cidr.has_value() == !rule.nsg.empty()) {
      error(path, rule.pos,
            rule.cidr ? "has both cidr and nsg; write one of them"
                      : "has no far end; write cidr or nsg");
    }
    if (!rule.nsg.empty()) names_one_of(vcn.nsgs, rule.nsg, path + ".nsg", rule.pos, "NSG");
    const bool has_ports = rule.protocol == RuleProtocol::Tcp || rule.protocol == RuleProtocol::Udp;
    for (const auto& [ports, key] :
         {std::pair{rule.ports, ".ports"}, std::pair{rule.source_ports, ".source_ports"}}) {
      if (!ports || has_ports) continue;
      error(path + key, rule.pos, "only tcp and udp have ports; remove it");
    }
    if (rule.icmp_type && rule.protocol != RuleProtocol::Icmp) {
      error(path + ".icmp_type", rule.pos, "only icmp has a type; remove it");
    }
    if (rule.icmp_code && !rule.icmp_type) {
      error(path + ".icmp_code", rule.pos, "is of a type; write icmp_type too");
    }
  }

  // --- clusters

  void check_cluster(const Cluster& cluster, std::size_t index) {
    const std::string path = fmt::format("clusters[{}]", index);
    check_region(cluster.region, path + ".region", cluster.pos);
    unique_names(cluster.pools, path + ".pools");
    check_pods(cluster, path);
    const Vcn* const vcn = find_named(topology_.vcns, cluster.vcn);
    if (vcn == nullptr) {
      // A VCN that could not be made has been reported.
      if (stands(path + ".vcn")) {
        names_one_of(topology_.vcns, cluster.vcn, path + ".vcn", cluster.pos, "VCN");
      }
      return;
    }
    if (vcn->region != cluster.region && stands(path + ".vcn")) {
      error(path + ".region", cluster.pos,
            fmt::format("VCN '{}' is in {}, the cluster in {}", vcn->name, vcn->region,
                        cluster.region));
    }
    names_one_of(vcn->subnets, cluster.lb_subnet, path + ".lb_subnet", cluster.pos, "subnet");
    check_nsgs(*vcn, cluster.lb_nsgs, path + ".lb_nsgs", cluster.pos);
    if (cluster.endpoint) {
      check_vnic(*vcn, cluster.endpoint->subnet, cluster.endpoint->address, cluster.endpoint->nsgs,
                 path + ".endpoint", cluster.endpoint->pos ? cluster.endpoint->pos : cluster.pos);
    }
    for (std::size_t i = 0; i < cluster.pools.size(); ++i) {
      check_pool(*vcn, cluster, cluster.pools[i], fmt::format("{}.pools[{}]", path, i));
    }
  }

  void check_pods(const Cluster& cluster, const std::string& path) {
    if (cluster.cni == Cni::VcnNative) return;  // its pods have addresses of a subnet
    std::uint64_t nodes = 0;
    for (const NodePool& pool : cluster.pools) nodes += pool.nodes;
    const int bits = cluster.node_pod_bits - cluster.pods_cidr.length;
    const std::uint64_t room = bits < 0 ? 0 : std::uint64_t{1} << bits;
    if (nodes <= room || !is_run_) return;
    error(path + ".pods_cidr", cluster.pos,
          fmt::format("'{}' has room for {} nodes with a /{} each; the cluster has {}",
                      to_string(cluster.pods_cidr), room, cluster.node_pod_bits, nodes));
  }

  void check_placement(const Vcn& vcn, const NodePool& pool, const std::string& path) {
    for (std::size_t i = 0; i < pool.availability_domains.size(); ++i) {
      const std::string own = fmt::format("{}.availability_domains[{}]", path, i);
      const std::uint32_t domain = pool.availability_domains[i];
      if (domain == 0) error(own, pool.pos, "availability domains are 1 to 3");
      check_domain(vcn.region, domain, own, pool.pos);
      const Subnet* const subnet = find_named(vcn.subnets, pool.subnet);
      if (subnet == nullptr || subnet->availability_domain == 0) continue;
      if (subnet->availability_domain == domain) continue;
      error(own, pool.pos,
            fmt::format("subnet '{}' is of availability domain {}", pool.subnet,
                        subnet->availability_domain));
    }
    for (std::size_t i = 0; i < pool.fault_domains.size(); ++i) {
      if (pool.fault_domains[i] >= 1 && pool.fault_domains[i] <= 3) continue;
      error(fmt::format("{}.fault_domains[{}]", path, i), pool.pos, "fault domains are 1 to 3");
    }
  }

  void check_pool(const Vcn& vcn, const Cluster& cluster, const NodePool& pool,
                  const std::string& path) {
    check_nsgs(vcn, pool.nsgs, path + ".nsgs", pool.pos);
    check_placement(vcn, pool, path);
    check_nsgs(vcn, pool.pod_nsgs, path + ".pod_nsgs", pool.pos);
    if (cluster.cni == Cni::VcnNative || !pool.pod_subnet.empty()) {
      names_one_of(vcn.subnets, pool.pod_subnet, path + ".pod_subnet", pool.pos, "subnet");
    }
    if (!names_one_of(vcn.subnets, pool.subnet, path + ".subnet", pool.pos, "subnet")) return;
    const Prefix& cidr = find_named(vcn.subnets, pool.subnet)->cidr;
    const std::uint64_t room = cidr.size() > 3 ? cidr.size() - 3 : 0;  // OCI keeps three addresses
    if (is_run_ && pool.nodes > room) {
      error(path + ".nodes", pool.pos,
            fmt::format("subnet '{}' ({}) has {} addresses; the pool has {} nodes", pool.subnet,
                        to_string(cidr), room, pool.nodes));
    }
    for (std::size_t i = 0; i < pool.instances.size(); ++i) {
      const NodeInstance& instance = pool.instances[i];
      if (cidr.contains(instance.address)) continue;
      error(fmt::format("{}.instances[{}].address", path, i), instance.pos,
            fmt::format("'{}' lies outside subnet '{}' {}", to_string(instance.address),
                        pool.subnet, to_string(cidr)));
    }
    if (pool.instances.size() > pool.nodes) {
      error(path + ".instances", pool.pos,
            fmt::format("{} instances in a pool of {} nodes", pool.instances.size(), pool.nodes));
    }
  }

  // --- addresses of what is meshed

  struct Range {
    Prefix cidr;
    std::string what;  // "VCN 'c1'"
    std::string path;
    Pos pos;
    std::size_t island;   // only ranges that could meet are compared
    std::size_t cluster;  // whose services these are, or kNone
  };
  static constexpr std::size_t kNone = ~std::size_t{0};

  // Of a VCN that was made, the cluster's `vcn_cidr` if it was given, else the cluster.
  std::string vcn_path(std::size_t index, std::size_t cidr) const {
    const std::string own = fmt::format("vcns[{}].cidrs[{}]", index, cidr);
    if (stands(own)) return own;
    for (std::size_t i = 0; i < topology_.clusters.size(); ++i) {
      if (topology_.clusters[i].vcn != topology_.vcns[index].name) continue;
      const std::string cluster = fmt::format("clusters[{}]", i);
      if (stands(cluster + ".vcn_cidr")) return cluster + ".vcn_cidr";
      if (stands(cluster)) return cluster;
    }
    return "clusters";
  }

  std::vector<Range> ranges() const {
    std::vector<Range> all;
    const std::vector<std::size_t> islands = islands_of_vcns(topology_);
    for (std::size_t i = 0; i < topology_.vcns.size(); ++i) {
      const Vcn& vcn = topology_.vcns[i];
      for (std::size_t c = 0; c < vcn.cidrs.size(); ++c) {
        all.push_back({vcn.cidrs[c], fmt::format("VCN '{}'", vcn.name), vcn_path(i, c), vcn.pos,
                       islands[i], kNone});
      }
    }
    for (std::size_t i = 0; i < topology_.clusters.size(); ++i) {
      const Cluster& cluster = topology_.clusters[i];
      const Vcn* const vcn = find_named(topology_.vcns, cluster.vcn);
      if (vcn == nullptr) continue;
      const std::size_t island = islands[static_cast<std::size_t>(vcn - topology_.vcns.data())];
      const std::string path = fmt::format("clusters[{}]", i);
      const auto add = [&](const Prefix& cidr, const char* what, const char* key,
                           std::size_t owner) {
        if (cidr.length == 0) return;  // of an import that does not know it
        const std::string own = path + key;
        all.push_back({cidr, fmt::format("{} of cluster '{}'", what, cluster.name),
                       stands(own) ? own : path, cluster.pos, island, owner});
      };
      if (cluster.cni != Cni::VcnNative) {
        add(cluster.pods_cidr, "the pods", ".pods_cidr", kNone);
      }
      add(cluster.services_cidr, "the services", ".services_cidr", i);
    }
    return all;
  }

  // Services are known inside their cluster only: they must not hide a VCN or pods, while two
  // clusters may use the same ones.
  void check_overlaps() {
    const std::vector<Range> all = ranges();
    for (std::size_t i = 0; i < all.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const Range& later = all[i];
        const Range& former = all[j];
        if (!later.cidr.overlaps(former.cidr) || later.island != former.island) continue;
        if (later.cluster != kNone && former.cluster != kNone) continue;
        // Two CIDRs of one VCN, or one name taken twice, which has been reported.
        if (later.what == former.what && !stands(later.path)) continue;
        const Pos first = place(former.path, former.pos);
        error(later.path, later.pos,
              fmt::format("{} of {} overlaps {} of {} at {}:{}; meshed networks need ranges of "
                          "their own",
                          to_string(later.cidr), later.what, to_string(former.cidr), former.what,
                          first.line, first.column));
      }
    }
  }
};

}  // namespace

void validate(const Topology& topology, const Node* document, const std::string& path,
              Diagnostics& diagnostics, ValidateFor use) {
  Validation{{topology, document, path, diagnostics, use}}.run();
}

}  // namespace meshsim
