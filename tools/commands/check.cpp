// meshsim check: static rules over whatever files there are, before anything is applied.
#include "sim/check/check.hpp"

#include <fmt/format.h>

#include <array>

#include "sim/check/report.hpp"
#include "sim/check/rules.hpp"
#include "sim/report/report.hpp"
#include "tools/commands/commands.hpp"
#include "tools/commands/look.hpp"
#include "tools/output_file.hpp"
#include "tools/terminal.hpp"

namespace meshsim::tools {
namespace {

constexpr std::array kOptions{
    Option{"--output", 'o', OptionKind::Choice, "table|wide|json", "how the report is printed"},
    Option{"--sarif", 0, OptionKind::Text, "FILE", "also write SARIF 2.1.0 for code scanning"},
    Option{"--junit-xml", 0, OptionKind::Text, "FILE", "also write JUnit's XML, a case per rule"},
    Option{"--github", 0, OptionKind::Flag, "", "print findings as GitHub workflow commands"},
    Option{"--rule", 0, OptionKind::Text, "ID",
           "only this rule; 'MS04' stands for all that begin so; may be repeated"},
    Option{"--except", 0, OptionKind::Text, "ID", "all but this rule; may be repeated"},
};

ExitCode exit_code(const checks::CheckReport& report) {
  if (report.count(checks::Level::Error) + report.count(checks::Level::Warning) > 0) {
    return ExitCode::Finding;
  }
  for (const checks::RuleResult& result : report.rules) {
    if (result.outcome == checks::Outcome::Unknown) return ExitCode::Unknown;
  }
  return ExitCode::Holds;
}

ExitCode refuse_choice(std::string_view word) {
  const std::string_view near = checks::nearest_rule(word);
  tell(fmt::format("meshsim check: there is no rule '{}'{}; `meshsim explain rules` lists all\n",
                   word, near.empty() ? "" : fmt::format(" (did you mean {}?)", near)));
  return ExitCode::BadInput;
}

ExitCode check_files(const Arguments& arguments) {
  const checks::RuleChoice choice{arguments.texts("--rule"), arguments.texts("--except")};
  if (const std::string_view wrong = checks::wrong_choice(choice); !wrong.empty()) {
    return refuse_choice(wrong);
  }
  const std::string_view format = arguments.choice(kOptions[0]);
  Look look;
  const auto& [sources, diagnostics] = look;
  const std::optional<Plan> plan = look.plan_look(arguments.operands(), ValidateFor::Look);
  if (!plan) {
    tell(diagnostics.text(sources));
    if (format == "json") print(error_json(diagnostics, sources));
    return ExitCode::BadInput;
  }
  const checks::CheckReport report = checks::check_plan(*plan, choice, look.diagnostics);
  if (format != "json") tell(diagnostics.text(sources));
  if (const std::string path = arguments.text("--sarif"); !path.empty()) {
    write_file(path, report_sarif(report, sources));
  }
  if (const std::string path = arguments.text("--junit-xml"); !path.empty()) {
    write_file(path, report_junit(report, sources));
  }
  if (arguments.flag("--github")) {
    print(report_github(report, sources));
  } else if (format == "json") {
    print(report_json(report, sources, diagnostics));
  } else {
    print(report_table(report, sources, format == "wide", wants_colour()));
  }
  return exit_code(report);
}

}  // namespace

constinit const Verb kCheckVerb{
    .name = "check",
    .operand = "FILE...",
    .operand_words = "",
    .summary = "what will not work, and which line to change, without a run",
    .text =
        "Holds files against a list of rules: ranges that overlap, routes one way only, closed\n"
        "ports, clusters that do not know each other, names that end nowhere, Coherence clusters\n"
        "that fall apart, limits of the service. Nothing is simulated.\n\n"
        "  meshsim check three-region-hub.yaml                 a scenario with all it applies\n"
        "  meshsim check topologies/two-region.yaml            the network alone\n"
        "  meshsim check state.json dump-c1.json dump-c2.json  terraform show, kubectl get\n"
        "  meshsim check topology.yaml c1=values.yaml          manifests of cluster c1\n"
        "  meshsim check FILE --rule MS04 -o wide              rules of DNS, with every hop\n"
        "  meshsim check FILE --sarif out.sarif --junit-xml out.xml\n\n"
        "Each rule has a page: meshsim explain MS0201; `meshsim explain rules` lists them. To\n"
        "accept a finding, write  ignore: [\"MS0201 because ...\"]  at the object (or the top) of\n"
        "a topology or scenario, or annotate a manifest with meshsim.dev/ignore; it is then shown\n"
        "as accepted.\n\n"
        "Exit code: 0 no findings (notes do not count), 1 findings, 2 the files have errors, 3 no\n"
        "findings, but the files do not say all that a rule has to know.\n",
    .options = kOptions,
    .run = check_files,
};

}  // namespace meshsim::tools
