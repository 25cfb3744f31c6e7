// Metrics are declared by a component when it is built and counted through the Context.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace meshsim {

// A handle; the value lives with the simulation.
struct Counter {
  std::uint32_t index = 0;
};

struct CounterValue {
  std::string component;  // path
  std::string name;       // "dns_queries"
  std::string meaning;
  std::uint64_t value = 0;
};

// All counters of a simulation, in the order they were declared.
class Metrics {
 public:
  Counter counter(std::string_view component, std::string_view name, std::string_view meaning);
  void add(Counter counter, std::uint64_t count) { values_[counter.index].value += count; }
  const std::vector<CounterValue>& values() const { return values_; }

 private:
  std::vector<CounterValue> values_;
};

// Declares the metrics of one component.
class Meter {
 public:
  Meter(Metrics& metrics, std::string path) : metrics_(&metrics), path_(std::move(path)) {}
  Counter counter(std::string_view name, std::string_view meaning) {
    return metrics_->counter(path_, name, meaning);
  }

 private:
  Metrics* metrics_;
  std::string path_;
};

}  // namespace meshsim
