// The headers of an IP packet that matter, in one message. A packet may carry one VXLAN (or
// Geneve) encapsulation: then the outer addresses are set and hops between nodes route by them.
#pragma once

#include <cstdint>
#include <string>

#include "meshsim/base/decisions.hpp"
#include "meshsim/base/ip.hpp"
#include "meshsim/base/units.hpp"
#include "meshsim/kernel/component.hpp"
#include "meshsim/kernel/payload.hpp"

namespace meshsim {

enum class Protocol : std::uint8_t { Icmp = 1, Tcp = 6, Udp = 17 };

std::string_view to_string(Protocol protocol);

// TCP flags as on the wire.
inline constexpr std::uint8_t kFin = 0x01;
inline constexpr std::uint8_t kSyn = 0x02;
inline constexpr std::uint8_t kRst = 0x04;
inline constexpr std::uint8_t kAck = 0x10;

// ICMP types, carried in target_port; source_port is the identifier.
inline constexpr std::uint16_t kIcmpEchoReply = 0;
inline constexpr std::uint16_t kIcmpUnreachable = 3;
inline constexpr std::uint16_t kIcmpEchoRequest = 8;

inline constexpr std::uint16_t kIpUdpHeader = 28;  // bytes: IPv4 20 + UDP 8
inline constexpr std::uint16_t kIpTcpHeader = 52;  // bytes: IPv4 20 + TCP 20 + timestamps 12
inline constexpr std::uint16_t kIpIcmpHeader = 28;
inline constexpr std::uint16_t kVxlanOverhead = 50;  // bytes; source: cilium-clustermesh.md 5.2
inline constexpr std::uint16_t kVxlanPort = 8472;    // udp; source: cilium-clustermesh.md 1.2
inline constexpr std::uint8_t kDefaultTtl = 64;

struct Packet {
  Ipv4 source;
  Ipv4 target;
  std::uint16_t source_port = 0;
  std::uint16_t target_port = 0;
  Protocol protocol = Protocol::Udp;
  std::uint8_t flags = 0;  // TCP only
  std::uint16_t size = 0;  // bytes of the inner IP packet, headers included
  Ipv4 outer_source;       // node addresses of the tunnel; none if not encapsulated
  Ipv4 outer_target;
  std::uint32_t ttl_and_mark = std::uint32_t{kDefaultTtl} << 24;
  PayloadId payload;

  bool encapsulated() const { return bool{outer_target}; }
  // The addresses, protocol, ports and size that the underlay sees.
  Ipv4 wire_source() const { return encapsulated() ? outer_source : source; }
  Ipv4 wire_target() const { return encapsulated() ? outer_target : target; }
  Protocol wire_protocol() const { return encapsulated() ? Protocol::Udp : protocol; }
  std::uint16_t wire_source_port() const;
  std::uint16_t wire_target_port() const { return encapsulated() ? kVxlanPort : target_port; }
  Bytes wire_size() const { return {std::uint64_t{size} + (encapsulated() ? kVxlanOverhead : 0)}; }

  // While encapsulated: the VNI, which is the source's security identity.
  std::uint32_t identity() const { return ttl_and_mark & 0xFFFFFF; }
  // While not encapsulated: an earlier decision that sent the packet this way (for instance: no
  // ipcache entry, so it left the node as world); none on the ordinary way.
  DecisionId cause() const { return {encapsulated() ? 0 : ttl_and_mark & 0xFFFFFF}; }
  void mark(std::uint32_t identity_or_cause) {
    ttl_and_mark = (ttl_and_mark & 0xFF000000) | (identity_or_cause & 0xFFFFFF);
  }
  // Takes one from the time to live; false if it has run out.
  bool spend_ttl();
  // A watched packet tells of every decision on its way; see hop.hpp. Of the eight bits of the time
  // to live it is the first: 127 are more than enough.
  bool watched() const { return (ttl_and_mark & 0x80000000) != 0; }
  void watch() { ttl_and_mark |= 0x80000000; }

  void archive(Snapshot& snapshot);
};
static_assert(Message<Packet>);
static_assert(sizeof(Packet) == 32);

// A packet from a process (a pod, a host) to what it is attached to: its node, or a switch; also
// from a VNIC (a node's, a load balancer's) to its VCN. What comes back is a plain Packet.
struct Outbound {
  Packet packet;
};

// "udp 10.201.0.95:7575 > 10.202.0.86:7574, 149 bytes[, vxlan 10.1.68.8 > 10.2.70.1]"
std::string to_string(const Packet& packet);

// Swaps both ends, for an answer of `size` bytes; no payload, a fresh time to live.
Packet answer_to(const Packet& packet, std::uint16_t size);

// The tuple by which connection tracking and hashing know a flow, as the underlay sees it.
struct FlowKey {
  Ipv4 source;
  Ipv4 target;
  std::uint16_t source_port = 0;
  std::uint16_t target_port = 0;
  Protocol protocol = Protocol::Udp;
  friend constexpr auto operator<=>(const FlowKey&, const FlowKey&) = default;
  constexpr FlowKey reversed() const {
    return {target, source, target_port, source_port, protocol};
  }
};

// ICMP flows are keyed by identifier in both port fields, so that request and reply match.
FlowKey wire_flow(const Packet& packet);
FlowKey inner_flow(const Packet& packet);
std::uint64_t flow_hash(const FlowKey& flow);

}  // namespace meshsim
