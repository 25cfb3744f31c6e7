// How packets enter a VCN: as Outbound from a VNIC in it (a node, a load balancer, the resolver),
// as FromDrg from outside. What leaves it is a plain Packet.
#pragma once

#include "models/fabric/packet.hpp"

namespace meshsim::infra {

// To a VCN, from its DRG.
struct FromDrg {
  Packet packet;
};

// To a VCN, from a VNIC that is the next hop of a route rule and sends on what it got.
struct Forwarded {
  Packet packet;
};

// To a VCN, from a load balancer that preserves sources: not encapsulated, the client's address is
// the source, and outer_source is the load balancer's.
struct FromBalancer {
  Packet packet;
};

}  // namespace meshsim::infra
