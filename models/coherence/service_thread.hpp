// The cluster service's single thread: work waits in a queue, each costs CPU time, a blocking
// check stops it. A tick runs when no message waits. One thread stands for all threads of a
// member: a pod has about one core. Source: coherence.md sections 1, 3.3 and 3.7.
#pragma once

#include <cstdint>
#include <deque>

#include "models/coherence/messages.hpp"

namespace meshsim::coherence {

struct Work {
  enum class Kind : std::uint8_t {
    Message,
    Tick,
    SeniorChecked,  // the blocking checks have passed
    SeniorKnown,    // the id reply's sender is known; "joined" is logged now
    AllWelcomed,    // the welcome poll is closed
  };

  Kind kind = Kind::Message;
  Letter letter;
  MemberId from;         // of a reliable message
  SocketAddress source;  // of an unreliable one
  Time received{};
  Time begun{};
};

class ServiceThread {
 public:
  static constexpr std::size_t kLimit = 65536;  // more is lost, as when a heap is full

  void add(Work work) {
    if (queue_.size() < kLimit) queue_.push_back(std::move(work));
  }
  // Goes on with it before anything else.
  void go_on(Work work) { queue_.push_front(std::move(work)); }
  void tick_is_due() { tick_waits_ = true; }

  // Takes the next work if the thread is free, or nullptr. It is valid until end().
  const Work* begin(Time now) {
    if (is_busy_ || is_blocked_) return nullptr;
    if (!queue_.empty()) {
      current_ = std::move(queue_.front());
      queue_.pop_front();
    } else if (tick_waits_) {
      tick_waits_ = false;
      current_ = Work{};
      current_.kind = Work::Kind::Tick;
    } else {
      return nullptr;
    }
    is_busy_ = true;
    current_.begun = now;
    return &current_;
  }
  Work end() {
    is_busy_ = false;
    return std::move(current_);
  }

  void block() { is_blocked_ = true; }
  void unblock() { is_blocked_ = false; }
  bool is_free() const { return !is_busy_ && !is_blocked_ && queue_.empty(); }

  auto state() { return std::tie(queue_, current_, is_busy_, is_blocked_, tick_waits_); }

 private:
  std::deque<Work> queue_;
  Work current_;
  bool is_busy_ = false;
  bool is_blocked_ = false;
  bool tick_waits_ = false;
};

}  // namespace meshsim::coherence
