// One direction of a wire over distance: delay, jitter, random loss and a rate with a bounded
// queue, first in first out. A plain class inside links and switches.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <tuple>

#include "meshsim/base/units.hpp"
#include "meshsim/kernel/random.hpp"

namespace meshsim::infra {

struct WireShape {
  Duration delay{};   // one way
  Duration jitter{};  // standard deviation of the delay; see shortest_delay()
  Ratio loss{0, 1};
  BitRate rate{0};  // 0: unlimited
  friend bool operator==(const WireShape&, const WireShape&) = default;
};

// No packet is faster than this, whatever the jitter: half the delay, but at least 10us, since the
// two ends of a wire are cells of their own.
constexpr Duration shortest_delay(const WireShape& shape) {
  if (shape.jitter == Duration::zero()) return shape.delay;
  return std::min(shape.delay, std::max<Duration>(shape.delay / 2, 10us));
}

// A packet that would wait longer than this for the wire is dropped (tail drop).
inline constexpr Duration kWireQueue = 200ms;

enum class WireFate : std::uint8_t { Passes, Lost, QueueFull };

struct WirePass {
  WireFate fate = WireFate::Passes;
  Duration delay{};  // until the last bit is at the far end
};

// The rate of a VNIC: packets wait for the ones before them. The time that a packet itself takes is
// part of the delay that the link has anyway.
class LineRate {
 public:
  explicit LineRate(BitRate rate = BitRate{0}) : rate_(rate) {}
  bool is_limited() const { return rate_.bits_per_second != 0; }
  // How long a packet that enters now waits; nothing if that is longer than kWireQueue.
  std::optional<Duration> enter(Time now, Bytes size);

  auto state() { return std::tie(busy_until_); }

 private:
  BitRate rate_;  // 0: unlimited
  Time busy_until_ = kStart;
};

class Wire {
 public:
  Wire() = default;
  explicit Wire(const WireShape& shape) : shape_(shape) {}

  const WireShape& shape() const { return shape_; }
  // For packets that enter from now on; those under way keep their arrival.
  void reshape(const WireShape& shape) { shape_ = shape; }

  // What becomes of a packet of `size` that enters now. Packets never overtake each other.
  WirePass enter(Time now, Bytes size, RandomStream& random);

  auto state() { return std::tie(shape_, busy_until_, last_arrival_); }

 private:
  WireShape shape_;
  Time busy_until_ = kStart;  // the sender has put its last bit on the wire
  Time last_arrival_ = kStart;
};

}  // namespace meshsim::infra
