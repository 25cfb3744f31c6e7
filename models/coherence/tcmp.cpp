// Publishing, acknowledging and resending over UDP.
#include "models/coherence/tcmp.hpp"

#include <algorithm>

namespace meshsim::coherence {

void Tcmp::add(MemberId peer, Ipv4 address, std::uint16_t port) {
  if (peer == self_ || peers_.contains(peer)) return;
  peers_.add(peer, Peer{address, port, {}});
  note_ack(peer, kStart);
}

void Tcmp::remove(MemberId peer) {
  if (!peers_.contains(peer)) return;
  peers_.erase(peer);
  note_ack(peer, kNever);  // never quiet
}

void Tcmp::note_ack(MemberId peer, Time when) {
  if (peer.value >= last_acks_.size()) last_acks_.resize(std::size_t{peer.value} + 1, kNever);
  last_acks_[peer.value] = when;
}

bool Tcmp::knows(MemberId id, Ipv4 address) const {
  const Peer* const peer = peers_.find(id);
  return peer != nullptr && peer->address == address;
}

void Tcmp::send(Turn& turn, MemberId id, const Letter& message, std::uint32_t addressees) {
  Peer* const peer = peers_.find(id);
  if (peer == nullptr) return;
  ReliableLink& link = peer->link;
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
  Peer* const found = peers_.find(datagram.from);
  if (found == nullptr || datagram.to != self_) return {};
  Peer& peer = *found;
  ReliableLink& link = peer.link;
  if (!datagram.acked.empty()) {
    link.acknowledged(datagram.acked);
    note_ack(datagram.from, turn.now());
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
  Peer* const found = peers_.find(id);
  if (found == nullptr) return;
  Peer& peer = *found;
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
  const bool is_known = peers_.contains(peer) && peer.value < last_acks_.size();
  return is_known ? last_acks_[peer.value] : kStart;
}

std::size_t Tcmp::unacked(MemberId id) const {
  const Peer* const peer = peers_.find(id);
  return peer == nullptr ? 0 : peer->link.unacked.size();
}

std::vector<MemberId> Tcmp::quiet_since(Time since) const {
  std::vector<MemberId> quiet;
  for (std::size_t value = 0; value < last_acks_.size(); ++value) {
    if (last_acks_[value] > since) continue;
    const MemberId id{static_cast<std::uint16_t>(value)};
    if (unacked(id) == 0) quiet.push_back(id);
  }
  return quiet;
}

void Tcmp::publish(Turn& turn) {
  std::size_t gone = 0;
  for (; gone < queue_.size() && queue_[gone].leaves <= turn.now(); ++gone) {
    const Queued& queued = queue_[gone];
    Peer* const peer = peers_.find(queued.peer);
    if (peer == nullptr) continue;
    for (ReliableLink::Sent& sent : peer->link.unacked) {
      if (sent.sequence == queued.sequence) transmit(turn, queued.peer, *peer, sent);
    }
    arm_resend(turn, queued.peer, *peer);
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
