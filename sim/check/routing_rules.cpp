// MS02nn: who reaches whom through route tables, DRGs and peerings, and what is fragile about it.
// Source: oci-oke.md sections 1.2, 2.2 to 2.5. Security rules are MS03nn.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sim/check/pairs.hpp"
#include "sim/check/rules.hpp"
#include "sim/check/subject.hpp"
#include "sim/check/way.hpp"
#include "sim/topology/graph.hpp"

namespace meshsim::checks {
namespace {

// Every ordered pair of clusters in different VCNs that wires connect.
template <class Use>
void for_connected(const Subject& subject, Use&& use) {
  for (const PlannedCluster& from : subject.clusters()) {
    for (const PlannedCluster& to : subject.clusters()) {
      if (&from == &to || from.vcn == to.vcn || !subject.are_connected(from, to)) continue;
      use(from, to);
    }
  }
}

// The way by routes alone from nodes to nodes: of all pools, the first that stops.
Way node_way(const Subject& subject, const PlannedCluster& from, const PlannedCluster& to,
             Findings& findings) {
  Way way;
  for (const End& source : node_ends(from)) {
    for (const End& target : node_ends(to)) {
      way = find_route_way(subject, source, target, findings);
      if (way.stop != Stop::None) return way;
    }
  }
  return way;
}

bool is_too_far(const Subject& subject, const PlannedCluster& from, const PlannedCluster& to) {
  return subject.drgs_between(from.vcn->drg, to.vcn->drg) > kMaxDrgsOfRoute;
}

// A DRG that lacks the route, neither because of a rule that leads in circles nor of the distance.
void find_no_drg_route(const Subject& subject, Findings& findings) {
  PairFindings pairs{findings};
  for_connected(subject, [&](const PlannedCluster& from, const PlannedCluster& to) {
    const Way way = node_way(subject, from, to, findings);
    if (way.stop != Stop::Drg) return;
    const DrgTrace& trace = subject.trace(*from.vcn, node_ends(to).front().address);
    if (trace.hops.size() > subject.topology().drgs.size()) return;  // MS0206
    if (is_too_far(subject, from, to)) return;                       // MS0205
    pairs.add(
        way.pos, "drg", meshsim::checks::to(from, to),
        {object(from), object(to), object(*from.vcn), object(*to.vcn), "drg " + from.vcn->drg,
         "drg " + to.vcn->drg},
        fmt::format("packets from {} do not reach {}: {}", name_of(from), name_of(to), way.because),
        "peer the two DRGs with each other; or give the hub's remote peerings a route table "
        "that imports VCN and REMOTE_PEERING_CONNECTION attachments (peering: transit: true)",
        way.steps);
  });
}

void find_one_way_routes(const Subject& subject, Findings& findings) {
  for (const PlannedCluster& from : subject.clusters()) {
    for (const PlannedCluster& to : subject.clusters()) {
      if (&from == &to || from.vcn == to.vcn || !subject.are_connected(from, to)) continue;
      const Way there = node_way(subject, from, to, findings);
      if (there.stop != Stop::Route && there.stop != Stop::Drg) continue;
      if (node_way(subject, to, from, findings).stop != Stop::None) continue;
      Finding& finding =
          findings.add(there.pos, {object(from), object(to), object(*from.vcn), object(*to.vcn)},
                       fmt::format("routes lead from {} to {}, but not back: {}", name_of(to),
                                   name_of(from), there.because),
                       "add the missing route; a connection needs both directions");
      finding.steps = there.steps;
    }
  }
}

void find_no_vcn_route(const Subject& subject, Findings& findings) {
  PairFindings pairs{findings};
  for_connected(subject, [&](const PlannedCluster& from, const PlannedCluster& to) {
    const Way way = node_way(subject, from, to, findings);
    if (way.stop != Stop::Route) return;
    pairs.add(
        way.pos, "route", meshsim::checks::to(from, to),
        {object(*from.vcn), object(from), object(to)},
        fmt::format("packets from {} do not reach {}: {}", name_of(from), name_of(to), way.because),
        fmt::format("add a rule for {} with gateway: drg; a VCN's route tables learn nothing "
                    "from peerings",
                    to_string(to.vcn->cidrs.front())),
        way.steps);
  });
}

// The answer of a load balancer leaves by the route table of its own subnet.
void find_no_way_back_from_balancers(const Subject& subject, Findings& findings) {
  PairFindings pairs{findings};
  for_connected(subject, [&](const PlannedCluster& from, const PlannedCluster& to) {
    const std::vector<End> nodes = node_ends(to);
    if (nodes.empty()) return;
    for (const End& balancer : load_balancer_ends(from)) {
      const Way way = find_route_way(subject, balancer, nodes.front(), findings);
      if (way.stop != Stop::Route) continue;
      pairs.add(way.pos, "balancer", meshsim::checks::to(from, to),
                {object(*from.vcn), object(from), object(to)},
                fmt::format("answers of the {} do not get back to {}: {}", balancer.what,
                            name_of(to), way.because),
                fmt::format("add a rule for {} with gateway: drg to the route table of subnet '{}'",
                            to_string(to.vcn->cidrs.front()), balancer.subnet->name),
                way.steps);
    }
  });
}

void find_long_chains(const Subject& subject, Findings& findings) {
  PairFindings pairs{findings};
  for_connected(subject, [&](const PlannedCluster& from, const PlannedCluster& to) {
    if (!is_too_far(subject, from, to)) return;
    if (node_way(subject, from, to, findings).stop != Stop::Drg) return;
    const auto path = shortest_path(subject.topology(), from.vcn->drg, to.vcn->drg);
    std::vector<Step> steps;
    for (const std::string_view drg : path) {
      const Drg* const at = find_named(subject.topology().drgs, drg);
      steps.push_back({at->pos, fmt::format("DRG {}", drg)});
    }
    pairs.add(find_named(subject.topology().drgs, from.vcn->drg)->pos, "chain",
              meshsim::checks::to(from, to), {object(from), object(to), "drg " + from.vcn->drg},
              fmt::format("{} and {} are {} DRGs apart; a route propagates through {} at most",
                          name_of(from), name_of(to), path.size(), kMaxDrgsOfRoute),
              "peer DRGs so that no two are further apart, or write static rules", steps);
  });
}

void find_circles(const Subject& subject, Findings& findings) {
  PairFindings pairs{findings};
  for_connected(subject, [&](const PlannedCluster& from, const PlannedCluster& to) {
    const std::vector<End> nodes = node_ends(to);
    if (nodes.empty() || from.vcn->drg.empty()) return;
    const DrgTrace& trace = subject.trace(*from.vcn, nodes.front().address);
    if (trace.arrives || trace.hops.size() <= subject.topology().drgs.size()) return;
    pairs.add(
        trace.no_route.pos, "circle", meshsim::checks::to(from, to),
        {"drg " + subject.topology().drgs[trace.hops.back().drg].name, object(from), object(to)},
        fmt::format("static rules send packets from {} to {} in a circle between DRGs",
                    name_of(from), name_of(to)),
        "remove the static rule that points back; imported routes never do that");
  });
}

bool is_anywhere(const Prefix& prefix) { return prefix.length == 0; }

void find_routes_to_nowhere(const Subject& subject, Findings& findings) {
  const Topology& topology = subject.topology();
  for (const Vcn& vcn : topology.vcns) {
    for (const RouteTable& table : vcn.route_tables) {
      for (const RouteRule& rule : table.rules) {
        if (rule.gateway != GatewayKind::Drg || is_anywhere(rule.destination)) continue;
        const bool is_somebodys =
            std::any_of(topology.vcns.begin(), topology.vcns.end(), [&](const Vcn& other) {
              return std::any_of(other.cidrs.begin(), other.cidrs.end(), [&](const Prefix& cidr) {
                return cidr.overlaps(rule.destination);
              });
            });
        if (is_somebodys) continue;
        findings.add(rule.pos, {object(vcn)},
                     fmt::format("route table '{}' of VCN {} sends {} to the DRG, but no VCN has "
                                 "such addresses: the DRG drops it",
                                 table.name, vcn.name, to_string(rule.destination)),
                     "correct the destination or remove the rule");
      }
    }
  }
}

void find_drg_conflicts(const Subject& subject, Findings& findings) {
  const Topology& topology = subject.topology();
  std::set<std::pair<std::uint32_t, Prefix>> reported;
  for (std::uint32_t d = 0; d < topology.drgs.size(); ++d) {
    for (const std::vector<DrgRoute>& table : subject.routes().tables[d]) {
      for (std::size_t i = 1; i < table.size(); ++i) {
        const DrgRoute& loser = table[i];
        if (!loser.is_conflict) continue;
        std::size_t best = i;
        while (table[best].is_conflict) --best;
        const DrgRoute& winner = table[best];
        const bool is_same_origin = winner.path[winner.peerings] == loser.path[loser.peerings] &&
                                    (winner.exit == loser.exit || winner.peerings > 0);
        if (is_same_origin || winner.is_static) continue;
        if (!reported.emplace(d, loser.destination).second) continue;
        const Drg& drg = topology.drgs[d];
        findings.add(
            drg.attachments[loser.exit].pos ? drg.attachments[loser.exit].pos : drg.pos,
            {object(drg)},
            fmt::format("DRG {} learns {} from two networks and uses attachment '{}' only: "
                        "the one behind '{}' is unreachable",
                        drg.name, to_string(loser.destination), drg.attachments[winner.exit].name,
                        drg.attachments[loser.exit].name),
            "give the networks ranges of their own");
      }
    }
  }
}

void find_unpeered(const Subject& subject, Findings& findings) {
  for (const Rpc& rpc : subject.topology().rpcs) {
    if (rpc.status == PeeringStatus::Peered || findings.is_unknown(Unknown::Of::Peering, rpc.name))
      continue;
    findings.add(rpc.pos, {object(rpc), "drg " + rpc.drg_a, "drg " + rpc.drg_b},
                 fmt::format("remote peering {} between {} and {} is not connected", rpc.name,
                             rpc.drg_a, rpc.drg_b),
                 "connect it from one side with the OCID and region of the other; an RPC that was "
                 "REVOKED has to be made anew");
  }
}

void find_double_peerings(const Subject& subject, Findings& findings) {
  std::map<std::pair<std::string, std::string>, const Rpc*> seen;
  for (const Rpc& rpc : subject.topology().rpcs) {
    const auto ends = std::minmax(rpc.drg_a, rpc.drg_b);
    const auto [first, is_new] = seen.emplace(std::pair{ends.first, ends.second}, &rpc);
    if (is_new) continue;
    findings.add(rpc.pos, {object(rpc), object(*first->second)},
                 fmt::format("remote peering {} joins the same two DRGs as {}: only one carries "
                             "packets, as there is no ECMP over RPCs",
                             rpc.name, first->second->name),
                 "remove one; a second peering is no redundancy",
                 {{first->second->pos, "the first peering"}});
  }
}

void find_transit_regions(const Subject& subject, Findings& findings) {
  std::map<std::uint32_t, std::vector<std::string>> through;
  for_connected(subject, [&](const PlannedCluster& from, const PlannedCluster& to) {
    const std::vector<End> nodes = node_ends(to);
    if (nodes.empty() || from.vcn->drg.empty()) return;
    const DrgTrace& trace = subject.trace(*from.vcn, nodes.front().address);
    if (!trace.arrives) return;
    for (std::size_t i = 1; i + 1 < trace.hops.size(); ++i) {
      through[trace.hops[i].drg].push_back(meshsim::checks::to(from, to));
    }
  });
  for (const auto& [index, pairs] : through) {
    const Drg& drg = subject.topology().drgs[index];
    findings.add(
        drg.pos, {object(drg)},
        fmt::format("DRG {} ({}) carries {} pairs that are not its own, {} among them: its "
                    "loss cuts them, and each packet is billed in two regions",
                    drg.name, drg.region, pairs.size(), pairs.front()),
        "peer those DRGs directly if they are to survive the loss of that region");
  }
}

void find_islands(const Subject& subject, Findings& findings) {
  const auto& clusters = subject.clusters();
  if (clusters.size() < 2) return;
  for (const PlannedCluster& cluster : clusters) {
    const bool is_alone =
        std::none_of(clusters.begin(), clusters.end(), [&](const PlannedCluster& other) {
          return &other != &cluster && subject.are_connected(cluster, other);
        });
    if (!is_alone) continue;
    const auto& drg = cluster.vcn->drg;
    if (findings.is_unknown(Unknown::Of::Drg, drg)) continue;
    if (findings.is_unknown(Unknown::Of::Vcn, cluster.vcn->name)) continue;
    findings.add(cluster.topology->pos, {object(cluster), object(*cluster.vcn)},
                 fmt::format("{} is connected with no other cluster: {}", name_of(cluster),
                             drg.empty() ? fmt::format("VCN {} has no DRG", cluster.vcn->name)
                                         : fmt::format("DRG {} has no remote peering", drg)),
                 "write peering: {mesh: full}, or a pair with this cluster");
  }
}

void find_mixed_public_routes(const Subject& subject, Findings& findings) {
  for (const Vcn& vcn : subject.topology().vcns) {
    for (const Subnet& subnet : vcn.subnets) {
      const RouteTable* const table = find_named(vcn.route_tables, subnet.route_table);
      if (table == nullptr) continue;
      const auto rule_to = [&](GatewayKind kind) {
        return std::find_if(table->rules.begin(), table->rules.end(),
                            [&](const RouteRule& rule) { return rule.gateway == kind; });
      };
      const auto internet = rule_to(GatewayKind::Internet);
      const auto service = rule_to(GatewayKind::Service);
      if (subnet.is_public && internet != table->rules.end() && service != table->rules.end()) {
        findings.add(service->pos, {object(vcn)},
                     fmt::format("public subnet '{}' of VCN {} has routes to the internet gateway "
                                 "and to the service gateway: answers of Oracle's services take "
                                 "another way than the requests",
                                 subnet.name, vcn.name),
                     "keep the service gateway out of the route table of a public subnet",
                     {{internet->pos, "the route to the internet gateway"}});
      }
      if (!subnet.is_public && internet != table->rules.end()) {
        findings.add(internet->pos, {object(vcn)},
                     fmt::format("private subnet '{}' of VCN {} has a route to the internet "
                                 "gateway, which drops packets without a public address",
                                 subnet.name, vcn.name),
                     "use a NAT gateway, or make the subnet public");
      }
    }
  }
}

constexpr Rule kRules[] = {
    {"MS0201", Level::Error, "no route between connected clusters in the DRGs", find_no_drg_route},
    {"MS0202", Level::Error, "a route one way only", find_one_way_routes},
    {"MS0203", Level::Error, "a VCN route table does not lead to a connected cluster",
     find_no_vcn_route},
    {"MS0204", Level::Error, "load balancers have no route back to their clients",
     find_no_way_back_from_balancers},
    {"MS0205", Level::Error, "clusters are more DRGs apart than a route propagates",
     find_long_chains},
    {"MS0206", Level::Error, "static DRG rules lead in a circle", find_circles},
    {"MS0207", Level::Warning, "a route to the DRG for addresses that nobody has",
     find_routes_to_nowhere},
    {"MS0208", Level::Error, "a DRG learns one range from two networks", find_drg_conflicts},
    {"MS0209", Level::Error, "a remote peering is not connected", find_unpeered},
    {"MS0210", Level::Warning, "two remote peerings between the same DRGs", find_double_peerings},
    {"MS0211", Level::Note, "a DRG carries the traffic of other regions", find_transit_regions},
    {"MS0212", Level::Warning, "a cluster is connected with no other", find_islands},
    {"MS0213", Level::Warning, "internet and service gateways where they do not work",
     find_mixed_public_routes},
};

}  // namespace

std::span<const Rule> routing_rules() { return kRules; }

}  // namespace meshsim::checks
