// The shared part of the executors. Every event is hashed into its cell's chain, so two runs with
// equal fingerprints handled the same events in the same order in every cell.
#include "executor.hpp"

#include <algorithm>

namespace meshsim {

void push_event(std::vector<Event>& heap, const Event& event) {
  heap.push_back(event);
  std::push_heap(heap.begin(), heap.end(), LaterFirst{});
}

Event pop_event(std::vector<Event>& heap) {
  std::pop_heap(heap.begin(), heap.end(), LaterFirst{});
  const Event event = heap.back();
  heap.pop_back();
  return event;
}

Executor::Executor(Simulation& simulation)
    : Context(simulation.metrics_, simulation.payloads_), simulation_(simulation) {}

void Executor::handle(const Event& event) {
  Simulation::Slot& target = simulation_.slots_[event.target.value];
  Simulation::Cell& cell = simulation_.cells_[target.cell.value];
  cell.hash = stable_mix(cell.hash, static_cast<std::uint64_t>(ns(event.key.at)));
  cell.hash = stable_mix(
      cell.hash, (std::uint64_t{event.key.sender.value} << 32) ^ event.target.value ^
                     (event.key.sent << 40) ^ (std::uint64_t{event.slot} << 24));
  event_ = &event;
  ++stats_.events;
  target.component->deliver(*this, event);
}

void Executor::post(Event& event) {
  Simulation::Slot& sender = simulation_.slots_[self().value];
  event.key.sender = self();
  event.key.sent = sender.sent++;
  check(event.target.value < simulation_.slots_.size(), "a message has an existing target");
  check(sender.cell == cell_of(event.target) || event.key.at - now() >= window(),
        "a message to another cell takes at least one window");
  queue(event);
}

void Executor::trace(Observation observation) {
  records_.push_back({now(), self(), cell_of(self()), observation.label, observation.value,
                      observation.other, observation.decided_by, observation.cause,
                      std::move(observation.text)});
}

void Executor::flush_trace() {
  // Records of one cell stand in the order of its work already.
  std::stable_sort(records_.begin(), records_.end(),
                   [](const TraceRecord& a, const TraceRecord& b) {
                     return a.at != b.at ? a.at < b.at : a.cell < b.cell;
                   });
  for (const TraceRecord& record : records_) {
    std::uint64_t& hash = simulation_.trace_hash_;
    hash = stable_mix(hash, static_cast<std::uint64_t>(ns(record.at)));
    hash = stable_mix(hash, stable_hash(record.label) ^ record.component.value);
    hash = stable_mix(hash, static_cast<std::uint64_t>(record.value));
    hash = stable_mix(hash, static_cast<std::uint64_t>(record.other));
    hash = stable_mix(hash, stable_hash(record.text));
    for (TraceSink* sink : simulation_.sinks_) sink->take(record);
  }
  records_.clear();
}

}  // namespace meshsim
