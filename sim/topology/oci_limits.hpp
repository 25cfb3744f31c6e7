// Limits of the service, by default or fixed; source: oci-oke.md sections 1.3, 2.6 and 8.
#pragma once

#include <cstddef>

namespace meshsim {

inline constexpr std::size_t kCidrsPerVcn = 16;
inline constexpr std::size_t kRulesPerRouteTable = 200;
inline constexpr std::size_t kRulesPerNsg = 120;
inline constexpr std::size_t kListsPerSubnet = 5;  // fixed
inline constexpr std::size_t kNsgsPerVnic = 5;     // fixed
inline constexpr std::size_t kDrgsPerRegion = 5;
inline constexpr std::size_t kPeeringsPerRegion = 10;  // older pages; not listed any more
inline constexpr std::size_t kVcnsPerDrg = 300;
inline constexpr std::size_t kTablesPerDrg = 100;  // fixed
inline constexpr std::size_t kStaticRulesPerTable = 100;
inline constexpr std::size_t kStatementsPerTable = 300;

}  // namespace meshsim
