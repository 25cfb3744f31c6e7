// What a Linux kernel does for a process, as far as the models above can tell.
#include "models/fabric/host_stack.hpp"

#include <algorithm>

#include "models/fabric/hop.hpp"
#include "models/fabric/icmp.hpp"

namespace meshsim {
namespace {

constexpr std::uint16_t kFirstEphemeral = 32768;  // Linux ip_local_port_range
constexpr std::uint16_t kLastEphemeral = 60999;
constexpr std::uint32_t kPingBytes = 16;

}  // namespace

void HostStack::close_udp(std::uint16_t port) { std::erase(udp_ports_, port); }

void HostStack::stop_listening(std::uint16_t port) {
  std::erase(udp_ports_, port);
  std::erase(tcp_ports_, port);
}

void HostStack::close_all() {
  udp_ports_.clear();
  tcp_ports_.clear();
}

std::uint16_t HostStack::ephemeral_port(RandomStream& ports) const {
  for (;;) {
    const auto port = static_cast<std::uint16_t>(kFirstEphemeral +
                                                 ports.below(kLastEphemeral - kFirstEphemeral + 1));
    if (!listens(udp_ports_, port) && !listens(tcp_ports_, port)) return port;
  }
}

void HostStack::send_udp(Context& context, std::uint16_t source_port, Ipv4 target,
                         std::uint16_t target_port, std::uint32_t bytes, PayloadId payload) const {
  Packet packet;
  packet.source = address_;
  packet.target = target;
  packet.source_port = source_port;
  packet.target_port = target_port;
  packet.protocol = Protocol::Udp;
  packet.size = static_cast<std::uint16_t>(std::min<std::uint32_t>(bytes + kIpUdpHeader, 65535));
  packet.payload = payload;
  send(context, packet);
}

void HostStack::ping(Context& context, Ipv4 target, std::uint16_t identifier) const {
  Packet packet;
  packet.source = address_;
  packet.target = target;
  packet.source_port = identifier;
  packet.target_port = kIcmpEchoRequest;
  packet.protocol = Protocol::Icmp;
  packet.size = kIpIcmpHeader + kPingBytes;  // 44: measured, coherence.md section 2.3
  send(context, packet);
}

void HostStack::connect(Context& context, std::uint16_t source_port, Ipv4 target,
                        std::uint16_t target_port) const {
  send(context, tcp_packet(source_port, target, target_port, kSyn, 0));
}

void HostStack::send_segment(Context& context, std::uint16_t source_port, Ipv4 target,
                             std::uint16_t target_port, std::uint32_t bytes,
                             PayloadId payload) const {
  Packet packet = tcp_packet(source_port, target, target_port, kAck, bytes);
  packet.payload = payload;
  send(context, packet);
}

void HostStack::close(Context& context, std::uint16_t source_port, Ipv4 target,
                      std::uint16_t target_port) const {
  send(context, tcp_packet(source_port, target, target_port, kFin | kAck, 0));
}

Arrival HostStack::receive(Context& context, const Packet& packet) {
  if (packet.watched()) {
    const bool open = packet.protocol == Protocol::Udp ? listens(udp_ports_, packet.target_port)
                                                       : listens(tcp_ports_, packet.target_port);
    if (const auto answer = take_probe(context, packet, open)) send(context, *answer);
    return Arrival::None;
  }
  switch (packet.protocol) {
    case Protocol::Udp:
      if (listens(udp_ports_, packet.target_port)) return Arrival::Datagram;
      {
        context.payloads().release(packet.payload);
        Packet unreachable = answer_to(packet, kIpIcmpHeader + kIpUdpHeader);
        unreachable.protocol = Protocol::Icmp;
        unreachable.source_port = packet.source_port;  // the port the answer concerns
        unreachable.target_port = kIcmpUnreachable;
        unreachable.flags = kIcmpPortUnreachable;
        send(context, unreachable);
      }
      return Arrival::None;
    case Protocol::Icmp:
      context.payloads().release(packet.payload);
      if (packet.target_port == kIcmpEchoReply) return Arrival::PingReply;
      if (packet.target_port == kIcmpUnreachable) {
        // What the path takes is not remembered: the models above never send more than their MTU.
        return packet.flags == kIcmpFragmentationNeeded ? Arrival::None : Arrival::Unreachable;
      }
      {
        Packet reply = answer_to(packet, packet.size);
        reply.source_port = packet.source_port;
        reply.target_port = kIcmpEchoReply;
        send(context, reply);
      }
      return Arrival::None;
    case Protocol::Tcp: break;
  }
  if (packet.flags & kRst) {
    context.payloads().release(packet.payload);
    return Arrival::Refused;
  }
  if (packet.flags == kSyn) {
    const bool open = listens(tcp_ports_, packet.target_port);
    send(context, tcp_packet(packet.target_port, packet.source, packet.source_port,
                             open ? kSyn | kAck : kRst | kAck, 0));
    return open ? Arrival::Accepted : Arrival::None;
  }
  if (packet.flags & kSyn) return Arrival::Connected;
  if (packet.flags & kFin) return Arrival::Closed;
  return Arrival::Segment;
}

void HostStack::send(Context& context, const Packet& packet) const {
  context.send(uplink_, Outbound{packet}, uplink_delay_);
}

Packet HostStack::tcp_packet(std::uint16_t source_port, Ipv4 target, std::uint16_t target_port,
                             std::uint8_t flags, std::uint32_t bytes) const {
  Packet packet;
  packet.source = address_;
  packet.target = target;
  packet.source_port = source_port;
  packet.target_port = target_port;
  packet.protocol = Protocol::Tcp;
  packet.flags = flags;
  packet.size = static_cast<std::uint16_t>(std::min<std::uint32_t>(bytes + kIpTcpHeader, 65535));
  return packet;
}

bool HostStack::listens(const std::vector<std::uint16_t>& ports, std::uint16_t port) const {
  return std::find(ports.begin(), ports.end(), port) != ports.end();
}

}  // namespace meshsim
