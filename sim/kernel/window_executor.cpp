// One window at a time. A window is no longer than the shortest delay between two cells, so when it
// opens every event that another cell can still cause in it is already there; the cells can then be
// worked off one after the other, each in the order of its own keys.
#include <algorithm>

#include "executor.hpp"

namespace meshsim {
namespace {

class WindowExecutor final : public Executor {
 public:
  explicit WindowExecutor(Simulation& simulation)
      : Executor(simulation), cells_(cell_count()) {}

  RunStats run_until(Time end) override {
    while (!pending().empty() && pending().front().key.at <= end) {
      open_window(end);
      for (const CellId cell : touched_) run_cell(cell);
      touched_.clear();
      flush_trace();
    }
    return stats_;
  }

 private:
  // Windows start at the next event, so idle time costs nothing.
  void open_window(Time end) {
    const Time start = pending().front().key.at;
    window_end_ = std::min(start + window(), end + Duration{1});
    while (!pending().empty() && pending().front().key.at < window_end_) {
      const Event event = pop_event(pending());
      const CellId cell = cell_of(event.target);
      if (cells_[cell.value].empty()) touched_.push_back(cell);
      cells_[cell.value].push_back(event);
    }
  }

  void run_cell(CellId cell) {
    std::vector<Event>& events = cells_[cell.value];
    std::make_heap(events.begin(), events.end(), LaterFirst{});
    while (!events.empty()) {
      const Event event = pop_event(events);
      handle(event);
    }
  }

  void queue(const Event& event) override {
    // Inside the window only the current cell can be the target: the promise was checked.
    std::vector<Event>& heap =
        event.key.at < window_end_ ? cells_[cell_of(event.target).value] : pending();
    push_event(heap, event);
    stats_.peak_pending = std::max<std::uint64_t>(stats_.peak_pending, pending().size());
  }

  Time window_end_{};
  std::vector<std::vector<Event>> cells_;
  std::vector<CellId> touched_;
};

}  // namespace

std::unique_ptr<Executor> make_window_executor(Simulation& simulation) {
  return std::make_unique<WindowExecutor>(simulation);
}

}  // namespace meshsim
