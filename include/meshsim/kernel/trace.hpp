// What a run tells about itself: records by time, then cell, then the order of work in the cell,
// which is the same for every executor.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "meshsim/base/decisions.hpp"
#include "meshsim/kernel/component.hpp"

namespace meshsim {

// One observation by a component. `label` is a static string, "area.what" in the field's words
// ("coherence.joined", "drop"); what `value` and `other` mean stands beside each label's constant.
struct TraceRecord {
  Time at{};
  ComponentId component;
  CellId cell;
  std::string_view label;
  std::int64_t value = 0;
  std::int64_t other = 0;
  DecisionId decided_by;  // the line of the user's file that decided it, if one did
  DecisionId cause;       // an earlier decision that led here, if one did
  std::string text;
};

// What a handler fills in; the rest comes from the context.
struct Observation {
  std::string_view label{};
  std::int64_t value = 0;
  std::int64_t other = 0;
  DecisionId decided_by{};
  DecisionId cause{};
  std::string text{};
};

// Receives the records in order, the same for every executor.
class TraceSink {
 public:
  virtual ~TraceSink() = default;
  virtual void take(const TraceRecord& record) = 0;
};

// Keeps all records; for tests and short runs.
class TraceLog final : public TraceSink {
 public:
  void take(const TraceRecord& record) override { records_.push_back(record); }
  const std::vector<TraceRecord>& records() const { return records_; }

 private:
  std::vector<TraceRecord> records_;
};

}  // namespace meshsim
