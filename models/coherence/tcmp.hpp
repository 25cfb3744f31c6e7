// TCMP: the cluster service's datagrams between member ports. Reliable messages are acknowledged,
// resent every 200 ms and delivered in order; announces and their answers are sent once.
// Source: coherence.md sections 3.2 and 4.1.
#pragma once

#include <cstdint>
#include <vector>

#include "models/coherence/member_map.hpp"
#include "models/coherence/member_spec.hpp"
#include "models/coherence/reliable_link.hpp"
#include "models/coherence/turn.hpp"

namespace meshsim::coherence {

class Tcmp {
 public:
  Tcmp() = default;
  explicit Tcmp(const MemberSpec& spec)
      : local_port_(spec.local_port),
        packet_(static_cast<std::uint32_t>(spec.mtu) - 48),  // source: section 13, packet size
        cluster_(static_cast<std::uint32_t>(spec.cluster.size())) {}

  void name_self(MemberId self) { self_ = self; }

  // The peer is a member from now on (or no longer): only then are its packets accepted.
  void add(MemberId peer, Ipv4 address, std::uint16_t port);
  void remove(MemberId peer);
  bool knows(MemberId peer, Ipv4 address) const;

  void send(Turn& turn, MemberId peer, const Letter& message, std::uint32_t addressees = 1);
  // Once, unreliable.
  void send_once(Turn& turn, Ipv4 address, std::uint16_t port, const Letter& message) const;

  // A datagram of a known peer; returns the letters it completes, in order.
  std::vector<Letter> receive(Turn& turn, const Datagram& datagram);
  void on_alarm(Turn& turn, const Alarm& alarm);

  // When the peer last acknowledged anything; the start of the run if never.
  Time last_ack(MemberId peer) const;
  std::size_t unacked(MemberId peer) const;
  // By id, the peers that have acknowledged nothing since `since` and have nothing to acknowledge.
  std::vector<MemberId> quiet_since(Time since) const;

  auto state() {
    return std::tie(self_, local_port_, packet_, cluster_, peers_, last_acks_, queue_);
  }

 private:
  struct Peer {
    Ipv4 address;
    std::uint16_t port = 0;
    ReliableLink link;
  };
  // A packet that the publisher has not yet let go.
  struct Queued {
    Time leaves{};
    MemberId peer;
    std::uint32_t sequence = 0;
  };

  void note_ack(MemberId peer, Time when);
  void publish(Turn& turn);
  void transmit(Turn& turn, MemberId id, Peer& peer, ReliableLink::Sent& sent) const;
  void answer(Turn& turn, MemberId id, const Peer& peer, Datagram datagram) const;
  void arm_resend(Turn& turn, MemberId id, Peer& peer) const;
  void resend(Turn& turn, MemberId id, Peer& peer) const;

  MemberId self_;
  std::uint16_t local_port_ = 0;
  std::uint32_t packet_ = 0;
  std::uint32_t cluster_ = 0;
  MemberMap<Peer> peers_;
  std::vector<Time> last_acks_;  // by id: many are looked at each second
  std::vector<Queued> queue_;    // in the order of leaving
};

}  // namespace meshsim::coherence
