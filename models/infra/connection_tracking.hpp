// The stateful half of security rules: the flows that one VNIC has allowed, with idle times.
// Source: oci-oke.md section 1.3. A plain class inside the VCN.
#pragma once

#include <cstdint>

#include "models/fabric/flow_life.hpp"
#include "models/fabric/lookup_table.hpp"
#include "models/fabric/packet.hpp"
#include "models/infra/parameters.hpp"

namespace meshsim::infra {

FlowTimeouts tracking_timeouts(const Parameters& parameters);

class ConnectionTracking {
 public:
  ConnectionTracking(const FlowTimeouts& timeouts, std::uint32_t capacity)
      : timeouts_(timeouts), capacity_(capacity) {}

  // Whether the packet belongs to a tracked flow, in either direction; the flow lives on then.
  // An ICMP unreachable belongs to the flow it is about.
  bool refresh(Time now, const Packet& packet);

  // Tracks the packet's flow; false if the table is full.
  bool open(Time now, const Packet& packet);

  std::size_t size() const { return flows_.size(); }

  auto state() { return std::tie(flows_, next_sweep_); }

 private:
  // Both directions of a flow have one key, so that a packet needs one look-up: the lesser of the
  // two, and whether that is the one turned round.
  struct Ends {
    FlowKey key;
    bool is_turned = false;
  };
  struct Tracked {
    FlowLife life{};
    bool is_turned = false;  // the initiator's packets are
  };

  static Ends ends_of(const FlowKey& flow);
  bool is_about_a_flow(const Packet& unreachable) const;
  void sweep(Time now);

  FlowTimeouts timeouts_;
  std::uint32_t capacity_;
  LookupTable<FlowKey, Tracked> flows_;
  Time next_sweep_ = kStart;
};

}  // namespace meshsim::infra
