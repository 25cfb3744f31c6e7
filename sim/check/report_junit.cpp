// JUnit's XML as Ant's task writes it: what every CI server shows as test results.
#include <fmt/format.h>

#include "sim/check/report.hpp"

namespace meshsim::checks {
namespace {

// A check depends on no time, and equal inputs are to give equal bytes.
constexpr std::string_view kNoTime = "1970-01-01T00:00:00";

std::string escaped(std::string_view text) {
  std::string plain;
  for (const char letter : text) {
    switch (letter) {
      case '&': plain += "&amp;"; break;
      case '<': plain += "&lt;"; break;
      case '>': plain += "&gt;"; break;
      case '"': plain += "&quot;"; break;
      default:
        // XML has no way to write most control characters.
        plain += static_cast<unsigned char>(letter) < 0x20 && letter != '\n' && letter != '\t'
                     ? '?'
                     : letter;
    }
  }
  return plain;
}

std::string lines_of(const CheckReport& report, std::string_view rule, const Sources& sources) {
  std::string text;
  for (const Finding& finding : report.findings) {
    if (finding.rule != rule || finding.is_accepted()) continue;
    text += fmt::format("{}: {}\nremedy: {}\n", sources.text(finding.pos), finding.message,
                        finding.remedy);
    for (const Step& step : finding.steps) {
      text += fmt::format("  {} ({})\n", step.text, sources.text(step.pos));
    }
  }
  return text;
}

bool fails(const RuleResult& result) {
  return result.outcome == Outcome::Found && result.rule->level != Level::Note;
}

std::string body_of(const RuleResult& result, const CheckReport& report, const Sources& sources) {
  if (fails(result)) {
    return fmt::format("<failure type=\"{}\" message=\"{}\">{}</failure>",
                       to_string(result.rule->level), escaped(result.rule->title),
                       escaped(lines_of(report, result.rule->id, sources)));
  }
  if (result.outcome == Outcome::Unknown) {
    const Unknown& unknown = result.unknowns.front();
    return fmt::format(
        "<error type=\"unknown\" message=\"{}\"/>",
        escaped(fmt::format("{} of {} is unknown: {}", unknown.what, unknown.name, unknown.why)));
  }
  return result.outcome == Outcome::NotAsked ? "<skipped/>" : "";
}

}  // namespace

std::string report_junit(const CheckReport& report, const Sources& sources) {
  std::size_t failures = 0;
  std::size_t errors = 0;
  std::size_t skipped = 0;
  std::string cases;
  std::string notes;
  for (const RuleResult& result : report.rules) {
    failures += fails(result) ? 1 : 0;
    errors += result.outcome == Outcome::Unknown ? 1 : 0;
    skipped += result.outcome == Outcome::NotAsked ? 1 : 0;
    cases += fmt::format(
        "    <testcase classname=\"meshsim.check\" name=\"{} {}\" time=\"0\">{}"
        "</testcase>\n",
        result.rule->id, escaped(result.rule->title), body_of(result, report, sources));
    if (result.rule->level == Level::Note) notes += lines_of(report, result.rule->id, sources);
  }
  const std::string name = report.subject.empty() ? "meshsim check" : report.subject;
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
      "  <testsuite id=\"0\" package=\"meshsim\" name=\"{}\" timestamp=\"{}\" "
      "hostname=\"localhost\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
      "time=\"0\">\n    <properties/>\n{}    <system-out>{}</system-out>\n    <system-err/>\n"
      "  </testsuite>\n</testsuites>\n",
      escaped(name), kNoTime, report.rules.size(), failures, errors, skipped, cases,
      escaped(notes));
}

}  // namespace meshsim::checks
