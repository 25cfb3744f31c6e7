// Expectations: what must hold at the end of a run, so that a scenario is a regression test.
//   members == 6          join_time[c2].p95 < 5s        timestamp[storage-c1-0] == 3.3s +- 50ms
//   one_senior            state[c3] == Welcoming        first_drop == drg-no-route
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "meshsim/base/diagnostics.hpp"
#include "meshsim/scenario/result.hpp"
#include "sim/scenario/scenario.hpp"

namespace meshsim {

enum class MetricUnit : std::uint8_t { Count, Nanoseconds, Word, Truth };

// One figure of a run, or several (one per member): numbers in ns or counts, or words. Words beside
// numbers explain them.
struct Figures {
  std::vector<std::int64_t> numbers;
  std::vector<std::string> words;
  std::string none;  // why there is no figure; empty if there is
};

struct Metric {
  std::string_view name;
  MetricUnit unit = MetricUnit::Count;
  std::string_view selector;  // what may stand in brackets; empty: nothing
  std::string_view meaning;
  Figures (*figures)(const RunResult& result, std::string_view selector);
};

// Every metric that an expectation may name.
std::span<const Metric> metrics();

enum class Comparison : std::uint8_t {
  Holds,
  Equal,
  NotEqual,
  Less,
  AtMost,
  More,
  AtLeast,
  Within
};
enum class Statistic : std::uint8_t { All, Min, Max, Median, P95, Spread, Count };

// A parsed expectation.
struct Condition {
  const Metric* metric = nullptr;
  std::string selector;
  Statistic statistic = Statistic::All;  // every figure must satisfy it
  Comparison comparison = Comparison::Holds;
  std::int64_t low = 0;  // the value; or the range of Within, both included
  std::int64_t high = 0;
  std::string word;
  std::string text;
  Pos pos;
};

// Nothing and an error if the text is no expectation.
std::optional<Condition> parse_condition(const Expectation& expectation, Diagnostics& diagnostics);

struct Judgement {
  Holds holds = Holds::Unknown;
  std::string actual;                 // for people
  std::vector<std::int64_t> numbers;  // the figures compared, sorted; none for words
};

Judgement judge(const Condition& condition, const RunResult& result);

// "3.317s", "59ms": at most six digits, the largest unit that keeps the number above one.
std::string format_duration(std::int64_t nanoseconds);
// A count or a duration, as the metric's unit asks.
std::string format_figure(MetricUnit unit, std::int64_t number);
// One figure, or "LOWEST..HIGHEST" of several sorted ones.
std::string format_figures(MetricUnit unit, const std::vector<std::int64_t>& sorted);

}  // namespace meshsim
