// Words for every decision, and the objects that a path depends on.
#include "sim/path/legs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sim/scenario/expect.hpp"
#include "sim/topology/graph.hpp"

namespace meshsim {
namespace {

constexpr std::string_view kVxlanText = ", vxlan ";
constexpr std::string_view kProcessesName = "/processes";

std::string duration(Duration span) { return format_duration(ns(span)); }

// "a / b" of the path "KIND/a/b/..."; empty if it is of another kind.
std::string_view after(std::string_view where, std::string_view kind) {
  return where.starts_with(kind) ? where.substr(kind.size()) : std::string_view{};
}
std::string_view first_part(std::string_view path) { return path.substr(0, path.find('/')); }

// The address behind the last '>' of "udp A:1 > B:2, 64 bytes".
Ipv4 target_of(std::string_view packet) {
  const std::size_t begin = packet.rfind(" > ");
  if (begin == std::string_view::npos) return {};
  std::string_view text = packet.substr(begin + 3);
  text = text.substr(0, text.find_first_of(":,"));
  return parse_ipv4(text).value_or(Ipv4{});
}

// What the underlay sees of the packet.
std::string_view wire_text(const PathHop& hop) {
  return hop.tunnel.empty() ? hop.packet : hop.tunnel;
}
Ipv4 wire_target(const PathHop& hop) { return target_of(wire_text(hop)); }
Ipv4 source_of(std::string_view packet) {
  const std::size_t begin = packet.find(' ');
  if (begin == std::string_view::npos) return {};
  std::string_view text = packet.substr(begin + 1);
  return parse_ipv4(text.substr(0, text.find_first_of(": "))).value_or(Ipv4{});
}
std::string wire_source(const PathHop& hop) { return to_string(source_of(wire_text(hop))); }
// "udp 8472"
std::string wire_port(const PathHop& hop) {
  if (!hop.tunnel.empty()) return fmt::format("udp {}", kVxlanPort);
  std::string_view text = hop.packet;
  const std::string protocol{text.substr(0, text.find(' '))};
  text = text.substr(std::min(text.size(), text.rfind(" > ")));
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return protocol;
  return fmt::format("{} {}", protocol, text.substr(colon + 1, text.find(',') - colon - 1));
}

class LegWriter {
 public:
  LegWriter(const PathWords& words, const PathQuery& query) : words_(words), query_(query) {}

  PathHop hop(const ProbeStep& step, Time start) const {
    PathHop made;
    made.where = words_.world.simulation->path(step.where);
    // What stands for the processes of a node in a converged world is no part of any file.
    if (made.where.ends_with(kProcessesName))
      made.where.resize(made.where.size() - kProcessesName.size());
    made.hop = step.hop;
    made.latency = step.at - start;
    made.bytes = step.bytes;
    const std::size_t tunnel = step.packet.find(kVxlanText);
    made.packet = step.packet.substr(0, tunnel);
    if (tunnel != std::string::npos) made.tunnel = step.packet.substr(tunnel + 2);
    const Decision& decision = words_.world.decisions.at(step.decided_by);
    made.rule = decision.text;
    made.pos = decision.pos;
    const Decision& cause = words_.world.decisions.at(step.cause);
    made.cause = cause.text;
    made.cause_pos = cause.pos;
    if (step.dropped) {
      made.decided = fmt::format("dropped: {}", row_of(*step.dropped).cause);
      if (*step.dropped == DropCode::DrgNoRoute) explain_drg(made);
      made.missing = missing(*step.dropped, made);
    } else {
      made.decided = decided(step.hop, made);
      made.state = state(step.hop, !made.tunnel.empty());
    }
    return made;
  }

 private:
  // The rule that would let the packet on, in words.
  std::string missing(DropCode code, const PathHop& hop) const {
    switch (code) {
      case DropCode::SecurityIngress:
        return fmt::format("an ingress rule for {} from {}", wire_port(hop), wire_source(hop));
      case DropCode::SecurityEgress:
        return fmt::format("an egress rule for {} to {}", wire_port(hop),
                           to_string(wire_target(hop)));
      case DropCode::VcnNoRoute:
      case DropCode::NatPrivateTarget: return missing_route(hop);
      default: return hop.missing;
    }
  }

  std::string missing_route(const PathHop& hop) const {
    const Topology& topology = words_.plan.scenario.topology;
    const Ipv4 target = wire_target(hop);
    const std::string_view own = first_part(after(hop.where, "vcn/"));
    for (const Vcn& vcn : topology.vcns) {
      for (const Prefix& cidr : vcn.cidrs) {
        if (!cidr.contains(target) || vcn.name == own) continue;
        const RouteRule* const rule = rule_at(topology, own, hop.pos);
        if (rule != nullptr && rule->gateway == GatewayKind::Drg) {
          return fmt::format("an attachment of VCN {} to the DRG that its rule leads to", own);
        }
        return fmt::format("a rule {} -> DRG in the route table of the sender's subnet",
                           to_string(cidr));
      }
    }
    return {};
  }

  static const RouteRule* rule_at(const Topology& topology, std::string_view vcn_name, Pos pos) {
    const Vcn* const vcn = find_named(topology.vcns, vcn_name);
    if (vcn == nullptr || !pos) return nullptr;
    for (const RouteTable& table : vcn->route_tables) {
      for (const RouteRule& rule : table.rules) {
        if (rule.pos == pos) return &rule;
      }
    }
    return nullptr;
  }

  // The attachment's table lacks a route to this very address: the general answer of the run is
  // made exact.
  void explain_drg(PathHop& hop) const {
    const Topology& topology = words_.plan.scenario.topology;
    const std::string_view path = after(hop.where, "drg/");
    const Drg* const drg = find_named(topology.drgs, first_part(path));
    if (drg == nullptr || path.size() <= drg->name.size()) return;
    const DrgAttachment* const attachment =
        find_named(drg->attachments, path.substr(drg->name.size() + 1));
    if (attachment == nullptr) return;
    const DrgRoutes routes = resolve_drg_routes(topology);
    const NoRoute no_route = explain_no_route(
        topology, routes, static_cast<std::uint32_t>(drg - topology.drgs.data()),
        static_cast<std::uint32_t>(attachment - drg->attachments.data()), wire_target(hop));
    hop.rule = no_route.text;
    hop.pos = no_route.pos;
    hop.missing = no_route.missing;
  }

  std::string decided(Hop hop, const PathHop& made) const {
    switch (hop) {
      case Hop::LeftProcess: return fmt::format("leaves {}", source(made));
      case Hop::ToEndpoint: return "cluster address of a Service: on to an endpoint of it";
      case Hop::ToNodePortTarget: return "node port of a Service: on to an endpoint of it";
      case Hop::BackToClient: return "answer to a translated flow: gets its addresses back";
      case Hop::Encapsulated: return "ipcache has the pod's node: encapsulated to it";
      case Hop::Decapsulated: return "out of the tunnel, to the pod";
      case Hop::LeftAsWorld: return "not in the ipcache: by the node's default route";
      case Hop::EgressNewFlow: return "egress allowed, flow tracked";
      case Hop::EgressStateless: return "egress allowed, stateless";
      case Hop::EgressKnownFlow: return "egress: a tracked flow";
      case Hop::IngressNewFlow: return "ingress allowed, flow tracked";
      case Hop::IngressStateless: return "ingress allowed, stateless";
      case Hop::IngressKnownFlow: return "ingress: a tracked flow";
      case Hop::VcnRouted: return "routed to the DRG";
      case Hop::VcnLocal: return "to the VNIC that has the address";
      case Hop::ToNextHop: return "routed to the VNIC of a host that forwards";
      case Hop::Forwarded: return "forwarded by the host";
      case Hop::ToResolver: return "to the VCN's resolver";
      case Hop::DrgRouted: return "routed by the attachment's table";
      case Hop::Crossed: return "crosses the remote peering";
      case Hop::ToBackend: return "load balancer: on to a backend, with its own address as source";
      case Hop::FromBackend: return "load balancer: back to the client";
      case Hop::Arrived: return fmt::format("arrives at {}", end_name(target_of(made.packet)));
      case Hop::Refused:
        return fmt::format("arrives at {}, where nothing listens on the port",
                           end_name(target_of(made.packet)));
    }
    return {};
  }

  std::string source(const PathHop& made) const { return end_name(source_of(made.packet)); }

  std::string end_name(Ipv4 address) const {
    for (const PathEnd* end : {&query_.from, &query_.to}) {
      if (end->address == address) return end->name;
    }
    return end_at(words_.plan, address).name;
  }

  // What the place remembers. `is_tunnelled`: to the underlay the packet is UDP.
  std::string state(Hop hop, bool is_tunnelled) const {
    const Parameters& all = words_.plan.scenario.parameters;
    const infra::Parameters& net = all.network;
    const fabric::Parameters& node = all.cilium;
    const Protocol inner = query_.protocol;
    const Protocol wire = is_tunnelled ? Protocol::Udp : inner;
    switch (hop) {
      case Hop::EgressNewFlow:
      case Hop::IngressNewFlow:
        return fmt::format("VNIC tracks {}: forgotten {} after this, if unanswered",
                           to_string(wire),
                           duration(wire == Protocol::Tcp   ? net.tracking_tcp_setup
                                    : wire == Protocol::Udp ? net.tracking_udp_one_way
                                                            : net.tracking_icmp));
      case Hop::EgressKnownFlow:
      case Hop::IngressKnownFlow:
        return fmt::format("VNIC tracks {}: forgotten after {} of silence", to_string(wire),
                           duration(wire == Protocol::Tcp   ? net.tracking_tcp_established
                                    : wire == Protocol::Udp ? net.tracking_udp_both_ways
                                                            : net.tracking_icmp));
      case Hop::ToEndpoint:
      case Hop::ToNodePortTarget:
        return fmt::format("node translates {}: forgotten {} after this, if unanswered",
                           to_string(inner),
                           duration(inner == Protocol::Tcp   ? node.nat_tcp_setup
                                    : inner == Protocol::Udp ? node.nat_udp_one_way
                                                             : node.nat_icmp));
      case Hop::BackToClient:
        return fmt::format("node translates {}: forgotten after {} of silence", to_string(inner),
                           duration(inner == Protocol::Tcp   ? node.nat_tcp_established
                                    : inner == Protocol::Udp ? node.nat_udp_both_ways
                                                             : node.nat_icmp));
      case Hop::ToBackend:
      case Hop::FromBackend:
        return fmt::format("load balancer keeps the flow: forgotten after {} of silence",
                           duration(inner == Protocol::Tcp ? net.nlb_tcp_idle : net.nlb_udp_idle));
      default: return {};
    }
  }

  const PathWords& words_;
  const PathQuery& query_;
};

using Object = std::pair<Unknown::Of, std::string>;

void add_vcn_of(const Topology& topology, const Vcn* vcn, std::set<Object>& objects) {
  if (vcn == nullptr) return;
  objects.emplace(Unknown::Of::Vcn, vcn->name);
  if (find_named(topology.drgs, vcn->drg) != nullptr) {
    objects.emplace(Unknown::Of::Drg, vcn->drg);
  }
}

const Vcn* vcn_with(const Topology& topology, Ipv4 address) {
  for (const Vcn& vcn : topology.vcns) {
    for (const Prefix& cidr : vcn.cidrs) {
      if (cidr.contains(address)) return &vcn;
    }
  }
  return nullptr;
}

// A packet that no DRG takes further could have gone by what stands on the shortest way.
void add_way_not_taken(const Topology& topology, const Vcn* from, const Vcn* to,
                       std::set<Object>& objects) {
  if (from == nullptr || to == nullptr) return;
  const auto way = shortest_path(topology, from->drg, to->drg);
  for (std::size_t i = 0; i < way.size(); ++i) {
    objects.emplace(Unknown::Of::Drg, way[i]);
    for (const Rpc& rpc : topology.rpcs) {
      if (i + 1 == way.size()) break;
      const bool joins = (rpc.drg_a == way[i] && rpc.drg_b == way[i + 1]) ||
                         (rpc.drg_b == way[i] && rpc.drg_a == way[i + 1]);
      if (joins) objects.emplace(Unknown::Of::Peering, rpc.name);
    }
  }
}

// `by_node`: a process in the network of a node sends, which no CNI has a say in, unless the target
// is a pod.
void add_passed(const PathHop& hop, bool by_node, std::set<Object>& objects) {
  const auto add = [&](std::string_view kind, Unknown::Of of) {
    const std::string_view rest = after(hop.where, kind);
    if (!rest.empty()) objects.emplace(of, first_part(rest));
  };
  add("vcn/", Unknown::Of::Vcn);
  add("drg/", Unknown::Of::Drg);
  add("rpc/", Unknown::Of::Peering);
  add("lb/", Unknown::Of::Cluster);
  const bool needs_cluster = hop.hop == Hop::ToNodePortTarget || hop.hop == Hop::ToEndpoint ||
                             hop.hop == Hop::Encapsulated ||
                             (hop.hop == Hop::LeftAsWorld && !by_node);
  if (needs_cluster) objects.emplace(Unknown::Of::Cluster, first_part(hop.where));
}

}  // namespace

std::vector<PathLeg> legs_of(const PathWords& words, const PathQuery& query,
                             const std::vector<ProbeStep>& steps, Time start) {
  const LegWriter writer{words, query};
  std::vector<PathLeg> legs;
  for (const ProbeStep& step : steps) {
    if (legs.size() == step.leg) {
      legs.emplace_back();
      if (step.leg != 0) start = step.at;
    }
    if (step.leg >= legs.size()) continue;
    PathLeg& leg = legs[step.leg];
    leg.hops.push_back(writer.hop(step, start));
    if (step.dropped) leg.code = step.dropped;
    if (!step.dropped && step.is_end()) {
      leg.arrived = true;
      leg.refused = step.hop == Hop::Refused;
    }
  }
  return legs;
}

std::vector<Unknown> unknowns_of(const Plan& plan, const Path& path) {
  if (plan.unknowns.empty()) return {};
  const Topology& topology = plan.scenario.topology;
  std::set<Object> objects;
  const auto add_end = [&](const PathEnd& end) {
    const PlannedCluster* const cluster =
        end.cluster == kNowhere ? nullptr : &plan.clusters[end.cluster];
    const Vcn* const vcn = cluster != nullptr ? cluster->vcn : vcn_with(topology, end.address);
    add_vcn_of(topology, vcn, objects);
    // A node or endpoint is reached by its VNIC alone; the rest needs what the cluster does.
    if (cluster != nullptr && !end.is_machine() && end.kind != PathEnd::Kind::Endpoint) {
      objects.emplace(Unknown::Of::Cluster, cluster->topology->name);
    }
    return vcn;
  };
  const Vcn* const from = add_end(path.query.from);
  const Vcn* const to = add_end(path.query.to);
  for (const PathLeg& leg : path.legs) {
    const bool by_node = path.query.from.is_machine();
    for (const PathHop& hop : leg.hops) add_passed(hop, by_node, objects);
    if (leg.code == DropCode::DrgNoRoute) add_way_not_taken(topology, from, to, objects);
  }
  std::vector<Unknown> list;
  for (const Unknown& unknown : plan.unknowns) {
    const bool matters =
        unknown.of == Unknown::Of::Whole || objects.contains({unknown.of, unknown.name});
    if (matters) list.push_back(unknown);
  }
  return list;
}

Probe probe_of(const PathQuery& query, std::uint16_t source_port) {
  Probe probe;
  probe.from = query.from;
  probe.target = query.to.address;
  probe.protocol = query.protocol;
  probe.port = query.port;
  probe.source_port = query.source_port != 0 ? query.source_port : source_port;
  probe.size = query.size;
  probe.wants_answer = query.wants_answer;
  return probe;
}

}  // namespace meshsim
