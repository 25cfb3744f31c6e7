// SARIF 2.1.0 (OASIS), for code scanning and editors.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "meshsim/base/version.hpp"
#include "sim/check/pages.hpp"
#include "sim/check/report.hpp"
#include "sim/check/rules.hpp"

namespace meshsim::checks {
namespace {

using Json = nlohmann::ordered_json;

// A path as a URI reference: what is not unreserved, or a '/', is percent-encoded.
std::string uri(std::string_view path) {
  std::string text = path.starts_with('/') ? "file://" : "";
  for (const char letter : path) {
    const auto byte = static_cast<unsigned char>(letter);
    const bool is_plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                          (byte >= '0' && byte <= '9') ||
                          std::string_view{"-._~/"}.find(letter) != std::string_view::npos;
    text += is_plain ? std::string{letter} : fmt::format("%{:02X}", byte);
  }
  return text;
}

Json message(std::string text) { return {{"text", std::move(text)}}; }

Json location(Pos pos, const Sources& sources) {
  Json location = Json::object();
  if (!pos) return location;
  location["physicalLocation"] = {
      {"artifactLocation", {{"uri", uri(sources.path(pos.file))}}},
      {"region", {{"startLine", pos.line}, {"startColumn", pos.column}}}};
  return location;
}

Json rule_json(const Rule& rule) {
  Json json{{"id", rule.id}, {"shortDescription", message(std::string{rule.title})}};
  if (const RulePage* const page = find_page(rule.id)) {
    json["fullDescription"] = message(page->why);
    json["help"] = {{"text", page_text(*page)}};
  }
  json["defaultConfiguration"] = {{"level", to_string(rule.level)}};
  return json;
}

Json code_flow(const Finding& finding, const Sources& sources) {
  Json steps = Json::array();
  for (const Step& step : finding.steps) {
    Json at = location(step.pos, sources);
    at["message"] = message(step.text);
    steps.push_back({{"location", std::move(at)}});
  }
  return {{"threadFlows", {{{"locations", std::move(steps)}}}}};
}

Json result_json(const Finding& finding, std::size_t rule, const Sources& sources) {
  Json json{{"ruleId", finding.rule},
            {"ruleIndex", rule},
            {"level", to_string(finding.level)},
            {"message", message(finding.message + ". Remedy: " + finding.remedy)}};
  json["locations"] = Json::array();
  Json at = location(finding.pos, sources);
  at["logicalLocations"] = Json::array();
  for (const std::string& object : finding.objects) {
    at["logicalLocations"].push_back({{"fullyQualifiedName", object}});
  }
  json["locations"].push_back(std::move(at));
  if (!finding.steps.empty()) json["codeFlows"] = {code_flow(finding, sources)};
  if (finding.is_accepted()) {
    Json suppression{{"kind", "inSource"}, {"justification", finding.accepted}};
    if (finding.accepted_at) suppression["location"] = location(finding.accepted_at, sources);
    json["suppressions"] = {std::move(suppression)};
  }
  return json;
}

Json notification(const RuleResult& result, const Unknown& unknown, const Sources& sources) {
  Json json{
      {"level", "warning"},
      {"message", message(fmt::format("{} cannot tell: {} of {} is unknown: {}", result.rule->id,
                                      unknown.what, unknown.name, unknown.why))},
      {"associatedRule", {{"id", result.rule->id}}}};
  if (unknown.pos) json["locations"] = {location(unknown.pos, sources)};
  return json;
}

}  // namespace

std::string report_sarif(const CheckReport& report, const Sources& sources) {
  Json rules = Json::array();
  Json notifications = Json::array();
  std::map<std::string_view, std::size_t> index;
  for (const RuleResult& result : report.rules) {
    index[result.rule->id] = rules.size();
    rules.push_back(rule_json(*result.rule));
    for (const Unknown& unknown : result.unknowns) {
      notifications.push_back(notification(result, unknown, sources));
    }
  }
  Json results = Json::array();
  for (const Finding& finding : report.findings) {
    results.push_back(result_json(finding, index.at(finding.rule), sources));
  }
  Json run;
  run["tool"]["driver"] = {{"name", "meshsim"}, {"version", kVersion}, {"rules", std::move(rules)}};
  run["invocations"] = {
      {{"executionSuccessful", true}, {"toolExecutionNotifications", std::move(notifications)}}};
  run["columnKind"] = "utf16CodeUnits";
  run["results"] = std::move(results);
  const Json sarif{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                   {"version", "2.1.0"},
                   {"runs", {std::move(run)}}};
  return sarif.dump(2) + "\n";
}

}  // namespace meshsim::checks
