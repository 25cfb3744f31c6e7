// From the topology to VCNs, DRGs, remote peerings and load balancers.
#include <fmt/format.h>

#include <algorithm>

#include "models/dns/vcn_resolver.hpp"
#include "models/infra/drg.hpp"
#include "models/infra/wan_link.hpp"
#include "sim/scenario/world_parts.hpp"
#include "sim/topology/routes.hpp"

namespace meshsim {
namespace {

// The place of a named element in its list; the topology was checked, so it is there.
template <class T>
std::uint16_t index_of(const std::vector<T>& list, std::string_view name) {
  const T* found = find_named(list, name);
  check(found != nullptr, "a checked topology names only what exists");
  return static_cast<std::uint16_t>(found - list.data());
}

infra::Gateway gateway_of(GatewayKind kind) {
  switch (kind) {
    case GatewayKind::Drg: return infra::Gateway::Drg;
    case GatewayKind::Nat: return infra::Gateway::Nat;
    case GatewayKind::Internet: return infra::Gateway::Internet;
    case GatewayKind::Service: return infra::Gateway::Service;
  }
  return infra::Gateway::Drg;
}

// Security lists first, then NSGs, as one list of groups.
std::uint16_t nsg_index(const Vcn& vcn, std::string_view name) {
  return static_cast<std::uint16_t>(vcn.security_lists.size() + index_of(vcn.nsgs, name));
}

infra::AllowRule allow_rule(const Vcn& vcn, const SecurityRule& rule) {
  infra::AllowRule allow;
  allow.direction = rule.direction == RuleDirection::Ingress ? infra::Direction::Ingress
                                                             : infra::Direction::Egress;
  if (rule.protocol != RuleProtocol::All) {
    allow.protocol = static_cast<Protocol>(rule.protocol);
  }
  if (rule.cidr) allow.far_end = *rule.cidr;
  if (!rule.nsg.empty()) allow.far_group = nsg_index(vcn, rule.nsg);
  if (rule.ports) {
    allow.port_min = rule.ports->min;
    allow.port_max = rule.ports->max;
  }
  allow.icmp_type = rule.icmp_type;
  allow.stateless = rule.stateless;
  return allow;
}

// "'VXLAN from c2'", or what the rule allows if nobody described it.
std::string rule_text(const SecurityRule& rule) {
  if (!rule.description.empty()) return fmt::format("rule '{}'", rule.description);
  const bool is_ingress = rule.direction == RuleDirection::Ingress;
  const std::string protocol = rule.protocol == RuleProtocol::All
                                   ? "all"
                                   : std::string{to_string(static_cast<Protocol>(rule.protocol))};
  const std::string far = rule.cidr ? to_string(*rule.cidr) : "NSG '" + rule.nsg + "'";
  const std::string ports =
      rule.ports ? fmt::format(" {}-{}", rule.ports->min, rule.ports->max) : std::string{};
  return fmt::format("{} rule {}{} {} {}", is_ingress ? "ingress" : "egress", protocol, ports,
                     is_ingress ? "from" : "to", far);
}

infra::SecurityGroup security_group(Build& build, const Vcn& vcn, const SecurityGroup& group,
                                    const char* kind) {
  infra::SecurityGroup made;
  for (const SecurityRule& rule : group.rules) {
    made.rules.push_back(allow_rule(vcn, rule));
    made.rules.back().decided_by = build.decide(
        rule.pos,
        fmt::format("{} of {} '{}' of VCN {}", rule_text(rule), kind, group.name, vcn.name));
  }
  made.decided_by = build.decide(
      group.pos, fmt::format("{} '{}' of VCN {} has no rule for it", kind, group.name, vcn.name));
  return made;
}

infra::Vnic vnic(Build& build, const Vcn& vcn, Ipv4 address, std::string_view subnet_name,
                 const std::vector<std::string>& nsgs, Pos pos, std::string what) {
  infra::Vnic made;
  made.address = address;
  made.subnet = index_of(vcn.subnets, subnet_name);
  for (const std::string& nsg : nsgs) made.groups.push_back(nsg_index(vcn, nsg));
  for (const std::string& list : vcn.subnets[made.subnet].security_lists) {
    made.groups.push_back(index_of(vcn.security_lists, list));
  }
  made.decided_by = build.decide(pos, std::move(what));
  return made;
}

void add_vnics(Build& build, const PlannedCluster& cluster, infra::VcnSpec& spec) {
  const Vcn& vcn = *cluster.vcn;
  for (const PlannedNode& node : cluster.nodes) {
    const NodePool& pool = cluster.topology->pools[node.pool];
    infra::Vnic made = vnic(build, vcn, node.address, pool.subnet, pool.nsgs, pool.pos,
                            fmt::format("node {} of pool '{}'", node.name, pool.name));
    made.behind.push_back(node.pod_cidr);
    made.tracked_flows = build.parameters().network.tracked_flows_per_ocpu * pool.ocpus;
    spec.vnics.push_back(std::move(made));
  }
  for (const PlannedLoadBalancer& balancer : cluster.load_balancers) {
    const PlannedService& service = cluster.services[balancer.service];
    spec.vnics.push_back(vnic(build, vcn, balancer.address, balancer.subnet, balancer.nsgs,
                              service.manifest.pos,
                              fmt::format("load balancer of Service {}/{}",
                                          service.manifest.namespace_, service.manifest.name)));
  }
}

infra::VcnSpec vcn_spec(Build& build, const Vcn& vcn) {
  const infra::Parameters& network = build.parameters().network;
  infra::VcnSpec spec;
  spec.prefixes = vcn.cidrs;
  spec.mtu = vcn.mtu;
  spec.tracking = infra::tracking_timeouts(network);
  spec.to_vnic = network.vcn_to_node;
  spec.to_drg = network.vcn_to_drg;
  spec.decided_by = build.decide(vcn.pos, fmt::format("VCN {}", vcn.name));
  for (const Subnet& subnet : vcn.subnets) {
    spec.subnets.push_back(
        {subnet.cidr, index_of(vcn.route_tables, subnet.route_table),
         build.decide(subnet.pos, fmt::format("subnet '{}' of VCN {}", subnet.name, vcn.name))});
  }
  for (const RouteTable& table : vcn.route_tables) {
    infra::VcnRouteTable made;
    made.decided_by = build.decide(
        table.pos,
        fmt::format("route table '{}' of VCN {} has no rule for it", table.name, vcn.name));
    for (const RouteRule& rule : table.rules) {
      made.routes.push_back(
          {rule.destination, gateway_of(rule.gateway),
           build.decide(rule.pos, fmt::format("rule {} of route table '{}' of VCN {}",
                                              to_string(rule.destination), table.name, vcn.name))});
    }
    spec.route_tables.push_back(std::move(made));
  }
  for (const SecurityGroup& list : vcn.security_lists) {
    spec.groups.push_back(security_group(build, vcn, list, "security list"));
  }
  for (const SecurityGroup& nsg : vcn.nsgs) {
    spec.groups.push_back(security_group(build, vcn, nsg, "NSG"));
  }
  for (const PlannedCluster& cluster : build.plan.clusters) {
    if (cluster.vcn == &vcn) add_vnics(build, cluster, spec);
  }
  return spec;
}

infra::Vcn& add_vcn(Build& build, const Vcn& vcn) {
  const std::string path = "vcn/" + vcn.name;
  const CellId cell = build.cell(path, vcn.region);
  auto& made = build.simulation().add<infra::Vcn>(path, cell, vcn_spec(build, vcn));

  dns::VcnResolverSpec resolver_spec;
  resolver_spec.path = path + "/resolver";
  resolver_spec.parameters = build.parameters().dns;
  auto& resolver = build.simulation().add<dns::VcnResolver>(resolver_spec.path, cell, resolver_spec,
                                                            build.simulation().seed());
  build.wiring.push_back([&made, &resolver] {
    made.resolver = resolver.address<Packet>();
    resolver.uplink = made.address<Outbound>();
  });
  return made;
}

void add_load_balancers(Build& build, const PlannedCluster& cluster, infra::Vcn& vcn) {
  const infra::Parameters& network = build.parameters().network;
  for (const PlannedLoadBalancer& balancer : cluster.load_balancers) {
    const ServiceManifest& service = cluster.services[balancer.service].manifest;
    const bool is_nlb = service.load_balancer.kind.value == LoadBalancerRequest::Kind::Nlb;
    infra::LoadBalancerSpec spec;
    spec.address = balancer.address;
    for (const ServicePort& port : service.ports) {
      spec.listeners.push_back(
          {port.protocol == "UDP" ? Protocol::Udp : Protocol::Tcp,
           static_cast<std::uint16_t>(port.port.value),
           static_cast<std::uint16_t>(port.node_port.value),
           build.decide(port.pos,
                        fmt::format("port {} of Service {}", port.port.value, service.name))});
    }
    for (const PlannedNode& node : cluster.nodes) spec.backends.push_back(node.address);
    spec.tcp_idle = is_nlb ? network.nlb_tcp_idle : network.lb_tcp_idle;
    spec.udp_idle = network.nlb_udp_idle;
    spec.flows = network.nlb_flows;
    spec.hop = network.load_balancer_hop;
    spec.decided_by = build.decide(service.pos, fmt::format("Service {}", service.name));

    const std::string path = "lb/" + cluster.topology->name + "/" + service.name;
    auto& made = build.simulation().add<infra::LoadBalancer>(
        path, build.cell(path, cluster.topology->region), spec);
    build.wiring.push_back([&made, &vcn, address = balancer.address] {
      made.vcn = vcn.address<Outbound>();
      vcn.wire(address, made.address<Packet>());
    });
  }
}

// The components of one DRG, by attachment.
struct DrgParts {
  const Drg* drg = nullptr;
  std::vector<infra::DrgAttachment*> attachments;
};

DrgParts add_drg(Build& build, const DrgRoutes& routes, std::uint32_t index) {
  const Topology& topology = build.plan.scenario.topology;
  const Drg& drg = topology.drgs[index];
  DrgParts parts{&drg, {}};
  const CellId cell = build.cell("drg/" + drg.name, drg.region);
  for (std::uint32_t entry = 0; entry < drg.attachments.size(); ++entry) {
    const DrgAttachment& attachment = drg.attachments[entry];
    infra::DrgAttachmentSpec spec;
    spec.hop = build.parameters().network.drg_hop;
    const NoRoute no_route = explain_no_route(topology, routes, index, entry);
    spec.no_route = build.decide(no_route.pos, no_route.text);
    for (const DrgRoute& route : routes_of(topology, routes, index, entry)) {
      spec.routes.push_back(
          {route.destination, static_cast<std::uint16_t>(route.exit),
           build.decide(route.pos, fmt::format("route {} of DRG {}", to_string(route.destination),
                                               drg.name))});
    }
    parts.attachments.push_back(&build.simulation().add<infra::DrgAttachment>(
        "drg/" + drg.name + "/" + attachment.name, cell, spec));
  }
  return parts;
}

// One direction of a peering, in the region of the sending DRG.
infra::WanLink& add_link(Build& build, const Rpc& rpc, const std::string& from,
                         const std::string& to) {
  const Topology& topology = build.plan.scenario.topology;
  const std::string& region = topology.drgs[index_of(topology.drgs, from)].region;
  const std::string& far_region = topology.drgs[index_of(topology.drgs, to)].region;
  infra::WanLinkSpec spec;
  spec.shape = {infra::backbone_delay(rpc.round_trip, build.parameters().network), rpc.jitter,
                rpc.loss, rpc.rate};
  spec.mtu = rpc.mtu;
  spec.peered = rpc.peered;
  spec.decided_by = build.decide(
      rpc.pos, fmt::format("remote peering {} ({} - {})", rpc.name, rpc.drg_a, rpc.drg_b));
  if (region != far_region) {
    build.simulation().connect(build.simulation().region(region),
                               build.simulation().region(far_region),
                               infra::shortest_delay(spec.shape));
  }
  const std::string path = "rpc/" + rpc.name + "/" + from + "-to-" + to;
  return build.simulation().add<infra::WanLink>(path, build.cell(path, region), spec,
                                                build.stream(path, "wire"));
}

// The attachment component of a DRG for a VCN or RPC, or nullptr.
infra::DrgAttachment* attachment_for(const DrgParts& parts, DrgAttachment::Type type,
                                     std::string_view target) {
  for (std::size_t index = 0; index < parts.attachments.size(); ++index) {
    const DrgAttachment& attachment = parts.drg->attachments[index];
    if (attachment.type == type && attachment.target == target) return parts.attachments[index];
  }
  return nullptr;
}

// Where each exit of a DRG leads: into a VCN, or onto the outgoing direction of a peering.
void wire_drg(const DrgParts& parts, const std::vector<DrgParts>& all, const Topology& topology,
              const std::vector<infra::Vcn*>& vcns,
              const std::vector<std::pair<infra::WanLink*, infra::WanLink*>>& links) {
  std::vector<infra::DrgExit> exits;
  for (const DrgAttachment& attachment : parts.drg->attachments) {
    infra::DrgExit exit;
    if (attachment.type == DrgAttachment::Type::Vcn) {
      infra::Vcn& vcn = *vcns[index_of(topology.vcns, attachment.target)];
      exit.vcn = vcn.address<infra::FromDrg>();
      vcn.drg = attachment_for(parts, attachment.type, attachment.target)->address<Packet>();
    } else {
      const std::size_t index = index_of(topology.rpcs, attachment.target);
      const Rpc& rpc = topology.rpcs[index];
      const bool is_a = rpc.drg_a == parts.drg->name;
      infra::WanLink& link = is_a ? *links[index].first : *links[index].second;
      exit.link = link.address<Packet>();
      for (const DrgParts& far : all) {
        if (far.drg->name != (is_a ? rpc.drg_b : rpc.drg_a)) continue;
        const auto* end = attachment_for(far, DrgAttachment::Type::Rpc, rpc.name);
        if (end != nullptr) link.far_end = end->address<Packet>();
      }
    }
    exits.push_back(exit);
  }
  for (infra::DrgAttachment* attachment : parts.attachments) attachment->exits = exits;
}

}  // namespace

Underlay build_underlay(Build& build) {
  const Topology& topology = build.plan.scenario.topology;
  Underlay underlay;
  for (const Vcn& vcn : topology.vcns) underlay.vcns.push_back(&add_vcn(build, vcn));
  for (const PlannedCluster& cluster : build.plan.clusters) {
    add_load_balancers(build, cluster, underlay.of(build.plan, cluster));
  }

  const DrgRoutes routes = resolve_drg_routes(topology);
  std::vector<DrgParts> drgs;
  for (std::uint32_t index = 0; index < topology.drgs.size(); ++index) {
    drgs.push_back(add_drg(build, routes, index));
  }
  std::vector<std::pair<infra::WanLink*, infra::WanLink*>> links;
  for (const Rpc& rpc : topology.rpcs) {
    links.emplace_back(&add_link(build, rpc, rpc.drg_a, rpc.drg_b),
                       &add_link(build, rpc, rpc.drg_b, rpc.drg_a));
  }
  build.wiring.push_back([drgs, &topology, vcns = underlay.vcns, links] {
    for (const DrgParts& parts : drgs) wire_drg(parts, drgs, topology, vcns, links);
  });
  return underlay;
}

}  // namespace meshsim
