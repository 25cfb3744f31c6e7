// The colder half of the queue: coarse rings, and taking slots in batches.
#include "event_queue.hpp"

#include <bit>
#include <utility>

namespace meshsim {
namespace {

// How many slots are taken at once: enough that their cache misses overlap.
constexpr std::size_t kBatch = 32;
// How far a batch may reach, ns: what is sent into its time costs a heap operation.
constexpr std::uint64_t kReach = std::uint64_t{1} << 20;

}  // namespace

EventQueue::EventQueue(EventPool& pool, const ComponentArena& targets)
    : pool_(pool), targets_(targets), fine_(kSlots, kNoPlace) {
  ahead_.fill(kNoPlace);
}

std::uint64_t EventQueue::Occupied::first(std::uint64_t from) const {
  if (any_ == 0) return kNowhere;
  const std::uint64_t index = from % kSlots;
  const std::uint64_t word = index / 64;
  if (const std::uint64_t rest = words_[word] >> (index % 64); rest != 0) {
    return from + static_cast<std::uint64_t>(std::countr_zero(rest));
  }
  // The words after it, then around to it.
  const std::uint64_t turned = std::rotr(any_, static_cast<int>(word + 1));
  const std::uint64_t next = (word + 1 + static_cast<std::uint64_t>(std::countr_zero(turned))) % 64;
  const std::uint64_t found =
      next * 64 + static_cast<std::uint64_t>(std::countr_zero(words_[next]));
  return from + (found - index) % kSlots;
}

[[gnu::noinline]] void EventQueue::open(CoarseRing& ring) {
  Chains none;
  none.fill(kNoPlace);
  ring.plain.assign(kSlots, none);
  ring.timers.assign(kSlots, kNoPlace);
}

void EventQueue::insert_coarse(std::uint64_t at, EventPlace place) {
  std::uint32_t number = 0;
  int shift = coarse_shift(0);
  while ((at >> shift) - (sorted_end_ >> shift) >= kSlots) [[unlikely]] {
      shift += kSlotBits;
      ++number;
    }
  CoarseRing& ring = coarse_[number];
  if (ring.plain.empty()) [[unlikely]]
    open(ring);
  const std::uint64_t slot = at >> shift;
  const auto index = static_cast<std::uint32_t>(slot % kSlots);
  Event& event = pool_[place];
  if (event.is_cancellable()) {
    EventPlace& first = ring.timers[index];
    event.next = first;
    event.previous = kFirst | (number << kSlotBits) | index;
    if (first != kNoPlace) pool_[first].previous = place;
    first = place;
  } else {
    EventPlace& first = ring.plain[index][place % kChains];
    event.next = first;
    first = place;
  }
  ring.occupied.set(index);
  // Of two slots that start together the coarser one comes first: it is spread over the other.
  const std::uint64_t start = slot << shift;
  if (start < coarse_start_ || (start == coarse_start_ && number > coarse_ring_)) {
    coarse_start_ = start;
    coarse_ring_ = number;
  }
}

void EventQueue::push_near(EventPlace place) {
  pool_[place].previous = kSoon;
  near_.push_back({pool_[place].at, place});
  std::push_heap(near_.begin(), near_.end(),
                 [this](const Due& a, const Due& b) { return earlier(b, a); });
}

EventPlace EventQueue::pop_near() {
  std::pop_heap(near_.begin(), near_.end(),
                [this](const Due& a, const Due& b) { return earlier(b, a); });
  const EventPlace place = near_.back().place;
  near_.pop_back();
  return place;
}

void EventQueue::cancel(EventPlace place) {
  Event& event = pool_[place];
  if (event.previous == kSoon) {
    event.target = {};  // pop() passes over it; its key stays, for the order of the others
    return;
  }
  if (event.next != kNoPlace) pool_[event.next].previous = event.previous;
  if (event.previous < kSoon) {
    pool_[event.previous].next = event.next;
  } else {
    CoarseRing& ring = coarse_[(event.previous >> kSlotBits) % kCoarseRings];
    ring.timers[event.previous % kSlots] = event.next;
  }
  pool_.give(place);
}

void EventQueue::find_coarse() {
  coarse_start_ = kNowhere;
  for (std::uint32_t number = 0; number < kCoarseRings; ++number) {
    const std::uint64_t from = sorted_end_ >> coarse_shift(number);
    const std::uint64_t slot = coarse_[number].occupied.first(from);
    if (slot == kNowhere || slot << coarse_shift(number) > coarse_start_) continue;
    coarse_start_ = slot << coarse_shift(number);
    coarse_ring_ = number;
  }
}

// Spreads the first occupied coarse slot over finer ones. All before it has been taken.
void EventQueue::cascade() {
  sorted_end_ = std::max(sorted_end_, coarse_start_);
  CoarseRing& ring = coarse_[coarse_ring_];
  const std::uint64_t index = (coarse_start_ >> coarse_shift(coarse_ring_)) % kSlots;
  Chains plain = ring.plain[index];
  EventPlace timers = ring.timers[index];
  ring.plain[index].fill(kNoPlace);
  ring.timers[index] = kNoPlace;
  ring.occupied.reset(index);
  find_coarse();
  std::uint32_t chains = 0;
  for (const EventPlace place : plain) {
    if (place != kNoPlace) plain[chains++] = place;
  }
  while (chains > 0) {
    for (std::uint32_t chain = 0; chain < chains;) {
      const EventPlace place = plain[chain];
      const EventPlace next = pool_[place].next;
      push(place);
      if (next != kNoPlace) {
        __builtin_prefetch(&pool_[next]);
        plain[chain++] = next;
      } else {
        plain[chain] = plain[--chains];
      }
    }
  }
  while (timers != kNoPlace) {
    const EventPlace next = pool_[timers].next;
    push(timers);
    timers = next;
  }
  ahead_.fill(kNoPlace);
  if (coarse_start_ == kNowhere) return;
  ahead_ = coarse_[coarse_ring_].plain[(coarse_start_ >> coarse_shift(coarse_ring_)) % kSlots];
  for (const EventPlace place : ahead_) {
    if (place != kNoPlace) __builtin_prefetch(&pool_[place]);
  }
}

// Fetches one more event of the coarse slot that comes next, so that spreading it will not wait.
inline void EventQueue::look_ahead() {
  EventPlace& place = ahead_[++looks_ % kChains];
  if (place == kNoPlace) return;
  place = pool_[place].next;
  if (place != kNoPlace) __builtin_prefetch(&pool_[place]);
}

// Takes the next slots of the fine ring, if any begin before `end`, and fetches the targets.
void EventQueue::refill(Time end) {
  run_.erase(run_.begin(), run_.begin() + static_cast<std::ptrdiff_t>(run_next_));
  run_next_ = 0;
  const std::size_t before = run_.size();
  auto last = static_cast<std::uint64_t>(ns(end));
  while (run_.size() < before + kBatch) {
    const std::uint64_t slot = fine_occupied_.first(sorted_end_ >> kFineShift);
    const std::uint64_t start = slot == kNowhere ? kNowhere : slot << kFineShift;
    if (coarse_start_ <= start) {
      if (coarse_start_ >= last) break;
      cascade();
      continue;
    }
    if (start >= last) break;
    if (run_.size() == before) last = std::min(last, start + kReach);
    const std::size_t first = run_.size();
    const std::uint64_t index = slot % kSlots;
    for (EventPlace place = std::exchange(fine_[index], kNoPlace); place != kNoPlace;) {
      const Event& event = pool_[place];
      __builtin_prefetch(targets_.at(event.target), 1);
      run_.push_back({event.at, place});
      place = event.next;
      look_ahead();
    }
    fine_occupied_.reset(index);
    sorted_end_ = start + (std::uint64_t{1} << kFineShift);
    if (run_.size() - first > 1) {
      std::sort(run_.begin() + static_cast<std::ptrdiff_t>(first), run_.end(),
                [this](const Due& a, const Due& b) { return earlier(a, b); });
    }
  }
  refill_at_ = before + (run_.size() - before) / 2;
}

Time EventQueue::next_time() const {
  Time next = kNever;
  if (!near_.empty()) next = near_.front().at;
  if (run_next_ < run_.size()) next = std::min(next, run_[run_next_].at);
  if (next != kNever) return next;
  const std::uint64_t slot = fine_occupied_.first(sorted_end_ >> kFineShift);
  const std::uint64_t fine_start = slot == kNowhere ? kNowhere : slot << kFineShift;
  const std::uint64_t start = std::min(fine_start, coarse_start_);
  return start == kNowhere ? kNever : at(Duration{static_cast<std::int64_t>(start)});
}

std::vector<EventPlace> EventQueue::all() const {
  std::vector<EventPlace> places;
  const auto add_chain = [&](EventPlace place) {
    for (; place != kNoPlace; place = pool_[place].next) places.push_back(place);
  };
  for (std::size_t index = run_next_; index < run_.size(); ++index) {
    places.push_back(run_[index].place);
  }
  for (const Due& due : near_) places.push_back(due.place);
  for (const EventPlace place : fine_) add_chain(place);
  for (const CoarseRing& ring : coarse_) {
    for (const Chains& chains : ring.plain) {
      for (const EventPlace place : chains) add_chain(place);
    }
    for (const EventPlace place : ring.timers) add_chain(place);
  }
  return places;
}

void EventQueue::clear() {
  run_.clear();
  run_next_ = 0;
  refill_at_ = 0;
  near_.clear();
  fine_.assign(kSlots, kNoPlace);
  fine_occupied_ = {};
  coarse_ = {};
  ahead_.fill(kNoPlace);
  coarse_start_ = kNowhere;
}

std::size_t EventQueue::bytes() const {
  std::size_t total = (run_.capacity() + near_.capacity()) * sizeof(Due);
  total += fine_.capacity() * sizeof(EventPlace);
  for (const CoarseRing& ring : coarse_) {
    total += ring.plain.capacity() * sizeof(Chains) + ring.timers.capacity() * sizeof(EventPlace);
  }
  return total;
}

}  // namespace meshsim
