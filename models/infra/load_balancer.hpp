// A network load balancer in full NAT mode: picks a node by a hash of the five-tuple, keeps the
// flow there, and puts its own address in place of the client's. Source: oci-oke.md section 4.1.
// A classic load balancer (a TCP proxy) is simplified to the same, with its own idle time.
// Left out: health checks (a node is a backend until BackendChange says otherwise), source
// preservation, the rule that a backend cannot reach its own load balancer. ICMP is not forwarded.
#pragma once

#include <cstdint>
#include <vector>

#include "meshsim/kernel/context.hpp"
#include "models/fabric/lookup_table.hpp"
#include "models/fabric/packet.hpp"

namespace meshsim::infra {

struct Listener {
  Protocol protocol = Protocol::Tcp;
  std::uint16_t port = 0;
  std::uint16_t node_port = 0;
  DecisionId decided_by{};  // the Service's port
};

struct LoadBalancerSpec {
  Ipv4 address{};
  std::vector<Listener> listeners{};
  std::vector<Ipv4> backends{};  // nodes
  Duration tcp_idle = 360s;
  Duration udp_idle = 120s;
  std::uint32_t flows = 330'000;
  Duration hop = 50us;      // to our VCN again
  DecisionId decided_by{};  // the Service
};

// A node is (no longer) taken for new flows; existing flows stay with theirs.
struct BackendChange {
  Ipv4 node{};
  bool available = true;
};

class LoadBalancer final : public Accepts<LoadBalancer, Packet, BackendChange> {
 public:
  explicit LoadBalancer(const LoadBalancerSpec& spec);

  Address<Outbound> vcn{};

  void on(Context& ctx, const Packet& packet);
  void on(Context& ctx, const BackendChange& change);

  auto state() { return std::tie(spec_.backends, flows_, clients_, next_port_, next_sweep_); }

 private:
  struct Flow {
    FlowKey reply;  // as the backend's answers arrive here
    Time last_seen{};
  };

  void to_backend(Context& ctx, Packet packet, const Listener& listener);
  void to_client(Context& ctx, Packet packet);
  Flow* live(Time now, const FlowKey& client);
  Flow* open(Context& ctx, const Packet& packet, const Listener& listener);
  bool expired(Time now, Protocol protocol, Time last_seen) const;
  void sweep(Time now);

  LoadBalancerSpec spec_;
  LookupTable<FlowKey, Flow> flows_;       // as the client's packets arrive here
  LookupTable<FlowKey, FlowKey> clients_;  // by reply
  std::uint16_t next_port_;
  Time next_sweep_ = kStart;
};

}  // namespace meshsim::infra
