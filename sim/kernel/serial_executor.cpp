// The oracle: one heap, the smallest key first. Obviously right; used to judge the other.
#include <algorithm>

#include "executor.hpp"

namespace meshsim {
namespace {

class SerialExecutor final : public Executor {
 public:
  using Executor::Executor;

  RunStats run_until(Time end) override {
    while (!pending().empty() && pending().front().key.at <= end) {
      const Event event = pop_event(pending());
      if (event.key.at > time_) flush_trace();
      time_ = event.key.at;
      handle(event);
    }
    flush_trace();
    return stats_;
  }

 private:
  void queue(const Event& event) override {
    push_event(pending(), event);
    stats_.peak_pending = std::max<std::uint64_t>(stats_.peak_pending, pending().size());
  }

  Time time_{};
};

}  // namespace

std::unique_ptr<Executor> make_serial_executor(Simulation& simulation) {
  return std::make_unique<SerialExecutor>(simulation);
}

}  // namespace meshsim
