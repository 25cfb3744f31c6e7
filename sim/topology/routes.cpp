// Computes DRG route tables by rounds: every table is made anew from what the tables of the round
// before announce, until two rounds agree. Routes carry the DRGs they crossed, so they end.
#include "sim/topology/routes.hpp"

#include <algorithm>
#include <map>

#include "meshsim/base/check.hpp"
#include "sim/topology/drg_defaults.hpp"
#include "sim/topology/peering.hpp"

namespace meshsim {
namespace {

// source: oci-oke.md section 2.4: a circuit's routes have the customer's AS in their path; a VPN's
// one private AS more.
constexpr std::uint8_t kCircuitAsPath = 1;
constexpr std::uint8_t kTunnelAsPath = 2;

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
    case Match::AttachmentType: return statement.value == match_value(attachment.type);
    case Match::Attachment: return statement.value == attachment.name;
  }
  return false;
}

// Of attachments that import the same destination; source: oci-oke.md section 2.4.
int preference(Type type) {
  switch (type) {
    case Type::Vcn: return 0;
    case Type::VirtualCircuit: return 1;
    case Type::IpsecTunnel: return 2;
    case Type::Rpc: return 3;
  }
  return 4;
}

class Resolver {
 public:
  explicit Resolver(const Topology& topology) : topology_(topology) {
    std::map<std::string_view, std::uint32_t> drgs;
    for (std::uint32_t i = 0; i < topology.drgs.size(); ++i) drgs[topology.drgs[i].name] = i;
    std::map<std::string_view, const Vcn*> vcns;
    for (const Vcn& vcn : topology.vcns) vcns[vcn.name] = &vcn;
    std::map<std::string_view, const OnPremises*> networks;
    for (const OnPremises& network : topology.on_premises) networks[network.name] = &network;
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
        } else if (is_on_premises(attachment.type)) {
          wire.network = networks.at(attachment.target);
        } else {
          connect(wire, drg, *rpcs.at(attachment.target), drgs);
        }
        wires.push_back(wire);
      }
    }
  }

  void connect(DrgWire& wire, const Drg& drg, const Rpc& rpc,
               const std::map<std::string_view, std::uint32_t>& drgs) {
    wire.rpc = &rpc;
    const auto peer = drgs.find(rpc.drg_a == drg.name ? rpc.drg_b : rpc.drg_a);
    if (peer == drgs.end()) return;  // a peering without a peer
    wire.peer_drg = peer->second;
    const auto& attachments = rpc_attachments_[wire.peer_drg];
    wire.is_up = peering_state(topology_, rpc).is_up() && attachments.contains(rpc.name);
    if (wire.is_up) wire.peer_attachment = attachments.at(rpc.name);
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
      const DistributionStatement* const statement = importing_statement(table, drg.attachments[a]);
      if (statement != nullptr) add_offered(d, a, statement->pos, tables, routes);
    }
    choose(drg, table.ecmp, routes);
    return routes;
  }

  static DrgRoute route_from(std::uint32_t drg, std::uint32_t exit) {
    DrgRoute route;
    route.exit = exit;
    route.path[0] = static_cast<std::uint16_t>(drg);
    return route;
  }

  // A VCN offers its subnets or its CIDRs, and the rules of its ingress table; a network what it
  // announces; a peering what the far end exports: the best routes of the table of its own
  // attachment, but not back to where they came from. Source: oci-oke.md sections 2.1 and 2.7.
  void add_offered(std::uint32_t d, std::uint32_t a, Pos pos, const Tables& tables,
                   std::vector<DrgRoute>& routes) const {
    const DrgWire& wire = wires_[d][a];
    const DrgAttachment& attachment = topology_.drgs[d].attachments[a];
    if (wire.vcn != nullptr) {
      for (const Prefix& cidr : offered_by(*wire.vcn, attachment)) {
        DrgRoute route = route_from(d, a);
        route.destination = cidr;
        route.pos = pos;
        routes.push_back(route);
      }
      return;
    }
    if (wire.network != nullptr) {
      const bool is_circuit = attachment.type == Type::VirtualCircuit;
      for (const Prefix& cidr : wire.network->cidrs) {
        DrgRoute route = route_from(d, a);
        route.destination = cidr;
        route.origin = is_circuit ? RouteOrigin::VirtualCircuit : RouteOrigin::IpsecTunnel;
        route.as_path = is_circuit ? kCircuitAsPath : kTunnelAsPath;
        route.pos = pos;
        routes.push_back(route);
      }
      return;
    }
    if (!wire.is_up) return;
    const DrgWire& peer = wires_[wire.peer_drg][wire.peer_attachment];
    if (!topology_.drgs[wire.peer_drg].attachments[wire.peer_attachment].exports) return;
    for (const DrgRoute& offered : tables[wire.peer_drg][peer.table]) {
      if (offered.is_conflict || offered.exit == wire.peer_attachment) continue;
      if (offered.peerings + 2U > kMaxDrgsOfRoute) continue;
      const auto end = offered.path.begin() + offered.peerings + 1;
      if (std::find(offered.path.begin(), end, d) != end) continue;
      DrgRoute route = route_from(d, a);
      route.destination = offered.destination;
      route.origin = offered.origin;
      route.as_path = offered.as_path;
      route.peerings = static_cast<std::uint8_t>(offered.peerings + 1);
      std::copy(offered.path.begin(), end, route.path.begin() + 1);
      route.pos = pos;
      routes.push_back(route);
    }
  }

  static std::vector<Prefix> offered_by(const Vcn& vcn, const DrgAttachment& attachment) {
    std::vector<Prefix> offered;
    if (attachment.vcn_routes == VcnRoutes::VcnCidrs) {
      offered = vcn.cidrs;
    } else {
      for (const Subnet& subnet : vcn.subnets) offered.push_back(subnet.cidr);
    }
    if (const RouteTable* const ingress = find_named(vcn.route_tables, attachment.ingress_table)) {
      for (const RouteRule& rule : ingress->rules) {
        if (std::find(offered.begin(), offered.end(), rule.destination) == offered.end()) {
          offered.push_back(rule.destination);
        }
      }
    }
    return offered;
  }

  // Longest prefix first; of equal ones static before imported, the shorter AS path, the type of
  // the attachment, fewer peerings, the origin, then the name of the attachment, which is as good
  // as any; source: oci-oke.md section 2.4.
  static void choose(const Drg& drg, bool ecmp, std::vector<DrgRoute>& routes) {
    const auto rank = [&](const DrgRoute& route) {
      const DrgAttachment& exit = drg.attachments[route.exit];
      return std::tuple{-int{route.destination.length},
                        route.destination.base,
                        !route.is_static,
                        route.as_path,
                        preference(exit.type),
                        route.peerings,
                        route.origin,
                        std::string_view{exit.name}};
    };
    std::stable_sort(routes.begin(), routes.end(),
                     [&](const DrgRoute& a, const DrgRoute& b) { return rank(a) < rank(b); });
    std::size_t first = 0;  // of the routes to the same destination
    for (std::size_t i = 1; i < routes.size(); ++i) {
      if (routes[i].destination != routes[first].destination) {
        first = i;
        continue;
      }
      routes[i].is_conflict =
          !ecmp || i - first >= kMaxEcmp || !share(drg, routes[first], routes[i]);
    }
  }

  // Whether two routes to one destination share its flows in a table with ECMP.
  static bool share(const Drg& drg, const DrgRoute& best, const DrgRoute& other) {
    const Type type = drg.attachments[best.exit].type;
    return is_on_premises(type) && type == drg.attachments[other.exit].type && !best.is_static &&
           !other.is_static && best.as_path == other.as_path;
  }

  const Topology& topology_;
  std::vector<std::vector<DrgWire>> wires_;
  std::vector<std::map<std::string_view, std::uint32_t>> rpc_attachments_;
};

}  // namespace

bool is_on_premises(DrgAttachment::Type type) {
  return type == Type::VirtualCircuit || type == Type::IpsecTunnel;
}

const DistributionStatement* importing_statement(const DrgRouteTable& table,
                                                 const DrgAttachment& attachment) {
  const auto found =
      std::find_if(table.imports.begin(), table.imports.end(),
                   [&](const DistributionStatement& one) { return matches(one, attachment); });
  return found == table.imports.end() ? nullptr : &*found;
}

DrgRoutes resolve_drg_routes(const Topology& topology) { return Resolver{topology}.run(); }

const std::vector<DrgRoute>& routes_of(const Topology& topology, const DrgRoutes& routes,
                                       std::uint32_t drg, std::uint32_t attachment) {
  const Drg& owner = topology.drgs[drg];
  return routes.tables[drg][table_index(owner, owner.attachments[attachment])];
}

const DrgRoute* find_route(const Topology& topology, const DrgRoutes& routes, std::uint32_t drg,
                           std::uint32_t attachment, Ipv4 target, std::uint64_t flow) {
  const std::vector<DrgRoute>& table = routes_of(topology, routes, drg, attachment);
  const auto& attachments = topology.drgs[drg].attachments;
  const bool from_outside = is_on_premises(attachments[attachment].type);
  const auto is_usable = [&](const DrgRoute& route) {
    return !route.is_conflict && !(from_outside && is_on_premises(attachments[route.exit].type));
  };
  const auto best = std::find_if(table.begin(), table.end(), [&](const DrgRoute& route) {
    return route.destination.contains(target) && is_usable(route);
  });
  if (best == table.end()) return nullptr;
  auto end = best;
  while (end != table.end() && end->destination == best->destination && !end->is_conflict) ++end;
  return &best[static_cast<std::ptrdiff_t>(flow % static_cast<std::uint64_t>(end - best))];
}

}  // namespace meshsim
