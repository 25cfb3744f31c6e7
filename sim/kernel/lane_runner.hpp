// Works lanes off on several threads. A lane may run as far as no other can still send to it: the
// earliest event of each other lane plus the shortest delay from there. There is no common barrier:
// a thread takes whichever lane is furthest behind, works a portion of it, and passes on what it
// sends; it spins briefly, then sleeps, when every lane must wait for one that runs.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

#include "lane.hpp"

namespace meshsim {

class LaneRunner {
 public:
  // Handles the events before `end`.
  LaneRunner(Simulation& simulation, Time end);
  void run(std::uint32_t threads);

 private:
  struct Place {
    Lane* lane = nullptr;
    PayloadPool* payloads = nullptr;
    bool is_running = false;
    Time next{};                      // nothing earlier is left in the lane or in `inbox`
    Time promise{};                   // nothing earlier will ever happen in the lane
    std::vector<Event> inbox;         // from other lanes, since it ran last
    std::vector<PayloadId> returned;  // its payloads that other lanes have released
  };

  void work();
  void make_promises();
  Time horizon(std::size_t place) const;
  Place* choose(Time& horizon);
  bool is_finished() const;
  void open(Place& place);
  void close(Place& place);
  void deliver(Place& from);
  void publish_final();
  void wait(std::unique_lock<std::mutex>& lock);
  void wake();

  Simulation& simulation_;
  const Time end_;
  std::mutex mutex_;  // of all below; lanes are worked off without it
  std::condition_variable changed_;
  std::atomic<std::uint64_t> changes_ = 0;
  std::vector<Place> places_;
  std::vector<TraceRecord> records_;  // of all lanes
};

}  // namespace meshsim
