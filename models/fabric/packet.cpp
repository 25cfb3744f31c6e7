// Helpers of the packet message.
#include "models/fabric/packet.hpp"

#include <fmt/format.h>

#include "meshsim/kernel/random.hpp"

namespace meshsim {

std::string_view to_string(Protocol protocol) {
  switch (protocol) {
    case Protocol::Icmp: return "icmp";
    case Protocol::Tcp: return "tcp";
    case Protocol::Udp: return "udp";
  }
  return "?";
}

std::uint16_t Packet::wire_source_port() const {
  if (!encapsulated()) return source_port;
  // The VXLAN source port is a hash of the inner flow, in the ephemeral range.
  return static_cast<std::uint16_t>(32768 + flow_hash(inner_flow(*this)) % 28232);
}

// A cause is a decision, which the world that goes on may number differently.
void Packet::archive(Snapshot& snapshot) {
  snapshot.all(source, target, source_port, target_port, protocol, flags, size, outer_source,
               outer_target, ttl_and_mark, payload);
  DecisionId decision = cause();
  snapshot(decision);
  if (!encapsulated()) mark(decision.value);
}

bool Packet::spend_ttl() {
  if ((ttl_and_mark >> 24 & 0x7F) == 0) return false;
  ttl_and_mark -= 1U << 24;
  return true;
}

std::string to_string(const Packet& packet) {
  const auto end = [&](Ipv4 address, std::uint16_t port) {
    return packet.protocol == Protocol::Icmp ? to_string(address)
                                             : fmt::format("{}:{}", to_string(address), port);
  };
  std::string text = fmt::format("{} {} > {}, {} bytes", to_string(packet.protocol),
                                 end(packet.source, packet.source_port),
                                 end(packet.target, packet.target_port), packet.size);
  if (packet.encapsulated()) {
    text += fmt::format(", vxlan {} > {}", to_string(packet.outer_source),
                        to_string(packet.outer_target));
  }
  return text;
}

Packet answer_to(const Packet& packet, std::uint16_t size) {
  Packet answer;
  answer.source = packet.target;
  answer.target = packet.source;
  answer.source_port = packet.target_port;
  answer.target_port = packet.source_port;
  answer.protocol = packet.protocol;
  answer.size = size;
  return answer;
}

FlowKey inner_flow(const Packet& packet) {
  if (packet.protocol == Protocol::Icmp) {
    return {packet.source, packet.target, packet.source_port, packet.source_port, packet.protocol};
  }
  return {packet.source, packet.target, packet.source_port, packet.target_port, packet.protocol};
}

FlowKey wire_flow(const Packet& packet) {
  if (!packet.encapsulated()) return inner_flow(packet);
  return {packet.outer_source, packet.outer_target, packet.wire_source_port(), kVxlanPort,
          Protocol::Udp};
}

std::uint64_t flow_hash(const FlowKey& flow) {
  std::uint64_t hash = stable_mix(flow.source.value, flow.target.value);
  hash = stable_mix(hash, (std::uint64_t{flow.source_port} << 16) | flow.target_port);
  return stable_mix(hash, static_cast<std::uint64_t>(flow.protocol));
}

}  // namespace meshsim
