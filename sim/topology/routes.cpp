// Computes DRG route tables by rounds: every table is made anew from what the tables of the round
// before announce, until two rounds agree. Routes carry the DRGs they crossed, so they end.
#include "sim/topology/routes.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>

#include "meshsim/base/check.hpp"
#include "sim/topology/drg_defaults.hpp"
#include "sim/topology/graph.hpp"

namespace meshsim {
namespace {

using Tables = std::vector<std::vector<std::vector<DrgRoute>>>;
using Match = DistributionStatement::Match;
using Type = DrgAttachment::Type;

std::uint32_t table_index(const Drg& drg, const DrgAttachment& attachment) {
  const DrgRouteTable* const table = find_named(drg.route_tables, attachment.route_table);
  check(table != nullptr, "a valid topology gives every attachment a route table");
  return static_cast<std::uint32_t>(table - drg.route_tables.data());
}

bool matches(const DistributionStatement& statement, const DrgAttachment& attachment) {
  switch (statement.match) {
    case Match::All: return true;
    case Match::AttachmentType:
      return statement.value == (attachment.type == Type::Vcn ? kMatchVcn : kMatchRpc);
    case Match::Attachment: return statement.value == attachment.name;
  }
  return false;
}

const DistributionStatement* importing(const DrgRouteTable& table,
                                       const DrgAttachment& attachment) {
  const auto found =
      std::find_if(table.imports.begin(), table.imports.end(),
                   [&](const DistributionStatement& one) { return matches(one, attachment); });
  return found == table.imports.end() ? nullptr : &*found;
}

class Resolver {
 public:
  explicit Resolver(const Topology& topology) : topology_(topology) {
    std::map<std::string_view, std::uint32_t> drgs;
    for (std::uint32_t i = 0; i < topology.drgs.size(); ++i) drgs[topology.drgs[i].name] = i;
    std::map<std::string_view, const Vcn*> vcns;
    for (const Vcn& vcn : topology.vcns) vcns[vcn.name] = &vcn;
    std::map<std::string_view, const Rpc*> rpcs;
    for (const Rpc& rpc : topology.rpcs) rpcs[rpc.name] = &rpc;
    for (const Drg& drg : topology.drgs) {
      std::map<std::string_view, std::uint32_t>& own = rpc_attachments_.emplace_back();
      for (std::uint32_t i = 0; i < drg.attachments.size(); ++i) {
        if (drg.attachments[i].type == Type::Rpc) own[drg.attachments[i].target] = i;
      }
    }
    for (const Drg& drg : topology.drgs) {
      std::vector<DrgWire>& wires = wires_.emplace_back();
      for (const DrgAttachment& attachment : drg.attachments) {
        DrgWire wire;
        wire.table = table_index(drg, attachment);
        if (attachment.type == Type::Vcn) {
          wire.vcn = vcns.at(attachment.target);
        } else {
          const Rpc& rpc = *rpcs.at(attachment.target);
          wire.rpc = &rpc;
          wire.peer_drg = drgs.at(rpc.drg_a == drg.name ? rpc.drg_b : rpc.drg_a);
          const auto& peer = rpc_attachments_[wire.peer_drg];
          wire.is_up = rpc.peered && peer.contains(rpc.name);
          if (wire.is_up) wire.peer_attachment = peer.at(rpc.name);
        }
        wires.push_back(wire);
      }
    }
  }

  DrgRoutes run() {
    Tables tables;
    for (const Drg& drg : topology_.drgs) tables.emplace_back(drg.route_tables.size());
    // A route crosses at most kMaxDrgsOfRoute DRGs, so longer than that and one round to see that
    // nothing changes it cannot take.
    for (std::uint32_t round = 0; round < kMaxDrgsOfRoute + 2; ++round) {
      Tables next = next_round(tables);
      if (next == tables) return {std::move(tables), std::move(wires_)};
      tables = std::move(next);
    }
    broken_promise("DRG routes settle within the hop limit", __FILE__, __LINE__);
  }

 private:
  Tables next_round(const Tables& tables) const {
    Tables next(tables.size());
    for (std::uint32_t d = 0; d < topology_.drgs.size(); ++d) {
      for (const DrgRouteTable& table : topology_.drgs[d].route_tables) {
        next[d].push_back(make_table(d, table, tables));
      }
    }
    return next;
  }

  std::vector<DrgRoute> make_table(std::uint32_t d, const DrgRouteTable& table,
                                   const Tables& tables) const {
    const Drg& drg = topology_.drgs[d];
    std::vector<DrgRoute> routes;
    for (const DrgStaticRule& rule : table.static_rules) {
      const DrgAttachment* const exit = find_named(drg.attachments, rule.attachment);
      if (exit == nullptr) continue;
      DrgRoute route = route_from(d, static_cast<std::uint32_t>(exit - drg.attachments.data()));
      route.destination = rule.destination;
      route.origin = RouteOrigin::Static;
      route.is_static = true;
      route.pos = rule.pos;
      routes.push_back(route);
    }
    for (std::uint32_t a = 0; a < drg.attachments.size(); ++a) {
      const DistributionStatement* const statement = importing(table, drg.attachments[a]);
      if (statement != nullptr) add_offered(d, a, statement->pos, tables, routes);
    }
    choose(drg, routes);
    return routes;
  }

  static DrgRoute route_from(std::uint32_t drg, std::uint32_t exit) {
    DrgRoute route;
    route.exit = exit;
    route.path[0] = static_cast<std::uint16_t>(drg);
    return route;
  }

  // A VCN offers its subnets (SUBNET_CIDRS, the default of an attachment); a peering what the far
  // end exports: the best routes of the table of its own attachment, but not back to where they
  // came from.
  void add_offered(std::uint32_t d, std::uint32_t a, Pos pos, const Tables& tables,
                   std::vector<DrgRoute>& routes) const {
    const DrgWire& wire = wires_[d][a];
    if (wire.vcn != nullptr) {
      for (const Subnet& subnet : wire.vcn->subnets) {
        DrgRoute route = route_from(d, a);
        route.destination = subnet.cidr;
        route.pos = pos;
        routes.push_back(route);
      }
      return;
    }
    if (!wire.is_up) return;
    const DrgWire& peer = wires_[wire.peer_drg][wire.peer_attachment];
    for (const DrgRoute& offered : tables[wire.peer_drg][peer.table]) {
      if (offered.is_conflict || offered.exit == wire.peer_attachment) continue;
      if (offered.peerings + 2U > kMaxDrgsOfRoute) continue;
      const auto end = offered.path.begin() + offered.peerings + 1;
      if (std::find(offered.path.begin(), end, d) != end) continue;
      DrgRoute route = route_from(d, a);
      route.destination = offered.destination;
      route.origin = offered.origin;
      route.peerings = static_cast<std::uint8_t>(offered.peerings + 1);
      std::copy(offered.path.begin(), end, route.path.begin() + 1);
      route.pos = pos;
      routes.push_back(route);
    }
  }

  // Longest prefix first; of equal ones static before imported, VCN before peering, fewer peerings,
  // static origin before VCN, then the name of the attachment, which is as good as any; source:
  // oci-oke.md section 2.4.
  static void choose(const Drg& drg, std::vector<DrgRoute>& routes) {
    const auto rank = [&](const DrgRoute& route) {
      const DrgAttachment& exit = drg.attachments[route.exit];
      return std::tuple{-int{route.destination.length}, route.destination.base, !route.is_static,
                        exit.type != Type::Vcn,         route.peerings,         route.origin,
                        std::string_view{exit.name}};
    };
    std::stable_sort(routes.begin(), routes.end(),
                     [&](const DrgRoute& a, const DrgRoute& b) { return rank(a) < rank(b); });
    for (std::size_t i = 1; i < routes.size(); ++i) {
      routes[i].is_conflict = routes[i].destination == routes[i - 1].destination;
    }
  }

  const Topology& topology_;
  std::vector<std::vector<DrgWire>> wires_;
  std::vector<std::map<std::string_view, std::uint32_t>> rpc_attachments_;
};

// --- why not

std::string imports_text(const DrgRouteTable& table) {
  std::string text;
  for (const DistributionStatement& statement : table.imports) {
    if (!text.empty()) text += " and ";
    switch (statement.match) {
      case Match::All: text += "all attachments"; break;
      case Match::AttachmentType:
        text += statement.value == kMatchVcn ? "VCN attachments" : "remote peerings";
        break;
      case Match::Attachment: text += "attachment '" + statement.value + "'"; break;
    }
  }
  return text.empty() ? "nothing" : text + " only";
}

// "route table 'auto-rpc' (the default for remote peerings) imports VCN attachments only"
std::string table_text(const DrgRouteTable& table) {
  std::string role;
  if (table.is_default) {
    role = table.name == kRpcTable ? " (the default for remote peerings)" : " (a default)";
  }
  return fmt::format("route table '{}'{} imports {}", table.name, role, imports_text(table));
}

const DrgRouteTable& table_of(const Topology& topology, std::uint32_t drg,
                              std::uint32_t attachment) {
  const Drg& owner = topology.drgs[drg];
  return owner.route_tables[table_index(owner, owner.attachments[attachment])];
}

std::uint32_t index_of(const Topology& topology, std::string_view drg) {
  const Drg* const found = find_named(topology.drgs, drg);
  check(found != nullptr, "a path names known DRGs");
  return static_cast<std::uint32_t>(found - topology.drgs.data());
}

// The attachment of `drg` whose peering leads to `peer`.
std::optional<std::uint32_t> attachment_to(const Topology& topology, std::uint32_t drg,
                                           std::string_view peer) {
  const Drg& owner = topology.drgs[drg];
  for (std::uint32_t i = 0; i < owner.attachments.size(); ++i) {
    if (owner.attachments[i].type != Type::Rpc) continue;
    const Rpc* const rpc = find_named(topology.rpcs, owner.attachments[i].target);
    if (rpc != nullptr && rpc->peered && (rpc->drg_a == peer || rpc->drg_b == peer)) return i;
  }
  return std::nullopt;
}

const Vcn* vcn_with(const Topology& topology, Ipv4 target) {
  for (const Vcn& vcn : topology.vcns) {
    for (const Prefix& cidr : vcn.cidrs) {
      if (cidr.contains(target)) return &vcn;
    }
  }
  return nullptr;
}

// Follows the shortest way to the VCN from its far end: the first DRG whose table lacks the route
// is where it is lost.
NoRoute explain_towards(const Topology& topology, const DrgRoutes& routes, std::uint32_t drg,
                        std::uint32_t attachment, const Vcn& vcn, Ipv4 target) {
  const Drg& here = topology.drgs[drg];
  const std::string goal = fmt::format("DRG {} has no route to VCN {}: ", here.name, vcn.name);
  const DrgRouteTable& own = table_of(topology, drg, attachment);
  const auto way = shortest_path(topology, here.name, vcn.drg);
  if (way.empty()) return {goal + "no remote peering leads there", topology.pos};
  for (std::size_t i = way.size(); i-- > 0;) {
    const std::uint32_t at = index_of(topology, way[i]);
    const auto entry = i == 0 ? attachment : attachment_to(topology, at, way[i - 1]);
    check(entry.has_value(), "DRGs next to each other on a path are peered");
    if (find_route(topology, routes, at, *entry, target) != nullptr) continue;
    const DrgRouteTable& table = table_of(topology, at, *entry);
    const Drg& owner = topology.drgs[at];
    const std::string who =
        i == 0 ? "its " : "DRG " + owner.name + " does not announce it, since its ";
    const bool is_last = i + 1 == way.size();
    const auto next = is_last ? std::nullopt : attachment_to(topology, at, way[i + 1]);
    const DrgAttachment* const offering =
        is_last ? find_attachment(owner, Type::Vcn, vcn.name) : &owner.attachments[*next];
    if (offering == nullptr) {
      return {goal + fmt::format("the VCN has no attachment to DRG {}", owner.name), owner.pos};
    }
    if (importing(table, *offering) == nullptr) {
      return {goal + who + table_text(table), table.pos};
    }
    if (way.size() - i > kMaxDrgsOfRoute) {
      return {goal + fmt::format("it is {} DRGs away, and a route propagates through {} at most",
                                 way.size(), kMaxDrgsOfRoute),
              offering->pos};
    }
    if (is_last) return {goal + "no subnet of the VCN holds the address", vcn.pos};
  }
  return {goal + "its " + table_text(own), own.pos};
}

}  // namespace

DrgRoutes resolve_drg_routes(const Topology& topology) { return Resolver{topology}.run(); }

const std::vector<DrgRoute>& routes_of(const Topology& topology, const DrgRoutes& routes,
                                       std::uint32_t drg, std::uint32_t attachment) {
  const Drg& owner = topology.drgs[drg];
  return routes.tables[drg][table_index(owner, owner.attachments[attachment])];
}

const DrgRoute* find_route(const Topology& topology, const DrgRoutes& routes, std::uint32_t drg,
                           std::uint32_t attachment, Ipv4 target) {
  for (const DrgRoute& route : routes_of(topology, routes, drg, attachment)) {
    if (route.destination.contains(target)) return &route;
  }
  return nullptr;
}

NoRoute explain_no_route(const Topology& topology, const DrgRoutes& routes, std::uint32_t drg,
                         std::uint32_t attachment, Ipv4 target) {
  const Vcn* const vcn = vcn_with(topology, target);
  if (vcn != nullptr && !vcn->drg.empty()) {
    return explain_towards(topology, routes, drg, attachment, *vcn, target);
  }
  const DrgRouteTable& table = table_of(topology, drg, attachment);
  return {fmt::format("DRG {} has no route to {}, an address of no VCN with a DRG (route table "
                      "'{}')",
                      topology.drgs[drg].name, to_string(target), table.name),
          table.pos};
}

NoRoute explain_no_route(const Topology& topology, const DrgRoutes& routes, std::uint32_t drg,
                         std::uint32_t attachment) {
  const Drg& owner = topology.drgs[drg];
  const DrgRouteTable& table = table_of(topology, drg, attachment);
  const auto takes_peerings = [&](const DrgAttachment& one) {
    return one.type == Type::Rpc && importing(table, one) != nullptr;
  };
  const auto is_peering = [](const DrgAttachment& one) { return one.type == Type::Rpc; };
  const auto begin = owner.attachments.begin();
  const auto end = owner.attachments.end();
  // The usual case, and quick in a mesh of hundreds: it takes no routes from peerings at all.
  if (std::any_of(begin, end, is_peering) && std::none_of(begin, end, takes_peerings)) {
    return {fmt::format("DRG {}: {}", owner.name, table_text(table)), table.pos};
  }
  for (const Vcn& vcn : topology.vcns) {
    if (vcn.drg.empty() || vcn.subnets.empty()) continue;
    const Ipv4 target = vcn.subnets.back().cidr.base;
    if (find_route(topology, routes, drg, attachment, target) != nullptr) continue;
    return explain_towards(topology, routes, drg, attachment, vcn, target);
  }
  return {fmt::format("no subnet that DRG {} knows of holds the address (route table '{}')",
                      owner.name, table.name),
          table.pos};
}

DrgTrace trace_route(const Topology& topology, const DrgRoutes& routes, const Vcn& from,
                     Ipv4 target) {
  DrgTrace trace;
  const Drg* drg = find_named(topology.drgs, from.drg);
  const DrgAttachment* entry =
      drg == nullptr ? nullptr : find_attachment(*drg, Type::Vcn, from.name);
  if (entry == nullptr) {
    trace.no_route = {fmt::format("VCN {} is attached to no DRG", from.name), from.pos};
    return trace;
  }
  // Static rules can send a packet in a circle; it is followed through every DRG once.
  auto at = static_cast<std::uint32_t>(drg - topology.drgs.data());
  auto in = static_cast<std::uint32_t>(entry - drg->attachments.data());
  for (std::size_t step = 0; step <= topology.drgs.size(); ++step) {
    const DrgRoute* const route = find_route(topology, routes, at, in, target);
    if (route == nullptr) {
      trace.no_route = explain_no_route(topology, routes, at, in, target);
      return trace;
    }
    trace.hops.push_back({at, in, route->exit});
    const DrgWire& exit = routes.wires[at][route->exit];
    if (exit.vcn != nullptr) {
      trace.arrives = true;
      return trace;
    }
    if (!exit.is_up) {
      trace.no_route = {fmt::format("remote peering {} is not connected", exit.rpc->name),
                        exit.rpc->pos};
      return trace;
    }
    trace.round_trip += exit.rpc->round_trip;
    at = exit.peer_drg;
    in = exit.peer_attachment;
  }
  trace.no_route = {
      fmt::format("routes send the packet in a circle at DRG {}", topology.drgs[at].name),
      topology.drgs[at].pos};
  return trace;
}

}  // namespace meshsim
