// Runs a scenario file: the one call behind `meshsim run`.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "meshsim/base/diagnostics.hpp"
#include "meshsim/base/units.hpp"
#include "meshsim/kernel/simulation.hpp"
#include "meshsim/scenario/result.hpp"

namespace meshsim {

struct Plan;

// When and where a run is saved.
struct SaveAt {
  Duration at{};
  std::string path;
};

struct RunOptions {
  std::optional<std::uint64_t> seed;  // instead of the scenario's; run k uses seed + k
  std::optional<std::uint32_t> runs;
  std::optional<Duration> until;
  ExecutorKind executor = ExecutorKind::Windowed;
  // Threads: several runs are shared out among them, a single one by regions. No result shows it.
  std::uint32_t jobs = 1;
  // A snapshot is of one run; neither saving nor going on from one changes a result.
  std::optional<SaveAt> save;
  std::string from;  // the snapshot to go on from; empty: from the start
  // Measures one run from outside (wall clocks live in tools); called around each, by any thread.
  std::function<WallClock(const std::function<std::uint64_t()>& run)> measure;
  // The bytes that the program has allocated: asks for what the run occupies. With several runs it
  // is not asked: they share the heap.
  std::function<std::uint64_t()> heap_in_use;
  // What the rules of `meshsim check` find; called if an expectation asks for one.
  std::function<std::vector<RuleCount>(const Plan& plan)> check;
  // Told after each run, for progress on a terminal.
  std::function<void(std::uint32_t done, std::uint32_t of)> progress;
};

// One expectation over all runs.
struct ExpectationSummary {
  std::string expression;
  std::string position;
  std::uint32_t held = 0;
  std::uint32_t unknown = 0;
  std::uint32_t runs = 0;
  std::string actual;  // of one run; "median (min-max)" over several
  Holds holds() const {
    if (held == runs) return Holds::Yes;
    return held + unknown == runs ? Holds::Unknown : Holds::No;
  }
};

struct RunReport {
  std::vector<RunResult> runs;
  std::vector<ExpectationSummary> expectations;
  // No if any expectation failed in any run, else Unknown if any is unknown, else Yes.
  Holds holds() const;
};

// Nothing if the input has errors; they are in `diagnostics`, with positions in `sources`.
std::optional<RunReport> run_scenario(const std::string& path, const RunOptions& options,
                                      Sources& sources, Diagnostics& diagnostics);

}  // namespace meshsim
