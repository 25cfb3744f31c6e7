// TcpRing: each member holds two TCP connections to the member with the next lower id, and to the
// next lower of its own role if that is another; when the last one breaks the buddy is dead.
// Source: coherence.md section 5.1. Left out: the byte that is written each second, which shows
// nothing that the connection's end does not show.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/coherence/membership.hpp"
#include "models/coherence/turn.hpp"

namespace meshsim::coherence {

// The buddies of `self`, at most two.
std::vector<MemberId> ring_buddies(const Membership& members, MemberId self);

class TcpRing {
 public:
  // After a change of membership: drops connections to those who are no buddies any more and opens
  // what is missing.
  void follow(Turn& turn, const Membership& members, MemberId self);
  // Each second: opens missing connections.
  void on_tick(Turn& turn, const Membership& members);

  // Whether a connection of the ring waited for this answer.
  bool on_connected(Turn& turn, std::uint16_t local_port, SocketAddress from);
  // A connection was refused, reset or closed; the buddy that is dead by that, if any. Connections
  // that are not of the ring do not matter.
  std::optional<MemberId> on_lost(std::uint16_t local_port, SocketAddress from);

  // The other direction: a peer's ring connection to this member. Known by its first byte.
  void on_watched(SocketAddress inbound);
  void on_unwatched(SocketAddress inbound);
  bool is_watched() const { return !inbound_.empty(); }

  // Says FIN on all connections; `local_port`: of the member, for the inbound ones.
  void close_all(Turn& turn, std::uint16_t local_port);

  auto state() { return std::tie(buddies_, connections_, inbound_); }

 private:
  struct Connection {
    MemberId buddy;
    Ipv4 address;
    std::uint16_t remote_port = 0;
    std::uint16_t local_port = 0;
    bool is_established = false;
    Time syn_sent{};

    bool is_between(std::uint16_t port, SocketAddress far) const {
      return local_port == port && address == far.address && remote_port == far.port;
    }
  };

  void open_missing(Turn& turn, const Membership& members);

  std::vector<MemberId> buddies_;
  std::vector<Connection> connections_;
  std::vector<SocketAddress> inbound_;
};

}  // namespace meshsim::coherence
