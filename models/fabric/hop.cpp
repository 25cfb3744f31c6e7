// Records of watched packets.
#include "models/fabric/hop.hpp"

namespace meshsim {
namespace {

constexpr std::uint32_t kMostBytes = (1U << 24) - 1;

}  // namespace

std::int64_t to_number(const ProbeMark& mark) {
  return static_cast<std::int64_t>(std::uint64_t{mark.number & 0x7FFFFFFF} << 32 |
                                   std::uint64_t{mark.leg} << 24 | (mark.bytes & kMostBytes));
}

ProbeMark to_probe_mark(std::int64_t number) {
  const auto bits = static_cast<std::uint64_t>(number);
  return {static_cast<std::uint32_t>(bits >> 32), static_cast<std::uint8_t>(bits >> 24 & 0xFF),
          static_cast<std::uint32_t>(bits & kMostBytes)};
}

ProbeMark mark_of(Context& ctx, const Packet& packet) {
  ProbeMark mark;
  mark.bytes = static_cast<std::uint32_t>(packet.wire_size().count);
  if (!ctx.payloads().holds<ProbeTag>(packet.payload)) return mark;
  const auto& tag = ctx.payloads().get<ProbeTag>(packet.payload);
  mark.number = tag.number;
  mark.leg = tag.leg;
  return mark;
}

void record_hop(Context& ctx, const Packet& packet, Hop hop, DecisionId decided_by) {
  ctx.trace({.label = kHopLabel,
             .value = static_cast<std::int64_t>(hop),
             .other = to_number(mark_of(ctx, packet)),
             .decided_by = decided_by,
             .cause = packet.cause(),
             .text = to_string(packet)});
}

std::optional<Packet> take_probe(Context& ctx, const Packet& packet, bool open) {
  ProbeTag tag;
  if (ctx.payloads().holds<ProbeTag>(packet.payload)) {
    tag = ctx.payloads().get<ProbeTag>(packet.payload);
  }
  const bool is_request = packet.protocol == Protocol::Tcp ? packet.flags == kSyn
                          : packet.protocol == Protocol::Icmp
                              ? packet.target_port == kIcmpEchoRequest
                              : tag.leg == 0;
  const bool is_refused = is_request && !open && packet.protocol != Protocol::Icmp;
  note(ctx, packet, is_refused ? Hop::Refused : Hop::Arrived);
  ctx.payloads().release(packet.payload);
  const bool is_acknowledged = packet.protocol == Protocol::Tcp && packet.flags == (kSyn | kAck);
  if (!tag.wants_answer || (!is_request && !is_acknowledged)) return std::nullopt;

  Packet answer = answer_to(packet, packet.size);
  switch (packet.protocol) {
    case Protocol::Tcp:
      answer.flags = is_acknowledged ? kAck : is_refused ? kRst | kAck : kSyn | kAck;
      break;
    case Protocol::Icmp:
      answer.source_port = packet.source_port;
      answer.target_port = kIcmpEchoReply;
      break;
    case Protocol::Udp:
      if (!is_refused) break;
      answer.protocol = Protocol::Icmp;
      answer.source_port = packet.source_port;  // the port the answer concerns
      answer.target_port = kIcmpUnreachable;
      break;
  }
  ++tag.leg;
  answer.watch();
  answer.payload = ctx.payloads().put(tag);
  return answer;
}

}  // namespace meshsim
