// Answers as plain hosts would, and routes by what was announced.
#include "models/infra/on_premises.hpp"

#include <algorithm>

#include "models/fabric/drop.hpp"
#include "models/fabric/hop.hpp"
#include "models/infra/routing.hpp"

namespace meshsim::infra {

void OnPremises::on(Context& ctx, const Packet& packet) {
  const bool is_here =
      std::any_of(spec_.prefixes.begin(), spec_.prefixes.end(),
                  [&](const Prefix& prefix) { return prefix.contains(packet.wire_target()); });
  if (!is_here) return drop(ctx, packet, DropCode::HostUnknown, spec_.decided_by);
  if (packet.watched()) {
    // Which hosts there are and what they listen on is not modelled: whoever is asked answers.
    if (const auto reply = take_probe(ctx, packet, true)) on(ctx, Outbound{*reply});
    return;
  }
  ctx.payloads().release(packet.payload);
  answer(ctx, packet);
}

void OnPremises::on(Context& ctx, const Outbound& outbound) {
  const Packet& packet = outbound.packet;
  const OnPremisesRoute* const route = longest_match(spec_.routes, packet.wire_target());
  if (route == nullptr) return drop(ctx, packet, DropCode::OnPremisesNoRoute, spec_.decided_by);
  check(route->exit < exits.size(), "a network's route leads to a wired attachment");
  note(ctx, packet, Hop::LeftProcess, spec_.decided_by);
  ctx.send(exits[route->exit], packet, spec_.to_drg);
}

void OnPremises::answer(Context& ctx, const Packet& packet) {
  if (packet.encapsulated()) return;
  Packet reply = answer_to(packet, packet.size);
  if (packet.protocol == Protocol::Icmp && packet.target_port == kIcmpEchoRequest) {
    reply.source_port = packet.source_port;
    reply.target_port = kIcmpEchoReply;
  } else if (packet.protocol == Protocol::Tcp && packet.flags == kSyn) {
    reply.flags = kRst | kAck;
    reply.size = kIpTcpHeader;
  } else {
    return;
  }
  on(ctx, Outbound{reply});
}

}  // namespace meshsim::infra
