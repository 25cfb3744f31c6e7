// The report for people, and the lines that GitHub turns into annotations.
#include <fmt/format.h>

#include "sim/check/report.hpp"

namespace meshsim::checks {
namespace {

std::string coloured(Level level, bool colour) {
  const std::string word = fmt::format("{:<7}", to_string(level));
  if (!colour) return word;
  switch (level) {
    case Level::Error: return "\x1b[31m" + word + "\x1b[0m";
    case Level::Warning: return "\x1b[33m" + word + "\x1b[0m";
    case Level::Note: return "\x1b[36m" + word + "\x1b[0m";
  }
  return word;
}

std::string place(Pos pos, const Sources& sources) {
  return pos ? sources.text(pos) : "(by default)";
}

std::string steps_text(const Finding& finding, const Sources& sources) {
  std::string text;
  for (const Step& step : finding.steps) {
    text += fmt::format("      {}{}\n", step.text,
                        step.pos ? fmt::format(" ({})", sources.text(step.pos)) : "");
  }
  return text.empty() ? text : "    the way:\n" + text;
}

std::string findings_text(const CheckReport& report, const Sources& sources, bool wide,
                          bool colour) {
  std::string text;
  for (const Finding& finding : report.findings) {
    if (finding.is_accepted()) continue;
    text += fmt::format("{}  {}  {}\n    {}\n    remedy: {}\n", coloured(finding.level, colour),
                        finding.rule, place(finding.pos, sources), finding.message, finding.remedy);
    if (wide) text += steps_text(finding, sources);
  }
  return text.empty() ? text : "LEVEL    RULE    AT\n" + text + "\n";
}

std::string accepted_text(const CheckReport& report, const Sources& sources) {
  std::string text;
  for (const Finding& finding : report.findings) {
    if (!finding.is_accepted()) continue;
    text += fmt::format("{}  {}\n    {}\n    because {} ({})\n", finding.rule,
                        place(finding.pos, sources), finding.message, finding.accepted,
                        place(finding.accepted_at, sources));
  }
  return text.empty() ? text : "ACCEPTED\n" + text + "\n";
}

std::string unknown_text(const CheckReport& report, const Sources& sources) {
  std::string text;
  for (const RuleResult& result : report.rules) {
    if (result.outcome != Outcome::Unknown) continue;
    const Unknown& first = result.unknowns.front();
    text += fmt::format("{}  {}: {} of {}: {}{}\n", result.rule->id, place(first.pos, sources),
                        first.what, first.name, first.why,
                        result.unknowns.size() > 1
                            ? fmt::format(" (and {} more)", result.unknowns.size() - 1)
                            : "");
  }
  return text.empty() ? text : "UNKNOWN\n" + text + "\n";
}

std::string rules_text(const CheckReport& report) {
  std::string text = "RULE    OUTCOME    WHAT IT FINDS\n";
  for (const RuleResult& result : report.rules) {
    text += fmt::format("{}  {:<9}  {}\n", result.rule->id, to_string(result.outcome),
                        result.rule->title);
  }
  return text + "\n";
}

std::size_t rules_that(const CheckReport& report, Outcome outcome) {
  std::size_t count = 0;
  for (const RuleResult& result : report.rules) count += result.outcome == outcome ? 1 : 0;
  return count;
}

std::string counted(std::size_t count, std::string_view word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

std::string summary(const CheckReport& report) {
  std::string text = fmt::format(
      "{}: {} looked: {}, {}, {}", report.subject.empty() ? "input" : report.subject,
      counted(report.rules.size() - rules_that(report, Outcome::NotAsked), "rule"),
      counted(report.count(Level::Error), "error"),
      counted(report.count(Level::Warning), "warning"), counted(report.count(Level::Note), "note"));
  if (const std::size_t accepted = report.accepted()) {
    text += fmt::format(", {} accepted", accepted);
  }
  if (const std::size_t unknown = rules_that(report, Outcome::Unknown)) {
    text += fmt::format("; {} cannot tell", counted(unknown, "rule"));
  }
  if (const std::size_t rest = rules_that(report, Outcome::NotAsked)) {
    text += fmt::format("; {} need Helm values and manifests", counted(rest, "rule"));
  }
  return text + "\n";
}

// In a property of a workflow command ',' and ':' end it; source: GitHub's toolkit.
std::string escaped(std::string_view text, bool is_property) {
  std::string plain;
  for (const char letter : text) {
    switch (letter) {
      case '%': plain += "%25"; break;
      case '\r': plain += "%0D"; break;
      case '\n': plain += "%0A"; break;
      case ':': plain += is_property ? "%3A" : ":"; break;
      case ',': plain += is_property ? "%2C" : ","; break;
      default: plain += letter;
    }
  }
  return plain;
}

}  // namespace

std::string report_table(const CheckReport& report, const Sources& sources, bool wide,
                         bool colour) {
  return findings_text(report, sources, wide, colour) + accepted_text(report, sources) +
         unknown_text(report, sources) + (wide ? rules_text(report) : "") + summary(report);
}

std::string report_github(const CheckReport& report, const Sources& sources) {
  std::string text;
  for (const Finding& finding : report.findings) {
    if (finding.is_accepted()) continue;
    const std::string_view level =
        finding.level == Level::Note ? "notice" : to_string(finding.level);
    text += fmt::format("::{} ", level);
    if (finding.pos) {
      text += fmt::format("file={},line={},col={},", escaped(sources.path(finding.pos.file), true),
                          finding.pos.line, finding.pos.column);
    }
    text += fmt::format("title={}::{}\n", finding.rule,
                        escaped(finding.message + "\nremedy: " + finding.remedy, false));
  }
  return text;
}

}  // namespace meshsim::checks
