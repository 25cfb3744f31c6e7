// TMB: the TCP message bus of the services, one connection per pair of members on the member port.
// Opening one costs three round trips [M: coherence.md 3.7 read against the recorded joins]: the
// TCP handshake and two greetings. Left out: TCP's windows, migration of broken connections.
#pragma once

#include <cstdint>
#include <vector>

#include "models/coherence/member_map.hpp"
#include "models/coherence/member_spec.hpp"
#include "models/coherence/reliable_link.hpp"
#include "models/coherence/turn.hpp"

namespace meshsim::coherence {

class MessageBus {
 public:
  MessageBus() = default;
  explicit MessageBus(const MemberSpec& spec)
      : local_port_(spec.local_port),
        packet_(static_cast<std::uint32_t>(spec.mtu) - 68),
        cluster_(static_cast<std::uint32_t>(spec.cluster.size())) {}

  void name_self(MemberId self) { self_ = self; }

  // Opens a connection unless there is one.
  void connect(Turn& turn, MemberId peer, Ipv4 address, std::uint16_t port);
  bool is_open(MemberId peer) const;
  void remove(MemberId peer);

  // Sent once the connection is open.
  void send(Turn& turn, MemberId peer, const Letter& message);

  // The peer at `from` has accepted the connection that was opened from this port, if one was.
  void on_connected(Turn& turn, std::uint16_t local_port, SocketAddress from);
  // A segment that carries a datagram; returns the letters it completes.
  std::vector<Letter> receive(Turn& turn, const Packet& packet, const Datagram& datagram);
  void on_alarm(Turn& turn, const Alarm& alarm);
  // Says FIN on all connections.
  void close_all(Turn& turn);

  auto state() { return std::tie(self_, local_port_, packet_, cluster_, connections_, dialled_); }

 private:
  struct Connection {
    Ipv4 address;
    std::uint16_t local_port = 0;
    std::uint16_t remote_port = 0;
    Time syn_sent{};
    std::uint32_t syns = 0;
    bool is_connected = false;
    bool is_open = false;
    ReliableLink link;
    std::vector<Letter> waiting;  // until it is open
  };

  // A connection that this member opened, by its end here.
  struct Dialled {
    std::uint16_t local_port = 0;
    MemberId peer;
  };

  void greet(Turn& turn, MemberId id, Connection& connection, BusHello hello);
  void hear(Turn& turn, MemberId id, Connection& connection, const BusHello& hello);
  void post(Turn& turn, MemberId id, Connection& connection, const Letter& message);
  void transmit(Turn& turn, MemberId id, Connection& connection, ReliableLink::Sent& sent) const;
  void arm_resend(Turn& turn, MemberId id, Connection& connection) const;
  void syn(Turn& turn, MemberId id, Connection& connection) const;

  MemberId self_;
  std::uint16_t local_port_ = 0;
  std::uint32_t packet_ = 0;
  std::uint32_t cluster_ = 0;
  MemberMap<Connection> connections_;
  std::vector<Dialled> dialled_;
};

}  // namespace meshsim::coherence
