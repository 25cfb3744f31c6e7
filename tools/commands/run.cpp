// meshsim run: simulates a scenario and shows who joined, what stopped the others, and whether the
// expectations hold.
#include "meshsim/scenario/run.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

#include "sim/check/check.hpp"
#include "sim/report/report.hpp"
#include "tools/commands/commands.hpp"
#include "tools/find_file.hpp"
#include "tools/heap.hpp"
#include "tools/terminal.hpp"

namespace meshsim::tools {
namespace {

using WallTime = std::chrono::steady_clock;

constexpr std::array kOptions{
    Option{"--output", 'o', OptionKind::Choice, "table|wide|json|yaml|csv",
           "how the result is printed"},
    Option{"--seed", 0, OptionKind::Number, "N", "instead of the scenario's seed"},
    Option{.name = "--runs",
           .kind = OptionKind::Number,
           .value = "N",
           .meaning = "that many runs, with seeds N apart; expectations must hold in all",
           .min = 1,
           .max = 1'000'000},
    Option{"--until", 0, OptionKind::Span, "TIME",
           "simulated time, like 90s, instead of the "
           "scenario's"},
    Option{.name = "--jobs",
           .letter = 'j',
           .kind = OptionKind::Number,
           .value = "N",
           .meaning = "threads, for several runs or a run of several regions; same result",
           .min = 1,
           .max = 64},
    Option{"--executor", 0, OptionKind::Choice, "windowed|serial",
           "how events are ordered; both give the same result"},
    Option{"--save-at", 0, OptionKind::SpanAndText, "TIME SNAPSHOT",
           "write all there is at that time to a file, and go on"},
    Option{"--from", 0, OptionKind::Text, "SNAPSHOT",
           "go on from there, as the files say now; the same result if they are the same"},
    Option{
        "--stats", 0, OptionKind::Flag, {}, "what one run occupies: components, events, members"},
};
constexpr const Option& kOutput = kOptions[0];
constexpr const Option& kExecutor = kOptions[5];

WallClock measure(const std::function<std::uint64_t()>& run) {
  const WallTime::time_point start = WallTime::now();
  const std::uint64_t events = run();
  const std::chrono::duration<double> took = WallTime::now() - start;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  WallClock wall;
  wall.seconds = took.count();
  wall.peak_memory_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  wall.events_per_second = wall.seconds > 0 ? static_cast<double>(events) / wall.seconds : 0;
  return wall;
}

RunOptions run_options(const Arguments& arguments) {
  RunOptions options;
  options.seed = arguments.number("--seed");
  if (const auto runs = arguments.number("--runs")) {
    options.runs = static_cast<std::uint32_t>(*runs);
  }
  options.until = arguments.span("--until");
  // More threads than cores only wait for each other, and the result is the same.
  const std::uint32_t cores = std::max(1U, std::thread::hardware_concurrency());
  options.jobs = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(arguments.number("--jobs").value_or(1), cores));
  options.executor =
      arguments.choice(kExecutor) == "serial" ? ExecutorKind::Serial : ExecutorKind::Windowed;
  if (const auto at = arguments.span("--save-at")) {
    options.save = SaveAt{*at, arguments.text("--save-at")};
  }
  options.from = arguments.text("--from");
  options.measure = measure;
  if (arguments.flag("--stats")) options.heap_in_use = heap_in_use;
  options.check = checks::count_findings;
  if (is_watched()) {
    options.progress = [start = WallTime::now()](std::uint32_t done, std::uint32_t of) {
      if (of == 1 || WallTime::now() - start < std::chrono::seconds{1}) return;
      tell(fmt::format("\rrun {} of {}{}", done, of, done == of ? "\n" : ""));
    };
  }
  return options;
}

std::string report(const RunReport& report, std::string_view format) {
  if (format == "json") return report_json(report);
  if (format == "yaml") return report_yaml(report);
  if (format == "csv") return report_csv(report);
  return report_table(report, format == "wide", ReportStyle{wants_colour()});
}

ExitCode exit_code(Holds holds) {
  switch (holds) {
    case Holds::Yes: return ExitCode::Holds;
    case Holds::No: return ExitCode::Finding;
    case Holds::Unknown: return ExitCode::Unknown;
  }
  return ExitCode::Unknown;
}

ExitCode run(const Arguments& arguments) {
  const std::string_view format = arguments.choice(kOutput);
  Sources sources;
  Diagnostics diagnostics;
  std::optional<RunReport> result;
  if (const auto path = find_file(arguments.operand(), "scenarios", diagnostics)) {
    result = run_scenario(*path, run_options(arguments), sources, diagnostics);
  }
  if (!result) {
    tell(diagnostics.text(sources));
    if (format == "json") print(error_json(diagnostics, sources));
    return ExitCode::BadInput;
  }
  // The other formats have the warnings in them.
  if (format == "csv") tell(diagnostics.text(sources));
  print(report(*result, format));
  if (format == "table" || format == "wide") tell(wall_line(*result));
  return exit_code(result->holds());
}

}  // namespace

constinit const Verb kRunVerb{
    .name = "run",
    .operand = "FILE",
    .operand_words = "",
    .summary = "simulate a scenario: who joins, when, and what stops the others",
    .text =
        "Simulates a scenario, message by message in virtual time, and prints the members, the\n"
        "timeline, every kind of packet that was dropped with the line of your files that decided\n"
        "it, and the verdict of each expectation.\n\n"
        "  meshsim run three-region.yaml                     one run, as tables\n"
        "  meshsim run three-region.yaml --seed 7 -o json    other chances, for programs\n"
        "  meshsim run paris-amsterdam.yaml --runs 20        20 seeds, with median and range\n"
        "  meshsim run three-region.yaml --until 10m         for longer than the scenario says\n"
        "  meshsim run three-region.yaml --save-at 60s here  saves what there is after 60s\n"
        "  meshsim run three-region.yaml --from here         goes on from there, also with other\n"
        "                                                    times or parameters in the files\n\n"
        "FILE is looked for in the current folder, then among the scenarios that came with\n"
        "meshsim (MESHSIM_DATA names another folder with scenarios/ and topologies/).\n"
        "Equal file, seed and version give equal bytes; what depends on the machine is under\n"
        "the one key `wall`. Exit code: 0 all expectations hold, 1 one fails, 3 one cannot be\n"
        "told, 2 the input has errors, 4 meshsim or the machine failed.\n",
    .options = kOptions,
    .run = run,
};

}  // namespace meshsim::tools
