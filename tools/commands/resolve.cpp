// meshsim resolve: asks CoreDNS as it is configured; runs captured cases.
#include <fmt/format.h>

#include <array>

#include "sim/resolve/cases.hpp"
#include "tools/commands/commands.hpp"
#include "tools/find_file.hpp"
#include "tools/terminal.hpp"

namespace meshsim::tools {
namespace {

constexpr std::array kOptions{
    Option{"--cases", 0, OptionKind::Flag, {}, "FILE holds captured cases: run them and compare"},
    Option{"--coredns", 0, OptionKind::Text, "VERSION", "only this release, such as 1.12.2"},
    Option{"--only", 0, OptionKind::Text, "NAME", "only cases whose name contains it"},
    Option{"--output", 'o', OptionKind::Choice, "table|json", "how the result is printed"},
};

ExitCode resolve(const Arguments& arguments) {
  if (!arguments.flag("--cases")) {
    tell("meshsim resolve: say what FILE holds: --cases\n");
    return ExitCode::BadInput;
  }
  CaseOptions options;
  options.version = arguments.text("--coredns");
  options.only = arguments.text("--only");
  std::vector<std::string> paths;
  Diagnostics diagnostics;
  for (const std::string& name : arguments.operands()) {
    if (const auto path = find_file(name, "scenarios", diagnostics)) paths.push_back(*path);
  }
  if (!diagnostics.ok()) {
    tell(diagnostics.text(Sources{}));
    return ExitCode::BadInput;
  }
  const CaseSummary summary = run_case_files(paths, options);
  for (const std::string& error : summary.errors) tell(fmt::format("meshsim resolve: {}\n", error));
  if (!summary.errors.empty()) return ExitCode::BadInput;
  print(arguments.choice(kOptions[3]) == "json" ? case_json(summary) : case_table(summary));
  return summary.failed.empty() ? ExitCode::Holds : ExitCode::Finding;
}

}  // namespace

constinit const Verb kResolveVerb{
    .name = "resolve",
    .operand = "FILE...",
    .operand_words = "",
    .summary = "run captured cases of CoreDNS and compare what it answers",
    .text =
        "Runs captured cases of CoreDNS: a Corefile, what stands around the server, questions,\n"
        "and what came of them; each with the behaviour of the release it was captured from.\n\n"
        "  meshsim resolve --cases cases/peer-name.json       all releases that it names\n"
        "  meshsim resolve --cases mine.json --coredns 1.12.2 -o json\n\n"
        "Exit code: 0 every case gives what the record says, 1 one differs, 2 the file is none.\n",
    .options = kOptions,
    .run = resolve,
};

}  // namespace meshsim::tools
