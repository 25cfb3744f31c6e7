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
  bool reply = false;
  auto found = live(now, flow);
  if (found == flows_.end()) {
    reply = true;
    found = live(now, flow.reversed());
  }
  if (found == flows_.end()) return false;
  found->second.see(now, flow.protocol, packet.flags, reply);
  return true;
}

bool ConnectionTracking::open(Time now, const Packet& packet) {
  if (flows_.size() >= capacity_) sweep(now);
  if (flows_.size() >= capacity_) return false;
  const FlowKey flow = wire_flow(packet);
  flows_[flow].see(now, flow.protocol, packet.flags, false);
  return true;
}

ConnectionTracking::Flows::iterator ConnectionTracking::live(Time now, const FlowKey& flow) {
  const auto found = flows_.find(flow);
  if (found == flows_.end()) return found;
  if (!found->second.expired(now, flow.protocol, timeouts_)) return found;
  flows_.erase(found);
  return flows_.end();
}

// The answer names only the sender's port of the datagram it is about, so any flow between both
// addresses with that port at that end is taken to be the one.
bool ConnectionTracking::is_about_a_flow(const Packet& unreachable) const {
  const auto between = [&](Ipv4 source, Ipv4 target, auto&& is_it) {
    const FlowKey first{source, target, 0, 0, Protocol{}};
    for (auto flow = flows_.lower_bound(first); flow != flows_.end(); ++flow) {
      if (flow->first.source != source || flow->first.target != target) break;
      if (flow->first.protocol != Protocol::Icmp && is_it(flow->first)) return true;
    }
    return false;
  };
  const std::uint16_t port = unreachable.source_port;
  return between(unreachable.target, unreachable.source,
                 [port](const FlowKey& flow) { return flow.source_port == port; }) ||
         between(unreachable.source, unreachable.target,
                 [port](const FlowKey& flow) { return flow.target_port == port; });
}

void ConnectionTracking::sweep(Time now) {
  if (now < next_sweep_) return;
  next_sweep_ = now + 1s;  // a full table is searched at most once per second
  std::erase_if(flows_, [&](const auto& entry) {
    return entry.second.expired(now, entry.first.protocol, timeouts_);
  });
}

}  // namespace meshsim::infra
