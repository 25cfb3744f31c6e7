// Connections, greetings and ordered letters over TCP segments.
#include "models/coherence/message_bus.hpp"

#include <algorithm>

namespace meshsim::coherence {
namespace {

constexpr std::uint32_t kGreetings = 2;

}  // namespace

void MessageBus::connect(Turn& turn, MemberId peer, Ipv4 address, std::uint16_t port) {
  if (connections_.contains(peer)) return;
  Connection& connection = connections_.add(peer, {});
  connection.address = address;
  connection.local_port = turn.stack.ephemeral_port(turn.ports);
  connection.remote_port = port;
  dialled_.push_back({connection.local_port, peer});
  syn(turn, peer, connection);
}

bool MessageBus::is_open(MemberId peer) const {
  const Connection* const connection = connections_.find(peer);
  return connection != nullptr && connection->is_open;
}

void MessageBus::remove(MemberId peer) {
  connections_.erase(peer);
  std::erase_if(dialled_, [peer](const Dialled& one) { return one.peer == peer; });
}

void MessageBus::send(Turn& turn, MemberId peer, const Letter& message) {
  Connection* const connection = connections_.find(peer);
  if (connection == nullptr) return;
  if (!connection->is_open) {
    connection->waiting.push_back(message);
    return;
  }
  post(turn, peer, *connection, message);
}

void MessageBus::on_connected(Turn& turn, std::uint16_t local_port, SocketAddress from) {
  for (const Dialled& one : dialled_) {
    Connection* const found = one.local_port == local_port ? connections_.find(one.peer) : nullptr;
    if (found == nullptr || found->is_connected) continue;
    Connection& connection = *found;
    if (connection.address != from.address || connection.remote_port != from.port) continue;
    connection.is_connected = true;
    // The path's round trip is known now: TCP does not resend before it has passed.
    connection.link.resend = kResend + (turn.now() - connection.syn_sent);
    return greet(turn, one.peer, connection, {1, false});
  }
}

std::vector<Letter> MessageBus::receive(Turn& turn, const Packet& packet,
                                        const Datagram& datagram) {
  if (datagram.to != self_) return {};
  if (!connections_.contains(datagram.from)) {
    Connection accepted;
    accepted.address = packet.source;
    accepted.local_port = packet.target_port;
    accepted.remote_port = packet.source_port;
    accepted.is_connected = true;
    accepted.link.resend = 1s;  // TCP's first retransmission timeout, RFC 6298
    connections_.add(datagram.from, std::move(accepted));
  }
  Connection& connection = *connections_.find(datagram.from);
  if (!datagram.acked.empty()) {
    connection.link.acknowledged(datagram.acked);
    return {};
  }
  const bool ack_is_due = !connection.link.to_ack.empty();
  std::vector<Letter> letters = connection.link.take(datagram.sequence, datagram.letter);
  if (!ack_is_due && !connection.link.to_ack.empty()) {
    turn.wake(AlarmKind::BusAck, kAckDelay, datagram.from.value);
  }
  std::erase_if(letters, [&](const Letter& message) {
    const auto* hello = std::get_if<BusHello>(message.get());
    if (hello != nullptr) hear(turn, datagram.from, connection, *hello);
    return hello != nullptr;
  });
  return letters;
}

void MessageBus::on_alarm(Turn& turn, const Alarm& alarm) {
  const MemberId id{static_cast<std::uint16_t>(alarm.subject)};
  Connection* const found = connections_.find(id);
  if (found == nullptr) return;
  Connection& connection = *found;
  if (alarm.kind == AlarmKind::BusSyn) {
    if (!connection.is_connected) syn(turn, id, connection);
  } else if (alarm.kind == AlarmKind::BusAck) {
    Datagram datagram;
    datagram.from = self_;
    datagram.to = id;
    datagram.acked.swap(connection.link.to_ack);
    if (datagram.acked.empty()) return;
    turn.stack.send_segment(turn.context, connection.local_port, connection.address,
                            connection.remote_port, 0,
                            turn.context.payloads().put(std::move(datagram)));
  } else {
    connection.link.resend_is_due = false;
    for (ReliableLink::Sent& sent : connection.link.unacked) {
      if (sent.due <= turn.now()) transmit(turn, id, connection, sent);
    }
    arm_resend(turn, id, connection);
  }
}

void MessageBus::close_all(Turn& turn) {
  connections_.each([&](MemberId, Connection& connection) {
    if (!connection.is_connected) return;
    turn.stack.close(turn.context, connection.local_port, connection.address,
                     connection.remote_port);
  });
}

void MessageBus::greet(Turn& turn, MemberId id, Connection& connection, BusHello hello) {
  post(turn, id, connection, letter(hello));
}

void MessageBus::hear(Turn& turn, MemberId id, Connection& connection, const BusHello& hello) {
  if (!hello.is_answer) greet(turn, id, connection, {hello.round, true});
  if (hello.is_answer && hello.round < kGreetings) {
    return greet(turn, id, connection, {hello.round + 1, false});
  }
  if (hello.round < kGreetings || connection.is_open) return;
  connection.is_open = true;
  for (const Letter& message : connection.waiting) post(turn, id, connection, message);
  connection.waiting.clear();
}

void MessageBus::post(Turn& turn, MemberId id, Connection& connection, const Letter& message) {
  ReliableLink& link = connection.link;
  const std::uint32_t first =
      link.queue(message, wire_bytes(*message, cluster_), packet_, turn.now());
  for (ReliableLink::Sent& sent : link.unacked) {
    if (sent.sequence >= first) transmit(turn, id, connection, sent);
  }
  arm_resend(turn, id, connection);
}

void MessageBus::transmit(Turn& turn, MemberId id, Connection& connection,
                          ReliableLink::Sent& sent) const {
  sent.due = turn.now() + connection.link.resend;
  Datagram datagram;
  datagram.from = self_;
  datagram.to = id;
  datagram.sequence = sent.sequence;
  datagram.letter = sent.letter;
  turn.stack.send_segment(turn.context, connection.local_port, connection.address,
                          connection.remote_port, sent.bytes,
                          turn.context.payloads().put(std::move(datagram)));
}

void MessageBus::arm_resend(Turn& turn, MemberId id, Connection& connection) const {
  if (connection.link.resend_is_due) return;
  const Time due = connection.link.next_due(turn.now());
  if (due == kNever) return;
  connection.link.resend_is_due = true;
  turn.wake(AlarmKind::BusResend, due - turn.now(), id.value);
}

// Linux repeats a SYN after 1, 3, 7, ... seconds.
void MessageBus::syn(Turn& turn, MemberId id, Connection& connection) const {
  connection.syn_sent = turn.now();
  turn.stack.connect(turn.context, connection.local_port, connection.address,
                     connection.remote_port);
  const Duration wait = Duration{1s} * (1 << std::min(connection.syns, 6U));
  ++connection.syns;
  turn.wake(AlarmKind::BusSyn, wait, id.value);
}

}  // namespace meshsim::coherence
