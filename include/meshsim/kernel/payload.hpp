// Message contents too large for an event: immutable, pooled, named by a small handle.
// A payload has one owner at a time: the packet that carries it. Whoever ends the packet (the
// receiver, or the hop that drops it) releases the payload, exactly once.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "meshsim/base/check.hpp"

namespace meshsim {

// 0 is "no payload". Handles are not part of any observable result: two executors may number the
// same payload differently.
struct PayloadId {
  std::uint32_t value = 0;
  constexpr explicit operator bool() const { return value != 0; }
  friend constexpr bool operator==(PayloadId, PayloadId) = default;
};

class PayloadPool {
 public:
  template <class T>
  PayloadId put(T value) {
    return store({std::make_shared<const T>(std::move(value)), tag<T>()});
  }

  // The payload must be alive and have been put as a T. The reference lives until release().
  template <class T>
  const T& get(PayloadId id) const {
    const Entry& entry = at(id);
    check(entry.tag == tag<T>(), "a payload is read as the type it was put as");
    return *static_cast<const T*>(entry.value.get());
  }

  template <class T>
  bool holds(PayloadId id) const {
    return id && at(id).tag == tag<T>();
  }

  // A second handle to the same content, for a message sent to several receivers.
  PayloadId share(PayloadId id);
  // Ends a handle; none is allowed and does nothing.
  void release(PayloadId id);

  std::size_t live() const { return entries_.size() - free_.size(); }

 private:
  struct Entry {
    std::shared_ptr<const void> value;
    const void* tag = nullptr;
  };

  template <class T>
  static const void* tag() {
    static const char kTag = 0;
    return &kTag;
  }

  PayloadId store(Entry entry);
  const Entry& at(PayloadId id) const;

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> free_;
};

}  // namespace meshsim
