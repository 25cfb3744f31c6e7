// Where components live: one range, each at a multiple of 64 bytes, so that a component is named by
// a 32-bit place and what the kernel keeps of it lies in one cache line.
#pragma once

#include <cstdint>
#include <limits>

#include "meshsim/kernel/component.hpp"
#include "reserved_memory.hpp"

namespace meshsim {

class ComponentArena {
 public:
  // Room for an object; it is never given back. Places count from 1: 0 is no component.
  void* allocate(std::size_t bytes) {
    const std::size_t begin = std::size_t{used_} * kGrain;
    while (memory_.usable() < begin + bytes) memory_.grow();
    used_ += static_cast<std::uint32_t>((bytes + kGrain - 1) / kGrain);
    return memory_.begin() + begin;
  }

  Component* at(ComponentPlace place) const {
    return reinterpret_cast<Component*>(begin_ + std::size_t{place.value} * kGrain);
  }
  ComponentPlace place_of(const void* object) const {
    const auto distance = static_cast<const std::byte*>(object) - memory_.begin();
    return {static_cast<std::uint32_t>(static_cast<std::size_t>(distance) / kGrain)};
  }

  std::size_t bytes() const { return std::size_t{used_} * kGrain; }
  // One more than the highest place.
  std::uint32_t places() const { return used_; }

 private:
  static constexpr std::size_t kGrain = 64;

  ReservedMemory memory_{std::size_t{16} << 30};
  std::byte* const begin_ = memory_.begin();
  std::uint32_t used_ = 1;
};

}  // namespace meshsim
