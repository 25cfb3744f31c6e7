// What the user's files do not say and nothing may guess: an answer that depends on it is
// "unknown" (exit code 3), not right or wrong.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "meshsim/base/diagnostics.hpp"

namespace meshsim {

struct Unknown {
  // Whose behaviour it changes. Whole: any answer may depend on it.
  enum class Of : std::uint8_t { Whole, Vcn, Drg, Peering, Cluster };

  Of of = Of::Whole;
  std::string name;  // of that object of the topology; of a peering: its name
  std::string what;  // "route_rules of route table 'nat'"
  Pos pos;           // where it would have to stand
  std::string why;   // "known after apply"
};

// True if an answer that involves the object depends on one of them.
inline bool depends_on_unknown(const std::vector<Unknown>& unknowns, Unknown::Of of,
                               std::string_view name) {
  for (const Unknown& unknown : unknowns) {
    if (unknown.of == Unknown::Of::Whole) return true;
    if (unknown.of == of && unknown.name == name) return true;
  }
  return false;
}

}  // namespace meshsim
