// Longest prefix, time to live, MTU of the exit.
#include "models/infra/drg.hpp"

#include "models/fabric/drop.hpp"
#include "models/fabric/hop.hpp"
#include "models/fabric/icmp.hpp"

namespace meshsim::infra {

void DrgAttachment::on(Context& ctx, const Packet& packet) {
  Packet forwarded = packet;
  const DrgRoute* route = index_.match(spec_.routes, packet.wire_target());
  if (route == nullptr) return drop(ctx, packet, DropCode::DrgNoRoute, spec_.no_route);
  if (spec_.shares_flows) {
    route = share_of(spec_.routes, *route, flow_hash(wire_flow(packet)));
  }
  if (!forwarded.spend_ttl()) return drop(ctx, packet, DropCode::TtlExpired, route->decided_by);
  check(route->exit < exits.size(), "a DRG route leads to a wired exit");
  const DrgExit& exit = exits[route->exit];
  note(ctx, packet, Hop::DrgRouted, route->decided_by);
  if (exit.mtu != 0 && packet.wire_size().count > exit.mtu) return refuse(ctx, packet, exit);
  if (exit.vcn) return ctx.send(exit.vcn, FromDrg{forwarded}, spec_.hop);
  ctx.send(exit.link, forwarded, spec_.hop);
}

// Too large: the sender is told. Whether it hears depends on the rules and routes of the way back.
void DrgAttachment::refuse(Context& ctx, const Packet& packet, const DrgExit& exit) {
  if (spec_.self < exits.size()) {
    const DrgExit& back = exits[spec_.self];
    const Packet answer = fragmentation_needed(packet);
    if (back.vcn) {
      ctx.send(back.vcn, FromDrg{answer}, spec_.hop);
    } else if (back.link) {
      ctx.send(back.link, answer, spec_.hop);
    }
  }
  drop(ctx, packet, DropCode::MtuExceeded, exit.decided_by);
}

}  // namespace meshsim::infra
