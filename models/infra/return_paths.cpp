// A map by flow; what has been silent for longer than any load balancer waits is removed.
#include "models/infra/return_paths.hpp"

namespace meshsim::infra {
namespace {

// The load balancer forgets a flow after 360 s at most and then drops its packets itself; source:
// oci-oke.md section 4.1. Longer here does no harm.
constexpr Duration kIdle = 720s;
constexpr std::uint32_t kNone = ~std::uint32_t{0};

}  // namespace

void ReturnPaths::remember(Time now, const Packet& packet, std::uint32_t balancer) {
  sweep(now);
  paths_[inner_flow(packet).reversed()] = {balancer, now};
}

std::uint32_t ReturnPaths::balancer_of(Time now, const Packet& answer) {
  if (paths_.empty() || answer.encapsulated()) return kNone;
  const auto found = paths_.find(inner_flow(answer));
  if (found == paths_.end()) return kNone;
  if (now - found->second.last_seen > kIdle) {
    paths_.erase(found);
    return kNone;
  }
  found->second.last_seen = now;
  return found->second.balancer;
}

void ReturnPaths::sweep(Time now) {
  if (now < next_sweep_) return;
  next_sweep_ = now + kIdle;
  std::erase_if(paths_, [&](const auto& entry) { return now - entry.second.last_seen > kIdle; });
}

}  // namespace meshsim::infra
