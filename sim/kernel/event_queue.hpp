// The pending events of a lane in the order of their keys, after the timing wheels of operating
// systems: what is due soon stands sorted; the rest waits unsorted in rings of slots, each ring
// coarser than the one before, and is touched again only when its slot comes up. So an event costs
// the same however many are pending, and a cancelled one leaves its slot at once.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "component_arena.hpp"
#include "event_pool.hpp"

namespace meshsim {

class EventQueue {
 public:
  // `targets`: an event's target is fetched into the cache ahead.
  EventQueue(EventPool& pool, const ComponentArena& targets);

  // Queues the event at `place`. It may not lie before an event that has been popped.
  void push(EventPlace place) {
    const auto at = static_cast<std::uint64_t>(ns(pool_[place].at));
    if (at < sorted_end_) return push_near(place);
    if (at - sorted_end_ < kFineReach) return insert_fine(at >> kFineShift, place);
    constexpr int kShift = kCoarseShift;
    if ((at >> kShift) - (sorted_end_ >> kShift) < kSlots) {
      return insert_coarse(0, kShift, at >> kShift, place);
    }
    insert_far(at, place);
  }

  // Takes the first event before `end`, or kNoPlace. The place is the caller's to give back.
  EventPlace pop(Time end) {
    for (;;) {
      if (run_next_ >= refill_at_) refill(end);
      if (near_.empty()) {
        if (run_next_ == run_.size()) return kNoPlace;
      } else if (run_next_ == run_.size() || earlier(near_.front(), run_[run_next_])) {
        if (near_.front().at >= end) return kNoPlace;
        const EventPlace place = pop_near();
        if (pool_[place].target.value != 0) return place;
        pool_.give(place);  // cancelled when it was due already
        continue;
      }
      const Due first = run_[run_next_];
      if (first.at >= end) return kNoPlace;
      ++run_next_;
      fetch_ahead();
      if (pool_[first.place].target.value != 0) return first.place;
      pool_.give(first.place);
    }
  }

  // Takes a cancellable event back; its place is given back.
  void cancel(EventPlace place);
  // Where the next event is no earlier than; kNever if there is none.
  Time next_time() const;

  // Every pending event, in no order, also those that were cancelled when they were due already.
  std::vector<EventPlace> all() const;
  void clear();
  std::size_t bytes() const;

 private:
  // An event that is due soon; its time stands here to spare a look at its place.
  struct Due {
    Time at;
    EventPlace place;
  };

  // Slots are named by their number since the start of time; a ring keeps each at that number
  // modulo its size, which is unambiguous because it holds only the next kSlots of them.
  static constexpr int kSlotBits = 12;
  static constexpr std::uint64_t kSlots = std::uint64_t{1} << kSlotBits;
  // The fine ring: slots of 256 ns, 1 ms in all.
  static constexpr int kFineShift = 8;
  static constexpr std::uint64_t kFineReach = kSlots << kFineShift;
  // The coarse rings: slots of 1 ms, 4.3 s, 4.9 h and 2.3 years.
  static constexpr std::uint32_t kCoarseRings = 4;
  static constexpr int kCoarseShift = kFineShift + kSlotBits;
  static constexpr int coarse_shift(std::uint32_t ring) {
    return kFineShift + static_cast<int>(ring + 1) * kSlotBits;
  }

  // Which slots of a ring hold something.
  class Occupied {
   public:
    void set(std::uint64_t index) {
      words_[index / 64] |= std::uint64_t{1} << (index % 64);
      any_ |= std::uint64_t{1} << (index / 64);
    }
    void reset(std::uint64_t index) {
      words_[index / 64] &= ~(std::uint64_t{1} << (index % 64));
      if (words_[index / 64] == 0) any_ &= ~(std::uint64_t{1} << (index / 64));
    }
    // The number of the first occupied slot from slot `from` on, or kNowhere.
    std::uint64_t first(std::uint64_t from) const;

   private:
    std::array<std::uint64_t, kSlots / 64> words_{};
    std::uint64_t any_ = 0;  // a bit per word
  };

  // A slot of a coarse ring. Several chains, because walking one waits for memory at every step,
  // and walks side by side wait together. Timers stand in one of their own, linked both ways.
  static constexpr std::uint32_t kChains = 8;
  using Chains = std::array<EventPlace, kChains>;
  struct CoarseRing {
    std::vector<Chains> plain;  // made when first used
    std::vector<EventPlace> timers;
    Occupied occupied;
  };

  // How many events ahead a target is fetched.
  static constexpr std::size_t kAhead = 16;
  static constexpr std::uint64_t kNowhere = ~std::uint64_t{0};
  // `previous` of a timer that stands first in the chain of a slot, which follows.
  static constexpr std::uint32_t kFirst = std::uint32_t{1} << 31;
  // `previous` of a timer that is due soon.
  static constexpr std::uint32_t kSoon = kFirst - 1;

  bool earlier(const Due& a, const Due& b) const {
    return a.at != b.at ? a.at < b.at : pool_[a.place] < pool_[b.place];
  }
  void insert_fine(std::uint64_t slot, EventPlace place) {
    const std::uint64_t index = slot % kSlots;
    Event& event = pool_[place];
    event.next = fine_[index];
    event.previous = kSoon;
    fine_[index] = place;
    fine_occupied_.set(index);
    ++fine_count_;
  }

  void insert_coarse(std::uint32_t number, int shift, std::uint64_t slot, EventPlace place) {
    CoarseRing& ring = coarse_[number];
    if (ring.plain.empty()) [[unlikely]]
      open(ring);
    const auto index = static_cast<std::uint32_t>(slot % kSlots);
    Event& event = pool_[place];
    if (event.is_cancellable()) {
      link_timer(ring.timers[index], kFirst | (number << kSlotBits) | index, place);
    } else {
      EventPlace& first = ring.plain[index][place % kChains];
      event.next = first;
      first = place;
    }
    ring.occupied.set(index);
    // Of two slots that start together the coarser one comes first: it is spread over the other.
    const std::uint64_t start = slot << shift;
    if (start < coarse_start_ || (start == coarse_start_ && number > coarse_ring_)) [[unlikely]] {
      coarse_start_ = start;
      coarse_ring_ = number;
    }
  }

  // Fetches the target of an event that is due a little later, and one more event of the coarse
  // slot that comes next, so that neither its handler nor spreading the slot will wait for memory.
  void fetch_ahead() {
    if (run_next_ + kAhead < run_.size()) {
      __builtin_prefetch(targets_.at(pool_[run_[run_next_ + kAhead].place].target), 1);
    }
    EventPlace& place = ahead_[run_next_ % kChains];
    if (place == kNoPlace) return;
    place = pool_[place].next;
    if (place != kNoPlace) __builtin_prefetch(&pool_[place]);
  }

  void insert_far(std::uint64_t at, EventPlace place);
  void link_timer(EventPlace& first, std::uint32_t head, EventPlace place);
  void open(CoarseRing& ring);
  void push_near(EventPlace place);
  EventPlace pop_near();
  void refill(Time end);
  void take_fine(std::uint64_t slot);
  void take_coarse();
  void sort_gathered(std::uint64_t start);
  void find_coarse();

  EventPool& pool_;
  const ComponentArena& targets_;
  // Every event before this time, ns, is in `run_` or `near_`, every other one in a ring. It is the
  // start of a slot of the fine ring.
  std::uint64_t sorted_end_ = 0;
  std::vector<Due> run_;  // taken from the fine ring, sorted
  std::size_t run_next_ = 0;
  std::size_t refill_at_ = 0;  // of run_next_: early enough that the next ones come in time
  std::vector<Due> near_;      // sent since into the time of the run: a heap
  std::vector<EventPlace> fine_;
  Occupied fine_occupied_;
  std::uint64_t fine_count_ = 0;  // events in the fine ring
  bool was_few_ = true;           // the last coarse slot held so few that they were sorted at once
  std::vector<Due> gathered_;     // what a coarse slot holds, while it is sorted
  std::array<CoarseRing, kCoarseRings> coarse_;
  // The first occupied slot of all coarse rings: its start in ns, or kNowhere, and its ring.
  std::uint64_t coarse_start_ = kNowhere;
  std::uint32_t coarse_ring_ = 0;
  Chains ahead_;  // how far each chain of that slot has been fetched
};

}  // namespace meshsim
