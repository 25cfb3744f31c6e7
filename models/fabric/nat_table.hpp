// The translated flows of one node: masquerading, cluster addresses, node ports. A bounded table
// with idle times; a plain class inside the node.
#pragma once

#include <cstdint>

#include "models/fabric/flow_life.hpp"
#include "models/fabric/lookup_table.hpp"
#include "models/fabric/packet.hpp"

namespace meshsim::fabric {

class NatTable {
 public:
  NatTable(const FlowTimeouts& timeouts, std::uint32_t capacity)
      : timeouts_(timeouts), capacity_(capacity) {}

  // Translates a packet of a known flow on its way on; false if its flow is not known.
  bool forward(Time now, Packet& packet);
  // Translates an answer (or an ICMP unreachable about the flow) back; false if it is none.
  bool answer(Time now, Packet& packet);
  // Begins the packet's flow as `wanted`, from another source port if `wanted` cannot be told from
  // a flow there is, and translates the packet. False if the table or the ports are exhausted.
  bool open(Time now, Packet& packet, FlowKey wanted);
  // Forgets the UDP flows to a target that is gone, as kube-proxy does for removed endpoints.
  void forget_udp(Ipv4 target);

  std::size_t size() const { return flows_.size(); }

  auto state() { return std::tie(flows_, answers_, next_port_, next_sweep_); }

 private:
  struct Flow {
    FlowKey sent_on;
    FlowLife life{};
  };

  // The flow if there is one and it has not been idle for too long, or nullptr.
  Flow* live(Time now, const FlowKey& original);
  void erase(const FlowKey& original, const Flow& flow);
  bool forward_unreachable(Packet& packet) const;
  bool answer_unreachable(Packet& packet) const;
  void sweep(Time now);

  FlowTimeouts timeouts_;
  std::uint32_t capacity_;
  LookupTable<FlowKey, Flow> flows_;       // by the flow as its initiator sends it
  LookupTable<FlowKey, FlowKey> answers_;  // answers as they arrive -> original flow
  std::uint16_t next_port_ = 1024;
  Time next_sweep_ = kStart;
};

}  // namespace meshsim::fabric
