// Routing and security of one VCN, one packet at a time.
#include "models/infra/vcn.hpp"

#include <algorithm>

#include "models/fabric/drop.hpp"
#include "models/fabric/hop.hpp"
#include "models/fabric/well_known.hpp"

namespace meshsim::infra {
namespace {

constexpr Prefix kLinkLocal{{0xA9FE0000}, 16};

// Ranges that no gateway to the internet leads to: RFC 1918 and RFC 6598.
constexpr Prefix kPrivate[] = {
    {{0x0A000000}, 8}, {{0xAC100000}, 12}, {{0xC0A80000}, 16}, {{0x64400000}, 10}};

bool is_private(Ipv4 address) {
  return std::any_of(std::begin(kPrivate), std::end(kPrivate),
                     [address](const Prefix& range) { return range.contains(address); });
}

}  // namespace

Vcn::Vcn(const VcnSpec& spec) : spec_(spec) {
  for (const VcnRouteTable& table : spec_.route_tables) {
    // User rules come first: of equal prefixes they beat the local route.
    std::vector<VcnRoute> routes = table.routes;
    for (const Prefix& prefix : spec_.prefixes) routes.push_back({prefix, Gateway::Local, {}});
    indexes_.emplace_back(routes);
    tables_.push_back(std::move(routes));
  }
  for (const VcnSubnet& subnet : spec_.subnets) {
    check(subnet.route_table < tables_.size(), "a subnet uses a route table of its VCN");
  }
  for (const Vnic& vnic : spec_.vnics) {
    check(vnic.subnet < spec_.subnets.size(), "a VNIC lies in a subnet of its VCN");
    ports_.push_back({vnic, {}, ConnectionTracking(spec_.tracking, vnic.tracked_flows)});
  }
  std::sort(ports_.begin(), ports_.end(),
            [](const Port& a, const Port& b) { return a.spec.address < b.spec.address; });
}

void Vcn::wire(Ipv4 vnic, Address<Packet> port) {
  Port* const found = port_at(vnic);
  check(found != nullptr, "a VCN is wired to VNICs of its spec");
  found->address = port;
}

void Vcn::on(Context& ctx, const Outbound& from) {
  Packet packet = from.packet;
  const Ipv4 source = packet.wire_source();
  const Ipv4 target = packet.wire_target();
  if (source == kVcnResolver) return deliver(ctx, packet, nullptr);

  Port* const sender = port_of_source(source);
  if (sender == nullptr ||
      (sender->spec.address != source && !sender->spec.skip_source_dest_check)) {
    return drop(ctx, packet, DropCode::SourceTargetCheck,
                sender != nullptr ? sender->spec.decided_by : spec_.decided_by);
  }
  if (packet.wire_size().count > spec_.mtu) {
    return drop(ctx, packet, DropCode::MtuExceeded, spec_.decided_by);
  }
  // Security rules on link-local addresses are never enforced.
  if (kLinkLocal.contains(target)) {
    if (target != kVcnResolver || !resolver) {
      return drop(ctx, packet, DropCode::VcnNoSuchAddress, spec_.decided_by);
    }
    note(ctx, packet, Hop::ToResolver);
    return ctx.send(resolver, packet, spec_.to_vnic);
  }
  if (!passes(ctx, packet, Direction::Egress, *sender, port_at(target))) return;

  const VcnSubnet& subnet = spec_.subnets[sender->spec.subnet];
  if (subnet.prefix.contains(target)) return deliver(ctx, packet, sender);
  if (!packet.spend_ttl()) return drop(ctx, packet, DropCode::TtlExpired);
  const std::uint16_t table = subnet.route_table;
  const VcnRoute* const route = indexes_[table].match(tables_[table], target);
  if (route == nullptr) {
    return drop(ctx, packet, DropCode::VcnNoRoute,
                spec_.route_tables[subnet.route_table].decided_by);
  }
  if (route->gateway == Gateway::Local) return deliver(ctx, packet, sender);
  leave(ctx, packet, *route);
}

void Vcn::on(Context& ctx, const FromDrg& from) {
  Packet packet = from.packet;
  if (!packet.spend_ttl()) return drop(ctx, packet, DropCode::TtlExpired);
  if (packet.wire_size().count > spec_.mtu) {
    return drop(ctx, packet, DropCode::MtuExceeded, spec_.decided_by);
  }
  deliver(ctx, packet, nullptr);
}

// Hands the packet to the VNIC that has the target address. `sender` is none for packets from
// outside the VCN.
void Vcn::deliver(Context& ctx, const Packet& packet, const Port* sender) {
  const Ipv4 target = packet.wire_target();
  Port* const receiver = port_at(target);
  if (receiver == nullptr || !receiver->address) {
    const auto subnet =
        std::find_if(spec_.subnets.begin(), spec_.subnets.end(),
                     [target](const VcnSubnet& s) { return s.prefix.contains(target); });
    return drop(ctx, packet, DropCode::VcnNoSuchAddress,
                subnet != spec_.subnets.end() ? subnet->decided_by : spec_.decided_by);
  }
  if (packet.wire_source() != kVcnResolver &&
      !passes(ctx, packet, Direction::Ingress, *receiver, sender)) {
    return;
  }
  note(ctx, packet, Hop::VcnLocal, receiver->spec.decided_by);
  ctx.send(receiver->address, packet, spec_.to_vnic);
}

void Vcn::leave(Context& ctx, const Packet& packet, const VcnRoute& route) {
  switch (route.gateway) {
    case Gateway::Drg:
      // A rule to a DRG that the VCN is not attached to is a black hole.
      if (!drg) return drop(ctx, packet, DropCode::VcnNoRoute, route.decided_by);
      note(ctx, packet, Hop::VcnRouted, route.decided_by);
      return ctx.send(drg, packet, spec_.to_drg);
    case Gateway::Nat:
    case Gateway::Internet:
      if (is_private(packet.wire_target())) {
        return drop(ctx, packet, DropCode::NatPrivateTarget, route.decided_by);
      }
      return drop(ctx, packet, DropCode::InternetNotModelled, route.decided_by);
    case Gateway::Service:
    case Gateway::Local: break;
  }
  drop(ctx, packet, DropCode::InternetNotModelled, route.decided_by);
}

// Whether the rules at `port` let the packet pass; if not, it has been dropped.
bool Vcn::passes(Context& ctx, const Packet& packet, Direction direction, Port& port,
                 const Port* far_end) {
  const bool out = direction == Direction::Egress;
  if (port.tracking.refresh(ctx.now(), packet)) {
    note(ctx, packet, out ? Hop::EgressKnownFlow : Hop::IngressKnownFlow, port.spec.decided_by);
    return true;
  }
  const std::vector<std::uint16_t>& groups = port.spec.groups;
  const Judgement judgement = judge(spec_.groups, groups, direction, packet,
                                    far_end != nullptr ? &far_end->spec.groups : nullptr);
  if (judgement.verdict == Verdict::Deny) {
    drop(ctx, packet, out ? DropCode::SecurityEgress : DropCode::SecurityIngress,
         groups.empty() ? spec_.subnets[port.spec.subnet].decided_by : judgement.decided_by);
    return false;
  }
  if (judgement.verdict == Verdict::Allow && !port.tracking.open(ctx.now(), packet)) {
    drop(ctx, packet, DropCode::TrackingTableFull, port.spec.decided_by);
    return false;
  }
  const bool tracked = judgement.verdict == Verdict::Allow;
  const Hop hop = out ? (tracked ? Hop::EgressNewFlow : Hop::EgressStateless)
                      : (tracked ? Hop::IngressNewFlow : Hop::IngressStateless);
  note(ctx, packet, hop, spec_.groups[judgement.group].rules[judgement.rule].decided_by);
  return true;
}

Vcn::Port* Vcn::port_at(Ipv4 address) {
  const auto found =
      std::lower_bound(ports_.begin(), ports_.end(), address,
                       [](const Port& port, Ipv4 wanted) { return port.spec.address < wanted; });
  return found != ports_.end() && found->spec.address == address ? &*found : nullptr;
}

Vcn::Port* Vcn::port_of_source(Ipv4 source) {
  if (Port* const owner = port_at(source)) return owner;
  for (Port& port : ports_) {
    for (const Prefix& prefix : port.spec.behind) {
      if (prefix.contains(source)) return &port;
    }
  }
  return nullptr;
}

}  // namespace meshsim::infra
