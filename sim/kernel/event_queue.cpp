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
// So few events of a coarse slot are sorted at once, more are spread over the fine ring.
constexpr std::size_t kFew = 256;
// So few that sorting them by comparison is quicker than by buckets.
constexpr std::size_t kVeryFew = 24;

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

void EventQueue::open(CoarseRing& ring) {
  Chains none;
  none.fill(kNoPlace);
  ring.plain.assign(kSlots, none);
  ring.timers.assign(kSlots, kNoPlace);
}

void EventQueue::link_timer(EventPlace& first, std::uint32_t head, EventPlace place) {
  pool_[place].next = first;
  pool_[place].previous = head;
  if (first != kNoPlace) pool_[first].previous = place;
  first = place;
}

void EventQueue::insert_far(std::uint64_t at, EventPlace place) {
  std::uint32_t number = 1;
  while ((at >> coarse_shift(number)) - (sorted_end_ >> coarse_shift(number)) >= kSlots) ++number;
  insert_coarse(number, coarse_shift(number), at >> coarse_shift(number), place);
}

void EventQueue::push_near(EventPlace place) {
  pool_[place].previous = kSoon;
  __builtin_prefetch(targets_.at(pool_[place].target), 1);
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

// Empties the first occupied coarse slot: into the run, if it holds few events and nothing else is
// due in its time, else over finer rings. All before it has been taken.
void EventQueue::take_coarse() {
  sorted_end_ = std::max(sorted_end_, coarse_start_);
  const std::uint64_t start = coarse_start_;
  const bool is_finest = coarse_ring_ == 0;
  CoarseRing& ring = coarse_[coarse_ring_];
  const std::uint64_t index = (start >> coarse_shift(coarse_ring_)) % kSlots;
  Chains plain = ring.plain[index];
  EventPlace timers = ring.timers[index];
  ring.plain[index].fill(kNoPlace);
  ring.timers[index] = kNoPlace;
  ring.occupied.reset(index);
  find_coarse();

  // A slot is likely to hold about as many as the one before.
  const bool sorts = is_finest && fine_count_ == 0 && was_few_;
  gathered_.clear();
  std::size_t count = 0;
  const auto take = [&](EventPlace place) {
    ++count;
    if (sorts) {
      gathered_.push_back({pool_[place].at, place});
    } else {
      push(place);
    }
  };
  std::uint32_t chains = 0;
  for (const EventPlace place : plain) {
    if (place != kNoPlace) plain[chains++] = place;
  }
  while (chains > 0) {
    for (std::uint32_t chain = 0; chain < chains;) {
      const EventPlace place = plain[chain];
      const EventPlace next = pool_[place].next;
      take(place);
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
    take(timers);
    timers = next;
  }
  if (sorts && count <= kFew) {
    sort_gathered(start);
    sorted_end_ = start + (std::uint64_t{1} << coarse_shift(0));
  } else {
    for (const Due& due : gathered_) push(due.place);
  }
  if (is_finest) was_few_ = count <= kFew;
  ahead_.fill(kNoPlace);
  if (coarse_start_ == kNowhere) return;
  ahead_ = coarse_[coarse_ring_].plain[(coarse_start_ >> coarse_shift(coarse_ring_)) % kSlots];
  for (const EventPlace place : ahead_) {
    if (place != kNoPlace) __builtin_prefetch(&pool_[place]);
  }
}

// Appends the events to the run in order: spread over as many buckets as a slot of the coarse ring
// has 4 us, then put right among neighbours.
void EventQueue::sort_gathered(std::uint64_t start) {
  if (gathered_.size() <= kVeryFew) {
    std::sort(gathered_.begin(), gathered_.end(),
              [this](const Due& a, const Due& b) { return earlier(a, b); });
    for (const Due& due : gathered_) {
      if (pool_[due.place].is_cancellable()) pool_[due.place].previous = kSoon;
      run_.push_back(due);
    }
    return;
  }
  constexpr int kBucketShift = coarse_shift(0) - 8;
  std::array<std::uint16_t, 257> begin{};
  const auto bucket = [start](const Due& due) {
    return (static_cast<std::uint64_t>(ns(due.at)) - start) >> kBucketShift;
  };
  for (const Due& due : gathered_) ++begin[bucket(due) + 1];
  for (std::size_t number = 1; number < begin.size(); ++number) {
    begin[number] = static_cast<std::uint16_t>(begin[number] + begin[number - 1]);
  }
  const std::size_t first = run_.size();
  run_.resize(first + gathered_.size());
  for (const Due& due : gathered_) run_[first + begin[bucket(due)]++] = due;
  for (std::size_t next = first; next < run_.size(); ++next) {
    const Due due = run_[next];
    if (pool_[due.place].is_cancellable()) pool_[due.place].previous = kSoon;
    std::size_t place = next;
    for (; place > first && earlier(due, run_[place - 1]); --place) run_[place] = run_[place - 1];
    run_[place] = due;
  }
}

// Appends the events of a slot of the fine ring to the run, in order.
void EventQueue::take_fine(std::uint64_t slot) {
  const std::size_t first = run_.size();
  const std::uint64_t index = slot % kSlots;
  for (EventPlace place = std::exchange(fine_[index], kNoPlace); place != kNoPlace;) {
    const Event& event = pool_[place];
    run_.push_back({event.at, place});
    place = event.next;
  }
  fine_occupied_.reset(index);
  fine_count_ -= run_.size() - first;
  sorted_end_ = (slot + 1) << kFineShift;
  if (run_.size() - first > 1) {
    std::sort(run_.begin() + static_cast<std::ptrdiff_t>(first), run_.end(),
              [this](const Due& a, const Due& b) { return earlier(a, b); });
  }
}

// Appends what is due next to the run, if anything is before `end`.
void EventQueue::refill(Time end) {
  run_.erase(run_.begin(), run_.begin() + static_cast<std::ptrdiff_t>(run_next_));
  run_next_ = 0;
  const std::size_t before = run_.size();
  auto last = static_cast<std::uint64_t>(ns(end));
  while (run_.size() < before + kBatch) {
    const std::uint64_t slot = fine_occupied_.first(sorted_end_ >> kFineShift);
    const std::uint64_t start = slot == kNowhere ? kNowhere : slot << kFineShift;
    const std::uint64_t next = std::min(start, coarse_start_);
    if (next >= last) break;
    if (coarse_start_ <= start) {
      take_coarse();
    } else {
      take_fine(slot);
    }
    if (run_.size() > before) last = std::min(last, next + kReach);
  }
  const std::size_t added = run_.size() - before;
  for (std::size_t index = before; index < std::min(run_.size(), before + kAhead); ++index) {
    __builtin_prefetch(targets_.at(pool_[run_[index].place].target), 1);
  }
  refill_at_ = added > 2 * kAhead ? run_.size() - kAhead : before + added / 2;
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
  fine_count_ = 0;
  coarse_ = {};
  ahead_.fill(kNoPlace);
  coarse_start_ = kNowhere;
}

std::size_t EventQueue::bytes() const {
  std::size_t total = (run_.capacity() + near_.capacity() + gathered_.capacity()) * sizeof(Due);
  total += fine_.capacity() * sizeof(EventPlace);
  for (const CoarseRing& ring : coarse_) {
    total += ring.plain.capacity() * sizeof(Chains) + ring.timers.capacity() * sizeof(EventPlace);
  }
  return total;
}

}  // namespace meshsim
