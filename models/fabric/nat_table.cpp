// Two sorted maps, one per direction; expired flows are removed when they are met or when the
// table is full.
#include "models/fabric/nat_table.hpp"

namespace meshsim::fabric {
namespace {

constexpr std::uint16_t kFirstPort = 1024;

bool is_unreachable(const Packet& packet) {
  return packet.protocol == Protocol::Icmp && packet.target_port == kIcmpUnreachable;
}

// Gives the packet the addresses and ports of `flow`; an ICMP type stays what it is.
void rewrite(Packet& packet, const FlowKey& flow) {
  packet.source = flow.source;
  packet.target = flow.target;
  packet.source_port = flow.source_port;
  if (packet.protocol != Protocol::Icmp) packet.target_port = flow.target_port;
}

FlowKey from_port(FlowKey flow, std::uint16_t port) {
  flow.source_port = port;
  if (flow.protocol == Protocol::Icmp) flow.target_port = port;  // both hold the identifier
  return flow;
}

// The first flow of `map` from `source` to `target` whose far port is `port`, or end().
template <class Map>
auto find_by_far_port(const Map& map, Ipv4 source, Ipv4 target, std::uint16_t port) {
  auto flow = map.lower_bound(FlowKey{source, target, 0, 0, Protocol{}});
  for (; flow != map.end(); ++flow) {
    if (flow->first.source != source || flow->first.target != target) return map.end();
    if (flow->first.protocol != Protocol::Icmp && flow->first.target_port == port) return flow;
  }
  return map.end();
}

}  // namespace

bool NatTable::forward(Time now, Packet& packet) {
  if (is_unreachable(packet)) return forward_unreachable(packet);
  const auto flow = live(now, inner_flow(packet));
  if (flow == flows_.end()) return false;
  // A SYN on a closing connection begins a new one, perhaps with another backend.
  if (packet.flags == kSyn && flow->second.life.closing) return false;
  flow->second.life.see(now, packet.protocol, packet.flags, false);
  rewrite(packet, flow->second.sent_on);
  return true;
}

bool NatTable::answer(Time now, Packet& packet) {
  if (is_unreachable(packet)) return answer_unreachable(packet);
  const auto found = answers_.find(inner_flow(packet));
  if (found == answers_.end()) return false;
  const FlowKey original = found->second;
  const auto flow = live(now, original);
  if (flow == flows_.end()) return false;
  flow->second.life.see(now, packet.protocol, packet.flags, true);
  rewrite(packet, original.reversed());
  return true;
}

bool NatTable::open(Time now, Packet& packet, FlowKey wanted) {
  const FlowKey original = inner_flow(packet);
  if (const auto old = live(now, original); old != flows_.end()) erase(old);
  if (flows_.size() >= capacity_) sweep(now);
  if (flows_.size() >= capacity_) return false;
  for (int tries = 0; answers_.contains(wanted.reversed()); ++tries) {
    if (tries > 65535 - kFirstPort) return false;
    wanted = from_port(wanted, next_port_);
    next_port_ = next_port_ == 65535 ? kFirstPort : static_cast<std::uint16_t>(next_port_ + 1);
  }
  answers_.emplace(wanted.reversed(), original);
  const auto flow = flows_.emplace(original, Flow{wanted, {}}).first;
  flow->second.life.see(now, packet.protocol, packet.flags, false);
  rewrite(packet, wanted);
  return true;
}

void NatTable::forget_udp(Ipv4 target) {
  for (auto flow = flows_.begin(); flow != flows_.end();) {
    const bool gone = flow->second.sent_on.target == target &&
                      flow->first.protocol == Protocol::Udp && flow->first.target != target;
    flow = gone ? erase(flow) : std::next(flow);
  }
}

NatTable::Flows::iterator NatTable::live(Time now, const FlowKey& original) {
  const auto flow = flows_.find(original);
  if (flow == flows_.end()) return flow;
  if (!flow->second.life.expired(now, original.protocol, timeouts_)) return flow;
  erase(flow);
  return flows_.end();
}

NatTable::Flows::iterator NatTable::erase(Flows::iterator flow) {
  answers_.erase(flow->second.sent_on.reversed());
  return flows_.erase(flow);
}

// The initiator refuses an answer: the packet names the far port as the answer's sender.
bool NatTable::forward_unreachable(Packet& packet) const {
  const auto flow = find_by_far_port(flows_, packet.source, packet.target, packet.source_port);
  if (flow == flows_.end()) return false;
  packet.source = flow->second.sent_on.source;
  packet.target = flow->second.sent_on.target;
  packet.source_port = flow->second.sent_on.target_port;
  return true;
}

// The far end refuses: the packet names the port that the flow was sent on from.
bool NatTable::answer_unreachable(Packet& packet) const {
  const auto found = find_by_far_port(answers_, packet.source, packet.target, packet.source_port);
  if (found == answers_.end()) return false;
  const FlowKey& original = found->second;
  packet.source = original.target;
  packet.target = original.source;
  packet.source_port = original.source_port;
  return true;
}

void NatTable::sweep(Time now) {
  if (now < next_sweep_) return;
  next_sweep_ = now + 1s;  // a full table is searched at most once per second
  for (auto flow = flows_.begin(); flow != flows_.end();) {
    const bool old = flow->second.life.expired(now, flow->first.protocol, timeouts_);
    flow = old ? erase(flow) : std::next(flow);
  }
}

}  // namespace meshsim::fabric
