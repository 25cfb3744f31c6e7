// The network end of one process: what the kernel of a pod or host does for it. Answers pings and
// connection attempts, sends datagrams, opens connections. A plain class inside its component.
//
// Left out: TCP sequence numbers and retransmission of data (the protocols above keep their own
// timers and resend), fragmentation, ARP.
#pragma once

#include <cstdint>
#include <vector>

#include "meshsim/kernel/context.hpp"
#include "meshsim/kernel/random.hpp"
#include "models/fabric/packet.hpp"

namespace meshsim {

// What an incoming packet means to the process.
enum class Arrival : std::uint8_t {
  None,         // the stack has dealt with it (a ping was answered, a closed port refused)
  Datagram,     // udp
  PingReply,    // source_port is the identifier given to ping()
  Unreachable,  // icmp port unreachable; source_port is the local port it concerns
  Accepted,     // tcp: a peer has connected to a listening port
  Connected,    // tcp: our connection attempt (target_port is our port) succeeded
  Refused,      // tcp: RST; an attempt was refused or a connection was reset
  Closed,       // tcp: FIN; the peer closed
  Segment,      // tcp: data
};

class HostStack {
 public:
  HostStack() = default;
  // `uplink_delay`: process to node or switch, ns; at least a window if that is another cell.
  HostStack(Ipv4 address, Address<Outbound> uplink, Duration uplink_delay)
      : address_(address), uplink_(uplink), uplink_delay_(uplink_delay) {}

  Ipv4 address() const { return address_; }

  void listen_udp(std::uint16_t port) { udp_ports_.push_back(port); }
  void listen_tcp(std::uint16_t port) { tcp_ports_.push_back(port); }
  bool listens_tcp(std::uint16_t port) const { return listens(tcp_ports_, port); }
  void close_udp(std::uint16_t port);
  // UDP and TCP.
  void stop_listening(std::uint16_t port);
  void close_all();

  // A port in 32768..60999 that the process does not use; drawn from `ports`.
  std::uint16_t ephemeral_port(RandomStream& ports) const;

  // `bytes`: UDP payload. The payload handle passes to the packet.
  void send_udp(Context& context, std::uint16_t source_port, Ipv4 target, std::uint16_t target_port,
                std::uint32_t bytes, PayloadId payload) const;
  void ping(Context& context, Ipv4 target, std::uint16_t identifier) const;
  // One SYN; the caller repeats or gives up.
  void connect(Context& context, std::uint16_t source_port, Ipv4 target,
               std::uint16_t target_port) const;
  // `bytes`: TCP payload.
  void send_segment(Context& context, std::uint16_t source_port, Ipv4 target,
                    std::uint16_t target_port, std::uint32_t bytes, PayloadId payload) const;
  void close(Context& context, std::uint16_t source_port, Ipv4 target,
             std::uint16_t target_port) const;

  // Sorts an incoming packet and answers what a kernel answers by itself. For Datagram and Segment
  // the payload is still the caller's to release; for all others it has been released.
  Arrival receive(Context& context, const Packet& packet);

  auto state() { return std::tie(address_, uplink_, uplink_delay_, udp_ports_, tcp_ports_); }

 private:
  void send(Context& context, const Packet& packet) const;
  Packet tcp_packet(std::uint16_t source_port, Ipv4 target, std::uint16_t target_port,
                    std::uint8_t flags, std::uint32_t bytes) const;
  bool listens(const std::vector<std::uint16_t>& ports, std::uint16_t port) const;

  Ipv4 address_;
  Address<Outbound> uplink_;
  Duration uplink_delay_{};
  std::vector<std::uint16_t> udp_ports_;
  std::vector<std::uint16_t> tcp_ports_;
};

}  // namespace meshsim
