// Routing and security of one VCN, one packet at a time.
#include "models/infra/vcn.hpp"

#include "models/fabric/drop.hpp"
#include "models/fabric/hop.hpp"
#include "models/fabric/well_known.hpp"

namespace meshsim::infra {

Vcn::Vcn(const VcnSpec& spec) : tables_(spec) {
  for (const Vnic& vnic : tables_.vnics()) {
    ports_.push_back({{},
                      ConnectionTracking(spec.tracking, vnic.tracked_flows),
                      LineRate(vnic.rate),
                      LineRate(vnic.rate)});
  }
}

void Vcn::wire(Ipv4 vnic, Address<Packet> port) {
  const std::uint32_t found = tables_.vnic_at(vnic);
  check(found != kNoVnic, "a VCN is wired to VNICs of its spec");
  ports_[found].address = port;
}

void Vcn::on(Context& ctx, const Outbound& from) {
  const Packet& packet = from.packet;
  if (packet.wire_source() == kVcnResolver) {
    return take(ctx, packet, tables_.local(packet), kNoVnic, kNoVnic);
  }
  const VcnEntry entry = tables_.enter(packet);
  if (entry.stops) return drop(ctx, packet, *entry.stops, entry.decided_by);
  if (entry.to_resolver) {
    if (!resolver) {
      return drop(ctx, packet, DropCode::VcnNoSuchAddress, tables_.spec().decided_by);
    }
    note(ctx, packet, Hop::ToResolver);
    return ctx.send(resolver, packet, tables_.spec().to_vnic);
  }
  route(ctx, packet, entry.vnic, entry.vnic);
}

void Vcn::on(Context& ctx, const FromDrg& from) {
  take(ctx, from.packet, tables_.route_from_drg(from.packet), kNoVnic, kNoVnic);
}

void Vcn::on(Context& ctx, const Forwarded& from) {
  const std::uint32_t sender = tables_.forwarder_of(from.packet);
  if (sender == kNoVnic) {
    return drop(ctx, from.packet, DropCode::SourceTargetCheck, tables_.spec().decided_by);
  }
  route(ctx, from.packet, sender, tables_.vnic_at(from.packet.wire_source()));
}

// The client is the source from here on: rules for the load balancer's NSG do not match it.
void Vcn::on(Context& ctx, const FromBalancer& from) {
  Packet packet = from.packet;
  const std::uint32_t balancer = tables_.vnic_at(packet.outer_source);
  check(balancer != kNoVnic, "a load balancer sends with its own address");
  packet.outer_source = {};
  return_paths_.remember(ctx.now(), packet, balancer);
  if (!passes_out(ctx, packet, balancer)) return;
  take(ctx, packet, tables_.route(packet, balancer), kNoVnic, kNoVnic);
}

// From the VNIC `sender`; `source`: the VNIC whose packet it is.
void Vcn::route(Context& ctx, const Packet& packet, std::uint32_t sender, std::uint32_t source) {
  if (!passes_out(ctx, packet, sender)) return;
  const std::uint32_t balancer = return_paths_.balancer_of(ctx.now(), packet);
  if (balancer != kNoVnic) {
    // The fabric takes it back by itself: no rule of the load balancer's is asked.
    note(ctx, packet, Hop::VcnLocal, tables_.vnics()[balancer].decided_by);
    return ctx.send(ports_[balancer].address, packet, tables_.spec().to_vnic);
  }
  take(ctx, packet, tables_.route(packet, sender), sender, source);
}

// `source`: the VNIC whose NSGs the receiver sees, none for packets from outside the VCN.
void Vcn::take(Context& ctx, Packet packet, const VcnHop& hop, std::uint32_t sender,
               std::uint32_t source) {
  if (hop.is_routed && !packet.spend_ttl()) return drop(ctx, packet, DropCode::TtlExpired);
  if (hop.stops) return drop(ctx, packet, *hop.stops, hop.decided_by);
  if (!hop.to_drg) {
    if (hop.decided_by) note(ctx, packet, Hop::ToNextHop, hop.decided_by);
    return deliver(ctx, packet, hop.vnic, sender, source);
  }
  // A rule to a DRG that the VCN is not attached to is a black hole.
  if (!drg) return drop(ctx, packet, DropCode::VcnNoRoute, hop.decided_by);
  Duration delay = tables_.spec().to_drg;
  if (sender != kNoVnic && !queues(ctx, packet, ports_[sender].egress, sender, delay)) return;
  note(ctx, packet, Hop::VcnRouted, hop.decided_by);
  ctx.send(drg, packet, delay);
}

void Vcn::deliver(Context& ctx, const Packet& packet, std::uint32_t receiver, std::uint32_t sender,
                  std::uint32_t source) {
  Port& port = ports_[receiver];
  if (!port.address) {
    return drop(ctx, packet, DropCode::VcnNoSuchAddress,
                tables_.spec().subnets[tables_.vnics()[receiver].subnet].decided_by);
  }
  if (packet.wire_source() != kVcnResolver && !passes_in(ctx, packet, receiver, source)) {
    return;
  }
  Duration delay = tables_.spec().to_vnic;
  if (sender != kNoVnic) {
    const std::vector<Vnic>& vnics = tables_.vnics();
    if (vnics[sender].availability_domain != vnics[receiver].availability_domain) {
      delay += tables_.spec().between_domains;
    }
    if (!queues(ctx, packet, ports_[sender].egress, sender, delay)) return;
  }
  if (!queues(ctx, packet, port.ingress, receiver, delay)) return;
  note(ctx, packet, Hop::VcnLocal, tables_.vnics()[receiver].decided_by);
  ctx.send(port.address, packet, delay);
}

// Whether the VNIC may send the packet, or take it from the VNIC `source`; if not, it has been
// dropped. The rules are asked only about what no tracked flow covers.
bool Vcn::passes_out(Context& ctx, const Packet& packet, std::uint32_t port) {
  if (!ports_[port].tracking.refresh(ctx.now(), packet)) {
    return admits(ctx, packet, Direction::Egress, port, tables_.vnic_at(packet.wire_target()));
  }
  note(ctx, packet, Hop::EgressKnownFlow, tables_.vnics()[port].decided_by);
  return true;
}

bool Vcn::passes_in(Context& ctx, const Packet& packet, std::uint32_t port, std::uint32_t source) {
  if (!ports_[port].tracking.refresh(ctx.now(), packet)) {
    return admits(ctx, packet, Direction::Ingress, port, source);
  }
  note(ctx, packet, Hop::IngressKnownFlow, tables_.vnics()[port].decided_by);
  return true;
}

bool Vcn::admits(Context& ctx, const Packet& packet, Direction direction, std::uint32_t port,
                 std::uint32_t far_end) {
  const bool out = direction == Direction::Egress;
  const Judgement judgement = judge_at(tables_, port, direction, packet, far_end);
  if (judgement.verdict == Verdict::Deny) {
    drop(ctx, packet, out ? DropCode::SecurityEgress : DropCode::SecurityIngress,
         judgement.decided_by);
    return false;
  }
  const bool tracked = judgement.verdict == Verdict::Allow;
  if (tracked && !ports_[port].tracking.open(ctx.now(), packet)) {
    drop(ctx, packet, DropCode::TrackingTableFull, tables_.vnics()[port].decided_by);
    return false;
  }
  const Hop hop = out ? (tracked ? Hop::EgressNewFlow : Hop::EgressStateless)
                      : (tracked ? Hop::IngressNewFlow : Hop::IngressStateless);
  const SecurityGroup& group = tables_.spec().groups[judgement.group];
  note(ctx, packet, hop, group.rules[judgement.rule].decided_by);
  return true;
}

// Whether the VNIC's rate leaves room for the packet; `wait` grows by the time until its turn.
bool Vcn::queues(Context& ctx, const Packet& packet, LineRate& line, std::uint32_t port,
                 Duration& wait) {
  if (!line.is_limited()) return true;
  const auto queued = line.enter(ctx.now(), packet.wire_size());
  if (!queued) {
    drop(ctx, packet, DropCode::VnicQueueFull, tables_.vnics()[port].decided_by);
    return false;
  }
  wait += *queued;
  return true;
}

}  // namespace meshsim::infra
