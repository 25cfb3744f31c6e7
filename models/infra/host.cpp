// Connection attempts with Linux's resending, and forwarding.
#include "models/infra/host.hpp"

#include <algorithm>
#include <string>

#include "models/fabric/drop.hpp"
#include "models/fabric/hop.hpp"

namespace meshsim::infra {
namespace {

// Linux, tcp_syn_retries 6: resent after 1, 2, 4, ... s and given up after 127 s; source:
// cilium-clustermesh.md section 3.2, row 9.
constexpr std::uint8_t kSyns = 7;
constexpr std::size_t kAttempts = 1024;

}  // namespace

// Made for each use: it holds no state but the ports, which never change.
HostStack Host::stack() {
  HostStack made(spec_.address, vcn, spec_.to_vcn);
  for (const std::uint16_t port : spec_.tcp_ports) made.listen_tcp(port);
  return made;
}

void Host::on(Context& ctx, const Packet& packet) {
  if (packet.wire_target() != spec_.address) return forward(ctx, packet);
  const std::uint16_t port = packet.target_port;
  switch (stack().receive(ctx, packet)) {
    case Arrival::Connected: {
      const Attempt* const attempt = attempt_at(port);
      if (attempt == nullptr) return;
      stack().close(ctx, attempt->source_port, attempt->target, attempt->port);
      return finish(ctx, port, kHostConnected);
    }
    case Arrival::Refused: return finish(ctx, port, kHostRefused);
    case Arrival::Datagram:
    case Arrival::Segment: return ctx.payloads().release(packet.payload);
    case Arrival::None:
    case Arrival::PingReply:
    case Arrival::Unreachable:
    case Arrival::Accepted:
    case Arrival::Closed: return;
  }
}

void Host::on(Context& ctx, const Outbound& outbound) {
  note(ctx, outbound.packet, Hop::LeftProcess, spec_.decided_by);
  ctx.send(vcn, outbound, spec_.to_vcn);
}

void Host::on(Context& ctx, const ConnectTo& connect) {
  if (attempts_.size() >= kAttempts) return;  // as a process that has no file descriptor left
  Attempt attempt{connect.target, connect.port, 0, 0, ctx.now()};
  do {
    attempt.source_port = stack().ephemeral_port(random_);
  } while (attempt_at(attempt.source_port) != nullptr);
  attempts_.push_back(attempt);
  on(ctx, ResendSyn{attempt.source_port});
}

void Host::on(Context& ctx, const ResendSyn& resend) {
  Attempt* const attempt = attempt_at(resend.source_port);
  if (attempt == nullptr) return;  // answered meanwhile
  if (attempt->sent == kSyns) return finish(ctx, resend.source_port, kHostUnanswered);
  stack().connect(ctx, attempt->source_port, attempt->target, attempt->port);
  const Duration wait = 1s * (std::int64_t{1} << attempt->sent);
  ++attempt->sent;
  ctx.send(address<ResendSyn>(), resend, wait);
}

void Host::forward(Context& ctx, Packet packet) {
  if (!spec_.forwards || !vcn_forward) {
    return drop(ctx, packet, DropCode::HostUnknown, spec_.decided_by);
  }
  if (!packet.spend_ttl()) return drop(ctx, packet, DropCode::TtlExpired, spec_.decided_by);
  note(ctx, packet, Hop::Forwarded, spec_.decided_by);
  ctx.send(vcn_forward, Forwarded{packet}, spec_.hop + spec_.to_vcn);
}

void Host::finish(Context& ctx, std::uint16_t source_port, std::string_view label) {
  const Attempt* const attempt = attempt_at(source_port);
  if (attempt == nullptr) return;
  ctx.trace({.label = label,
             .value = (ctx.now() - attempt->began).count(),
             .text = to_string(attempt->target) + ":" + std::to_string(attempt->port)});
  attempts_.erase(attempts_.begin() + (attempt - attempts_.data()));
}

Host::Attempt* Host::attempt_at(std::uint16_t source_port) {
  const auto found = std::find_if(attempts_.begin(), attempts_.end(), [&](const Attempt& one) {
    return one.source_port == source_port;
  });
  return found == attempts_.end() ? nullptr : &*found;
}

}  // namespace meshsim::infra
