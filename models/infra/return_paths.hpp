// The way back of flows that a load balancer passes on with the client's address as the source: the
// VCN takes a backend's answers to the load balancer, not to the client that they are addressed to.
// Source: oci-oke.md section 4.1 (source preservation). A plain class inside the VCN.
#pragma once

#include <cstdint>
#include <map>
#include <tuple>

#include "models/fabric/packet.hpp"

namespace meshsim::infra {

class ReturnPaths {
 public:
  // Remembers that answers to the packet belong to `balancer`, an index of the VCN's VNICs.
  void remember(Time now, const Packet& packet, std::uint32_t balancer);
  // The load balancer that the packet answers to, or nothing.
  std::uint32_t balancer_of(Time now, const Packet& answer);

  std::size_t size() const { return paths_.size(); }

  auto state() { return std::tie(paths_, next_sweep_); }

 private:
  struct Path {
    std::uint32_t balancer = 0;
    Time last_seen{};
  };

  void sweep(Time now);

  std::map<FlowKey, Path> paths_;  // by the answer's flow
  Time next_sweep_ = kStart;
};

}  // namespace meshsim::infra
