// MS03nn: ports that the mesh, DNS and members need, and that NSGs or security lists keep closed.
// Where a route is missing already, these rules are silent.
// Source: cilium-clustermesh.md section 1.2, coherence.md section 2.2, oci-oke.md
// sections 1.3, 4.3.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "models/fabric/packet.hpp"
#include "models/fabric/well_known.hpp"
#include "sim/check/pairs.hpp"
#include "sim/check/rules.hpp"
#include "sim/check/subject.hpp"
#include "sim/check/way.hpp"

namespace meshsim::checks {
namespace {

constexpr std::uint16_t kGeneve = 6081;
constexpr std::uint16_t kHealth = 4240;
constexpr std::uint16_t kWireguard = 51871;
constexpr std::uint16_t kKubeProxyHealth = 10256;
constexpr std::uint16_t kUnreachable = 3;    // ICMP type of "fragmentation needed"
constexpr Flow kEsp{RuleProtocol::All, 50};  // only a rule for all protocols admits it

bool is_closed(const Way& way) { return way.stop == Stop::Egress || way.stop == Stop::Ingress; }

// The first pair of node pools between which the flow is stopped; Stop::None if none is.
Way between_nodes(const Subject& subject, const PlannedCluster& from, const PlannedCluster& to,
                  Flow flow, Findings& findings) {
  Way way;
  for (const End& source : node_ends(from)) {
    for (const End& target : node_ends(to)) {
      way = find_way(subject, source, target, flow, findings);
      if (way.stop != Stop::None) return way;
    }
  }
  return way;
}

// Every ordered pair of clusters that are in one Cilium mesh.
template <class Use>
void for_meshed(const Subject& subject, Use&& use) {
  for (const PlannedCluster& from : subject.clusters()) {
    for (const PlannedCluster& to : subject.clusters()) {
      if (&from != &to && subject.are_meshed(from, to)) use(from, to);
    }
  }
}

std::string rule_to_add(const Way& way, const PlannedCluster& from, const PlannedCluster& to,
                        Flow flow) {
  const bool is_in = way.stop == Stop::Ingress;
  return fmt::format("add {{direction: {}, protocol: {}, cidr: {}, ports: {}}} there",
                     is_in ? "ingress" : "egress",
                     flow.protocol == RuleProtocol::Udp ? "udp" : "tcp",
                     to_string((is_in ? from : to).vcn->cidrs.front()), flow.port);
}

std::vector<std::string> objects_of(const Way& way, const PlannedCluster& from,
                                    const PlannedCluster& to) {
  const PlannedCluster& first = way.stop == Stop::Ingress ? to : from;
  const PlannedCluster& second = way.stop == Stop::Ingress ? from : to;
  return {object(first), object(*first.vcn), object(second)};
}

// Pairs of a mesh whose flow is closed; `only_one_way` picks those that are open the other way.
void find_closed(const Subject& subject, Findings& findings, bool only_one_way,
                 Flow (*flow_of)(const PlannedCluster&), std::string_view consequence) {
  PairFindings pairs{findings};
  for_meshed(subject, [&](const PlannedCluster& from, const PlannedCluster& to) {
    const Flow flow = flow_of(from);
    if (flow.port == 0) return;
    const Way way = between_nodes(subject, from, to, flow, findings);
    if (!is_closed(way)) return;
    const bool opens_back =
        between_nodes(subject, to, from, flow_of(to), findings).stop == Stop::None;
    if (opens_back != only_one_way) return;
    pairs.add(way.pos, text(flow), meshsim::checks::to(from, to), objects_of(way, from, to),
              fmt::format("{} from {} to {} is closed: {}; {}", text(flow), name_of(from),
                          name_of(to), way.because, consequence),
              rule_to_add(way, from, to, flow), way.steps);
  });
}

Flow tunnel_flow(const PlannedCluster& cluster) {
  if (cluster.cilium.routing_mode.value != "tunnel") return {};
  return {RuleProtocol::Udp,
          cluster.cilium.tunnel_protocol.value == "geneve" ? kGeneve : kVxlanPort};
}

constexpr std::string_view kSilentLoss =
    "traffic between their pods is lost in silence, while the mesh says it is connected";

void find_closed_tunnels(const Subject& subject, Findings& findings) {
  find_closed(subject, findings, false, tunnel_flow, kSilentLoss);
}

void find_one_way_tunnels(const Subject& subject, Findings& findings) {
  find_closed(subject, findings, true, tunnel_flow,
              "the other direction is open, so packets go out and no answer comes back");
}

// From the nodes of `from` to an address that another cluster's list or Corefile names: a load
// balancer, or a node at its NodePort.
Way to_address(const Subject& subject, const PlannedCluster& from, Ipv4 address, Flow flow,
               Findings& findings) {
  Way way;
  const LoadBalancerAt balancer = subject.load_balancer_at(address);
  if (!balancer) return way;
  const End target = end_of(*balancer.cluster, *balancer.balancer);
  if (target.subnet == nullptr) return way;
  for (const End& source : node_ends(from)) {
    way = find_way(subject, source, target, flow, findings);
    if (way.stop != Stop::None) return way;
  }
  return way;
}

void find_closed_etcd(const Subject& subject, Findings& findings) {
  PairFindings pairs{findings};
  for_meshed(subject, [&](const PlannedCluster& from, const PlannedCluster& to) {
    const CiliumRemote* const entry = subject.entry(from, to);
    if (entry == nullptr) return;
    const Flow flow{RuleProtocol::Tcp, static_cast<std::uint16_t>(entry->port.value)};
    for (const Located<Ipv4>& address : entry->ips) {
      Way way = to_address(subject, from, address.value, flow, findings);
      if (subject.cluster_with_node(address.value) == &to) {
        way = between_nodes(subject, from, to, flow, findings);
      }
      if (!is_closed(way)) continue;
      std::vector<Step> steps{{entry->pos, fmt::format("entry for {}", name_of(to))}};
      steps.insert(steps.end(), way.steps.begin(), way.steps.end());
      pairs.add(way.pos, "etcd", meshsim::checks::to(from, to), objects_of(way, from, to),
                fmt::format(
                    "{} cannot read the mesh state of {} ({} at {}): {}; the clusters never "
                    "connect",
                    name_of(from), name_of(to), text(flow), to_string(address.value), way.because),
                rule_to_add(way, from, to, flow), std::move(steps));
    }
  });
}

// Every load balancer with the ports at which its nodes take packets.
template <class Use>
void for_node_ports(const Subject& subject, Use&& use) {
  for (const PlannedCluster& cluster : subject.clusters()) {
    for (const PlannedLoadBalancer& balancer : cluster.load_balancers) {
      if (find_named(cluster.vcn->subnets, balancer.subnet) == nullptr) continue;
      const ServiceManifest& service = cluster.services[balancer.service].manifest;
      for (const ServicePort& port : service.ports) {
        const auto protocol = port.protocol == "UDP" ? RuleProtocol::Udp : RuleProtocol::Tcp;
        if (port.node_port.value != 0) {
          use(cluster, balancer, service,
              Flow{protocol, static_cast<std::uint16_t>(port.node_port.value)});
          continue;
        }
        // The API server picks one: all of them have to be open.
        for (const std::uint16_t number : {kFirstNodePort, kLastNodePort}) {
          use(cluster, balancer, service, Flow{protocol, number});
        }
      }
    }
  }
}

void find_closed_node_ports(const Subject& subject, Findings& findings) {
  std::set<Ipv4> reported;
  for_node_ports(subject, [&](const PlannedCluster& cluster, const PlannedLoadBalancer& balancer,
                              const ServiceManifest& service, Flow flow) {
    const End source = end_of(cluster, balancer);
    for (const End& target : node_ends(cluster)) {
      const Way way = find_way(subject, source, target, flow, findings);
      if (!is_closed(way) || !reported.insert(balancer.address).second) continue;
      Finding& finding = findings.add(
          way.pos, {object(cluster), object(*cluster.vcn), object(cluster, service)},
          fmt::format("the load balancer of Service {} in {} does not reach its nodes at {}: {}",
                      service.name, name_of(cluster), text(flow), way.because),
          "let tcp and udp 30000-32767 pass from the load balancers' NSG to the nodes' NSG, out "
          "and in");
      finding.steps = way.steps;
    }
  });
}

void find_closed_health_checks(const Subject& subject, Findings& findings) {
  const Flow flow{RuleProtocol::Tcp, kKubeProxyHealth};
  for (const PlannedCluster& cluster : subject.clusters()) {
    for (const PlannedLoadBalancer& balancer : cluster.load_balancers) {
      const ServiceManifest& service = cluster.services[balancer.service].manifest;
      const End source = end_of(cluster, balancer);
      if (service.local_traffic_only.value || source.subnet == nullptr) continue;
      for (const End& target : node_ends(cluster)) {
        const Way way = find_way(subject, source, target, flow, findings);
        if (!is_closed(way)) continue;
        Finding& finding = findings.add(
            way.pos, {object(cluster), object(*cluster.vcn), object(cluster, service)},
            fmt::format(
                "the load balancer of Service {} in {} cannot check its nodes ({}): {}; all "
                "count as dead and nothing is passed on",
                service.name, name_of(cluster), text(flow), way.because),
            "let tcp 10256 pass from the load balancers' NSG to the nodes' NSG");
        finding.steps = way.steps;
        break;
      }
    }
  }
}

// Every CoreDNS that forwards to a load balancer of another cluster.
template <class Use>
void for_forwards(const Subject& subject, Use&& use) {
  for (const PlannedCluster& from : subject.clusters()) {
    if (from.corefiles.empty()) continue;
    for (const dns::ServerBlock& block : from.corefiles.back().config.blocks) {
      for (const dns::ForwardConfig& forward : block.forwards) {
        for (const dns::Upstream& upstream : forward.to) {
          const LoadBalancerAt balancer = subject.load_balancer_at(upstream.address);
          if (balancer && balancer.cluster != &from) use(from, forward, upstream, balancer);
        }
      }
    }
  }
}

bool listens(const ServiceManifest& service, std::string_view protocol, std::uint16_t number) {
  return std::any_of(service.ports.begin(), service.ports.end(), [&](const ServicePort& port) {
    return port.protocol == protocol && port.port.value == number;
  });
}

void find_closed_dns(const Subject& subject, Findings& findings, RuleProtocol protocol) {
  PairFindings pairs{findings};
  const bool is_udp = protocol == RuleProtocol::Udp;
  for_forwards(subject, [&](const PlannedCluster& from, const dns::ForwardConfig& forward,
                            const dns::Upstream& upstream, const LoadBalancerAt& balancer) {
    if (!listens(balancer.service(), is_udp ? "UDP" : "TCP", upstream.port)) return;
    const Flow flow{protocol, upstream.port};
    const Way way = to_address(subject, from, upstream.address, flow, findings);
    if (!is_closed(way)) return;
    const PlannedCluster& to = *balancer.cluster;
    std::vector<Step> steps{{forward.pos, "this forward"}};
    steps.insert(steps.end(), way.steps.begin(), way.steps.end());
    pairs.add(way.pos, text(flow), meshsim::checks::to(from, to), objects_of(way, from, to),
              fmt::format("CoreDNS of {} does not reach that of {} at {}: {}{}", name_of(from),
                          name_of(to), text(flow), way.because,
                          is_udp ? "; each lookup takes seconds and ends in SERVFAIL"
                                 : "; a truncated answer cannot be asked for again"),
              rule_to_add(way, from, to, flow), std::move(steps));
  });
}

void find_closed_dns_udp(const Subject& subject, Findings& findings) {
  find_closed_dns(subject, findings, RuleProtocol::Udp);
}
void find_closed_dns_tcp(const Subject& subject, Findings& findings) {
  find_closed_dns(subject, findings, RuleProtocol::Tcp);
}

void find_closed_health(const Subject& subject, Findings& findings) {
  PairFindings pairs{findings};
  const Flow flow{RuleProtocol::Tcp, kHealth};
  for_meshed(subject, [&](const PlannedCluster& from, const PlannedCluster& to) {
    const Way way = between_nodes(subject, from, to, flow, findings);
    if (!is_closed(way)) return;
    pairs.add(way.pos, "health", meshsim::checks::to(from, to), objects_of(way, from, to),
              fmt::format("cilium-health ({}) from {} to {} is closed: {}; traffic works, but "
                          "cilium status shows the nodes as unreachable",
                          text(flow), name_of(from), name_of(to), way.because),
              rule_to_add(way, from, to, flow), way.steps);
  });
}

void find_closed_path_mtu(const Subject& subject, Findings& findings) {
  PairFindings pairs{findings};
  const Flow flow{RuleProtocol::Icmp, kUnreachable};
  for (const PlannedCluster& from : subject.clusters()) {
    for (const PlannedCluster& to : subject.clusters()) {
      if (&from == &to || from.vcn == to.vcn || !subject.are_connected(from, to)) continue;
      const Way way = between_nodes(subject, from, to, flow, findings);
      if (!is_closed(way)) continue;
      pairs.add(
          way.pos, "icmp", meshsim::checks::to(from, to), objects_of(way, from, to),
          fmt::format("\"fragmentation needed\" (icmp 3/4) from {} to {} is closed: {}; where a "
                      "link takes smaller packets, handshakes succeed and transfers hang",
                      name_of(from), name_of(to), way.because),
          "let icmp type 3 in from 0.0.0.0/0", way.steps);
    }
  }
}

bool lets_answers_out(const SecurityGroup& group, const SecurityRule& in) {
  const RuleDirection back =
      in.direction == RuleDirection::Ingress ? RuleDirection::Egress : RuleDirection::Ingress;
  return std::any_of(group.rules.begin(), group.rules.end(), [&](const SecurityRule& out) {
    if (out.direction != back || out.ports) return false;
    if (out.protocol != RuleProtocol::All && out.protocol != in.protocol) return false;
    if (!in.nsg.empty()) return out.nsg == in.nsg || (out.cidr && out.cidr->length == 0);
    return out.cidr && out.cidr->contains(in.cidr->base) && out.cidr->length <= in.cidr->length;
  });
}

void find_stateless_one_way(const Subject& subject, Findings& findings) {
  for (const Vcn& vcn : subject.topology().vcns) {
    const auto look = [&](const SecurityGroup& group, std::string_view kind) {
      for (const SecurityRule& rule : group.rules) {
        if (!rule.stateless || rule.protocol == RuleProtocol::Icmp) continue;
        if (lets_answers_out(group, rule)) continue;
        if (findings.is_unknown(Unknown::Of::Vcn, vcn.name)) continue;
        const bool is_in = rule.direction == RuleDirection::Ingress;
        findings.add(rule.pos, {object(vcn)},
                     fmt::format("a stateless {} rule of {} '{}' of VCN {} has no counterpart: "
                                 "answers, whose ports are others, are dropped",
                                 is_in ? "ingress" : "egress", kind, group.name, vcn.name),
                     fmt::format("make it stateful, or add a stateless {} rule for all ports",
                                 is_in ? "egress" : "ingress"));
      }
    };
    for (const SecurityGroup& list : vcn.security_lists) look(list, "security list");
    for (const SecurityGroup& group : vcn.nsgs) look(group, "NSG");
  }
}

bool keeps_source(const ServiceManifest& service) {
  const LoadBalancerRequest& request = service.load_balancer;
  if (request.kind.value != LoadBalancerRequest::Kind::Nlb) return false;
  // The default of the controller; source: oci-oke.md section 4.3.
  return request.preserves_source ? request.preserves_source.value
                                  : service.local_traffic_only.value;
}

// A load balancer that keeps the client's address: the nodes see it, and their NSG must admit it.
void find_closed_to_clients(const Subject& subject, Findings& findings) {
  PairFindings pairs{findings};
  for_node_ports(subject, [&](const PlannedCluster& cluster, const PlannedLoadBalancer&,
                              const ServiceManifest& service, Flow flow) {
    if (!keeps_source(service)) return;
    for (const PlannedCluster& client : subject.clusters()) {
      if (&client == &cluster || !subject.are_connected(client, cluster)) continue;
      const Way way = between_nodes(subject, client, cluster, flow, findings);
      if (way.stop != Stop::Ingress) continue;
      pairs.add(
          way.pos, service.name, meshsim::checks::to(client, cluster),
          {object(cluster), object(*cluster.vcn), object(cluster, service)},
          fmt::format("the load balancer of Service {} keeps the client's address, so packets "
                      "from {} reach the nodes of {} as such: {}",
                      service.name, name_of(client), name_of(cluster), way.because),
          fmt::format("let {} in from {} at the nodes' NSG",
                      flow.protocol == RuleProtocol::Udp ? "udp 30000-32767" : "tcp 30000-32767",
                      to_string(client.vcn->cidrs.front())),
          way.steps);
    }
  });
}

void find_open_to_all(const Subject& subject, Findings& findings) {
  for (const PlannedCluster& cluster : subject.clusters()) {
    std::set<std::string> names;
    for (const NodePool& pool : cluster.topology->pools) {
      names.insert(pool.nsgs.begin(), pool.nsgs.end());
    }
    for (const std::string& name : names) {
      const SecurityGroup* const group = find_named(cluster.vcn->nsgs, name);
      if (group == nullptr) continue;
      for (const SecurityRule& rule : group->rules) {
        const bool is_ssh = rule.protocol == RuleProtocol::Tcp &&
                            (!rule.ports || (rule.ports->min <= 22 && 22 <= rule.ports->max));
        if (rule.direction != RuleDirection::Ingress || !rule.cidr || rule.cidr->length != 0) {
          continue;
        }
        if (rule.protocol != RuleProtocol::All && !is_ssh) continue;
        findings.add(rule.pos, {object(cluster), object(*cluster.vcn)},
                     fmt::format("NSG '{}' lets {} in from anywhere to the nodes of {}", name,
                                 is_ssh ? "SSH" : "everything", name_of(cluster)),
                     "name the ranges of the peered VCNs and the ports they need");
      }
    }
  }
}

// Without a tunnel the VCN's rules see the members' own ports; source: coherence.md section 2.2.
constexpr Flow kMemberFlows[] = {{RuleProtocol::Udp, 7574},
                                 {RuleProtocol::Udp, 7575},
                                 {RuleProtocol::Tcp, 7575},
                                 {RuleProtocol::Tcp, 7}};

void find_closed_member_ports(const Subject& subject, Findings& findings) {
  PairFindings pairs{findings};
  for (const PlannedCluster& from : subject.clusters()) {
    for (const PlannedCluster& to : subject.clusters()) {
      const bool have_members = !from.coherence.empty() && !to.coherence.empty();
      if (&from == &to || !have_members || !from.has_cilium) continue;
      if (from.cilium.routing_mode.value != "native") continue;
      for (Flow flow : kMemberFlows) {
        const JvmSettings& jvm = to.coherence.front().manifest.jvm;
        if (flow.port == 7574) flow.port = static_cast<std::uint16_t>(jvm.cluster_port.value);
        if (flow.port == 7575) flow.port = static_cast<std::uint16_t>(jvm.local_port.value);
        // Pods carry addresses of their own; the rules see those.
        Way way;
        for (End source : node_ends(from)) {
          source.address = from.topology->pods_cidr.base;
          for (const End& target : node_ends(to)) {
            const Permission in = permission(target, RuleDirection::Ingress, flow, source);
            if (in.rule == nullptr) {
              way.stop = Stop::Ingress;
              way.pos = rules_pos(target);
              way.because = fmt::format("{} let no {} in from the pods of {}", rules_name(target),
                                        text(flow), name_of(from));
            }
          }
        }
        if (way.stop == Stop::None) continue;
        pairs.add(
            way.pos, text(flow), meshsim::checks::to(from, to), objects_of(way, from, to),
            fmt::format("members in {} do not reach members in {} at {}, as pods are routed "
                        "without a tunnel: {}{}",
                        name_of(from), name_of(to), text(flow), way.because,
                        flow.port == 7 ? "; IpMonitor takes every remote member for dead" : ""),
            fmt::format("let {} in from {}", text(flow), to_string(from.topology->pods_cidr)));
      }
    }
  }
}

void find_closed_encryption(const Subject& subject, Findings& findings) {
  PairFindings pairs{findings};
  for_meshed(subject, [&](const PlannedCluster& from, const PlannedCluster& to) {
    if (!from.cilium.encryption.value || !to.cilium.encryption.value) return;
    const bool is_wireguard = from.cilium.encryption_type.value == "wireguard";
    const Flow flow = is_wireguard ? Flow{RuleProtocol::Udp, kWireguard} : kEsp;
    const Way way = between_nodes(subject, from, to, flow, findings);
    if (!is_closed(way)) return;
    pairs.add(
        way.pos, "encryption", meshsim::checks::to(from, to), objects_of(way, from, to),
        fmt::format("encrypted traffic ({}) from {} to {} is closed: {}; it is lost in silence",
                    is_wireguard ? "udp 51871" : "ESP, protocol 50", name_of(from), name_of(to),
                    way.because),
        is_wireguard ? rule_to_add(way, from, to, flow)
                     : "ESP needs a rule for all protocols between the nodes of both VCNs",
        way.steps);
  });
}

constexpr Rule kRules[] = {
    {"MS0301", Level::Error, "the tunnel port is closed between nodes", find_closed_tunnels,
     Needs::Mesh},
    {"MS0302", Level::Error, "the tunnel port is open one way only", find_one_way_tunnels,
     Needs::Mesh},
    {"MS0303", Level::Error, "the port of a clustermesh-apiserver is closed", find_closed_etcd,
     Needs::Mesh},
    {"MS0304", Level::Error, "a load balancer does not reach its nodes", find_closed_node_ports},
    {"MS0305", Level::Error, "a load balancer cannot check its nodes", find_closed_health_checks},
    {"MS0306", Level::Error, "udp 53 is closed on the way to another CoreDNS", find_closed_dns_udp},
    {"MS0307", Level::Warning, "tcp 53 is closed on the way to another CoreDNS",
     find_closed_dns_tcp},
    {"MS0308", Level::Note, "the port of cilium-health is closed between nodes", find_closed_health,
     Needs::Mesh},
    {"MS0309", Level::Warning, "path MTU discovery is blocked", find_closed_path_mtu},
    {"MS0310", Level::Warning, "a stateless rule without a counterpart", find_stateless_one_way},
    {"MS0311", Level::Error, "nodes do not admit clients whose address is kept",
     find_closed_to_clients},
    {"MS0312", Level::Warning, "nodes are open to everybody", find_open_to_all},
    {"MS0313", Level::Error, "members' ports are closed between routed pods",
     find_closed_member_ports, Needs::Mesh},
    {"MS0314", Level::Error, "encrypted traffic is closed between nodes", find_closed_encryption,
     Needs::Mesh},
};

}  // namespace

std::span<const Rule> security_rules() { return kRules; }

}  // namespace meshsim::checks
