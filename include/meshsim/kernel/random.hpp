// Named random streams, counter based (Threefry): a stream is a pure function of (seed, component
// path, purpose), so no component can disturb another's draws. All transforms are integer.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>

#include "meshsim/base/units.hpp"

namespace meshsim {

class RandomStream {
 public:
  RandomStream() = default;
  RandomStream(std::uint64_t seed, std::string_view path, std::string_view purpose);

  // 64 uniform bits.
  std::uint64_t next();
  // Uniform in [0, bound); bound > 0. Unbiased.
  std::uint64_t below(std::uint64_t bound);
  // Uniform in [range.min, range.max], both included, in ns.
  Duration between(DurationRange range);
  bool chance(Ratio probability);
  // Normal with mean 0 and the given standard deviation, within +-6 of them: the sum of twelve
  // uniforms, whose variance is 1. Integer only, so the same on any host.
  Duration normal(Duration deviation);

  auto state() { return std::tie(key_[0], key_[1], drawn_); }

  template <class T>
  void shuffle(std::span<T> items) {
    for (std::size_t left = items.size(); left > 1; --left) {
      std::swap(items[left - 1], items[below(left)]);
    }
  }

 private:
  std::uint64_t key_[2] = {0, 0};
  std::uint64_t drawn_ = 0;
};

// A stable 64-bit hash of text (FNV-1a, finalised); the same on any host and build.
std::uint64_t stable_hash(std::string_view text);
// A stable mix of two words.
std::uint64_t stable_mix(std::uint64_t state, std::uint64_t word);

}  // namespace meshsim
