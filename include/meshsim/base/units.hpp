// Units are types: times in ns, sizes in bytes, rates in bits per second, chances as exact
// fractions. A bare number carries no meaning and does not convert.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace meshsim {

using namespace std::chrono_literals;

// Virtual time, ns since the start of the run. It has no now(): only a Context knows the time.
struct VirtualClock {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = std::chrono::duration<rep, period>;
  using time_point = std::chrono::time_point<VirtualClock>;
  static constexpr bool is_steady = true;
};
using Duration = VirtualClock::duration;
using Time = VirtualClock::time_point;

inline constexpr Time kStart{};
inline constexpr Time kNever = Time::max();

constexpr Time at(Duration since_start) { return kStart + since_start; }
constexpr std::int64_t ns(Duration duration) { return duration.count(); }
constexpr std::int64_t ns(Time time) { return time.time_since_epoch().count(); }

struct Bytes {
  std::uint64_t count = 0;
  friend constexpr auto operator<=>(Bytes, Bytes) = default;
};

struct BitRate {
  std::uint64_t bits_per_second = 1;
  friend constexpr auto operator<=>(BitRate, BitRate) = default;
};

constexpr BitRate gigabits(std::uint64_t count) { return {count * 1'000'000'000}; }
constexpr BitRate megabits(std::uint64_t count) { return {count * 1'000'000}; }

// An exact probability or share: part/whole.
struct Ratio {
  std::uint32_t part = 0;
  std::uint32_t whole = 1;
  friend constexpr bool operator==(Ratio, Ratio) = default;
};

// Rounded up: a packet has not arrived before its last bit has.
constexpr Duration wire_time(Bytes size, BitRate rate) {
  using Wide = unsigned __int128;
  const Wide work = Wide{size.count} * 8 * 1'000'000'000 + rate.bits_per_second - 1;
  return Duration{static_cast<std::int64_t>(work / rate.bits_per_second)};
}

// A range of durations, both ends included; a parameter that is an estimate is given as one.
struct DurationRange {
  Duration min{};
  Duration max{};
  friend constexpr bool operator==(DurationRange, DurationRange) = default;
};

}  // namespace meshsim
