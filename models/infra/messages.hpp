// How packets enter a VCN: as Outbound from a VNIC in it (a node, a load balancer, the resolver),
// as FromDrg from outside. What leaves it is a plain Packet.
#pragma once

#include "models/fabric/packet.hpp"

namespace meshsim::infra {

// To a VCN, from its DRG.
struct FromDrg {
  Packet packet;
};

// The VCN's resolver and, to every instance, the metadata service; source: oci-oke.md section 1.1.
inline constexpr Ipv4 kVcnResolver{0xA9FEA9FE};  // 169.254.169.254

}  // namespace meshsim::infra
