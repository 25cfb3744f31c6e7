// Checks names, references and addresses of a topology in the long form.
#include "sim/topology/validate.hpp"

#include <fmt/core.h>

#include <map>
#include <set>
#include <vector>

#include "sim/topology/drg_defaults.hpp"
#include "sim/topology/graph.hpp"
#include "sim/topology/regions.hpp"

namespace meshsim {
namespace {

// source: oci-oke.md sections 8 and 1.3: default limits of OCI.
constexpr std::size_t kRulesPerRouteTable = 200;
constexpr std::size_t kRulesPerNsg = 120;

class Validation {
 public:
  Validation(const Topology& topology, const Node* document, const std::string& path,
             Diagnostics& diagnostics)
      : topology_(topology),
        document_(document),
        prefix_(path.empty() ? "" : path + "."),
        diagnostics_(diagnostics) {
    for (const Rpc& rpc : topology.rpcs) rpc_names_.insert(rpc.name);
  }

  void run() {
    unique_names(topology_.clusters, "clusters");
    unique_names(topology_.vcns, "vcns");
    unique_names(topology_.drgs, "drgs");
    unique_names(topology_.rpcs, "rpcs");
    for (std::size_t i = 0; i < topology_.vcns.size(); ++i) check_vcn(topology_.vcns[i], i);
    for (std::size_t i = 0; i < topology_.drgs.size(); ++i) check_drg(topology_.drgs[i], i);
    for (std::size_t i = 0; i < topology_.rpcs.size(); ++i) check_rpc(topology_.rpcs[i], i);
    for (std::size_t i = 0; i < topology_.clusters.size(); ++i) {
      check_cluster(topology_.clusters[i], i);
    }
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
  // The place of a value: in the document if it stands there, else of the object it belongs to.
  Pos place(const std::string& path, Pos object) const {
    const Node* const node = document_ == nullptr ? nullptr : find_path(*document_, path);
    return node != nullptr && !node->is_null() ? node->pos : object;
  }
  bool stands(const std::string& path) const {
    return document_ == nullptr || find_path(*document_, path) != nullptr;
  }
  void error(const std::string& path, Pos object, std::string message) {
    diagnostics_.error(place(path, object), prefix_ + path, std::move(message));
  }
  void warn(Pos pos, const std::string& path, std::string message) {
    diagnostics_.warning(place(path, pos), prefix_ + path, std::move(message));
  }

  // --- names and references

  template <class T>
  void unique_names(const std::vector<T>& list, const std::string& path) {
    std::map<std::string_view, Pos> seen;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string own = fmt::format("{}[{}].name", path, i);
      if (list[i].name.empty()) continue;  // missing, and reported as such
      const Pos pos = place(own, list[i].pos);
      const auto [first, is_new] = seen.emplace(list[i].name, pos);
      // What was made from two clusters of one name has been reported at the clusters.
      if (is_new || !stands(own)) continue;
      error(own, list[i].pos,
            fmt::format("'{}' is taken; first used at {}:{}", list[i].name, first->second.line,
                        first->second.column));
    }
  }

  template <class T>
  bool names_one_of(const std::vector<T>& list, const std::string& name, const std::string& path,
                    Pos pos, std::string_view what) {
    return find_named(list, name) != nullptr || no_such(list, name, path, pos, what);
  }

  template <class T>
  bool no_such(const std::vector<T>& list, const std::string& name, const std::string& path,
               Pos pos, std::string_view what) {
    std::vector<std::string_view> names;
    for (const T& one : list) names.push_back(one.name);
    const std::string_view near = nearest(name, names);
    error(path, pos,
          near.empty() ? fmt::format("there is no {} '{}'", what, name)
                       : fmt::format("there is no {} '{}'; did you mean '{}'?", what, name, near));
    return false;
  }

  void check_region(const std::string& region, const std::string& path, Pos pos) {
    if (region.empty() || find_region(region) != nullptr) return;
    std::vector<std::string_view> names;
    for (const KnownRegion& known : known_regions()) {
      names.push_back(known.name);
      names.push_back(known.key);
    }
    const std::string_view near = nearest(region, names);
    error(path, pos,
          near.empty() ? fmt::format("'{}' is no OCI region; write one like eu-paris-1", region)
                       : fmt::format("'{}' is no OCI region; did you mean '{}'?", region, near));
  }

  // --- VCNs

  void check_vcn(const Vcn& vcn, std::size_t index) {
    const std::string path = fmt::format("vcns[{}]", index);
    if (stands(path)) check_region(vcn.region, path + ".region", vcn.pos);
    unique_names(vcn.subnets, path + ".subnets");
    unique_names(vcn.route_tables, path + ".route_tables");
    unique_names(vcn.security_lists, path + ".security_lists");
    unique_names(vcn.nsgs, path + ".nsgs");
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
    check_groups(vcn, vcn.security_lists, path + ".security_lists", 200);
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
    for (std::size_t i = 0; i < subnet.security_lists.size(); ++i) {
      names_one_of(vcn.security_lists, subnet.security_lists[i],
                   fmt::format("{}.security_lists[{}]", path, i), subnet.pos, "security list");
    }
  }

  void check_route_table(const Vcn& vcn, const RouteTable& table, const std::string& path) {
    std::set<Prefix> seen;
    for (std::size_t i = 0; i < table.rules.size(); ++i) {
      const RouteRule& rule = table.rules[i];
      const std::string own = fmt::format("{}.rules[{}]", path, i);
      if (rule.gateway == GatewayKind::Drg && vcn.drg.empty()) {
        error(own + ".gateway", rule.pos, fmt::format("VCN '{}' has no DRG", vcn.name));
      }
      if (!seen.insert(rule.destination).second && stands(own)) {
        error(own + ".destination", rule.pos,
              fmt::format("'{}' has a rule already", to_string(rule.destination)));
      }
    }
    if (table.rules.size() > kRulesPerRouteTable) {
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
      if (groups[g].rules.size() > limit) {
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
    if (rule.ports && !has_ports) {
      error(path + ".ports", rule.pos, "only tcp and udp have ports; remove it");
    }
    if (rule.icmp_type && rule.protocol != RuleProtocol::Icmp) {
      error(path + ".icmp_type", rule.pos, "only icmp has a type; remove it");
    }
  }

  // --- DRGs and peerings

  void check_drg(const Drg& drg, std::size_t index) {
    const std::string path = fmt::format("drgs[{}]", index);
    if (stands(path)) check_region(drg.region, path + ".region", drg.pos);
    unique_names(drg.attachments, path + ".attachments");
    unique_names(drg.route_tables, path + ".route_tables");
    for (std::size_t i = 0; i < drg.attachments.size(); ++i) {
      const DrgAttachment& attachment = drg.attachments[i];
      const std::string own = fmt::format("{}.attachments[{}]", path, i);
      if (attachment.type == DrgAttachment::Type::Vcn) {
        names_one_of(topology_.vcns, attachment.target, own + ".target", attachment.pos, "VCN");
      } else {
        if (!rpc_names_.contains(attachment.target)) {
          no_such(topology_.rpcs, attachment.target, own + ".target", attachment.pos, "RPC");
        }
      }
      names_one_of(drg.route_tables, attachment.route_table, own + ".route_table", attachment.pos,
                   "DRG route table");
    }
    for (std::size_t i = 0; i < drg.route_tables.size(); ++i) {
      check_drg_table(drg, drg.route_tables[i], fmt::format("{}.route_tables[{}]", path, i));
    }
  }

  void check_drg_table(const Drg& drg, const DrgRouteTable& table, const std::string& path) {
    std::set<std::uint32_t> priorities;
    for (std::size_t i = 0; i < table.imports.size(); ++i) {
      const DistributionStatement& statement = table.imports[i];
      const std::string own = fmt::format("{}.imports[{}]", path, i);
      if (!priorities.insert(statement.priority).second) {
        error(own + ".priority", statement.pos,
              fmt::format("priority {} is taken in this table", statement.priority));
      }
      switch (statement.match) {
        case DistributionStatement::Match::All: break;
        case DistributionStatement::Match::AttachmentType:
          if (statement.value != kMatchVcn && statement.value != kMatchRpc) {
            error(own + ".value", statement.pos,
                  fmt::format("'{}' is no modelled type of attachment; write {} or {}",
                              statement.value, kMatchVcn, kMatchRpc));
          }
          break;
        case DistributionStatement::Match::Attachment:
          names_one_of(drg.attachments, statement.value, own + ".value", statement.pos,
                       "attachment");
          break;
      }
    }
    std::set<Prefix> seen;
    for (std::size_t i = 0; i < table.static_rules.size(); ++i) {
      const DrgStaticRule& rule = table.static_rules[i];
      const std::string own = fmt::format("{}.static_rules[{}]", path, i);
      names_one_of(drg.attachments, rule.attachment, own + ".attachment", rule.pos, "attachment");
      if (!seen.insert(rule.destination).second) {
        error(own + ".destination", rule.pos,
              fmt::format("'{}' has a static rule already; OCI refuses a second",
                          to_string(rule.destination)));
      }
    }
  }

  void check_rpc(const Rpc& rpc, std::size_t index) {
    const std::string path = fmt::format("rpcs[{}]", index);
    const bool has_a = names_one_of(topology_.drgs, rpc.drg_a, path + ".drg_a", rpc.pos, "DRG");
    const bool has_b = names_one_of(topology_.drgs, rpc.drg_b, path + ".drg_b", rpc.pos, "DRG");
    if (has_a && rpc.drg_a == rpc.drg_b) {
      error(path + ".drg_b", rpc.pos, "a DRG is not peered with itself; name another one");
    } else if (has_a && has_b && rpc.round_trip == Duration{}) {
      const std::string& a = find_named(topology_.drgs, rpc.drg_a)->region;
      const std::string& b = find_named(topology_.drgs, rpc.drg_b)->region;
      if (find_region(a) == nullptr || find_region(b) == nullptr) return;  // reported
      error(path + ".round_trip", rpc.pos,
            fmt::format("no round trip between {} and {} is known; write one", a, b));
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
    for (std::size_t i = 0; i < cluster.lb_nsgs.size(); ++i) {
      names_one_of(vcn->nsgs, cluster.lb_nsgs[i], fmt::format("{}.lb_nsgs[{}]", path, i),
                   cluster.pos, "NSG");
    }
    for (std::size_t i = 0; i < cluster.pools.size(); ++i) {
      check_pool(*vcn, cluster.pools[i], fmt::format("{}.pools[{}]", path, i));
    }
  }

  void check_pods(const Cluster& cluster, const std::string& path) {
    std::uint64_t nodes = 0;
    for (const NodePool& pool : cluster.pools) nodes += pool.nodes;
    const int bits = cluster.node_pod_bits - cluster.pods_cidr.length;
    const std::uint64_t room = bits < 0 ? 0 : std::uint64_t{1} << bits;
    if (nodes <= room) return;
    error(path + ".pods_cidr", cluster.pos,
          fmt::format("'{}' has room for {} nodes with a /{} each; the cluster has {}",
                      to_string(cluster.pods_cidr), room, cluster.node_pod_bits, nodes));
  }

  void check_pool(const Vcn& vcn, const NodePool& pool, const std::string& path) {
    for (std::size_t i = 0; i < pool.nsgs.size(); ++i) {
      names_one_of(vcn.nsgs, pool.nsgs[i], fmt::format("{}.nsgs[{}]", path, i), pool.pos, "NSG");
    }
    if (!names_one_of(vcn.subnets, pool.subnet, path + ".subnet", pool.pos, "subnet")) return;
    const Prefix& cidr = find_named(vcn.subnets, pool.subnet)->cidr;
    const std::uint64_t room = cidr.size() > 3 ? cidr.size() - 3 : 0;  // OCI keeps three addresses
    if (pool.nodes > room) {
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
      add(cluster.pods_cidr, "the pods", ".pods_cidr", kNone);
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

  const Topology& topology_;
  const Node* document_;
  std::string prefix_;
  Diagnostics& diagnostics_;
  std::set<std::string_view> rpc_names_;  // a mesh of 255 has 32385 peerings
};

}  // namespace

void validate(const Topology& topology, const Node* document, const std::string& path,
              Diagnostics& diagnostics) {
  Validation{topology, document, path, diagnostics}.run();
}

}  // namespace meshsim
