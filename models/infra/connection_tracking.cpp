// Expired flows are removed when they are met, and all of them when the table is full.
#include "models/infra/connection_tracking.hpp"

namespace meshsim::infra {

FlowTimeouts tracking_timeouts(const Parameters& parameters) {
  return {parameters.tracking_tcp_setup,     parameters.tracking_tcp_established,
          parameters.tracking_tcp_closing,   parameters.tracking_udp_one_way,
          parameters.tracking_udp_both_ways, parameters.tracking_icmp};
}

bool ConnectionTracking::refresh(Time now, const Packet& packet) {
  const FlowKey flow = wire_flow(packet);
  if (flow.protocol == Protocol::Icmp && packet.target_port == kIcmpUnreachable) {
    return is_about_a_flow(packet);
  }
  const Ends ends = ends_of(flow);
  Tracked* const found = flows_.find(ends.key);
  if (found == nullptr) return false;
  if (found->life.expired(now, flow.protocol, timeouts_)) {
    flows_.erase(ends.key);
    return false;
  }
  found->life.see(now, flow.protocol, packet.flags, found->is_turned != ends.is_turned);
  return true;
}

bool ConnectionTracking::open(Time now, const Packet& packet) {
  if (flows_.size() >= capacity_) sweep(now);
  if (flows_.size() >= capacity_) return false;
  const FlowKey flow = wire_flow(packet);
  const Ends ends = ends_of(flow);
  Tracked& tracked = flows_[ends.key];
  tracked.is_turned = ends.is_turned;
  tracked.life.see(now, flow.protocol, packet.flags, false);
  return true;
}

ConnectionTracking::Ends ConnectionTracking::ends_of(const FlowKey& flow) {
  const FlowKey reversed = flow.reversed();
  return reversed < flow ? Ends{reversed, true} : Ends{flow, false};
}

// The answer names only the sender's port of the datagram it is about, so any flow between both
// addresses with that port at that end is taken to be the one.
bool ConnectionTracking::is_about_a_flow(const Packet& unreachable) const {
  const std::uint16_t port = unreachable.source_port;
  return flows_.any([&](const FlowKey& key, const Tracked& tracked) {
    if (key.protocol == Protocol::Icmp) return false;
    const FlowKey flow = tracked.is_turned ? key.reversed() : key;
    const bool is_sent = flow.source == unreachable.target && flow.target == unreachable.source;
    const bool is_received = flow.source == unreachable.source && flow.target == unreachable.target;
    return (is_sent && flow.source_port == port) || (is_received && flow.target_port == port);
  });
}

void ConnectionTracking::sweep(Time now) {
  if (now < next_sweep_) return;
  next_sweep_ = now + 1s;  // a full table is searched at most once per second
  flows_.erase_if([&](const FlowKey& key, const Tracked& tracked) {
    return tracked.life.expired(now, key.protocol, timeouts_);
  });
}

}  // namespace meshsim::infra
