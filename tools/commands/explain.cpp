// meshsim explain: the closed lists (exit codes, drop codes) and the keys of scenario and topology
// files, from the tables that their readers use.
#include <fmt/format.h>

#include "meshsim/base/diagnostics.hpp"
#include "models/fabric/drop.hpp"
#include "sim/check/pages.hpp"
#include "sim/check/rules.hpp"
#include "sim/scenario/expect.hpp"
#include "tools/commands/commands.hpp"
#include "tools/documents.hpp"
#include "tools/terminal.hpp"

namespace meshsim::tools {
namespace {

constexpr std::string_view kTopics = "exit-codes|drop-codes|rules|expect|scenario|topology";

std::string exit_codes() {
  std::string text = "CODE  NAME       MEANING\n";
  for (const ExitCodeRow& row : kExitCodes) {
    text += fmt::format("{:<5} {:<10} {}\n", static_cast<int>(row.code), row.name, row.meaning);
  }
  return text;
}

std::string drop_code_list() {
  std::string text =
      "Every packet that ends before its receiver has one of these codes, and the line of your\n"
      "files that decided it, if one did.\n";
  for (const DropCodeRow& row : drop_codes()) {
    text += fmt::format("\n{}\n  cause:  {}\n  remedy: {}\n", row.name, row.cause, row.remedy);
  }
  return text;
}

std::string expectations() {
  std::string text =
      "An expectation compares a figure of a run with a value, and so makes a scenario a test:\n"
      "  METRIC[SELECTOR].STATISTIC OP VALUE\n\n"
      "  members == 9                      join_time[c2].p95 < 5s\n"
      "  one_senior                        timestamp[storage-c1-0] == 3.3s +- 50ms\n"
      "  state[c3] == Hung                 joined_at[c2].max in 40s..60s\n\n"
      "SELECTOR and STATISTIC may be left out: then every figure must satisfy it. Statistics are\n"
      "min, max, median, p95, spread and count; operators ==, !=, <, <=, >, >= and in "
      "LOW..HIGH.\n\n"
      "METRIC            SELECTOR                            MEANING\n";
  for (const Metric& metric : metrics()) {
    text += fmt::format("{:<17} {:<35} {}\n", metric.name,
                        metric.selector.empty() ? "-" : metric.selector, metric.meaning);
  }
  return text;
}

std::string topics() {
  std::string text =
      "meshsim explain TOPIC\n"
      "  exit-codes    what the exit codes mean\n"
      "  drop-codes    why packets end before their receiver, and what helps\n"
      "  rules         what `meshsim check` looks for; each rule has a page: MS0201\n"
      "  expect        how expectations are written, and every metric\n";
  for (const ExplainRoot& document : documents()) {
    text += fmt::format("  {:<13} {}\n", document.name, document.meaning);
  }
  return text + "The keys below follow behind a dot: meshsim explain scenario.timeline\n";
}

ExitCode rule(const std::string& id) {
  if (const checks::RulePage* const page = checks::find_page(id)) {
    print(checks::page_text(*page));
    return ExitCode::Holds;
  }
  const std::string_view near = checks::nearest_rule(id);
  tell(fmt::format("meshsim explain: there is no rule '{}'{}; `meshsim explain rules` lists all\n",
                   id, near.empty() ? "" : fmt::format(" (did you mean {}?)", near)));
  return ExitCode::BadInput;
}

ExitCode explain(const Arguments& arguments) {
  const std::string& topic = arguments.operand();
  if (topic.empty()) {
    print(topics());
  } else if (topic == "exit-codes") {
    print(exit_codes());
  } else if (topic == "drop-codes") {
    print(drop_code_list());
  } else if (topic == "rules") {
    print(checks::rule_list());
  } else if (topic.starts_with("MS")) {
    return rule(topic);
  } else if (topic == "expect") {
    print(expectations());
  } else {
    std::string error;
    if (const auto page = meshsim::explain(topic, documents(), error)) {
      print(*page);
      return ExitCode::Holds;
    }
    if (topic.find('.') == std::string::npos) {
      const std::string_view near = nearest(topic, split_words(kTopics));
      error = fmt::format("no topic '{}'{}", topic,
                          near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
    }
    tell(fmt::format("meshsim explain: {}\n", error));
    return ExitCode::BadInput;
  }
  return ExitCode::Holds;
}

}  // namespace

constinit const Verb kExplainVerb{
    .name = "explain",
    .operand = "[TOPIC]",
    .operand_words = kTopics,
    .summary = "what a code or a field of your files means",
    .text =
        "Explains a topic; without one, lists them.\n\n"
        "  meshsim explain exit-codes              what 0 to 4 mean\n"
        "  meshsim explain drop-codes              why packets end, and what helps\n"
        "  meshsim explain rules                   what `meshsim check` looks for\n"
        "  meshsim explain MS0201                  one of them, with a bad and a good example\n"
        "  meshsim explain expect                  how expectations are written, every metric\n"
        "  meshsim explain scenario                the keys of a scenario file\n"
        "  meshsim explain topology.clusters       those below one of them\n",
    .options = {},
    .run = explain,
};

}  // namespace meshsim::tools
