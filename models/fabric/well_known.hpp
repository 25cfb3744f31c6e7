// Addresses and ports that mean the same everywhere.
#pragma once

#include <cstdint>

#include "meshsim/base/ip.hpp"

namespace meshsim {

// The VCN's resolver and, to every instance, the metadata service: 169.254.169.254.
// Source: oci-oke.md section 1.1.
inline constexpr Ipv4 kVcnResolver{0xA9FEA9FE};

// Kubernetes' range of node ports.
inline constexpr std::uint16_t kFirstNodePort = 30'000;
inline constexpr std::uint16_t kLastNodePort = 32'767;
constexpr bool is_node_port(std::uint16_t port) {
  return port >= kFirstNodePort && port <= kLastNodePort;
}

}  // namespace meshsim
