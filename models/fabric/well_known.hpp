// Addresses that mean the same in every VCN.
#pragma once

#include "meshsim/base/ip.hpp"

namespace meshsim {

// The VCN's resolver and, to every instance, the metadata service: 169.254.169.254.
// Source: oci-oke.md section 1.1.
inline constexpr Ipv4 kVcnResolver{0xA9FEA9FE};

}  // namespace meshsim
