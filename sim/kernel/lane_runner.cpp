// Threads over lanes. Which thread works which lane when is a matter of chance; what a lane does is
// not, because nothing reaches it out of the order of its keys.
#include "lane_runner.hpp"

#include <algorithm>
#include <iterator>
#include <thread>

namespace meshsim {
namespace {

// Events of a lane that are worked off before others are told: enough to make the lock cheap,
// little enough that the others do not wait long.
constexpr std::uint64_t kPortion = 2048;
// Looks at the counter of changes before a thread sleeps, about 20 us.
constexpr int kSpins = 4000;

Time later(Time time, Duration delay) { return time > kNever - delay ? kNever : time + delay; }

}  // namespace

LaneRunner::LaneRunner(Simulation& simulation, Time end)
    : simulation_(simulation), end_(end), places_(simulation.lanes_.size()) {
  for (std::size_t index = 0; index < places_.size(); ++index) {
    places_[index].lane = simulation.lanes_[index].get();
    places_[index].payloads = simulation.pools_[index].get();
    places_[index].next = places_[index].lane->next_time();
  }
}

void LaneRunner::run(std::uint32_t threads) {
  {
    std::vector<std::jthread> others;
    for (std::uint32_t thread = 1; thread < threads; ++thread) {
      others.emplace_back([this] { work(); });
    }
    work();
  }
  // What lies beyond the end waits in its lane for the next run.
  for (Place& place : places_) {
    open(place);
    for (const Event& event : place.inbox) place.lane->take(event);
  }
  simulation_.publish(records_);
}

void LaneRunner::work() {
  std::unique_lock lock(mutex_);
  while (!is_finished()) {
    Time horizon{};
    Place* const place = choose(horizon);
    if (place == nullptr) {
      wait(lock);
      continue;
    }
    open(*place);
    std::vector<Event> inbox = std::exchange(place->inbox, {});
    lock.unlock();
    for (const Event& event : inbox) place->lane->take(event);
    place->lane->run(horizon, kPortion);
    lock.lock();
    close(*place);
    wake();
  }
  wake();
}

bool LaneRunner::is_finished() const {
  return std::all_of(places_.begin(), places_.end(), [this](const Place& place) {
    return !place.is_running && place.next >= end_;
  });
}

// The earliest that can happen in each lane: its own next event, or one that another lane causes.
void LaneRunner::make_promises() {
  for (Place& place : places_) place.promise = place.next;
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t to = 0; to < places_.size(); ++to) {
      const Time earliest = horizon(to);
      if (earliest < places_[to].promise && !places_[to].is_running) {
        places_[to].promise = earliest;
        changed = true;
      }
    }
  }
}

// Until when nothing can reach the lane from another.
Time LaneRunner::horizon(std::size_t to) const {
  Time earliest = kNever;
  for (std::size_t from = 0; from < places_.size(); ++from) {
    if (from == to) continue;
    const Duration delay =
        simulation_.lookahead(static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to));
    earliest = std::min(earliest, later(places_[from].promise, delay));
  }
  return earliest;
}

// Of the lanes that may run, the one furthest behind.
LaneRunner::Place* LaneRunner::choose(Time& limit) {
  make_promises();
  Place* chosen = nullptr;
  for (std::size_t index = 0; index < places_.size(); ++index) {
    Place& place = places_[index];
    if (place.is_running || place.next >= end_) continue;
    if (chosen != nullptr && chosen->next <= place.next) continue;
    const Time earliest = std::min(horizon(index), end_);
    if (place.next >= earliest) continue;
    chosen = &place;
    limit = earliest;
  }
  return chosen;
}

void LaneRunner::open(Place& place) {
  place.is_running = true;
  for (const PayloadId id : place.returned) place.payloads->take_back(id);
  place.returned.clear();
}

void LaneRunner::close(Place& place) {
  place.is_running = false;
  place.next = place.lane->next_time();
  for (const Event& event : place.inbox) place.next = std::min(place.next, event.at);
  for (const PayloadId id : place.payloads->take_foreign()) {
    places_[PayloadPool::owner_of(id)].returned.push_back(id);
  }
  deliver(place);
  std::vector<TraceRecord>& records = place.lane->records();
  std::move(records.begin(), records.end(), std::back_inserter(records_));
  records.clear();
  publish_final();
}

void LaneRunner::deliver(Place& from) {
  std::vector<std::vector<Event>>& outboxes = from.lane->outboxes();
  for (std::size_t to = 0; to < outboxes.size(); ++to) {
    for (const Event& event : outboxes[to]) {
      places_[to].inbox.push_back(event);
      // A running lane says its own next when it stops; until then it stands where it started.
      if (!places_[to].is_running) places_[to].next = std::min(places_[to].next, event.at);
    }
    outboxes[to].clear();
  }
}

// Hands on the records that no lane can precede any more.
void LaneRunner::publish_final() {
  if (records_.empty()) return;
  make_promises();
  Time earliest = kNever;
  for (const Place& place : places_) earliest = std::min(earliest, place.promise);
  const auto rest =
      std::stable_partition(records_.begin(), records_.end(),
                            [earliest](const TraceRecord& record) { return record.at < earliest; });
  std::vector<TraceRecord> final{std::make_move_iterator(records_.begin()),
                                 std::make_move_iterator(rest)};
  records_.erase(records_.begin(), rest);
  simulation_.publish(final);
}

void LaneRunner::wait(std::unique_lock<std::mutex>& lock) {
  const std::uint64_t seen = changes_.load(std::memory_order_relaxed);
  lock.unlock();
  for (int spin = 0; spin < kSpins; ++spin) {
    if (changes_.load(std::memory_order_acquire) != seen) break;
    __builtin_ia32_pause();
  }
  lock.lock();
  changed_.wait(lock, [&] { return changes_.load(std::memory_order_relaxed) != seen; });
}

void LaneRunner::wake() {
  changes_.fetch_add(1, std::memory_order_release);
  changed_.notify_all();
}

}  // namespace meshsim
