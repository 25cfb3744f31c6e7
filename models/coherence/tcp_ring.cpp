// Two connections to each buddy; the loss of the last established one is a death.
#include "models/coherence/tcp_ring.hpp"

#include <algorithm>

namespace meshsim::coherence {
namespace {

constexpr std::size_t kConnections = 2;  // 1 + redundancy level 1; source: section 5.1
constexpr Duration kSynRepeat = 3s;      // an unanswered attempt is repeated

// The next lower id that `fits`, from the lowest round to the highest; none if there is none.
// Members stand in the order of their ids.
template <class Fits>
MemberId next_lower(const Membership& members, MemberId self, Fits fits) {
  const std::vector<MemberRecord>& all = members.all();
  const auto own =
      std::lower_bound(all.begin(), all.end(), self,
                       [](const MemberRecord& member, MemberId id) { return member.id < id; });
  const auto last_in = [&](auto begin, auto end) {
    while (end != begin) {
      --end;
      if (end->id != self && fits(*end)) return end->id;
    }
    return MemberId{};
  };
  const MemberId below = last_in(all.begin(), own);
  return below ? below : last_in(own, all.end());
}

}  // namespace

std::vector<MemberId> ring_buddies(const Membership& members, MemberId self) {
  const MemberRecord* me = members.find(self);
  if (me == nullptr) return {};
  std::vector<MemberId> buddies;
  const MemberId next = next_lower(members, self, [](const MemberRecord&) { return true; });
  const MemberId same_role = next_lower(members, self, [&](const MemberRecord& member) {
    return member.names->role == me->names->role;
  });
  if (next) buddies.push_back(next);
  if (same_role && same_role != next) buddies.push_back(same_role);
  return buddies;
}

void TcpRing::follow(Turn& turn, const Membership& members, MemberId self) {
  buddies_ = ring_buddies(members, self);
  std::erase_if(connections_, [&](const Connection& connection) {
    const bool is_kept =
        std::find(buddies_.begin(), buddies_.end(), connection.buddy) != buddies_.end();
    if (!is_kept && connection.is_established) {
      turn.stack.close(turn.context, connection.local_port, connection.address,
                       connection.remote_port);
    }
    return !is_kept;
  });
  open_missing(turn, members);
}

void TcpRing::on_tick(Turn& turn, const Membership& members) { open_missing(turn, members); }

bool TcpRing::on_connected(Turn& turn, std::uint16_t local_port, SocketAddress from) {
  for (Connection& connection : connections_) {
    if (!connection.is_between(local_port, from) || connection.is_established) continue;
    connection.is_established = true;
    turn.stack.send_segment(turn.context, local_port, connection.address, connection.remote_port, 1,
                            {});
    return true;
  }
  return false;
}

std::optional<MemberId> TcpRing::on_lost(std::uint16_t local_port, SocketAddress from) {
  const auto lost =
      std::find_if(connections_.begin(), connections_.end(),
                   [&](const Connection& one) { return one.is_between(local_port, from); });
  if (lost == connections_.end()) return std::nullopt;
  const MemberId buddy = lost->buddy;
  connections_.erase(lost);
  const bool has_another =
      std::any_of(connections_.begin(), connections_.end(),
                  [&](const Connection& one) { return one.buddy == buddy && one.is_established; });
  if (has_another) return std::nullopt;
  std::erase_if(connections_, [&](const Connection& one) { return one.buddy == buddy; });
  return buddy;
}

void TcpRing::on_watched(SocketAddress inbound) {
  if (std::find(inbound_.begin(), inbound_.end(), inbound) == inbound_.end()) {
    inbound_.push_back(inbound);
  }
}

void TcpRing::on_unwatched(SocketAddress inbound) { std::erase(inbound_, inbound); }

void TcpRing::close_all(Turn& turn, std::uint16_t local_port) {
  for (const Connection& connection : connections_) {
    if (!connection.is_established) continue;
    turn.stack.close(turn.context, connection.local_port, connection.address,
                     connection.remote_port);
  }
  for (const SocketAddress& peer : inbound_) {
    turn.stack.close(turn.context, local_port, peer.address, peer.port);
  }
  connections_.clear();
  inbound_.clear();
}

void TcpRing::open_missing(Turn& turn, const Membership& members) {
  for (Connection& connection : connections_) {
    if (connection.is_established || turn.now() - connection.syn_sent < kSynRepeat) continue;
    connection.syn_sent = turn.now();
    turn.stack.connect(turn.context, connection.local_port, connection.address,
                       connection.remote_port);
  }
  for (const MemberId buddy : buddies_) {
    const MemberRecord* member = members.find(buddy);
    if (member == nullptr) continue;
    auto have = static_cast<std::size_t>(
        std::count_if(connections_.begin(), connections_.end(),
                      [&](const Connection& one) { return one.buddy == buddy; }));
    for (; have < kConnections; ++have) {
      Connection connection{buddy,
                            member->uuid.address,
                            member->uuid.port,
                            turn.stack.ephemeral_port(turn.ports),
                            false,
                            turn.now()};
      turn.stack.connect(turn.context, connection.local_port, connection.address,
                         connection.remote_port);
      connections_.push_back(connection);
    }
  }
}

}  // namespace meshsim::coherence
