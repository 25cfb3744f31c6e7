// A world of components and its run: add, seal, wire, start, run_until.
#pragma once

#include <memory>
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

enum class ExecutorKind : std::uint8_t {
  Serial,    // one queue, the total order as it is written: the oracle
  Windowed,  // one window at a time, cell by cell; the same results
};

struct RunStats {
  std::uint64_t events = 0;
  std::uint64_t peak_pending = 0;
};

// Components are added, then sealed (ids follow sorted paths), then wired by address, then run.
// After sealing the set of components is fixed.
class Simulation {
 public:
  // `window`: shortest delay between two cells, > 0; shorter sends between cells break a promise.
  Simulation(std::uint64_t seed, Duration window);
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  // The cell of that name, made at first use.
  CellId cell(std::string_view name);

  // `path` names the component in traces and streams and must be unique: "c1/10.1.64.5/coredns".
  template <class C, class... Args>
  C& add(std::string path, CellId cell, Args&&... args) {
    auto component = std::make_unique<C>(std::forward<Args>(args)...);
    C& added = *component;
    adopt(std::move(path), cell, std::move(component));
    return added;
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
  const PayloadPool& payloads() const { return payloads_; }
  PayloadPool& payloads() { return payloads_; }

  const std::string& path(ComponentId id) const;
  std::size_t components() const { return slots_.size(); }
  std::size_t cells() const { return cells_.size(); }

  // The sink must outlive the runs.
  void add_sink(TraceSink& sink) { sinks_.push_back(&sink); }

  // A message from outside the world, delivered at `when`.
  template <Message M>
  void send(Address<M> target, const M& message, Time when) {
    check(bool{target}, "a message is sent to a wired address");
    Event event;
    event.key.at = when;
    event.target = target.id;
    event.slot = target.slot;
    std::memcpy(event.body.data(), &message, sizeof message);
    post_from_outside(event);
  }

  // Handles every event up to and including `end`; may be called again with a later end.
  RunStats run_until(Time end, ExecutorKind kind = ExecutorKind::Windowed);

  // A hash over all handled events, per cell in order, and all trace records. Equal fingerprints
  // mean equal runs; the executor does not show in it.
  std::uint64_t fingerprint() const;

 private:
  friend class Executor;

  struct Slot {
    std::string path;
    CellId cell;
    std::unique_ptr<Component> component;
    std::uint64_t sent = 0;
  };
  struct Cell {
    std::string name;
    std::uint64_t hash = 0;
  };

  void adopt(std::string path, CellId cell, std::unique_ptr<Component> component);
  void post_from_outside(Event& event);

  std::uint64_t seed_;
  Duration window_;
  bool sealed_ = false;
  std::vector<Slot> slots_;  // slot 0 is the world outside
  std::vector<Cell> cells_;
  Metrics metrics_;
  PayloadPool payloads_;
  std::vector<TraceSink*> sinks_;
  std::vector<Event> pending_;  // a heap by key between runs
  std::uint64_t trace_hash_ = 0;
};

}  // namespace meshsim
