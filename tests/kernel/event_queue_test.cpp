// The queue alone against a sorted list: any mixture of pushing, popping and cancelling.
#include "sim/kernel/event_queue.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace meshsim {
namespace {

constexpr auto kEarlier = [](const Event& a, const Event& b) { return a < b; };

// Events that the queue should hold, in order.
using Model = std::set<Event, decltype(kEarlier)>;

class QueueAndModel {
 public:
  void push(Duration delay, bool cancellable) {
    Event event;
    event.at = now_ + delay;
    event.sender = ComponentId{static_cast<std::uint32_t>(*rc::gen::inRange(1, 4))};
    event.target = ComponentPlace{1};
    event.tag = Event::make_tag(sent_++, 0, cancellable);
    const EventPlace place = pool_.take();
    pool_[place] = event;
    queue_.push(place);
    model_.insert(event);
    if (cancellable) timers_.emplace_back(place, event);
  }

  void pop(Time end) {
    const EventPlace place = queue_.pop(end);
    if (model_.empty() || model_.begin()->at >= end) {
      RC_ASSERT(place == kNoPlace);
      return;
    }
    RC_ASSERT(place != kNoPlace);
    RC_ASSERT(pool_[place].tag == model_.begin()->tag);
    RC_ASSERT(queue_.next_time() >= pool_[place].at || model_.size() == 1);
    now_ = pool_[place].at;
    std::erase_if(timers_, [&](const auto& timer) { return timer.first == place; });
    pool_.give(place);
    model_.erase(model_.begin());
  }

  void cancel_one() {
    if (timers_.empty()) return;
    const auto chosen = *rc::gen::inRange<std::size_t>(0, timers_.size());
    queue_.cancel(timers_[chosen].first);
    model_.erase(timers_[chosen].second);
    timers_.erase(timers_.begin() + static_cast<std::ptrdiff_t>(chosen));
  }

  Time now() const { return now_; }
  bool is_empty() const { return model_.empty(); }
  Time next_time() const { return queue_.next_time(); }
  Time first() const { return model_.empty() ? kNever : model_.begin()->at; }

 private:
  EventPool pool_;
  ComponentArena arena_;
  EventQueue queue_{pool_, arena_};
  Model model_{kEarlier};
  std::vector<std::pair<EventPlace, Event>> timers_;
  Time now_{};
  std::uint64_t sent_ = 0;
};

RC_GTEST_PROP(EventQueue, PopsInTheOrderOfKeysWhateverIsPushedAndCancelled, ()) {
  QueueAndModel queue;
  const int steps = *rc::gen::inRange(1, 300);
  for (int step = 0; step < steps; ++step) {
    const int action = *rc::gen::inRange(0, 10);
    if (action < 5) {
      // From 0 ns to about four years: every ring, and many at the same time.
      const auto bits = *rc::gen::inRange(0, 57);
      const auto delay = *rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << bits);
      queue.push(Duration{delay}, *rc::gen::inRange(0, 2) == 0);
    } else if (action < 9) {
      const auto bits = *rc::gen::inRange(0, 57);
      queue.pop(queue.now() + Duration{std::int64_t{1} << bits});
    } else {
      queue.cancel_one();
    }
    RC_ASSERT(queue.next_time() <= queue.first());
  }
  while (!queue.is_empty()) queue.pop(kNever);
  queue.pop(kNever);
}

}  // namespace
}  // namespace meshsim
