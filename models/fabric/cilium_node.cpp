// The way of a packet through a node. Each entry point translates first, then routes.
#include "models/fabric/cilium_node.hpp"

#include <algorithm>

#include "models/fabric/drop.hpp"
#include "models/fabric/hop.hpp"
#include "models/fabric/well_known.hpp"

namespace meshsim::fabric {
namespace {

bool goes_to_node_port(const Packet& packet) {
  return packet.protocol != Protocol::Icmp && is_node_port(packet.target_port);
}

}  // namespace

CiliumNode::CiliumNode(const CiliumNodeSpec& spec, RandomStream random)
    : spec_(spec),
      random_(random),
      services_(spec.services),
      nat_(nat_timeouts(spec.parameters), spec.parameters.nat_flows) {}

// From the VNIC.
void CiliumNode::on(Context& ctx, const Packet& packet) {
  if (packet.encapsulated()) return from_tunnel(ctx, packet);
  if (packet.target == spec_.address) return to_node(ctx, packet);
  // Native routing: the underlay brought a pod's packet as it is. Its answer leaves the same way,
  // so the flow is kept.
  Packet native = packet;
  if (!nat_.answer(ctx.now(), native) && !nat_.forward(ctx.now(), native)) {
    nat_.open(ctx.now(), native, inner_flow(native));
  }
  const auto pod = pods_.find(native.target);
  if (pod != pods_.end()) return deliver(ctx, native, pod->second, Duration::zero());
  drop(ctx, native,
       spec_.pod_cidr.contains(native.target) ? DropCode::PodUnknown : DropCode::HostUnknown);
}

// From a pod, or from a process in the host's network.
void CiliumNode::on(Context& ctx, const Outbound& outbound) {
  Packet packet = outbound.packet;
  note(ctx, packet, Hop::LeftProcess);
  if (nat_.answer(ctx.now(), packet)) {
    note(ctx, packet, Hop::BackToClient);
    return route(ctx, packet, Role::Answer, Duration::zero());
  }
  if (const auto frontend = services_.at_cluster_ip(packet)) {
    return to_cluster_ip(ctx, packet, *frontend);
  }
  // A process may refuse an answer that seemed to come from a cluster address.
  if (packet.protocol == Protocol::Icmp && packet.target_port == kIcmpUnreachable &&
      nat_.forward(ctx.now(), packet)) {
    return route(ctx, packet, Role::Answer, Duration::zero());
  }
  route(ctx, packet, Role::Request, Duration::zero());
}

void CiliumNode::on(Context&, const IpcacheChange& change) { ipcache_.apply(change); }

void CiliumNode::on(Context& ctx, const k8s::PodAttached& pod) {
  pods_[pod.address] = {pod.process, pod.identity};
  publish(ctx, {{pod.address, 32}, spec_.address, pod.identity, false});
}

void CiliumNode::on(Context& ctx, const k8s::PodDetached& pod) {
  if (pods_.erase(pod.address) == 0) return;
  publish(ctx, {{pod.address, 32}, spec_.address, 0, true});
}

void CiliumNode::on(Context&, const k8s::EndpointChange& change) {
  services_.apply(change);
  if (change.removed || !change.ready) nat_.forget_udp(change.address);
}

void CiliumNode::on(Context&, const k8s::ServiceChange& change) { services_.apply(change); }

// The agent writes the endpoint object; whoever watches the API sees it some time later, in order.
void CiliumNode::publish(Context& ctx, const IpcacheChange& change) {
  if (endpoint_watchers.empty()) return;
  const Duration seen = random_.between(spec_.parameters.endpoint_published);
  last_published_ = std::max(last_published_, ctx.now() + seen);
  for (const Address<IpcacheChange> watcher : endpoint_watchers) {
    ctx.send(watcher, change, last_published_ - ctx.now());
  }
}

void CiliumNode::from_tunnel(Context& ctx, Packet packet) {
  packet.outer_source = packet.outer_target = {};
  packet.mark(0);  // it held the identity
  note(ctx, packet, Hop::Decapsulated);
  const Duration spent = spec_.parameters.encapsulation;
  // Answers to translated flows: a cluster address used by a pod here, or a node port of this node
  // whose backend runs elsewhere.
  if (nat_.answer(ctx.now(), packet)) {
    note(ctx, packet, Hop::BackToClient);
    return route(ctx, packet, Role::Answer, spent);
  }
  const auto pod = pods_.find(packet.target);
  if (pod == pods_.end()) return drop(ctx, packet, DropCode::PodUnknown);
  deliver(ctx, packet, pod->second, spent);
}

void CiliumNode::to_node(Context& ctx, Packet packet) {
  if (nat_.answer(ctx.now(), packet)) {
    note(ctx, packet, Hop::BackToClient);
    return route(ctx, packet, Role::Answer, Duration::zero());
  }
  if (goes_to_node_port(packet)) {
    if (const auto frontend = services_.at_node_port(packet)) {
      return to_node_port(ctx, packet, *frontend);
    }
  }
  to_host(ctx, packet);
}

// Translated to a backend anywhere in the cluster; the source becomes ours, so that the answer
// comes back this way (externalTrafficPolicy: Cluster).
void CiliumNode::to_node_port(Context& ctx, Packet packet, const Frontend& frontend) {
  if (!nat_.forward(ctx.now(), packet)) {
    const Ipv4 backend = services_.choose(frontend.service, random_);
    if (!backend) {
      return drop(ctx, packet, DropCode::ServiceNoEndpoint, services_.decided_by(frontend.service));
    }
    const FlowKey wanted{spec_.router, backend, packet.source_port, frontend.target_port,
                         packet.protocol};
    if (!nat_.open(ctx.now(), packet, wanted)) {
      return drop(ctx, packet, DropCode::NatTableFull, spec_.decided_by);
    }
  }
  note(ctx, packet, Hop::ToNodePortTarget, services_.decided_by(frontend.service));
  route(ctx, packet, Role::Answer, Duration::zero());
}

void CiliumNode::to_cluster_ip(Context& ctx, Packet packet, const Frontend& frontend) {
  if (!nat_.forward(ctx.now(), packet)) {
    const Ipv4 backend = services_.choose(frontend.service, random_);
    if (!backend) {
      return drop(ctx, packet, DropCode::ServiceNoEndpoint, services_.decided_by(frontend.service));
    }
    const FlowKey wanted{packet.source, backend, packet.source_port, frontend.target_port,
                         packet.protocol};
    if (!nat_.open(ctx.now(), packet, wanted)) {
      return drop(ctx, packet, DropCode::NatTableFull, spec_.decided_by);
    }
  }
  note(ctx, packet, Hop::ToEndpoint, services_.decided_by(frontend.service));
  route(ctx, packet, Role::Request, Duration::zero());
}

// The node itself: it answers pings; the rest is the host process's, if there is one.
void CiliumNode::to_host(Context& ctx, const Packet& packet) {
  if (packet.protocol == Protocol::Icmp && packet.target_port == kIcmpEchoRequest) {
    if (packet.watched()) {
      const auto answer = take_probe(ctx, packet, true);
      if (answer) route(ctx, *answer, Role::Answer, spec_.parameters.node_hop);
      return;
    }
    ctx.payloads().release(packet.payload);
    Packet reply = answer_to(packet, packet.size);
    reply.source_port = packet.source_port;
    reply.target_port = kIcmpEchoReply;
    return route(ctx, reply, Role::Answer, spec_.parameters.node_hop);
  }
  if (host && !goes_to_node_port(packet)) return ctx.send(host, packet, spec_.parameters.node_hop);
  if (packet.protocol == Protocol::Tcp && !(packet.flags & kRst)) {
    Packet refusal = answer_to(packet, kIpTcpHeader);
    refusal.flags = kRst | kAck;
    route(ctx, refusal, Role::Answer, spec_.parameters.node_hop);
  }
  drop(ctx, packet, DropCode::NodePortClosed, spec_.decided_by);
}

// `spent`: time that the packet has used in this node before.
void CiliumNode::route(Context& ctx, Packet packet, Role role, Duration spent) {
  if (const auto pod = pods_.find(packet.target); pod != pods_.end()) {
    return deliver(ctx, packet, pod->second, spent);
  }
  if (packet.target == spec_.address) return to_host(ctx, packet);
  if (spec_.pod_cidr.contains(packet.target)) return drop(ctx, packet, DropCode::PodUnknown);
  const Ipcache::Entry* const entry = ipcache_.find(packet.target);
  if (entry == nullptr || !entry->tunnel) return to_world(ctx, packet, role, spent);

  packet.outer_source = spec_.address;
  packet.outer_target = entry->tunnel;
  packet.mark(identity_of(packet.source));
  note(ctx, packet, Hop::Encapsulated);
  transmit(ctx, packet, spent + spec_.parameters.encapsulation);
}

// No entry: the target is "world". The packet leaves by the host's default route with the node's
// address; source: cilium-clustermesh.md section 3.2, rows 5 to 7.
void CiliumNode::to_world(Context& ctx, Packet packet, Role role, Duration spent) {
  for (const Unconnected& missing : spec_.unconnected) {
    if (missing.prefix.contains(packet.target)) packet.mark(missing.decided_by.value);
  }
  const bool native = spec_.native_routing.contains(packet.target);
  const bool own = packet.source == spec_.address;
  if (role == Role::Request && (own || (spec_.masquerade && !native))) {
    // The node's own flows are kept too, so that no masqueraded one takes their ports.
    FlowKey wanted = inner_flow(packet);
    wanted.source = spec_.address;
    if (!nat_.forward(ctx.now(), packet) && !nat_.open(ctx.now(), packet, wanted)) {
      return drop(ctx, packet, DropCode::NatTableFull, spec_.decided_by);
    }
  }
  note(ctx, packet, Hop::LeftAsWorld);
  transmit(ctx, packet, spent);
}

void CiliumNode::deliver(Context& ctx, const Packet& packet, const Pod& pod, Duration spent) {
  ctx.send(pod.process, packet, spent + spec_.parameters.node_hop);
}

void CiliumNode::transmit(Context& ctx, const Packet& packet, Duration spent) {
  if (packet.wire_size().count > spec_.mtu) {
    return drop(ctx, packet, DropCode::MtuExceeded, spec_.decided_by);
  }
  ctx.send(vcn, Outbound{packet}, spent + spec_.parameters.node_hop + spec_.to_vcn);
}

std::uint32_t CiliumNode::identity_of(Ipv4 source) const {
  const auto pod = pods_.find(source);
  return pod != pods_.end() ? pod->second.identity : kIdentityHost;
}

}  // namespace meshsim::fabric
