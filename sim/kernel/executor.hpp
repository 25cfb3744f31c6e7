// What both executors share: the context handed to handlers, the hashes, the trace.
#pragma once

#include <vector>

#include "meshsim/kernel/context.hpp"
#include "meshsim/kernel/simulation.hpp"

namespace meshsim {

// Orders a heap so that the smallest key is on top.
struct LaterFirst {
  bool operator()(const Event& a, const Event& b) const { return b.key < a.key; }
};

void push_event(std::vector<Event>& heap, const Event& event);
Event pop_event(std::vector<Event>& heap);

// One run over a simulation's pending events. Derived classes choose the order of work; the order
// within a cell, and so every result, is the same for all.
class Executor : public Context {
 public:
  explicit Executor(Simulation& simulation);
  virtual RunStats run_until(Time end) = 0;

  void trace(Observation observation) final;

 protected:
  // Calls the target's handler.
  void handle(const Event& event);
  // Queues a checked event that the current handler sends.
  virtual void queue(const Event& event) = 0;
  // Hands the records made since the last call to the sinks, by time and cell. Called only when no
  // event of their times is left.
  void flush_trace();

  std::vector<Event>& pending() { return simulation_.pending_; }
  CellId cell_of(ComponentId id) const { return simulation_.slots_[id.value].cell; }
  std::size_t cell_count() const { return simulation_.cells_.size(); }
  Duration window() const { return simulation_.window_; }

  RunStats stats_;

 private:
  void post(Event& event) final;

  Simulation& simulation_;
  std::vector<TraceRecord> records_;
};

std::unique_ptr<Executor> make_serial_executor(Simulation& simulation);
std::unique_ptr<Executor> make_window_executor(Simulation& simulation);

}  // namespace meshsim
