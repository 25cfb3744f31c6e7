// From a scenario file to a report: load, plan, then build, run and judge once per seed.
#include "meshsim/scenario/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>
#include <mutex>
#include <thread>
#include <tuple>

#include "meshsim/base/version.hpp"
#include "meshsim/kernel/random.hpp"
#include "models/coherence/member.hpp"
#include "sim/scenario/build.hpp"
#include "sim/scenario/expect.hpp"
#include "sim/scenario/load.hpp"
#include "sim/scenario/mesh_shape.hpp"
#include "sim/scenario/plan.hpp"
#include "sim/scenario/reachable.hpp"
#include "sim/scenario/snapshot_file.hpp"

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

template <class... Parts>
std::shared_ptr<const void> copy_of(std::tuple<Parts&...> state, std::uint64_t& object_bytes) {
  using Copy = std::tuple<Parts...>;
  object_bytes += sizeof(Copy);
  return std::make_shared<const Copy>(state);
}

// Object and heap of a member, on average: the heap is what a copy of all that changes while it
// runs adds to it. Without its spec, and without letters and names, which members share. The first
// copies take the holes that earlier frees have left; the second ones are counted.
std::uint64_t bytes_per_member(const World& world, const std::function<std::uint64_t()>& heap) {
  if (world.members.empty()) return 0;
  std::vector<std::shared_ptr<const void>> copies;
  copies.reserve(2 * world.members.size());
  std::uint64_t before = 0;
  std::uint64_t objects = 0;
  for (int round = 0; round < 2; ++round) {
    before = heap();
    objects = 0;
    for (const MemberSlot& slot : world.members) {
      copies.push_back(copy_of(slot.process->state(), objects));
    }
  }
  const std::uint64_t added = heap() - before;
  return sizeof(coherence::Member) +
         (added - std::min(added, objects)) / static_cast<std::uint64_t>(world.members.size());
}

RunMemory memory_of(const World& world) {
  const MemoryStats stats = world.simulation->memory();
  return {stats.components,     stats.component_bytes,    stats.peak_pending,
          stats.event_bytes,    stats.queue_bytes,        world.simulation->payloads().live(),
          world.members.size(), sizeof(coherence::Member)};
}

// What expectations ask for beyond what a run shows anyway.
struct Asked {
  std::vector<ReachableAsk> reachable;
  std::vector<MeshShape> shapes;
  std::vector<RuleCount> rules;
};

// What the rules find, if a condition asks for one.
std::vector<RuleCount> rules_of(const Plan& plan, const std::vector<Condition>& conditions,
                                const RunOptions& options, Diagnostics& diagnostics) {
  const auto asks = [](const Condition& condition) { return condition.metric->name == "findings"; };
  if (!options.check || std::none_of(conditions.begin(), conditions.end(), asks)) return {};
  std::vector<RuleCount> rules = options.check(plan);
  for (const Condition& condition : conditions) {
    const bool is_known = std::any_of(rules.begin(), rules.end(), [&](const RuleCount& rule) {
      return rule.rule == condition.selector;
    });
    if (!asks(condition) || is_known) continue;
    diagnostics.error(condition.pos, "expect",
                      fmt::format("there is no rule '{}'; `meshsim explain rules` lists all",
                                  condition.selector));
  }
  return rules;
}

Asked asked_by(const Plan& plan, const std::vector<Condition>& conditions,
               const RunOptions& options, Duration until, Diagnostics& diagnostics) {
  Asked asked;
  asked.rules = rules_of(plan, conditions, options, diagnostics);
  asked.reachable = reachable_asks(plan, conditions, until, diagnostics);
  const bool asks_shape = std::any_of(conditions.begin(), conditions.end(),
                                      [](const auto& one) { return one.metric->name == "shape"; });
  for (const std::string_view graph : kMeshGraphs) {
    if (!asks_shape) break;
    asked.shapes.push_back({std::string{graph}, shape_of(mesh_edges(plan, graph))});
  }
  return asked;
}

// What all runs have in common.
struct Runs {
  const Plan& plan;
  const std::vector<Condition>& conditions;
  const Asked& asked;
  const RunOptions& options;
  const std::string& hash;
  const Sources& sources;
};

// What one run is asked for; the rest stands in the options.
struct OneRun {
  std::uint64_t seed = 0;
  Duration until{};
  std::uint32_t jobs = 1;
  const SnapshotFile* from = nullptr;
};

RunResult run_once(const Runs& runs, const OneRun& one) {
  const auto& [plan, conditions, asked, options, hash, sources] = runs;
  const auto world = build_world(plan, one.seed, one.jobs);
  Observer observer{*world->simulation, world->decisions, sources, world->members};
  world->simulation->add_sink(observer);
  ReachableProbes probes{asked.reachable, one.until};
  probes.send(*world);

  RunResult result;
  const RunState state{*world, observer, probes, result.events, sources};
  if (one.from != nullptr) restore(*one.from, state);
  const auto run_to = [&](Duration end) {
    result.events += world->simulation->run_until(at(end), options.executor).events;
  };
  const auto run = [&] {
    const std::uint64_t before = result.events;
    if (options.save) {
      run_to(options.save->at);
      write_snapshot(options.save->path, hash, state);
    }
    run_to(one.until);
    return result.events - before;
  };
  if (options.measure) {
    result.wall = options.measure(run);
  } else {
    run();
  }
  observer.finish(result);
  if (options.heap_in_use) {
    result.memory = memory_of(*world);
    result.wall.bytes_per_member = bytes_per_member(*world, options.heap_in_use);
  }
  result.reachable = probes.results();
  result.shapes = asked.shapes;
  result.rules = asked.rules;

  result.scenario = plan.scenario.name;
  result.seed = one.seed;
  result.version = kVersion;
  result.fingerprint = fmt::format("{:016x}", world->simulation->fingerprint());
  result.simulated = at(one.until);
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

// Whether what is asked of snapshots can be done; errors otherwise.
bool accept(const RunOptions& options, const OneRun& one, std::uint32_t runs,
            Diagnostics& diagnostics) {
  const auto refuse = [&](const std::string& path, const std::string& why) {
    diagnostics.error({}, path, why);
    return false;
  };
  if (!options.save && one.from == nullptr) return true;
  if (runs != 1) {
    return refuse(options.save ? options.save->path : options.from,
                  fmt::format("a snapshot is of one run, and this would be {}: --runs 1", runs));
  }
  const Duration begin = one.from == nullptr ? Duration::zero() : one.from->header.at - kStart;
  const auto text = [](Duration time) { return format_duration(time.count()); };
  if (one.until < begin) {
    return refuse(options.from, fmt::format("goes on at {}; the run cannot end at {} (--until)",
                                            text(begin), text(one.until)));
  }
  if (options.save && (options.save->at < begin || options.save->at > one.until)) {
    return refuse(options.save->path,
                  fmt::format("cannot be saved at {}: the run is from {} to {}",
                              text(options.save->at), text(begin), text(one.until)));
  }
  return true;
}

// The snapshot to go on from; nothing, and an error, if it is none, or none of this run.
std::optional<SnapshotFile> snapshot_to_go_on(const RunOptions& options, const std::string& hash,
                                              Diagnostics& diagnostics) {
  auto file = read_snapshot(options.from, diagnostics);
  if (!file) return std::nullopt;
  if (options.seed && *options.seed != file->header.seed) {
    diagnostics.error({}, file->path,
                      fmt::format("is of seed {}, which goes with it; leave --seed {} out",
                                  file->header.seed, *options.seed));
    return std::nullopt;
  }
  if (file->header.scenario_hash != hash) {
    diagnostics.warning({}, file->path,
                        "is of a run of other files: what they say now holds from then on");
  }
  return file;
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
  OneRun one{options.seed.value_or(plan->scenario.seed),
             options.until.value_or(plan->scenario.until), options.jobs, nullptr};
  const Asked asked = asked_by(*plan, conditions, options, one.until, diagnostics);
  if (!diagnostics.ok()) return std::nullopt;
  const std::string hash = hash_of_files(sources);
  std::optional<SnapshotFile> from;
  if (!options.from.empty()) {
    from = snapshot_to_go_on(options, hash, diagnostics);
    if (!from) return std::nullopt;
    one.seed = from->header.seed;
    one.from = &*from;
  }
  if (!accept(options, one, count, diagnostics)) return std::nullopt;
  std::vector<std::string> warnings;
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    warnings.push_back(text(diagnostic, sources));
  }

  const Runs runs{*plan, conditions, asked, options, hash, sources};
  RunReport report;
  report.runs.resize(count);
  if (count == 1) {
    try {
      report.runs.front() = run_once(runs, one);
    } catch (const SnapshotError& wrong) {
      diagnostics.error({}, options.from.empty() ? options.save->path : options.from, wrong.what());
      return std::nullopt;
    }
    if (options.progress) options.progress(1, 1);
  } else {
    // What one run allocates cannot be told from what the others do.
    RunOptions each = options;
    each.heap_in_use = nullptr;
    const Runs many{*plan, conditions, asked, each, hash, sources};
    share_out(count, options, [&](std::uint32_t run) {
      report.runs[run] = run_once(many, {one.seed + run, one.until, 1, nullptr});
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
