// From a scenario file to a report: load, plan, then build, run and judge once per seed.
#include "meshsim/scenario/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>
#include <mutex>
#include <thread>

#include "meshsim/base/version.hpp"
#include "meshsim/kernel/random.hpp"
#include "sim/scenario/build.hpp"
#include "sim/scenario/expect.hpp"
#include "sim/scenario/load.hpp"
#include "sim/scenario/plan.hpp"

namespace meshsim {
namespace {

// Over the bytes of every file the run was made from, in the order they were read.
std::string hash_of_files(const Sources& sources) {
  std::uint64_t hash = 0;
  for (std::uint32_t file = 1; file < sources.count(); ++file) {
    std::ifstream stream{sources.path(file), std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{stream}, {}};
    hash = stable_mix(hash, stable_hash(bytes));
  }
  return fmt::format("{:016x}", hash);
}

// Calls `work` for 0 .. count-1, by as many threads as there are jobs.
void share_out(std::uint32_t count, const RunOptions& options,
               const std::function<void(std::uint32_t)>& work) {
  std::atomic<std::uint32_t> next = 0;
  std::mutex progress;
  std::uint32_t done = 0;
  const auto take = [&] {
    for (std::uint32_t run = next++; run < count; run = next++) {
      work(run);
      const std::lock_guard lock(progress);
      if (options.progress) options.progress(++done, count);
    }
  };
  std::vector<std::jthread> others;
  for (std::uint32_t job = 1; job < std::min(options.jobs, count); ++job) others.emplace_back(take);
  take();
}

RunResult run_once(const Plan& plan, const std::vector<Condition>& conditions, std::uint64_t seed,
                   Duration until, std::uint32_t jobs, const RunOptions& options,
                   const Sources& sources) {
  const auto world = build_world(plan, seed, jobs);
  Observer observer{*world->simulation, world->decisions, sources, world->members};
  world->simulation->add_sink(observer);

  RunResult result;
  const auto run = [&] {
    result.events = world->simulation->run_until(at(until), options.executor).events;
    return result.events;
  };
  if (options.measure) {
    result.wall = options.measure(run);
  } else {
    run();
  }
  observer.finish(result);

  result.scenario = plan.scenario.name;
  result.seed = seed;
  result.version = kVersion;
  result.fingerprint = fmt::format("{:016x}", world->simulation->fingerprint());
  result.simulated = at(until);
  for (const Condition& condition : conditions) {
    const Judgement judgement = judge(condition, result);
    result.verdicts.push_back(
        {condition.text, sources.text(condition.pos), judgement.holds, judgement.actual});
  }
  return result;
}

// What an expectation found over all runs: the value of one, the median and range of several.
std::string actual_of(const Condition& condition, const std::vector<RunResult>& runs) {
  std::vector<std::int64_t> numbers;
  std::string words;
  for (const RunResult& run : runs) {
    const Judgement judgement = judge(condition, run);
    numbers.insert(numbers.end(), judgement.numbers.begin(), judgement.numbers.end());
    if (words.empty() || judgement.holds != Holds::Yes) words = judgement.actual;
  }
  if (runs.size() == 1 || numbers.empty()) return words;
  std::sort(numbers.begin(), numbers.end());
  const MetricUnit unit =
      condition.statistic == Statistic::Count ? MetricUnit::Count : condition.metric->unit;
  if (numbers.front() == numbers.back()) return format_figure(unit, numbers.front());
  return fmt::format("{} ({})", format_figure(unit, numbers[(numbers.size() - 1) / 2]),
                     format_figures(unit, numbers));
}

ExpectationSummary summarise(const Condition& condition, std::size_t index,
                             const std::vector<RunResult>& runs) {
  ExpectationSummary summary;
  summary.expression = condition.text;
  summary.position = runs.front().verdicts[index].position;
  summary.runs = static_cast<std::uint32_t>(runs.size());
  for (const RunResult& run : runs) {
    summary.held += run.verdicts[index].holds == Holds::Yes ? 1 : 0;
    summary.unknown += run.verdicts[index].holds == Holds::Unknown ? 1 : 0;
  }
  summary.actual = actual_of(condition, runs);
  return summary;
}

}  // namespace

Holds RunReport::holds() const {
  Holds holds = Holds::Yes;
  for (const ExpectationSummary& expectation : expectations) {
    if (expectation.holds() == Holds::No) return Holds::No;
    if (expectation.holds() == Holds::Unknown) holds = Holds::Unknown;
  }
  return holds;
}

std::optional<RunReport> run_scenario(const std::string& path, const RunOptions& options,
                                      Sources& sources, Diagnostics& diagnostics) {
  auto scenario = load_scenario(path, sources, diagnostics);
  if (!scenario) return std::nullopt;
  std::vector<Condition> conditions;
  for (const Expectation& expectation : scenario->expect) {
    if (auto condition = parse_condition(expectation, diagnostics)) {
      conditions.push_back(std::move(*condition));
    }
  }
  const auto plan = make_plan(std::move(*scenario), sources, diagnostics);
  if (!plan) return std::nullopt;

  const std::uint32_t count = std::max(1U, options.runs.value_or(plan->scenario.runs));
  const std::uint64_t first_seed = options.seed.value_or(plan->scenario.seed);
  const Duration until = options.until.value_or(plan->scenario.until);
  const std::string hash = hash_of_files(sources);
  std::vector<std::string> warnings;
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    warnings.push_back(text(diagnostic, sources));
  }

  RunReport report;
  report.runs.resize(count);
  if (count == 1) {
    report.runs.front() =
        run_once(*plan, conditions, first_seed, until, options.jobs, options, sources);
    if (options.progress) options.progress(1, 1);
  } else {
    share_out(count, options, [&](std::uint32_t run) {
      report.runs[run] = run_once(*plan, conditions, first_seed + run, until, 1, options, sources);
    });
  }
  for (RunResult& run : report.runs) {
    run.scenario_hash = hash;
    run.warnings = warnings;
  }
  for (std::size_t index = 0; index < conditions.size(); ++index) {
    report.expectations.push_back(summarise(conditions[index], index, report.runs));
  }
  return report;
}

}  // namespace meshsim
