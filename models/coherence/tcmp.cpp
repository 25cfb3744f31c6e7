// Publishing, acknowledging and resending over UDP.
#include "models/coherence/tcmp.hpp"

#include <algorithm>

namespace meshsim::coherence {

void Tcmp::add(MemberId peer, Ipv4 address, std::uint16_t port) {
  if (peer == self_) return;
  peers_.try_emplace(peer, Peer{address, port, {}});
}

void Tcmp::remove(MemberId peer) { peers_.erase(peer); }

bool Tcmp::knows(MemberId peer, Ipv4 address) const {
  const auto found = peers_.find(peer);
  return found != peers_.end() && found->second.address == address;
}

void Tcmp::send(Turn& turn, MemberId id, const Letter& message, std::uint32_t addressees) {
  const auto found = peers_.find(id);
  if (found == peers_.end()) return;
  ReliableLink& link = found->second.link;
  const std::uint32_t first =
      link.queue(message, wire_bytes(*message, cluster_, addressees), packet_, turn.now());

  const Parameters& p = turn.parameters;
  const bool is_late = turn.cpu.chance(p.publisher_late_share);
  Time leaves = turn.now() + turn.cpu.between(is_late ? p.publisher_late : p.publisher_delay);
  // One thread publishes: what was queued first leaves first.
  const bool was_idle = queue_.empty();
  if (!was_idle) leaves = std::max(leaves, queue_.back().leaves);
  for (std::uint32_t sequence = first; sequence < link.next_out; ++sequence) {
    queue_.push_back({leaves, id, sequence});
  }
  if (was_idle) turn.wake(AlarmKind::Publish, leaves - turn.now());
}

void Tcmp::send_once(Turn& turn, Ipv4 address, std::uint16_t port, const Letter& message) const {
  Datagram datagram;
  datagram.letter = message;
  const std::uint32_t bytes = wire_bytes(*message, cluster_);
  turn.stack.send_udp(turn.context, local_port_, address, port, bytes,
                      turn.context.payloads().put(std::move(datagram)));
}

std::vector<Letter> Tcmp::receive(Turn& turn, const Datagram& datagram) {
  const auto found = peers_.find(datagram.from);
  if (found == peers_.end() || datagram.to != self_) return {};
  Peer& peer = found->second;
  ReliableLink& link = peer.link;
  if (!datagram.acked.empty()) {
    link.acknowledged(datagram.acked, turn.now());
    return {};
  }
  if (!datagram.missing.empty()) {
    for (ReliableLink::Sent& sent : link.unacked) {
      const auto& numbers = datagram.missing;
      const bool is_missed =
          std::find(numbers.begin(), numbers.end(), sent.sequence) != numbers.end();
      if (is_missed && sent.due != kNever) transmit(turn, datagram.from, peer, sent);
    }
    return {};
  }
  const bool ack_is_due = !link.to_ack.empty();
  std::vector<Letter> letters = link.take(datagram.sequence, datagram.letter);
  if (!ack_is_due && !link.to_ack.empty()) {
    turn.wake(AlarmKind::TcmpAck, kAckDelay, datagram.from.value);
  }
  if (!link.early.empty() && !link.nack_is_due) {
    link.nack_is_due = true;
    turn.wake(AlarmKind::TcmpNack, kNackDelay, datagram.from.value);
  }
  return letters;
}

void Tcmp::on_alarm(Turn& turn, const Alarm& alarm) {
  if (alarm.kind == AlarmKind::Publish) return publish(turn);
  const MemberId id{static_cast<std::uint16_t>(alarm.subject)};
  const auto found = peers_.find(id);
  if (found == peers_.end()) return;
  Peer& peer = found->second;
  Datagram datagram;
  switch (alarm.kind) {
    case AlarmKind::TcmpAck:
      datagram.acked.swap(peer.link.to_ack);
      if (!datagram.acked.empty()) answer(turn, id, peer, std::move(datagram));
      break;
    case AlarmKind::TcmpNack:
      peer.link.nack_is_due = false;
      datagram.missing = peer.link.missing();
      if (!datagram.missing.empty()) answer(turn, id, peer, std::move(datagram));
      break;
    case AlarmKind::TcmpResend: resend(turn, id, peer); break;
    default: break;
  }
}

Time Tcmp::last_ack(MemberId peer) const {
  const auto found = peers_.find(peer);
  return found == peers_.end() ? kStart : found->second.link.last_ack;
}

std::size_t Tcmp::unacked(MemberId peer) const {
  const auto found = peers_.find(peer);
  return found == peers_.end() ? 0 : found->second.link.unacked.size();
}

void Tcmp::publish(Turn& turn) {
  std::size_t gone = 0;
  for (; gone < queue_.size() && queue_[gone].leaves <= turn.now(); ++gone) {
    const Queued& queued = queue_[gone];
    const auto found = peers_.find(queued.peer);
    if (found == peers_.end()) continue;
    for (ReliableLink::Sent& sent : found->second.link.unacked) {
      if (sent.sequence == queued.sequence) transmit(turn, queued.peer, found->second, sent);
    }
    arm_resend(turn, queued.peer, found->second);
  }
  queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(gone));
  if (!queue_.empty()) turn.wake(AlarmKind::Publish, queue_.front().leaves - turn.now());
}

void Tcmp::transmit(Turn& turn, MemberId id, Peer& peer, ReliableLink::Sent& sent) const {
  sent.due = turn.now() + peer.link.resend;
  Datagram datagram;
  datagram.from = self_;
  datagram.to = id;
  datagram.sequence = sent.sequence;
  datagram.letter = sent.letter;
  turn.stack.send_udp(turn.context, local_port_, peer.address, peer.port, sent.bytes,
                      turn.context.payloads().put(std::move(datagram)));
}

void Tcmp::answer(Turn& turn, MemberId id, const Peer& peer, Datagram datagram) const {
  datagram.from = self_;
  datagram.to = id;
  turn.stack.send_udp(turn.context, local_port_, peer.address, peer.port, kAckBytes,
                      turn.context.payloads().put(std::move(datagram)));
}

void Tcmp::arm_resend(Turn& turn, MemberId id, Peer& peer) const {
  if (peer.link.resend_is_due) return;
  const Time due = peer.link.next_due(turn.now());
  if (due == kNever) return;
  peer.link.resend_is_due = true;
  turn.wake(AlarmKind::TcmpResend, due - turn.now(), id.value);
}

void Tcmp::resend(Turn& turn, MemberId id, Peer& peer) const {
  peer.link.resend_is_due = false;
  for (ReliableLink::Sent& sent : peer.link.unacked) {
    if (sent.due <= turn.now()) transmit(turn, id, peer, sent);
  }
  arm_resend(turn, id, peer);
}

}  // namespace meshsim::coherence
