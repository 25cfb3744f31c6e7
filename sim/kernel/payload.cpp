// Slots of the payload pool: a free list keeps the pool as small as the traffic in flight.
#include "meshsim/kernel/payload.hpp"

namespace meshsim {

PayloadId PayloadPool::store(Entry entry) {
  if (free_.empty()) {
    entries_.push_back(std::move(entry));
    return {static_cast<std::uint32_t>(entries_.size())};
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  entries_[slot] = std::move(entry);
  return {slot + 1};
}

const PayloadPool::Entry& PayloadPool::at(PayloadId id) const {
  check(id && id.value <= entries_.size() && entries_[id.value - 1].value != nullptr,
        "a payload is used while it is alive");
  return entries_[id.value - 1];
}

PayloadId PayloadPool::share(PayloadId id) {
  if (!id) return id;
  Entry copy = at(id);
  return store(std::move(copy));
}

void PayloadPool::release(PayloadId id) {
  if (!id) return;
  at(id);
  entries_[id.value - 1] = {};
  free_.push_back(id.value - 1);
}

}  // namespace meshsim
