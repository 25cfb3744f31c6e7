// VCNs with their VNICs, DRG attachments, links, load balancers and hosts as specs.
#include "sim/scenario/underlay_specs.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/infra/connection_tracking.hpp"
#include "models/infra/shapes.hpp"
#include "sim/topology/peering.hpp"

namespace meshsim {
namespace {

// source: oci-oke.md section 5: the API server, and the control plane's proxy for nodes.
constexpr std::uint16_t kApiPort = 6443;
constexpr std::uint16_t kControlPort = 12250;
constexpr std::uint32_t kTunnelMtu = 1360;  // bytes inside an IPSec tunnel; section 1.5

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
    case GatewayKind::PrivateIp: return infra::Gateway::PrivateIp;
  }
  return infra::Gateway::Drg;
}

const char* gateway_name(GatewayKind kind) {
  switch (kind) {
    case GatewayKind::Nat: return "NAT gateway";
    case GatewayKind::Internet: return "internet gateway";
    case GatewayKind::Service: return "service gateway";
    case GatewayKind::Drg: return "DRG";
    case GatewayKind::PrivateIp: return "private IP";
  }
  return "gateway";
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
  if (rule.source_ports) {
    allow.source_port_min = rule.source_ports->min;
    allow.source_port_max = rule.source_ports->max;
  }
  allow.icmp_type = rule.icmp_type;
  allow.icmp_code = rule.icmp_code;
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

// Makes the spec of one VCN, part by part.
class VcnSpecBuilder {
 public:
  VcnSpecBuilder(const UnderlaySpecs& specs, const Vcn& vcn) : specs_(specs), vcn_(vcn) {}

  infra::VcnSpec make() {
    const infra::Parameters& network = specs_.network();
    spec_.prefixes = vcn_.cidrs;
    spec_.mtu = vcn_.mtu;
    spec_.tracking = infra::tracking_timeouts(network);
    spec_.to_vnic = network.vcn_to_node;
    spec_.to_drg = network.vcn_to_drg;
    spec_.between_domains = network.between_domains;
    spec_.decided_by = decide(vcn_.pos, fmt::format("VCN {}", vcn_.name));
    add_subnets();
    add_route_tables();
    add_groups(vcn_.security_lists, "security list");
    add_groups(vcn_.nsgs, "NSG");
    for (const PlannedCluster& cluster : specs_.plan.clusters) {
      if (cluster.vcn == &vcn_) add_cluster(cluster);
    }
    for (const PlannedHost& host : specs_.plan.hosts) {
      if (host.vcn == &vcn_) add_host(host);
    }
    return std::move(spec_);
  }

 private:
  DecisionId decide(Pos pos, std::string text) {
    return specs_.decisions.add(pos, std::move(text));
  }

  void add_subnets() {
    for (const Subnet& subnet : vcn_.subnets) {
      spec_.subnets.push_back(
          {subnet.cidr, index_of(vcn_.route_tables, subnet.route_table),
           decide(subnet.pos, fmt::format("subnet '{}' of VCN {}", subnet.name, vcn_.name))});
    }
  }

  void add_route_tables() {
    for (const RouteTable& table : vcn_.route_tables) {
      infra::VcnRouteTable made;
      made.decided_by = decide(
          table.pos,
          fmt::format("route table '{}' of VCN {} has no rule for it", table.name, vcn_.name));
      for (const RouteRule& rule : table.rules) {
        made.routes.push_back(
            {rule.destination, gateway_of(rule.gateway),
             decide(rule.pos, fmt::format("rule {} of route table '{}' of VCN {}",
                                          to_string(rule.destination), table.name, vcn_.name)),
             rule.next_hop});
      }
      spec_.route_tables.push_back(std::move(made));
    }
    for (const VcnGateway& gateway : vcn_.gateways) {
      if (gateway.enabled) continue;
      spec_.closed.push_back(
          {gateway_of(gateway.kind),
           decide(gateway.pos,
                  fmt::format("{} of VCN {}", gateway_name(gateway.kind), vcn_.name))});
    }
    const Drg* const drg = find_named(specs_.topology().drgs, vcn_.drg);
    if (drg == nullptr) return;
    for (const DrgAttachment& attachment : drg->attachments) {
      if (attachment.type != DrgAttachment::Type::Vcn || attachment.target != vcn_.name) continue;
      if (attachment.ingress_table.empty()) continue;
      spec_.ingress_table = index_of(vcn_.route_tables, attachment.ingress_table);
    }
  }

  void add_groups(const std::vector<SecurityGroup>& groups, const char* kind) {
    for (const SecurityGroup& group : groups) {
      infra::SecurityGroup made;
      for (const SecurityRule& rule : group.rules) {
        made.rules.push_back(allow_rule(vcn_, rule));
        made.rules.back().decided_by = decide(
            rule.pos,
            fmt::format("{} of {} '{}' of VCN {}", rule_text(rule), kind, group.name, vcn_.name));
      }
      made.decided_by = decide(group.pos, fmt::format("{} '{}' of VCN {} has no rule for it", kind,
                                                      group.name, vcn_.name));
      spec_.groups.push_back(std::move(made));
    }
  }

  infra::Vnic& add_vnic(Ipv4 address, std::string_view subnet, const std::vector<std::string>& nsgs,
                        Pos pos, std::string what) {
    infra::Vnic made;
    made.address = address;
    made.subnet = index_of(vcn_.subnets, subnet);
    for (const std::string& nsg : nsgs) made.groups.push_back(nsg_index(vcn_, nsg));
    for (const std::string& list : vcn_.subnets[made.subnet].security_lists) {
      made.groups.push_back(index_of(vcn_.security_lists, list));
    }
    made.decided_by = decide(pos, std::move(what));
    spec_.vnics.push_back(std::move(made));
    return spec_.vnics.back();
  }

  void add_cluster(const PlannedCluster& cluster) {
    for (const PlannedNode& node : cluster.nodes) add_node(cluster, node);
    if (has_native_pods(cluster)) {
      for (const PlannedPod& pod : cluster.pods) add_native_pod(cluster, pod);
    }
    for (const PlannedLoadBalancer& balancer : cluster.load_balancers) {
      const PlannedService& service = cluster.services[balancer.service];
      add_vnic(balancer.address, balancer.subnet, balancer.nsgs, service.manifest.pos,
               fmt::format("load balancer of Service {}/{}", service.manifest.namespace_,
                           service.manifest.name));
    }
    if (!cluster.endpoint) return;
    const ApiEndpoint& endpoint = *cluster.topology->endpoint;
    add_vnic(cluster.endpoint, endpoint.subnet, endpoint.nsgs, endpoint.pos,
             fmt::format("API endpoint of {}", cluster.topology->name));
  }

  void add_node(const PlannedCluster& cluster, const PlannedNode& node) {
    const NodePool& pool = cluster.topology->pools[node.pool];
    infra::Vnic& made = add_vnic(node.address, pool.subnet, pool.nsgs, pool.pos,
                                 fmt::format("node {} of pool '{}'", node.name, pool.name));
    made.behind.push_back(node.pod_cidr);
    give_shape(made, pool, node);
  }

  void add_native_pod(const PlannedCluster& cluster, const PlannedPod& pod) {
    const PlannedNode& node = cluster.nodes[pod.node];
    const NodePool& pool = cluster.topology->pools[node.pool];
    infra::Vnic& made = add_vnic(pod.address, pool.pod_subnet, pool.pod_nsgs, pool.pos,
                                 fmt::format("pod {}/{}", pod.namespace_, pod.name));
    give_shape(made, pool, node);
  }

  void give_shape(infra::Vnic& vnic, const NodePool& pool, const PlannedNode& node) {
    const infra::ShapeNetwork shape =
        infra::network_of(pool.shape, pool.ocpus, specs_.network().tracked_flows_per_ocpu);
    vnic.rate = shape.rate;
    vnic.tracked_flows = shape.tracked_flows;
    vnic.availability_domain = static_cast<std::uint8_t>(node.availability_domain);
  }

  void add_host(const PlannedHost& planned) {
    const Host& host = *planned.host;
    infra::Vnic& made =
        add_vnic(planned.address, host.subnet, host.nsgs, host.pos, "host " + host.name);
    made.skip_source_dest_check = host.skip_source_dest_check;
  }

  const UnderlaySpecs& specs_;
  const Vcn& vcn_;
  infra::VcnSpec spec_;
};

}  // namespace

infra::VcnSpec UnderlaySpecs::vcn(const Vcn& vcn) const {
  return VcnSpecBuilder{*this, vcn}.make();
}

infra::DrgAttachmentSpec UnderlaySpecs::drg_attachment(const DrgRoutes& routes, std::uint32_t drg,
                                                       std::uint32_t attachment) const {
  const Drg& owner = topology().drgs[drg];
  const bool from_outside = is_on_premises(owner.attachments[attachment].type);
  infra::DrgAttachmentSpec spec;
  spec.hop = network().drg_hop;
  spec.self = static_cast<std::uint16_t>(attachment);
  spec.shares_flows = owner.route_tables[routes.wires[drg][attachment].table].ecmp;
  const NoRoute no_route = explain_no_route(topology(), routes, drg, attachment);
  spec.no_route = decisions.add(no_route.pos, no_route.text);
  for (const DrgRoute& route : routes_of(topology(), routes, drg, attachment)) {
    if (route.is_conflict) continue;
    if (from_outside && is_on_premises(owner.attachments[route.exit].type)) continue;
    spec.routes.push_back(
        {route.destination, static_cast<std::uint16_t>(route.exit),
         decisions.add(route.pos, fmt::format("route {} of DRG {}", to_string(route.destination),
                                              owner.name))});
  }
  return spec;
}

infra::WanLinkSpec UnderlaySpecs::link(const Rpc& rpc) const {
  const PeeringState state = peering_state(topology(), rpc);
  infra::WanLinkSpec spec;
  spec.shape = {infra::backbone_delay(rpc.round_trip, network()), rpc.jitter, rpc.loss, rpc.rate};
  spec.mtu = rpc.mtu;
  spec.peered = state.is_up();
  spec.decided_by = decisions.add(
      rpc.pos,
      fmt::format(
          "remote peering {} ({} - {}){}", rpc.name, rpc.drg_a, rpc.drg_b,
          state.is_up() ? "" : fmt::format(" is {}: {}", to_string(state.status), state.why)));
  return spec;
}

infra::OnPremisesSpec UnderlaySpecs::on_premises(const OnPremises& network_,
                                                 const DrgRoutes& routes) const {
  infra::OnPremisesSpec spec;
  spec.prefixes = network_.cidrs;
  spec.to_drg = std::max<Duration>(network_.round_trip / 2, 10us);
  spec.decided_by = decisions.add(network_.pos, "on-premises network " + network_.name);
  const auto ends = attachments_to(topology(), network_);
  for (std::size_t exit = 0; exit < ends.size(); ++exit) {
    const auto& [drg, attachment] = ends[exit];
    const Drg& owner = topology().drgs[drg];
    if (!owner.attachments[attachment].exports) continue;
    for (const DrgRoute& route : routes_of(topology(), routes, drg, attachment)) {
      if (route.is_conflict || is_on_premises(owner.attachments[route.exit].type)) continue;
      spec.routes.push_back({route.destination, static_cast<std::uint16_t>(exit)});
    }
  }
  return spec;
}

infra::LoadBalancerSpec UnderlaySpecs::load_balancer(const PlannedCluster& cluster,
                                                     const PlannedLoadBalancer& balancer) const {
  const ServiceManifest& service = cluster.services[balancer.service].manifest;
  const bool is_nlb = service.load_balancer.kind.value == LoadBalancerRequest::Kind::Nlb;
  infra::LoadBalancerSpec spec;
  spec.address = balancer.address;
  for (const ServicePort& port : service.ports) {
    spec.listeners.push_back({port.protocol == "UDP" ? Protocol::Udp : Protocol::Tcp,
                              static_cast<std::uint16_t>(port.port.value),
                              static_cast<std::uint16_t>(port.node_port.value),
                              decisions.add(port.pos, fmt::format("port {} of Service {}",
                                                                  port.port.value, service.name))});
  }
  for (const PlannedNode& node : cluster.nodes) spec.backends.push_back(node.address);
  spec.tcp_idle = is_nlb ? network().nlb_tcp_idle : network().lb_tcp_idle;
  spec.udp_idle = network().nlb_udp_idle;
  spec.flows = network().nlb_flows;
  spec.hop = network().load_balancer_hop;
  spec.decided_by = decisions.add(service.pos, fmt::format("Service {}", service.name));
  return spec;
}

infra::HostSpec UnderlaySpecs::host(const PlannedHost& host) const {
  infra::HostSpec spec;
  spec.address = host.address;
  spec.tcp_ports = host.host->tcp_ports;
  spec.forwards = host.host->skip_source_dest_check;
  spec.to_vcn = network().node_to_vcn;
  spec.decided_by = decisions.add(host.host->pos, "host " + host.host->name);
  return spec;
}

infra::HostSpec UnderlaySpecs::endpoint(const PlannedCluster& cluster) const {
  infra::HostSpec spec;
  spec.address = cluster.endpoint;
  spec.tcp_ports = {kApiPort, kControlPort};
  spec.to_vcn = network().node_to_vcn;
  spec.decided_by =
      decisions.add(cluster.topology->endpoint->pos, "API endpoint of " + cluster.topology->name);
  return spec;
}

bool has_native_pods(const PlannedCluster& cluster) {
  return cluster.topology->cni == Cni::VcnNative;
}

std::vector<std::pair<std::uint32_t, std::uint32_t>> attachments_to(const Topology& topology,
                                                                    const OnPremises& network) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> found;
  for (std::uint32_t drg = 0; drg < topology.drgs.size(); ++drg) {
    const auto& attachments = topology.drgs[drg].attachments;
    for (std::uint32_t index = 0; index < attachments.size(); ++index) {
      if (!is_on_premises(attachments[index].type)) continue;
      if (attachments[index].target == network.name) found.emplace_back(drg, index);
    }
  }
  return found;
}

std::uint32_t mtu_behind(const DrgWire& wire, const DrgAttachment& attachment) {
  if (wire.rpc != nullptr) return wire.rpc->mtu;
  if (wire.network == nullptr) return 0;
  return attachment.type == DrgAttachment::Type::IpsecTunnel
             ? std::min(wire.network->mtu, kTunnelMtu)
             : wire.network->mtu;
}

}  // namespace meshsim
