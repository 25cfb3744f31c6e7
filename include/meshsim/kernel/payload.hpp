// Message contents too large for an event: immutable, pooled, named by a small handle.
// A payload has one owner at a time: the packet that carries it. Whoever ends the packet (the
// receiver, or the hop that drops it) releases the payload, exactly once.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "meshsim/base/check.hpp"
#include "meshsim/kernel/snapshot.hpp"

namespace meshsim {

// 0 is "no payload". Handles are not part of any observable result: two executors may number the
// same payload differently.
struct PayloadId {
  std::uint32_t value = 0;
  constexpr explicit operator bool() const { return value != 0; }
  friend constexpr bool operator==(PayloadId, PayloadId) = default;
};

// One pool for each lane of a simulation. A lane puts into its own; it reads and releases what
// other lanes have sent to it, too, without a lock: contents never move, and a handle that a lane
// releases for another goes back when the lanes meet.
class PayloadPool {
 public:
  using Pools = std::vector<std::unique_ptr<PayloadPool>>;

  // A pool alone, or number `own` of `pools`, which it is then put into.
  PayloadPool() = default;
  PayloadPool(const Pools& pools, std::uint32_t own) : pools_(&pools), own_(own) {}

  template <class T>
  PayloadId put(T value) {
    return store({std::make_shared<const T>(std::move(value)), &kContentType<T>});
  }

  // The payload must be alive and have been put as a T. The reference lives until release().
  template <class T>
  const T& get(PayloadId id) const {
    const Entry& entry = at(id);
    check(entry.type == &kContentType<T>, "a payload is read as the type it was put as");
    return *static_cast<const T*>(entry.value.get());
  }

  template <class T>
  bool holds(PayloadId id) const {
    return id && at(id).type == &kContentType<T>;
  }

  // A second handle to the same content, for a message sent to several receivers.
  PayloadId share(PayloadId id);
  // Ends a handle; none is allowed and does nothing.
  void release(PayloadId id);

  // What has been released here for other lanes, and giving it back to its own: when lanes meet.
  std::vector<PayloadId> take_foreign() { return std::exchange(foreign_, {}); }
  void take_back(PayloadId id) { free_.push_back(id.value & kIndexMask); }
  static std::uint32_t owner_of(PayloadId id) { return id.value >> kIndexBits; }

  // Of all pools together.
  std::size_t live() const;

 private:
  friend class Snapshot;
  struct Entry {
    std::shared_ptr<const void> value;
    const ContentType* type = nullptr;
  };
  static constexpr std::uint32_t kChunk = 1024;  // entries
  static constexpr std::uint32_t kChunks = 8192;
  static constexpr std::uint32_t kIndexBits = 24;
  static constexpr std::uint32_t kIndexMask = (1U << kIndexBits) - 1;

  PayloadId store(Entry entry);
  const Entry& at(PayloadId id) const;
  const PayloadPool& owner(PayloadId id) const;
  Entry& slot(std::uint32_t index) const { return chunks_[index / kChunk][index % kChunk]; }

  const Pools* pools_ = nullptr;
  std::uint32_t own_ = 0;
  std::uint32_t used_ = 1;  // index 0 is no payload
  std::int64_t live_ = 0;   // put here, less what was released here
  std::unique_ptr<std::unique_ptr<Entry[]>[]> chunks_ =
      std::make_unique<std::unique_ptr<Entry[]>[]>(kChunks);
  std::vector<std::uint32_t> free_;
  std::vector<PayloadId> foreign_;  // released here, owned elsewhere
};

}  // namespace meshsim
