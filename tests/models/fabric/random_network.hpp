// Random networks and random changes of them, for property tests; the same network is kept plainly
// beside whatever is tested.
#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "tests/models/fabric/plain_filling.hpp"

namespace meshsim::fabric {

// Thousands of cases from one seed; RC_PARAMS="max_success=N seed=S" asks for others.
inline const bool kManyCases = setenv("RC_PARAMS", "max_success=3000 seed=20261125", 0) == 0;

enum class ChangeKind : std::uint8_t { Add, AddCapped, Remove, Capacity };

// Numbers of which a test takes what it needs.
struct RandomChange {
  ChangeKind kind{};
  std::uint32_t links = 1;  // bits
  std::uint32_t which = 0;
  BitRate rate{};
  bool settle = true;
};

inline void showValue(const RandomChange& change, std::ostream& os) {
  os << "{kind " << static_cast<int>(change.kind) << " links " << change.links << " which "
     << change.which << " rate " << change.rate.bits_per_second << " settle " << change.settle
     << "}";
}

// Half of the networks have few round rates, so that links often fill at the same level.
inline rc::Gen<BitRate> random_rate(bool round) {
  const auto rate = [](std::uint64_t bits_per_second) { return BitRate{bits_per_second}; };
  if (round)
    return rc::gen::map(rc::gen::elementOf(std::vector<std::uint64_t>{
                            0, 1'000'000, 2'000'000, 3'000'000, 6'000'000, 12'000'000}),
                        rate);
  return rc::gen::map(rc::gen::inRange<std::uint64_t>(1'000'000, 10'000'000'000), rate);
}

// Paths of one to five links.
inline rc::Gen<std::uint32_t> random_path(std::uint32_t links) {
  return rc::gen::map(rc::gen::container<std::array<std::uint32_t, 5>>(rc::gen::inRange(0U, links)),
                      [](const std::array<std::uint32_t, 5>& chosen) {
                        std::uint32_t bits = 0;
                        for (std::size_t i = 0; i < 1 + (chosen[0] + chosen[1]) % 5; ++i)
                          bits |= 1U << chosen[i];
                        return bits;
                      });
}

inline rc::Gen<std::vector<RandomChange>> random_changes(std::uint32_t links, bool round) {
  return rc::gen::container<std::vector<RandomChange>>(rc::gen::build<RandomChange>(
      rc::gen::set(&RandomChange::kind,
                   rc::gen::weightedElement<ChangeKind>({{8, ChangeKind::Add},
                                                         {3, ChangeKind::AddCapped},
                                                         {6, ChangeKind::Remove},
                                                         {3, ChangeKind::Capacity}})),
      rc::gen::set(&RandomChange::links, random_path(links)),
      rc::gen::set(&RandomChange::which, rc::gen::inRange(0U, 1'000'000U)),
      rc::gen::set(&RandomChange::rate, random_rate(round)),
      rc::gen::set(&RandomChange::settle,
                   rc::gen::weightedElement<bool>({{3, true}, {1, false}}))));
}

inline std::vector<LinkId> path_of(std::uint32_t bits) {
  std::vector<LinkId> path;
  for (; bits != 0; bits &= bits - 1) {
    path.push_back({static_cast<std::uint32_t>(std::countr_zero(bits))});
  }
  return path;
}

}  // namespace meshsim::fabric
