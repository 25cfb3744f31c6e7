// The report for programs; stable bytes: keys in a fixed order, integers for every simulated time.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/report/report.hpp"

namespace meshsim {
namespace {

using Json = nlohmann::ordered_json;

Json optional_ns(const std::optional<Time>& time) { return time ? Json(ns(*time)) : Json(nullptr); }

Json member_json(const MemberResult& member) {
  const auto took = member.took();
  Json services = Json::array();
  for (const ServiceJoin& service : member.services) {
    services.push_back(
        {{"service", service.service}, {"atNs", ns(service.at)}, {"senior", service.senior}});
  }
  return {{"id", member.id == 0 ? Json(nullptr) : Json(member.id)},
          {"pod", member.pod},
          {"cluster", member.cluster},
          {"site", member.site},
          {"state", to_string(member.state)},
          {"timestampNs", optional_ns(member.timestamp)},
          {"joinedAtNs", optional_ns(member.joined_at)},
          {"tookNs", took ? Json(ns(*took)) : Json(nullptr)},
          {"senior", member.senior},
          {"processAtNs", optional_ns(member.process_at)},
          {"announcedAtNs", optional_ns(member.announced_at)},
          {"startedAtNs", optional_ns(member.started_at)},
          {"starts", member.starts},
          {"refusals", member.refusals},
          {"waitingFor", member.waiting_for},
          {"stoppedBecause", member.stopped_because},
          {"services", std::move(services)}};
}

Json drop_json(const DropResult& drop) {
  return {{"code", drop.code},
          {"where", drop.where},
          {"count", drop.count},
          {"firstAtNs", ns(drop.first_at)},
          {"packet", drop.packet},
          {"decidedBy", drop.decided_by},
          {"decidedAt", drop.decided_at},
          {"cause", drop.cause},
          {"causeAt", drop.cause_at},
          {"remedy", drop.remedy}};
}

Json memory_json(const RunMemory& memory) {
  return {{"components", memory.components},
          {"componentBytes", memory.component_bytes},
          {"bytesPerComponent", memory.bytes_per_component()},
          {"peakPendingEvents", memory.peak_pending},
          {"eventBytes", memory.event_bytes},
          {"queueBytes", memory.queue_bytes},
          {"bytesPerPendingEvent", memory.bytes_per_pending_event()},
          {"payloadsAlive", memory.payloads},
          {"members", memory.members},
          {"memberObjectBytes", memory.member_bytes}};
}

Json run_json(const RunResult& run) {
  Json json;
  json["apiVersion"] = "meshsim.dev/v1alpha1";
  json["kind"] = "RunResult";
  json["scenario"] = run.scenario;
  json["scenarioHash"] = run.scenario_hash;
  json["seed"] = run.seed;
  json["version"] = run.version;
  json["fingerprint"] = run.fingerprint;
  json["simulatedNs"] = ns(run.simulated);
  json["events"] = run.events;
  json["members"] = Json::array();
  for (const MemberResult& member : run.members) json["members"].push_back(member_json(member));
  json["verdicts"] = Json::array();
  for (const Verdict& verdict : run.verdicts) {
    json["verdicts"].push_back({{"expression", verdict.expression},
                                {"verdict", to_string(verdict.holds)},
                                {"actual", verdict.actual},
                                {"at", verdict.position}});
  }
  json["drops"] = Json::array();
  for (const DropResult& drop : run.drops) json["drops"].push_back(drop_json(drop));
  json["timeline"] = Json::array();
  for (const TimelineEntry& entry : run.timeline) {
    json["timeline"].push_back({{"atNs", ns(entry.at)},
                                {"member", entry.member},
                                {"event", entry.event},
                                {"text", entry.text}});
  }
  json["warnings"] = run.warnings;
  if (run.memory) json["stats"] = memory_json(*run.memory);
  json["wall"] = {{"seconds", run.wall.seconds},
                  {"peakMemoryBytes", run.wall.peak_memory_bytes},
                  {"eventsPerSecond", run.wall.events_per_second}};
  if (run.wall.bytes_per_member) json["wall"]["bytesPerMember"] = *run.wall.bytes_per_member;
  return json;
}

Json report_document(const RunReport& report) {
  if (report.runs.size() == 1) return run_json(report.runs.front());
  Json json;
  json["apiVersion"] = "meshsim.dev/v1alpha1";
  json["kind"] = "RunResultList";
  json["expectations"] = Json::array();
  for (const ExpectationSummary& expectation : report.expectations) {
    json["expectations"].push_back({{"expression", expectation.expression},
                                    {"verdict", to_string(expectation.holds())},
                                    {"held", expectation.held},
                                    {"unknown", expectation.unknown},
                                    {"runs", expectation.runs},
                                    {"actual", expectation.actual},
                                    {"at", expectation.position}});
  }
  json["items"] = Json::array();
  for (const RunResult& run : report.runs) json["items"].push_back(run_json(run));
  return json;
}

// YAML in block style. Every string is written as a JSON string, which is valid YAML.
void write_yaml(const Json& json, int indent, std::string& text) {
  const std::string pad(static_cast<std::size_t>(indent), ' ');
  const auto write_child = [&](const Json& child, std::string lead) {
    if ((child.is_object() || child.is_array()) && !child.empty()) {
      text += lead + "\n";
      write_yaml(child, indent + 2, text);
    } else {
      text += lead + " " + child.dump() + "\n";
    }
  };
  if (json.is_object()) {
    for (const auto& [key, child] : json.items()) write_child(child, pad + key + ":");
    return;
  }
  for (const Json& child : json) {
    if (child.is_object() && !child.empty()) {
      std::string block;
      write_yaml(child, indent + 2, block);
      block[static_cast<std::size_t>(indent)] = '-';
      text += block;
    } else {
      write_child(child, pad + "-");
    }
  }
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char letter : text) {
    if (letter == '"') quoted += '"';
    quoted += letter;
  }
  return quoted + "\"";
}

}  // namespace

std::string report_json(const RunReport& report) { return report_document(report).dump(2) + "\n"; }

std::string report_yaml(const RunReport& report) {
  std::string text;
  write_yaml(report_document(report), 0, text);
  return text;
}

std::string report_csv(const RunReport& report) {
  std::string text =
      "seed,id,pod,cluster,site,state,timestamp_ns,joined_at_ns,took_ns,started_at_ns,senior\n";
  const auto number = [](const std::optional<Time>& time) {
    return time ? std::to_string(ns(*time)) : std::string{};
  };
  for (const RunResult& run : report.runs) {
    for (const MemberResult& member : run.members) {
      const auto took = member.took();
      text +=
          fmt::format("{},{},{},{},{},{},{},{},{},{},{}\n", run.seed,
                      member.id == 0 ? std::string{} : std::to_string(member.id),
                      csv_field(member.pod), csv_field(member.cluster), csv_field(member.site),
                      to_string(member.state), number(member.timestamp), number(member.joined_at),
                      took ? std::to_string(ns(*took)) : std::string{}, number(member.started_at),
                      member.senior);
    }
  }
  return text;
}

std::string error_json(const Diagnostics& diagnostics, const Sources& sources) {
  Json json;
  json["apiVersion"] = "meshsim.dev/v1alpha1";
  json["kind"] = "Error";
  json["errors"] = Json::array();
  json["warnings"] = Json::array();
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    Json row{{"at", diagnostic.pos ? sources.text(diagnostic.pos) : ""},
             {"path", diagnostic.path},
             {"message", diagnostic.message}};
    json[diagnostic.severity == Severity::Error ? "errors" : "warnings"].push_back(std::move(row));
  }
  // Bad bytes of a user's file may be quoted in a message; JSON must stay valid UTF-8.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace meshsim
