// The hot path of every run: take the first event, call its handler, queue what it sends.
#include "lane.hpp"

#include <algorithm>
#include <bit>

namespace meshsim {
namespace {

// Records are handed on in portions of this many, so that memory does not grow with the run.
constexpr std::size_t kRecords = 1024;

std::uint64_t chain(std::uint64_t hash, const Event& event) {
  const std::uint64_t key = static_cast<std::uint64_t>(ns(event.at)) ^
                            (std::uint64_t{event.sender.value} << 40) ^ event.tag;
  return (std::rotl(hash, 23) ^ key) * 0x9E3779B97F4A7C15ULL;
}

}  // namespace

Lane::Lane(Simulation& simulation, std::uint32_t number, PayloadPool& payloads)
    : Context(simulation.metrics_, payloads),
      simulation_(simulation),
      components_(*simulation.arena_),
      number_(number),
      queue_(pool_, *simulation.arena_) {}

EventPlace Lane::take(const Event& event) {
  const EventPlace place = pool_.take();
  pool_[place] = event;
  push(place);
  return place;
}

void Lane::clear() {
  for (const EventPlace place : kind_ == ExecutorKind::Windowed ? queue_.all() : heap_) {
    pool_.give(place);
  }
  queue_.clear();
  heap_.clear();
}

void Lane::push(EventPlace place) {
  if (kind_ == ExecutorKind::Windowed) [[likely]]
    return queue_.push(place);
  heap_.push_back(place);
  std::push_heap(heap_.begin(), heap_.end(),
                 [this](EventPlace a, EventPlace b) { return pool_[b] < pool_[a]; });
}

EventPlace Lane::pop_heap() {
  std::pop_heap(heap_.begin(), heap_.end(),
                [this](EventPlace a, EventPlace b) { return pool_[b] < pool_[a]; });
  const EventPlace place = heap_.back();
  heap_.pop_back();
  return place;
}

void Lane::use(ExecutorKind kind) {
  if (kind == kind_) return;
  const std::vector<EventPlace> places = kind_ == ExecutorKind::Windowed ? queue_.all() : heap_;
  queue_.clear();
  heap_.clear();
  kind_ = kind;
  for (const EventPlace place : places) {
    if (pool_[place].target.value == 0) {
      pool_.give(place);  // cancelled
    } else {
      push(place);
    }
  }
}

void Lane::run(Time end, std::uint64_t most) {
  for (; most > 0; --most) {
    const EventPlace place = queue_.pop(end);
    if (place == kNoPlace) return;
    handle(place);
  }
}

const Event* Lane::first() {
  while (!heap_.empty() && pool_[heap_.front()].target.value == 0) {
    pool_.give(pop_heap());  // cancelled
  }
  return heap_.empty() ? nullptr : &pool_[heap_.front()];
}

void Lane::step() { handle(pop_heap()); }

Time Lane::next_time() const { return queue_.next_time(); }

inline void Lane::handle(EventPlace place) {
  const Event& event = pool_[place];
  Component& target = *components_.at(event.target);
  now_ = event.at;
  self_ = target.id_;
  current_ = &target;
  target.hash_ = chain(target.hash_, event);
  ++events_;
  // The handler's own events are the first to use the place again; it has copied its message then.
  pool_.give(place);
  target.deliver(*this, event);
}

inline Event& Lane::place(ComponentPlace target, std::uint8_t slot, Duration delay,
                          bool cancellable, EventPlace& place) {
  check(target.value != 0, "a message is sent to a wired address");
  check(delay >= Duration::zero(), "a message is not sent into the past");
  const Time at = now_ + delay;
  if (delay < simulation_.window_) {
    check(components_.at(target)->cell_ == current_->cell_,
          "a message to another cell takes at least one window");
  }
  Event* event = nullptr;
  const std::uint32_t lane = outboxes_.empty() ? number_ : simulation_.lane_of_[target.value];
  if (lane != number_) [[unlikely]] {
    check(!cancellable, "a timer is set inside a cell");
    check(delay >= simulation_.lookahead(number_, lane),
          "a message to another region takes at least the shortest delay between them");
    event = &outboxes_[lane].emplace_back();
  } else {
    place = pool_.take();
    event = &pool_[place];
  }
  event->at = at;
  event->sender = self_;
  event->target = target;
  event->tag = Event::make_tag(current_->sent_++, slot, cancellable);
  if (lane == number_) push(place);
  return *event;
}

Event& Lane::place_timer(ComponentPlace target, std::uint8_t slot, Duration delay, Timer& timer) {
  check(target.value != 0 && components_.at(target)->cell_ == current_->cell_,
        "a timer is set inside a cell");
  EventPlace place = kNoPlace;
  Event& event = this->place(target, slot, delay, true, place);
  timer = {place, event.tag};
  return event;
}

bool Lane::cancel(Timer timer) {
  if (timer.place >= pool_.used()) return false;
  Event& event = pool_[timer.place];
  if (event.tag != timer.tag || event.sender != self_ || event.target.value == 0) {
    return false;  // it has been delivered, and its place may be used again
  }
  if (kind_ == ExecutorKind::Windowed) [[likely]] {
    queue_.cancel(timer.place);
  } else {
    event.target = {};  // passed over when its time comes
  }
  return true;
}

void Lane::record(Observation&& observation) {
  if (records_.size() >= kRecords && outboxes_.empty() && records_.back().at < now_) {
    simulation_.publish(records_);
  }
  records_.push_back({now_, self_, current_->cell_, observation.label, observation.value,
                      observation.other, observation.decided_by, observation.cause,
                      std::move(observation.text)});
}

Event& Context::place(ComponentPlace target, std::uint8_t slot, Duration delay) {
  EventPlace place = kNoPlace;
  return static_cast<Lane*>(this)->place(target, slot, delay, false, place);
}

Event& Context::place_timer(ComponentPlace target, std::uint8_t slot, Duration delay,
                            Timer& timer) {
  return static_cast<Lane*>(this)->place_timer(target, slot, delay, timer);
}

bool Context::cancel(Timer& timer) {
  return static_cast<Lane*>(this)->cancel(std::exchange(timer, {}));
}

void Context::trace(Observation observation) {
  static_cast<Lane*>(this)->record(std::move(observation));
}

std::vector<Event> Lane::pending() const {
  std::vector<Event> events;
  for (const EventPlace place : kind_ == ExecutorKind::Windowed ? queue_.all() : heap_) {
    if (pool_[place].target.value != 0) events.push_back(pool_[place]);
  }
  return events;
}

}  // namespace meshsim
