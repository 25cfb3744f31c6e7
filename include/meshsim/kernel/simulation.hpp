// A world of components and its run: add, seal, wire, start, run_until.
#pragma once

#include <map>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "meshsim/kernel/component.hpp"
#include "meshsim/kernel/metrics.hpp"
#include "meshsim/kernel/payload.hpp"
#include "meshsim/kernel/random.hpp"
#include "meshsim/kernel/trace.hpp"

namespace meshsim {

class ComponentArena;
class Lane;

enum class ExecutorKind : std::uint8_t {
  Serial,    // one heap, the total order as it is written: the oracle
  Windowed,  // timing wheels, and windows between regions on several threads; the same results
};

struct RunStats {
  std::uint64_t events = 0;
  std::uint64_t peak_pending = 0;
};

// A part of the world that is far from the others, so that it can be worked off beside them.
struct RegionId {
  std::uint32_t value = 0;
  friend constexpr auto operator<=>(RegionId, RegionId) = default;
};

// What a world occupies.
struct MemoryStats {
  std::uint64_t components = 0;
  std::uint64_t component_bytes = 0;  // the objects, without what their state allocates
  std::uint64_t peak_pending = 0;     // events that were pending at the same time
  std::uint64_t event_bytes = 0;      // of those
  std::uint64_t queue_bytes = 0;      // rings and sorted runs beside the events
};

// Components are added, then sealed (ids follow sorted paths), then wired by address, then run.
// After sealing the set of components is fixed.
class Simulation {
 public:
  // `window`: shortest delay between two cells, > 0; shorter sends between cells break a promise.
  // `jobs`: threads that run it; regions are shared out among them.
  Simulation(std::uint64_t seed, Duration window, std::uint32_t jobs = 1);
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  // The region of that name, made at first use. Without any there is one.
  RegionId region(std::string_view name);
  // Messages from `from` to `to` take at least `shortest`; repeated, the least counts. Regions
  // that are not connected cannot send to each other.
  void connect(RegionId from, RegionId to, Duration shortest);

  // The cell of that name, made at first use.
  CellId cell(std::string_view name, RegionId region = {});

  // `path` names the component in traces and streams and must be unique: "c1/10.1.64.5/coredns".
  template <class C, class... Args>
  C& add(std::string path, CellId cell, Args&&... args) {
    static_assert(alignof(C) <= 64);
    C* const added = new (allocate(sizeof(C))) C(std::forward<Args>(args)...);
    adopt(std::move(path), cell, *added);
    return *added;
  }

  // Gives out ids. Addresses are valid from here on.
  void seal();

  std::uint64_t seed() const { return seed_; }
  Duration window() const { return window_; }
  RandomStream stream(std::string_view path, std::string_view purpose) const {
    return {seed_, path, purpose};
  }
  Meter meter(std::string path) { return {metrics_, std::move(path)}; }
  const Metrics& metrics() const { return metrics_; }
  const PayloadPool& payloads() const { return *pools_.front(); }
  PayloadPool& payloads() { return *pools_.front(); }

  const std::string& path(ComponentId id) const;
  std::size_t components() const { return slots_.size() - 1; }
  std::size_t cells() const { return cells_.size(); }
  // Parts that can run beside each other; 1 if there is one region or one job.
  std::size_t lanes() const { return lanes_.size(); }

  // The sink must outlive the runs. It is called by one thread at a time.
  void add_sink(TraceSink& sink) { sinks_.push_back(&sink); }

  // A message from outside the world, delivered at `when`.
  template <Message M>
  void send(Address<M> target, const M& message, Time when) {
    check(bool{target}, "a message is sent to a wired address");
    Event event;
    event.at = when;
    event.target = target.target;
    event.tag = Event::make_tag(sent_from_outside_++, target.slot, false);
    std::memcpy(event.body.data(), &message, sizeof message);
    post_from_outside(event);
  }

  // Handles every event up to and including `end`; may be called again with a later end.
  RunStats run_until(Time end, ExecutorKind kind = ExecutorKind::Windowed);

  // A hash over all handled events, per component in order, and all trace records. Equal
  // fingerprints mean equal runs; neither executor nor threads show in it.
  std::uint64_t fingerprint() const;

  MemoryStats memory() const;

  // Writes what there is after a run, or reads it into a sealed and wired simulation of the same
  // components that has not run: going on from there gives what the first would have given.
  // Messages from outside are not part of it: those after the end of the saved run stay as this
  // simulation has them. Throws SnapshotError; what has been read into is then of no use.
  void archive(Snapshot& snapshot);
  // The end of the last run; before the start if there was none.
  Time ran_until() const { return ran_until_; }

 private:
  friend class Lane;
  friend class LaneRunner;
  friend class Snapshot;

  struct Slot {
    std::string path;
    Component* component = nullptr;
  };
  struct Cell {
    std::string name;
    RegionId region;
  };

  void* allocate(std::size_t bytes);
  void adopt(std::string path, CellId cell, Component& component);
  void post_from_outside(Event& event);
  void make_lanes();
  Duration lookahead(std::uint32_t from, std::uint32_t to) const {
    return lookahead_[from * lanes_.size() + to];
  }
  // Hands the records to the sinks, by time and cell, and forgets them. No earlier ones may follow.
  void publish(std::vector<TraceRecord>& records);
  void run_serial(Time end);
  void archive_shape(Snapshot& snapshot);
  void archive_counters(Snapshot& snapshot);
  void archive_events(Snapshot& snapshot);
  void archive_component(Snapshot& snapshot, const Slot& slot);

  std::uint64_t seed_;
  Duration window_;
  std::uint32_t jobs_;
  bool sealed_ = false;
  std::unique_ptr<ComponentArena> arena_;
  std::vector<Slot> slots_;  // by ComponentId; 0 is the world outside
  std::vector<Cell> cells_;
  std::map<std::string, CellId, std::less<>> cell_names_;
  std::vector<std::string> regions_;
  std::map<std::pair<RegionId, RegionId>, Duration> connections_;
  std::vector<std::uint8_t> lane_of_;  // by ComponentPlace
  std::vector<Duration> lookahead_;    // between lanes
  std::vector<std::unique_ptr<Lane>> lanes_;
  Metrics metrics_;
  PayloadPool::Pools pools_;
  std::vector<TraceSink*> sinks_;
  std::uint64_t sent_from_outside_ = 0;
  std::uint64_t trace_hash_ = 0;
  Time ran_until_ = kStart - Duration{1};
};

}  // namespace meshsim
