// Streams from (seed, path, purpose) through Random123's Threefry; the only includer of it.
#include "meshsim/kernel/random.hpp"

#include <Random123/threefry.h>

#include "meshsim/base/check.hpp"

namespace meshsim {

std::uint64_t stable_mix(std::uint64_t state, std::uint64_t word) {
  // The finaliser of SplitMix64 over the xor of both words.
  std::uint64_t mixed = state * 0x9E3779B97F4A7C15ULL + word + 0x632BE59BD9B4E019ULL;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
  return mixed ^ (mixed >> 31);
}

std::uint64_t stable_hash(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char letter : text) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001B3ULL;
  }
  return stable_mix(hash, text.size());
}

RandomStream::RandomStream(std::uint64_t seed, std::string_view path, std::string_view purpose)
    : key_{seed, stable_mix(stable_hash(path), stable_hash(purpose))} {}

std::uint64_t RandomStream::next() {
  const threefry2x64_ctr_t counter{{drawn_ / 2, 0}};
  const threefry2x64_key_t key{{key_[0], key_[1]}};
  return threefry2x64(counter, key)[drawn_++ % 2];
}

std::uint64_t RandomStream::below(std::uint64_t bound) {
  check(bound > 0, "a random number below zero is never asked for");
  // Lemire's multiplication, with rejection of the few values that would bias it.
  using Wide = unsigned __int128;
  const std::uint64_t unfair = (0 - bound) % bound;
  for (;;) {
    const Wide product = Wide{next()} * bound;
    if (static_cast<std::uint64_t>(product) >= unfair) {
      return static_cast<std::uint64_t>(product >> 64);
    }
  }
}

Duration RandomStream::between(DurationRange range) {
  check(range.min <= range.max, "a range of durations is in order");
  const auto width = static_cast<std::uint64_t>((range.max - range.min).count()) + 1;
  return range.min + Duration{static_cast<std::int64_t>(below(width))};
}

bool RandomStream::chance(Ratio probability) {
  if (probability.part == 0) return false;
  return below(probability.whole) < probability.part;
}

Duration RandomStream::normal(Duration deviation) {
  if (deviation == Duration::zero()) return Duration::zero();
  std::int64_t sum = 0;
  if (drawn_ % 2 == 0) {
    // The same twelve numbers, with both words of each block used: half the work.
    const threefry2x64_key_t key{{key_[0], key_[1]}};
    for (std::uint64_t block = drawn_ / 2; block < drawn_ / 2 + 6; ++block) {
      const threefry2x64_ctr_t counter{{block, 0}};
      const threefry2x64_ctr_t words = threefry2x64(counter, key);
      sum += static_cast<std::int64_t>(words[0] >> 44) + static_cast<std::int64_t>(words[1] >> 44);
    }
    drawn_ += 12;
  } else {
    for (int draw = 0; draw < 12; ++draw) sum += static_cast<std::int64_t>(next() >> 44);
  }
  sum -= std::int64_t{6} << 20;  // twelve uniforms of 20 bits: mean 6 * 2^20, deviation 2^20
  const auto scaled = static_cast<__int128>(deviation.count()) * sum;
  return Duration{static_cast<std::int64_t>(scaled >> 20)};
}

}  // namespace meshsim
