// The report for programs; stable bytes: keys in a fixed order.
#include <nlohmann/json.hpp>

#include "meshsim/base/version.hpp"
#include "sim/check/report.hpp"

namespace meshsim::checks {
namespace {

using Json = nlohmann::ordered_json;

Json place(Pos pos, const Sources& sources) {
  if (!pos) return nullptr;
  return {{"file", sources.path(pos.file)}, {"line", pos.line}, {"column", pos.column}};
}

std::string_view to_string(Unknown::Of of) {
  switch (of) {
    case Unknown::Of::Whole: return "whole";
    case Unknown::Of::Vcn: return "vcn";
    case Unknown::Of::Drg: return "drg";
    case Unknown::Of::Peering: return "peering";
    case Unknown::Of::Cluster: return "cluster";
  }
  return "";
}

Json finding_json(const Finding& finding, const Sources& sources) {
  Json path = Json::array();
  for (const Step& step : finding.steps) {
    path.push_back({{"text", step.text}, {"at", place(step.pos, sources)}});
  }
  return {{"rule", finding.rule},
          {"level", checks::to_string(finding.level)},
          {"at", place(finding.pos, sources)},
          {"objects", finding.objects},
          {"message", finding.message},
          {"remedy", finding.remedy},
          {"path", std::move(path)},
          {"accepted", finding.is_accepted() ? Json(finding.accepted) : Json(nullptr)},
          {"acceptedAt", place(finding.accepted_at, sources)}};
}

Json rule_json(const RuleResult& result, const Sources& sources) {
  Json unknowns = Json::array();
  for (const Unknown& unknown : result.unknowns) {
    unknowns.push_back({{"of", to_string(unknown.of)},
                        {"name", unknown.name},
                        {"what", unknown.what},
                        {"why", unknown.why},
                        {"at", place(unknown.pos, sources)}});
  }
  return {{"id", result.rule->id},       {"level", checks::to_string(result.rule->level)},
          {"title", result.rule->title}, {"outcome", checks::to_string(result.outcome)},
          {"findings", result.findings}, {"unknowns", std::move(unknowns)}};
}

}  // namespace

std::string report_json(const CheckReport& report, const Sources& sources,
                        const Diagnostics& diagnostics) {
  Json json;
  json["apiVersion"] = "meshsim.dev/v1alpha1";
  json["kind"] = "CheckResult";
  json["subject"] = report.subject;
  json["version"] = kVersion;
  json["errors"] = report.count(Level::Error);
  json["warnings"] = report.count(Level::Warning);
  json["notes"] = report.count(Level::Note);
  json["accepted"] = report.accepted();
  json["findings"] = Json::array();
  for (const Finding& finding : report.findings) {
    json["findings"].push_back(finding_json(finding, sources));
  }
  json["rules"] = Json::array();
  for (const RuleResult& result : report.rules) {
    json["rules"].push_back(rule_json(result, sources));
  }
  json["diagnostics"] = Json::array();
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    json["diagnostics"].push_back(text(diagnostic, sources));
  }
  return json.dump(2) + "\n";
}

}  // namespace meshsim::checks
