// Longest prefix match over routes of any kind, as VCN and DRG tables use it.
#pragma once

#include <vector>

#include "meshsim/base/ip.hpp"

namespace meshsim::infra {

// The route with the longest prefix that contains `target`, or nullptr. Of equal prefixes the first
// wins, so the order of the table is the order of preference.
template <class Route>
const Route* longest_match(const std::vector<Route>& routes, Ipv4 target) {
  const Route* best = nullptr;
  for (const Route& route : routes) {
    if (!route.prefix.contains(target)) continue;
    if (best == nullptr || route.prefix.length > best->prefix.length) best = &route;
  }
  return best;
}

}  // namespace meshsim::infra
