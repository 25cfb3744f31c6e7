// Cuts the addresses into stretches: prefixes are nested or apart, so a stack of open ones is
// enough.
#include "models/infra/routing.hpp"

namespace meshsim::infra {
namespace {

std::uint64_t first_of(const Prefix& prefix) { return prefix.base.value & prefix.mask(); }

}  // namespace

void RouteIndex::build(const std::vector<Prefix>& prefixes) {
  // A prefix before those inside it; of equal ones the preferred one first.
  std::vector<std::uint32_t> order;
  for (std::uint32_t index = 0; index < prefixes.size(); ++index) order.push_back(index);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const std::uint64_t first_a = first_of(prefixes[a]);
    const std::uint64_t first_b = first_of(prefixes[b]);
    return first_a != first_b ? first_a < first_b : prefixes[a].length < prefixes[b].length;
  });
  std::vector<std::uint32_t> open;  // the prefixes around the present address, innermost last
  const auto close_before = [&](std::uint64_t address) {
    while (!open.empty()) {
      const Prefix& inner = prefixes[open.back()];
      const std::uint64_t end = first_of(inner) + inner.size();
      if (end > address) return;
      open.pop_back();
      begin(end, open.empty() ? kNone : open.back());
    }
  };
  begin(0, kNone);
  for (const std::uint32_t index : order) {
    const Prefix& prefix = prefixes[index];
    close_before(first_of(prefix));
    if (!open.empty() && prefixes[open.back()].length == prefix.length) continue;  // less preferred
    open.push_back(index);
    begin(first_of(prefix), index);
  }
  close_before(std::uint64_t{1} << 32);
}

// From `address` on this is the answer.
void RouteIndex::begin(std::uint64_t address, std::uint32_t answer) {
  if (address >> 32 != 0) return;  // behind the last address
  if (!stretches_.empty() && stretches_.back().start == address) {
    stretches_.back().answer = answer;
  } else {
    stretches_.push_back({static_cast<std::uint32_t>(address), answer});
  }
}

}  // namespace meshsim::infra
