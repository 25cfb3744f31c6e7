// Why a DRG has no route, followed from the far end: the first table on the way that lacks it is
// to blame, and the statement that it misses is named.
#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "meshsim/base/check.hpp"
#include "sim/topology/drg_defaults.hpp"
#include "sim/topology/graph.hpp"
#include "sim/topology/peering.hpp"
#include "sim/topology/routes.hpp"

namespace meshsim {
namespace {

using Match = DistributionStatement::Match;
using Type = DrgAttachment::Type;

std::string_view plural(std::string_view type) {
  if (type == kMatchVcn) return "VCN attachments";
  if (type == kMatchRpc) return "remote peerings";
  if (type == kMatchCircuit) return "virtual circuits";
  return "IPSec tunnels";
}

std::string imports_text(const DrgRouteTable& table) {
  std::string text;
  for (const DistributionStatement& statement : table.imports) {
    if (!text.empty()) text += " and ";
    switch (statement.match) {
      case Match::All: text += "all attachments"; break;
      case Match::AttachmentType: text += plural(statement.value); break;
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

// What would let a table take the routes that `offering` brings. A default table is replaced, as
// the recipe of oci-oke.md section 2.3 does, so that other attachments keep theirs.
std::string missing_statement(const Drg& drg, const DrgRouteTable& table,
                              const DrgAttachment& entry, const DrgAttachment& offering) {
  const std::string where =
      table.is_default
          ? fmt::format(
                "a route table of its own for attachment '{}' of DRG {}, whose import "
                "distribution also has",
                entry.name, drg.name)
          : fmt::format("in the import distribution of route table '{}' of DRG {}:", table.name,
                        drg.name);
  return fmt::format("{} ACCEPT DRG_ATTACHMENT_TYPE = {} (or DRG_ATTACHMENT_ID = '{}')", where,
                     match_value(offering.type), offering.name);
}

const DrgRouteTable& table_of(const Topology& topology, const DrgRoutes& routes, std::uint32_t drg,
                              std::uint32_t attachment) {
  return topology.drgs[drg].route_tables[routes.wires[drg][attachment].table];
}

std::uint32_t index_of(const Topology& topology, std::string_view drg) {
  const Drg* const found = find_named(topology.drgs, drg);
  check(found != nullptr, "a path names known DRGs");
  return static_cast<std::uint32_t>(found - topology.drgs.data());
}

// The attachment of `drg` whose peering leads to `peer`.
std::optional<std::uint32_t> attachment_to(const Topology& topology, const DrgRoutes& routes,
                                           std::uint32_t drg, std::string_view peer) {
  for (std::uint32_t i = 0; i < routes.wires[drg].size(); ++i) {
    const DrgWire& wire = routes.wires[drg][i];
    if (wire.is_up && topology.drgs[wire.peer_drg].name == peer) return i;
  }
  return std::nullopt;
}

bool holds(const std::vector<Prefix>& cidrs, Ipv4 address) {
  return std::any_of(cidrs.begin(), cidrs.end(),
                     [address](const Prefix& cidr) { return cidr.contains(address); });
}

// Where a packet is to go: the DRG that it has to reach, and its attachment there.
struct Goal {
  std::string what;  // "VCN c3"
  std::string_view drg;
  const DrgAttachment* attachment = nullptr;  // none if it is not attached
  Pos pos;
};

std::optional<Goal> goal_at(const Topology& topology, Ipv4 target) {
  for (const Vcn& vcn : topology.vcns) {
    if (vcn.drg.empty() || !holds(vcn.cidrs, target)) continue;
    const Drg* const drg = find_named(topology.drgs, vcn.drg);
    const DrgAttachment* const attachment =
        drg == nullptr ? nullptr : find_attachment(*drg, Type::Vcn, vcn.name);
    return Goal{"VCN " + vcn.name, vcn.drg, attachment, vcn.pos};
  }
  for (const Drg& drg : topology.drgs) {
    for (const DrgAttachment& attachment : drg.attachments) {
      if (!is_on_premises(attachment.type)) continue;
      const OnPremises* const network = find_named(topology.on_premises, attachment.target);
      if (network == nullptr || !holds(network->cidrs, target)) continue;
      return Goal{"on-premises network " + network->name, drg.name, &attachment, network->pos};
    }
  }
  return std::nullopt;
}

// A peering that would lead from one DRG to the other and is not up, or nullptr.
const Rpc* dead_peering(const Topology& topology, std::string_view from, std::string_view to) {
  for (const Rpc& rpc : topology.rpcs) {
    const bool is_between = (rpc.drg_a == from && (rpc.drg_b == to || rpc.drg_b.empty())) ||
                            (rpc.drg_b == from && rpc.drg_a == to);
    if (is_between && !peering_state(topology, rpc).is_up()) return &rpc;
  }
  return nullptr;
}

NoRoute no_way(const Topology& topology, const Drg& from, const Goal& goal,
               const std::string& text) {
  if (const Rpc* const rpc = dead_peering(topology, from.name, goal.drg)) {
    const PeeringState state = peering_state(topology, *rpc);
    return {text + fmt::format("remote peering {} is {}", rpc->name, to_string(state.status)),
            rpc->pos, state.why};
  }
  return {text + "no remote peering leads there", topology.pos,
          fmt::format("a remote peering between DRG {} and DRG {}", from.name, goal.drg)};
}

// Follows the shortest way to the goal from its far end: the first DRG whose table lacks the route
// is where it is lost.
NoRoute explain_towards(const Topology& topology, const DrgRoutes& routes, std::uint32_t drg,
                        std::uint32_t attachment, const Goal& goal, Ipv4 target) {
  const Drg& here = topology.drgs[drg];
  const std::string text = fmt::format("DRG {} has no route to {}: ", here.name, goal.what);
  const auto way = shortest_path(topology, here.name, goal.drg);
  if (way.empty()) return no_way(topology, here, goal, text);
  for (std::size_t i = way.size(); i-- > 0;) {
    const std::uint32_t at = index_of(topology, way[i]);
    const auto entry = i == 0 ? attachment : attachment_to(topology, routes, at, way[i - 1]);
    check(entry.has_value(), "DRGs next to each other on a path are peered");
    const Drg& owner = topology.drgs[at];
    const DrgAttachment& in = owner.attachments[*entry];
    const bool is_found = find_route(topology, routes, at, *entry, target) != nullptr;
    if (is_found && i > 0 && !in.exports) {
      return {text + fmt::format("DRG {} announces nothing through attachment '{}', whose export "
                                 "distribution was removed",
                                 owner.name, in.name),
              in.pos,
              fmt::format("the default export distribution at attachment '{}' of DRG {}", in.name,
                          owner.name)};
    }
    if (is_found) continue;
    const DrgRouteTable& table = table_of(topology, routes, at, *entry);
    const std::string who =
        i == 0 ? "its " : "DRG " + owner.name + " does not announce it, since its ";
    const bool is_last = i + 1 == way.size();
    const auto next = is_last ? std::nullopt : attachment_to(topology, routes, at, way[i + 1]);
    const DrgAttachment* const offering = is_last ? goal.attachment : &owner.attachments[*next];
    if (offering == nullptr) {
      return {text + fmt::format("it has no attachment to DRG {}", owner.name), owner.pos,
              fmt::format("an attachment of {} to DRG {}", goal.what, owner.name)};
    }
    if (is_on_premises(in.type) && is_on_premises(offering->type)) {
      return {text + "packets from a virtual circuit or IPSec tunnel never leave by another one",
              in.pos, ""};
    }
    if (importing_statement(table, *offering) == nullptr) {
      return {text + who + table_text(table), table.pos,
              missing_statement(owner, table, in, *offering)};
    }
    if (way.size() - i > kMaxDrgsOfRoute) {
      return {text + fmt::format("it is {} DRGs away, and a route propagates through {} at most",
                                 way.size(), kMaxDrgsOfRoute),
              offering->pos, fmt::format("a peering that makes the way shorter")};
    }
    if (is_last) {
      return {text + "no subnet of the VCN holds the address", goal.pos,
              "a subnet that holds it, or vcn_routes: vcn_cidrs at its attachment"};
    }
  }
  const DrgRouteTable& own = table_of(topology, routes, drg, attachment);
  return {text + "its " + table_text(own), own.pos, ""};
}

}  // namespace

NoRoute explain_no_route(const Topology& topology, const DrgRoutes& routes, std::uint32_t drg,
                         std::uint32_t attachment, Ipv4 target) {
  if (const auto goal = goal_at(topology, target)) {
    return explain_towards(topology, routes, drg, attachment, *goal, target);
  }
  const DrgRouteTable& table = table_of(topology, routes, drg, attachment);
  return {fmt::format("DRG {} has no route to {}, an address of no VCN with a DRG (route table "
                      "'{}')",
                      topology.drgs[drg].name, to_string(target), table.name),
          table.pos, ""};
}

NoRoute explain_no_route(const Topology& topology, const DrgRoutes& routes, std::uint32_t drg,
                         std::uint32_t attachment) {
  const Drg& owner = topology.drgs[drg];
  const DrgRouteTable& table = table_of(topology, routes, drg, attachment);
  const auto is_peering = [](const DrgAttachment& one) { return one.type == Type::Rpc; };
  const auto takes_peerings = [&](const DrgAttachment& one) {
    return is_peering(one) && importing_statement(table, one) != nullptr;
  };
  const auto begin = owner.attachments.begin();
  const auto end = owner.attachments.end();
  const auto peering = std::find_if(begin, end, is_peering);
  // The usual case, and quick in a mesh of hundreds: it takes no routes from peerings at all.
  if (peering != end && std::none_of(begin, end, takes_peerings)) {
    return {fmt::format("DRG {}: {}", owner.name, table_text(table)), table.pos,
            missing_statement(owner, table, owner.attachments[attachment], *peering)};
  }
  for (const Vcn& vcn : topology.vcns) {
    if (vcn.drg.empty() || vcn.subnets.empty()) continue;
    const Ipv4 target = vcn.subnets.back().cidr.base;
    if (find_route(topology, routes, drg, attachment, target) != nullptr) continue;
    return explain_no_route(topology, routes, drg, attachment, target);
  }
  return {fmt::format("no subnet that DRG {} knows of holds the address (route table '{}')",
                      owner.name, table.name),
          table.pos, ""};
}

DrgTrace trace_route(const Topology& topology, const DrgRoutes& routes, const Vcn& from,
                     Ipv4 target, std::uint64_t flow) {
  DrgTrace trace;
  const Drg* drg = find_named(topology.drgs, from.drg);
  const DrgAttachment* entry =
      drg == nullptr ? nullptr : find_attachment(*drg, Type::Vcn, from.name);
  if (entry == nullptr) {
    trace.no_route = {fmt::format("VCN {} is attached to no DRG", from.name), from.pos,
                      "an attachment of the VCN to a DRG of its region"};
    return trace;
  }
  // Static rules can send a packet in a circle; it is followed through every DRG once.
  auto at = static_cast<std::uint32_t>(drg - topology.drgs.data());
  auto in = static_cast<std::uint32_t>(entry - drg->attachments.data());
  for (std::size_t step = 0; step <= topology.drgs.size(); ++step) {
    const DrgRoute* const route = find_route(topology, routes, at, in, target, flow);
    if (route == nullptr) {
      trace.no_route = explain_no_route(topology, routes, at, in, target);
      return trace;
    }
    trace.hops.push_back({at, in, route->exit});
    const DrgWire& exit = routes.wires[at][route->exit];
    if (exit.network != nullptr) trace.round_trip += exit.network->round_trip;
    if (exit.vcn != nullptr || exit.network != nullptr) {
      trace.arrives = true;
      return trace;
    }
    if (!exit.is_up) {
      const PeeringState state = peering_state(topology, *exit.rpc);
      trace.no_route = {
          fmt::format("remote peering {} is {}", exit.rpc->name, to_string(state.status)),
          exit.rpc->pos, state.why};
      return trace;
    }
    trace.round_trip += exit.rpc->round_trip;
    at = exit.peer_drg;
    in = exit.peer_attachment;
  }
  trace.no_route = {
      fmt::format("routes send the packet in a circle at DRG {}", topology.drgs[at].name),
      topology.drgs[at].pos, ""};
  return trace;
}

}  // namespace meshsim
