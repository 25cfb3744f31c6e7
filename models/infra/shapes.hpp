// Network bandwidth and connection tracking of compute shapes. Source: oci-oke.md sections 1.3 and
// 1.6. Left out: the block volume traffic that shares a virtual machine's bandwidth.
#pragma once

#include <cstdint>
#include <string_view>

#include "meshsim/base/units.hpp"

namespace meshsim::infra {

struct ShapeNetwork {
  BitRate rate{0};                  // of each direction, all VNICs together
  std::uint32_t tracked_flows = 0;  // of a VNIC
};

// Of a shape with so many OCPUs. Of an unknown shape, what most flexible ones have: 1 Gbps per
// OCPU; `flows_per_ocpu` is used where the reference has no figure of its own.
ShapeNetwork network_of(std::string_view shape, std::uint32_t ocpus, std::uint32_t flows_per_ocpu);

}  // namespace meshsim::infra
