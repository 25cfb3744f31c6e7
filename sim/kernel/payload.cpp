// Slots of the payload pool: a free list keeps the pool as small as the traffic in flight.
#include "meshsim/kernel/payload.hpp"

namespace meshsim {

PayloadId PayloadPool::store(Entry entry) {
  std::uint32_t index = used_;
  if (free_.empty()) {
    check(used_ < kChunk * kChunks, "a lane has fewer than 2^23 payloads alive");
    if (!chunks_[used_ / kChunk]) chunks_[used_ / kChunk] = std::make_unique<Entry[]>(kChunk);
    ++used_;
  } else {
    index = free_.back();
    free_.pop_back();
  }
  slot(index) = std::move(entry);
  ++live_;
  return {(own_ << kIndexBits) | index};
}

const PayloadPool& PayloadPool::owner(PayloadId id) const {
  const std::uint32_t number = owner_of(id);
  return number == own_ ? *this : *(*pools_)[number];
}

const PayloadPool::Entry& PayloadPool::at(PayloadId id) const {
  const std::uint32_t index = id.value & kIndexMask;
  const std::uint32_t number = owner_of(id);
  check(index != 0 && (number == own_ || (pools_ != nullptr && number < pools_->size())),
        "a payload is used while it is alive");
  const PayloadPool& pool = owner(id);
  check(index < kChunk * kChunks && pool.chunks_[index / kChunk] != nullptr &&
            pool.slot(index).value != nullptr,
        "a payload is used while it is alive");
  return pool.slot(index);
}

PayloadId PayloadPool::share(PayloadId id) {
  if (!id) return id;
  Entry copy = at(id);
  return store(std::move(copy));
}

void PayloadPool::release(PayloadId id) {
  if (!id) return;
  at(id);
  const std::uint32_t index = id.value & kIndexMask;
  owner(id).slot(index) = {};
  --live_;
  if (owner_of(id) == own_) {
    free_.push_back(index);
  } else {
    foreign_.push_back(id);
  }
}

std::size_t PayloadPool::live() const {
  if (pools_ == nullptr) return static_cast<std::size_t>(live_);
  std::int64_t sum = 0;
  for (const auto& pool : *pools_) sum += pool->live_;
  return static_cast<std::size_t>(sum);
}

}  // namespace meshsim
