// Longest prefix match over routes of any kind, as VCN and DRG tables use it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
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

// Of a table with ECMP, where equal prefixes stand together and share the flows: the one that the
// hash of the flow picks. `first`: of those, in `routes`.
template <class Route>
const Route* share_of(const std::vector<Route>& routes, const Route& first, std::uint64_t flow) {
  const Route* const end = routes.data() + routes.size();
  const Route* behind = &first;
  while (behind != end && behind->prefix == first.prefix) ++behind;
  return &first + flow % static_cast<std::uint64_t>(behind - &first);
}

// Where to look in a table that does not change: its prefixes cut the addresses into stretches with
// one answer each, found by a binary search. A mesh of N clusters has N routes in each of N^2
// tables.
class RouteIndex {
 public:
  template <class Route>
  explicit RouteIndex(const std::vector<Route>& routes) {
    std::vector<Prefix> prefixes;
    for (const Route& route : routes) prefixes.push_back(route.prefix);
    build(prefixes);
  }

  // As longest_match(); `routes` are those that the index was made from.
  template <class Route>
  const Route* match(const std::vector<Route>& routes, Ipv4 target) const {
    const auto behind = std::upper_bound(
        stretches_.begin(), stretches_.end(), target.value,
        [](std::uint32_t address, const Stretch& one) { return address < one.start; });
    const std::uint32_t answer = std::prev(behind)->answer;
    return answer == kNone ? nullptr : &routes[answer];
  }

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  struct Stretch {
    std::uint32_t start = 0;
    std::uint32_t answer = kNone;  // index of the route
  };

  void build(const std::vector<Prefix>& prefixes);
  void begin(std::uint64_t address, std::uint32_t answer);

  std::vector<Stretch> stretches_;  // the first begins at 0
};

}  // namespace meshsim::infra
