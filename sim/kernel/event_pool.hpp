// The places of a lane's pending events: 64 bytes each in a range that never moves, so that an
// event is named by a number and stays where it is until it is handled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "meshsim/kernel/component.hpp"
#include "reserved_memory.hpp"

namespace meshsim {

// The number of a place in a pool.
using EventPlace = std::uint32_t;
inline constexpr EventPlace kNoPlace = std::numeric_limits<EventPlace>::max();

class EventPool {
 public:
  Event& operator[](EventPlace place) { return events_[place]; }
  const Event& operator[](EventPlace place) const { return events_[place]; }

  // The place that was given back last: it is still in the cache.
  EventPlace take() {
    const EventPlace place = free_;
    if (place == kNoPlace) [[unlikely]]
      return take_new();
    free_ = events_[place].next;
    return place;
  }

  void give(EventPlace place) {
    Event& event = events_[place];
    event.tag |= kFree;
    event.next = free_;
    free_ = place;
  }

  // Places that have ever been used at the same time.
  std::size_t used() const { return used_; }

 private:
  // No timer may take a free place for its own; the slot stays, for the handler that is called.
  static constexpr std::uint64_t kFree = Event::make_tag((std::uint64_t{1} << 48) - 1, 0, false);

  EventPlace take_new() {
    if ((std::size_t{used_} + 1) * sizeof(Event) > memory_.usable()) memory_.grow();
    return used_++;
  }

  ReservedMemory memory_{std::size_t{16} << 30};  // 2^28 events
  Event* const events_ = reinterpret_cast<Event*>(memory_.begin());
  EventPlace free_ = kNoPlace;
  EventPlace used_ = 0;
};

}  // namespace meshsim
