// Longest prefix, time to live, exit.
#include "models/infra/drg.hpp"

#include "models/fabric/drop.hpp"
#include "models/fabric/hop.hpp"

namespace meshsim::infra {

void DrgAttachment::on(Context& ctx, const Packet& packet) {
  Packet forwarded = packet;
  const DrgRoute* const route = index_.match(spec_.routes, packet.wire_target());
  if (route == nullptr) return drop(ctx, packet, DropCode::DrgNoRoute, spec_.no_route);
  if (!forwarded.spend_ttl()) return drop(ctx, packet, DropCode::TtlExpired, route->decided_by);
  check(route->exit < exits.size(), "a DRG route leads to a wired exit");
  const DrgExit& exit = exits[route->exit];
  note(ctx, packet, Hop::DrgRouted, route->decided_by);
  if (exit.vcn) return ctx.send(exit.vcn, FromDrg{forwarded}, spec_.hop);
  ctx.send(exit.link, forwarded, spec_.hop);
}

}  // namespace meshsim::infra
