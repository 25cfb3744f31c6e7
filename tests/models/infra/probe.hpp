// A test's end of a wire: keeps what arrives and when, and sends what it is told to.
#pragma once

#include <vector>

#include "meshsim/kernel/context.hpp"
#include "models/fabric/packet.hpp"

namespace meshsim {

struct Heard {
  Time at{};
  Packet packet;
};

class Probe final : public Accepts<Probe, Packet> {
 public:
  void on(Context& ctx, const Packet& packet) {
    heard.push_back({ctx.now(), packet});
    ctx.payloads().release(packet.payload);
  }
  std::vector<Heard> heard;
};

inline Ipv4 ip(const char* text) { return parse_ipv4(text).value(); }
inline Prefix prefix(const char* text) { return parse_prefix(text).value(); }

inline Packet udp(Ipv4 source, std::uint16_t source_port, Ipv4 target, std::uint16_t target_port,
                  std::uint16_t size = 100) {
  Packet packet;
  packet.source = source;
  packet.target = target;
  packet.source_port = source_port;
  packet.target_port = target_port;
  packet.size = size;
  return packet;
}

inline Packet tcp(Ipv4 source, std::uint16_t source_port, Ipv4 target, std::uint16_t target_port,
                  std::uint8_t flags) {
  Packet packet = udp(source, source_port, target, target_port, kIpTcpHeader);
  packet.protocol = Protocol::Tcp;
  packet.flags = flags;
  return packet;
}

}  // namespace meshsim
