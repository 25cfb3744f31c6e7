// A part of the world that one thread at a time works off: its pending events, and the context
// that its handlers get. A simulation has one lane, or one per group of regions when it runs on
// several threads; nothing that a run yields depends on how many.
#pragma once

#include <cstdint>
#include <vector>

#include "component_arena.hpp"
#include "event_pool.hpp"
#include "event_queue.hpp"
#include "meshsim/kernel/context.hpp"
#include "meshsim/kernel/simulation.hpp"

namespace meshsim {

class Lane final : public Context {
 public:
  Lane(Simulation& simulation, std::uint32_t number, PayloadPool& payloads);

  // Queues an event that another lane or the world outside has made.
  EventPlace take(const Event& event);
  // Forgets all that is pending.
  void clear();
  // Chooses the queue: the serial executor keeps a plain heap.
  void use(ExecutorKind kind);

  // Handles the events before `end` in the order of their keys, `most` of them if there are more.
  void run(Time end, std::uint64_t most);
  // No event of this lane is earlier; kNever if there is none.
  Time next_time() const;

  // Serial only: the first event, or nullptr; and handling it.
  const Event* first();
  void step();

  // What is to go to other lanes, by lane; emptied by whoever carries it.
  std::vector<std::vector<Event>>& outboxes() { return outboxes_; }
  std::vector<TraceRecord>& records() { return records_; }
  std::uint64_t events() const { return events_; }
  std::size_t peak_pending() const { return pool_.used(); }
  std::size_t queue_bytes() const { return queue_.bytes(); }
  std::vector<Event> pending() const;

 private:
  friend class Context;

  void handle(EventPlace place);
  Event& place(ComponentPlace target, std::uint8_t slot, Duration delay, bool cancellable,
               EventPlace& place);
  Event& place_timer(ComponentPlace target, std::uint8_t slot, Duration delay, Timer& timer);
  bool cancel(Timer timer);
  void record(Observation&& observation);
  void push(EventPlace place);
  EventPlace pop_heap();

  Simulation& simulation_;
  const ComponentArena& components_;
  const std::uint32_t number_;
  Component* current_ = nullptr;
  EventPool pool_;
  EventQueue queue_;
  ExecutorKind kind_ = ExecutorKind::Windowed;
  std::vector<EventPlace> heap_;  // of the serial executor
  std::vector<std::vector<Event>> outboxes_;
  std::vector<TraceRecord> records_;
  std::uint64_t events_ = 0;
};

}  // namespace meshsim
