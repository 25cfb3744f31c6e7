// Walks: egress rules, the subnet's route table, DRGs, ingress rules.
// Source: oci-oke.md sections 1.2 (order of decisions), 1.3 and 2.3.
#include "sim/check/way.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace meshsim::checks {
namespace {

bool matches(const SecurityRule& rule, RuleDirection direction, Flow flow, const End& end,
             const End& far) {
  if (rule.direction != direction) return false;
  if (rule.protocol != RuleProtocol::All && rule.protocol != flow.protocol) return false;
  if (!rule.nsg.empty()) {
    // An NSG stands for VNICs of the same VCN only.
    if (end.vcn != far.vcn || far.nsgs == nullptr) return false;
    if (std::find(far.nsgs->begin(), far.nsgs->end(), rule.nsg) == far.nsgs->end()) return false;
  } else if (!rule.cidr || !rule.cidr->contains(far.address)) {
    return false;
  }
  if (rule.protocol == RuleProtocol::All) return true;
  if (flow.protocol == RuleProtocol::Icmp) return !rule.icmp_type || *rule.icmp_type == flow.port;
  return !rule.ports || (rule.ports->min <= flow.port && flow.port <= rule.ports->max);
}

// Every list and NSG that counts for the end.
template <class Use>
void for_each_group(const End& end, Use&& use) {
  for (const std::string& name : *end.nsgs) {
    if (const SecurityGroup* const group = find_named(end.vcn->nsgs, name)) use(*group, true);
  }
  for (const std::string& name : end.subnet->security_lists) {
    if (const SecurityGroup* const list = find_named(end.vcn->security_lists, name)) {
      use(*list, false);
    }
  }
}

std::string_view gateway_name(GatewayKind kind) {
  switch (kind) {
    case GatewayKind::Drg: return "the DRG";
    case GatewayKind::Nat: return "the NAT gateway";
    case GatewayKind::Internet: return "the internet gateway";
    case GatewayKind::Service: return "the service gateway";
    case GatewayKind::PrivateIp: return "a private IP";
  }
  return "";
}

bool is_local(const End& from, Ipv4 target) {
  return std::any_of(from.vcn->cidrs.begin(), from.vcn->cidrs.end(),
                     [&](const Prefix& cidr) { return cidr.contains(target); });
}

Way stopped(Way way, Stop stop, Pos pos, std::string because) {
  way.stop = stop;
  way.pos = pos;
  way.because = std::move(because);
  way.steps.push_back({pos, way.because});
  return way;
}

// The DRGs between two VCNs.
Way cross_drgs(const Subject& subject, const End& from, const End& to, Way way,
               Findings& findings) {
  const Topology& topology = subject.topology();
  const DrgTrace& trace = subject.trace(*from.vcn, to.address);
  for (const DrgHop& hop : trace.hops) {
    const Drg& drg = topology.drgs[hop.drg];
    const DrgAttachment& exit = drg.attachments[hop.exit];
    way.steps.push_back({exit.pos ? exit.pos : drg.pos,
                         fmt::format("DRG {}: enters by '{}', leaves by '{}'", drg.name,
                                     drg.attachments[hop.entry].name, exit.name)});
  }
  if (trace.arrives) {
    const Drg& last = topology.drgs[trace.hops.back().drg];
    const std::string& target = last.attachments[trace.hops.back().exit].target;
    if (target == to.vcn->name) return way;
    return stopped(std::move(way), Stop::Drg, last.pos,
                   fmt::format("DRG {} sends {} to VCN {} instead of VCN {}", last.name,
                               to_string(to.address), target, to.vcn->name));
  }
  bool is_unknown = findings.is_unknown(Unknown::Of::Drg, from.vcn->drg);
  is_unknown |= findings.is_unknown(Unknown::Of::Drg, to.vcn->drg);
  for (const DrgHop& hop : trace.hops) {
    is_unknown |= findings.is_unknown(Unknown::Of::Drg, topology.drgs[hop.drg].name);
  }
  for (const Rpc& rpc : topology.rpcs) {
    const bool is_near = rpc.drg_a == from.vcn->drg || rpc.drg_b == from.vcn->drg;
    if (is_near) is_unknown |= findings.is_unknown(Unknown::Of::Peering, rpc.name);
  }
  return stopped(std::move(way), is_unknown ? Stop::Unknown : Stop::Drg, trace.no_route.pos,
                 trace.no_route.text);
}

Way walk(const Subject& subject, const End& from, const End& to, const Flow* flow,
         Findings& findings) {
  Way way;
  way.steps.push_back(
      {from.subnet->pos, fmt::format("{} ({})", from.what, to_string(from.address))});
  const auto judge = [&](const End& end, RuleDirection direction, const End& far) {
    const Permission allowed = permission(end, direction, *flow, far);
    const bool is_out = direction == RuleDirection::Egress;
    if (allowed.rule != nullptr) {
      way.steps.push_back(
          {allowed.rule->pos, fmt::format("{} let {} {} {}", rules_name(end), text(*flow),
                                          is_out ? "out to" : "in from", to_string(far.address))});
      return true;
    }
    const bool is_unknown = findings.is_unknown(Unknown::Of::Vcn, end.vcn->name);
    const Stop stop = is_out ? Stop::Egress : Stop::Ingress;
    way = stopped(std::move(way), is_unknown ? Stop::Unknown : stop, rules_pos(end),
                  fmt::format("{} let no {} {} {}", rules_name(end), text(*flow),
                              is_out ? "out to" : "in from", to_string(far.address)));
    return false;
  };
  if (flow != nullptr && !judge(from, RuleDirection::Egress, to)) return way;
  if (!is_local(from, to.address)) {
    const RouteRule* const route = route_of(from, to.address);
    const RouteTable* const table = find_named(from.vcn->route_tables, from.subnet->route_table);
    const Pos table_pos = table == nullptr ? from.subnet->pos : table->pos;
    if (route == nullptr || route->gateway != GatewayKind::Drg) {
      const bool is_unknown = findings.is_unknown(Unknown::Of::Vcn, from.vcn->name);
      return stopped(
          std::move(way), is_unknown ? Stop::Unknown : Stop::Route,
          route == nullptr ? table_pos : route->pos,
          route == nullptr
              ? fmt::format("route table '{}' of VCN {} has no rule for {}",
                            from.subnet->route_table, from.vcn->name, to_string(to.address))
              : fmt::format("route table '{}' of VCN {} sends {} to {} (rule {})",
                            from.subnet->route_table, from.vcn->name, to_string(to.address),
                            gateway_name(route->gateway), to_string(route->destination)));
    }
    way.steps.push_back({route->pos, fmt::format("route table '{}' of VCN {}: {} goes to the DRG",
                                                 from.subnet->route_table, from.vcn->name,
                                                 to_string(route->destination))});
    way = cross_drgs(subject, from, to, std::move(way), findings);
    if (way.stop != Stop::None) return way;
  }
  if (flow != nullptr && !judge(to, RuleDirection::Ingress, from)) return way;
  way.steps.push_back({to.subnet->pos, fmt::format("{} ({})", to.what, to_string(to.address))});
  return way;
}

}  // namespace

std::string text(Flow flow) {
  switch (flow.protocol) {
    case RuleProtocol::Udp: return fmt::format("udp {}", flow.port);
    case RuleProtocol::Tcp: return fmt::format("tcp {}", flow.port);
    case RuleProtocol::Icmp: return fmt::format("icmp type {}", flow.port);
    case RuleProtocol::All: break;
  }
  return "packets";
}

std::vector<End> node_ends(const PlannedCluster& cluster) {
  std::vector<End> ends;
  const std::vector<NodePool>& pools = cluster.topology->pools;
  for (std::size_t i = 0; i < pools.size(); ++i) {
    const Subnet* const subnet = find_named(cluster.vcn->subnets, pools[i].subnet);
    const auto node = std::find_if(cluster.nodes.begin(), cluster.nodes.end(),
                                   [&](const PlannedNode& one) { return one.pool == i; });
    if (subnet == nullptr || node == cluster.nodes.end()) continue;
    ends.push_back({cluster.vcn, subnet, &pools[i].nsgs, node->address,
                    fmt::format("nodes of {} (pool {})", name_of(cluster), pools[i].name)});
  }
  return ends;
}

End end_of(const PlannedCluster& cluster, const PlannedLoadBalancer& balancer) {
  return {cluster.vcn, find_named(cluster.vcn->subnets, balancer.subnet), &balancer.nsgs,
          balancer.address,
          fmt::format("load balancer of Service {} in {}",
                      cluster.services[balancer.service].manifest.name, name_of(cluster))};
}

std::vector<End> load_balancer_ends(const PlannedCluster& cluster) {
  std::vector<End> ends;
  for (const PlannedLoadBalancer& balancer : cluster.load_balancers) {
    const End end = end_of(cluster, balancer);
    if (end.subnet != nullptr) ends.push_back(end);
  }
  return ends;
}

Permission permission(const End& end, RuleDirection direction, Flow flow, const End& far) {
  Permission found;
  for_each_group(end, [&](const SecurityGroup& group, bool) {
    for (const SecurityRule& rule : group.rules) {
      if (!matches(rule, direction, flow, end, far)) continue;
      // If both match, the stateless one wins; source: oci-oke.md section 1.3.
      if (found.rule == nullptr || (rule.stateless && !found.stateless)) {
        found = {&rule, rule.stateless};
      }
    }
  });
  return found;
}

Pos rules_pos(const End& end) {
  Pos pos = end.subnet->pos;
  bool is_found = false;
  for_each_group(end, [&](const SecurityGroup& group, bool) {
    if (!is_found) pos = group.pos;
    is_found = true;
  });
  return pos;
}

std::string rules_name(const End& end) {
  std::string name;
  for_each_group(end, [&](const SecurityGroup& group, bool is_nsg) {
    if (!is_nsg && !name.empty()) return;  // lists only where there is no NSG
    name += fmt::format("{}{} '{}'", name.empty() ? "" : " and ", is_nsg ? "NSG" : "security list",
                        group.name);
  });
  if (name.empty()) return fmt::format("no NSG or list of VCN {}", end.vcn->name);
  return fmt::format("{} of VCN {}", name, end.vcn->name);
}

const RouteRule* route_of(const End& end, Ipv4 target) {
  const RouteTable* const table = find_named(end.vcn->route_tables, end.subnet->route_table);
  const RouteRule* best = nullptr;
  if (table == nullptr) return best;
  for (const RouteRule& rule : table->rules) {
    if (!rule.destination.contains(target)) continue;
    if (best == nullptr || rule.destination.length > best->destination.length) best = &rule;
  }
  return best;
}

Way find_way(const Subject& subject, const End& from, const End& to, Flow flow,
             Findings& findings) {
  return walk(subject, from, to, &flow, findings);
}

Way find_route_way(const Subject& subject, const End& from, const End& to, Findings& findings) {
  return walk(subject, from, to, nullptr, findings);
}

}  // namespace meshsim::checks
