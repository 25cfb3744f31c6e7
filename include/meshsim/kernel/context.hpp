// All a handler may do: know the time, send, observe, count, and carry payloads.
#pragma once

#include <cstring>

#include "meshsim/kernel/component.hpp"
#include "meshsim/kernel/metrics.hpp"
#include "meshsim/kernel/payload.hpp"
#include "meshsim/kernel/trace.hpp"

namespace meshsim {

// Made by the simulation for each event; a handler keeps no reference to it.
class Context {
 public:
  virtual ~Context() = default;

  Time now() const { return event_->key.at; }
  // The component that is handling the event.
  ComponentId self() const { return event_->target; }

  // `delay` >= 0; at least one window if the target is in another cell.
  template <Message M>
  void send(Address<M> target, const M& message, Duration delay = Duration::zero()) {
    check(bool{target}, "a message is sent to a wired address");
    check(delay >= Duration::zero(), "a message is not sent into the past");
    Event event;
    event.key.at = now() + delay;
    event.target = target.id;
    event.slot = target.slot;
    std::memcpy(event.body.data(), &message, sizeof message);
    post(event);
  }

  virtual void trace(Observation observation) = 0;
  void count(Counter counter, std::uint64_t by = 1) { metrics_->add(counter, by); }
  PayloadPool& payloads() { return *payloads_; }

 protected:
  Context(Metrics& metrics, PayloadPool& payloads) : metrics_(&metrics), payloads_(&payloads) {}
  // Fills in the sender and its count, then queues the event.
  virtual void post(Event& event) = 0;

  const Event* event_ = nullptr;

 private:
  Metrics* metrics_;
  PayloadPool* payloads_;
};

}  // namespace meshsim
