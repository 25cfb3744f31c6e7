// How packets enter a VCN: as Outbound from a VNIC in it (a node, a load balancer, the resolver),
// as FromDrg from outside. What leaves it is a plain Packet.
#pragma once

#include "models/fabric/packet.hpp"

namespace meshsim::infra {

// To a VCN, from its DRG.
struct FromDrg {
  Packet packet;
};

}  // namespace meshsim::infra
