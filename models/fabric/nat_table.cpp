// Two tables, one per direction; expired flows are removed when they are met or when the
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

// The first flow of `flows` from `source` to `target` whose far port is `port`, or nullptr.
// Refusals are rare enough to look at all flows.
template <class Flows>
const FlowKey* find_by_far_port(const Flows& flows, Ipv4 source, Ipv4 target, std::uint16_t port) {
  return flows.least([&](const FlowKey& flow) {
    return flow.source == source && flow.target == target && flow.target_port == port &&
           flow.protocol != Protocol::Icmp;
  });
}

}  // namespace

bool NatTable::forward(Time now, Packet& packet) {
  if (is_unreachable(packet)) return forward_unreachable(packet);
  Flow* const flow = live(now, inner_flow(packet));
  if (flow == nullptr) return false;
  // A SYN on a closing connection begins a new one, perhaps with another backend.
  if (packet.flags == kSyn && flow->life.closing) return false;
  flow->life.see(now, packet.protocol, packet.flags, false);
  rewrite(packet, flow->sent_on);
  return true;
}

bool NatTable::answer(Time now, Packet& packet) {
  if (is_unreachable(packet)) return answer_unreachable(packet);
  const FlowKey* const found = answers_.find(inner_flow(packet));
  if (found == nullptr) return false;
  const FlowKey original = *found;
  Flow* const flow = live(now, original);
  if (flow == nullptr) return false;
  flow->life.see(now, packet.protocol, packet.flags, true);
  rewrite(packet, original.reversed());
  return true;
}

bool NatTable::open(Time now, Packet& packet, FlowKey wanted) {
  const FlowKey original = inner_flow(packet);
  if (const Flow* const old = live(now, original)) erase(original, *old);
  if (flows_.size() >= capacity_) sweep(now);
  if (flows_.size() >= capacity_) return false;
  for (int tries = 0; answers_.contains(wanted.reversed()); ++tries) {
    if (tries > 65535 - kFirstPort) return false;
    wanted = from_port(wanted, next_port_);
    next_port_ = next_port_ == 65535 ? kFirstPort : static_cast<std::uint16_t>(next_port_ + 1);
  }
  answers_[wanted.reversed()] = original;
  Flow& flow = flows_[original];
  flow = Flow{wanted, {}};
  flow.life.see(now, packet.protocol, packet.flags, false);
  rewrite(packet, wanted);
  return true;
}

void NatTable::forget_udp(Ipv4 target) {
  flows_.erase_if([&](const FlowKey& original, const Flow& flow) {
    const bool gone = flow.sent_on.target == target && original.protocol == Protocol::Udp &&
                      original.target != target;
    if (gone) answers_.erase(flow.sent_on.reversed());
    return gone;
  });
}

NatTable::Flow* NatTable::live(Time now, const FlowKey& original) {
  Flow* const flow = flows_.find(original);
  if (flow == nullptr || !flow->life.expired(now, original.protocol, timeouts_)) return flow;
  erase(original, *flow);
  return nullptr;
}

void NatTable::erase(const FlowKey& original, const Flow& flow) {
  answers_.erase(flow.sent_on.reversed());
  flows_.erase(original);
}

// The initiator refuses an answer: the packet names the far port as the answer's sender.
bool NatTable::forward_unreachable(Packet& packet) const {
  const FlowKey* const original =
      find_by_far_port(flows_, packet.source, packet.target, packet.source_port);
  if (original == nullptr) return false;
  const FlowKey& sent_on = flows_.find(*original)->sent_on;
  packet.source = sent_on.source;
  packet.target = sent_on.target;
  packet.source_port = sent_on.target_port;
  return true;
}

// The far end refuses: the packet names the port that the flow was sent on from.
bool NatTable::answer_unreachable(Packet& packet) const {
  const FlowKey* const answer =
      find_by_far_port(answers_, packet.source, packet.target, packet.source_port);
  if (answer == nullptr) return false;
  const FlowKey& original = *answers_.find(*answer);
  packet.source = original.target;
  packet.target = original.source;
  packet.source_port = original.source_port;
  return true;
}

void NatTable::sweep(Time now) {
  if (now < next_sweep_) return;
  next_sweep_ = now + 1s;  // a full table is searched at most once per second
  flows_.erase_if([&](const FlowKey& original, const Flow& flow) {
    const bool is_old = flow.life.expired(now, original.protocol, timeouts_);
    if (is_old) answers_.erase(flow.sent_on.reversed());
    return is_old;
  });
}

}  // namespace meshsim::fabric
