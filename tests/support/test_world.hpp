// The real kernel in a few lines: each component is a cell of its own, 10us from the others.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "meshsim/kernel/context.hpp"
#include "meshsim/kernel/simulation.hpp"
#include "meshsim/kernel/trace.hpp"

namespace meshsim {

// Add components, seal(), wire them, send, run.
class TestWorld {
 public:
  explicit TestWorld(std::uint64_t seed = 1, Duration window = 10us)
      : simulation_(seed, window) {
    simulation_.add_sink(trace_);
  }

  template <class C, class... Args>
  C& add(const std::string& path, Args&&... args) {
    return simulation_.add<C>(path, simulation_.cell(path), std::forward<Args>(args)...);
  }

  void seal() { simulation_.seal(); }

  template <Message M>
  void send(Address<M> target, const M& message, Duration after = Duration::zero()) {
    simulation_.send(target, message, now_ + after);
  }

  void run_for(Duration duration) {
    now_ += duration;
    simulation_.run_until(now_);
  }

  Time now() const { return now_; }
  Simulation& simulation() { return simulation_; }
  const std::vector<TraceRecord>& trace() const { return trace_.records(); }

  // How many records carry this label.
  std::size_t traced(std::string_view label) const {
    std::size_t count = 0;
    for (const TraceRecord& record : trace()) count += record.label == label ? 1 : 0;
    return count;
  }

 private:
  TraceLog trace_;
  Simulation simulation_;
  Time now_ = kStart;
};

}  // namespace meshsim
