// Queue, then loss, then delay: a lost packet has used its share of the rate.
#include "models/infra/wire.hpp"

#include <algorithm>

namespace meshsim::infra {

std::optional<Duration> LineRate::enter(Time now, Bytes size) {
  if (rate_.bits_per_second == 0) return Duration{};
  const Time begin = std::max(now, busy_until_);
  if (begin - now > kWireQueue) return std::nullopt;
  busy_until_ = begin + wire_time(size, rate_);
  return begin - now;
}

WirePass Wire::enter(Time now, Bytes size, RandomStream& random) {
  Time sent = now;
  if (shape_.rate.bits_per_second > 0) {
    const Time begin = std::max(now, busy_until_);
    if (begin - now > kWireQueue) return {WireFate::QueueFull, {}};
    sent = begin + wire_time(size, shape_.rate);
    busy_until_ = sent;
  }
  if (shape_.loss.part > 0 && random.chance(shape_.loss)) return {WireFate::Lost, {}};

  Duration delay = shape_.delay;
  if (shape_.jitter > Duration::zero()) {
    delay = std::max(delay + random.normal(shape_.jitter), shortest_delay(shape_));
  }
  last_arrival_ = std::max(last_arrival_, sent + delay);
  return {WireFate::Passes, last_arrival_ - now};
}

}  // namespace meshsim::infra
