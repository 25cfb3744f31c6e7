// Who decided: the lines of the user's files (or the defaults) that outcomes are traced back to.
// Built with the world, read-only during a run; models carry only the small id.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "meshsim/base/check.hpp"
#include "meshsim/base/diagnostics.hpp"

namespace meshsim {

// 0: nothing in the user's files decided it.
struct DecisionId {
  std::uint32_t value = 0;
  constexpr explicit operator bool() const { return value != 0; }
  friend constexpr auto operator<=>(DecisionId, DecisionId) = default;
};

struct Decision {
  Pos pos;           // none if a default decided
  std::string text;  // "route table 'rpc' of DRG c1-drg imports VCN attachments only (default)"
};

class Decisions {
 public:
  // At most 2^24 - 1 of them: a packet carries one in 24 bits.
  DecisionId add(Pos pos, std::string text) {
    check(list_.size() < (1U << 24), "decisions fit 24 bits");
    list_.push_back({pos, std::move(text)});
    return {static_cast<std::uint32_t>(list_.size() - 1)};
  }
  // With the first, which is none.
  std::uint32_t count() const { return static_cast<std::uint32_t>(list_.size()); }
  const Decision& at(DecisionId id) const {
    check(id.value < list_.size(), "a decision id names a known decision");
    return list_[id.value];
  }

 private:
  std::vector<Decision> list_{Decision{}};
};

}  // namespace meshsim
