// All a handler may do: know the time, send, set and cancel timers, observe, count, and carry
// payloads.
#pragma once

#include <cstring>

#include "meshsim/kernel/component.hpp"
#include "meshsim/kernel/metrics.hpp"
#include "meshsim/kernel/payload.hpp"
#include "meshsim/kernel/trace.hpp"

namespace meshsim {

// A message that its sender may still take back. Plain state of the component that started it; a
// default-made one is of no message.
struct Timer {
  std::uint32_t place = ~std::uint32_t{0};  // in the queue; not part of any observable result
  std::uint64_t tag = 0;
};

// A handler keeps no reference to it.
class Context {
 public:
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  Time now() const { return now_; }
  // The component that is handling the event.
  ComponentId self() const { return self_; }

  // `delay` >= 0; at least one window if the target is in another cell.
  template <Message M>
  void send(Address<M> target, const M& message, Duration delay = Duration::zero()) {
    std::memcpy(place(target.target, target.slot, delay).body.data(), &message, sizeof message);
  }

  // As send(), to a component of the same cell, until cancelled.
  template <Message M>
  Timer start(Address<M> target, const M& message, Duration delay) {
    Timer timer;
    std::memcpy(place_timer(target.target, target.slot, delay, timer).body.data(), &message,
                sizeof message);
    return timer;
  }
  // Whether the message was still to come. Costs nothing later: it leaves the queue now.
  bool cancel(Timer& timer);

  void trace(Observation observation);
  void count(Counter counter, std::uint64_t by = 1) { metrics_->add(counter, by); }
  PayloadPool& payloads() { return *payloads_; }

 protected:
  Context(Metrics& metrics, PayloadPool& payloads) : metrics_(&metrics), payloads_(&payloads) {}
  ~Context() = default;

  Time now_{};
  ComponentId self_;

 private:
  // Queues an event of the current component and returns it for its body to be filled in.
  Event& place(ComponentPlace target, std::uint8_t slot, Duration delay);
  Event& place_timer(ComponentPlace target, std::uint8_t slot, Duration delay, Timer& timer);

  Metrics* metrics_;
  PayloadPool* payloads_;
};

}  // namespace meshsim
