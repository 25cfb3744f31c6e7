// Paths and reach for programs; keys in a fixed order, integers for every time.
#include <nlohmann/json.hpp>

#include "sim/report/path_report.hpp"

namespace meshsim {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kApiVersion = "meshsim.dev/v1alpha1";

// The names of Hop in programs' words; grows only.
const char* name_of(Hop hop) {
  switch (hop) {
    case Hop::LeftProcess: return "left-process";
    case Hop::ToEndpoint: return "to-endpoint";
    case Hop::ToNodePortTarget: return "to-node-port-target";
    case Hop::BackToClient: return "back-to-client";
    case Hop::Encapsulated: return "encapsulated";
    case Hop::Decapsulated: return "decapsulated";
    case Hop::LeftAsWorld: return "left-as-world";
    case Hop::EgressNewFlow: return "egress-new-flow";
    case Hop::EgressStateless: return "egress-stateless";
    case Hop::EgressKnownFlow: return "egress-known-flow";
    case Hop::IngressNewFlow: return "ingress-new-flow";
    case Hop::IngressStateless: return "ingress-stateless";
    case Hop::IngressKnownFlow: return "ingress-known-flow";
    case Hop::VcnRouted: return "vcn-routed";
    case Hop::VcnLocal: return "vcn-local";
    case Hop::ToNextHop: return "to-next-hop";
    case Hop::Forwarded: return "forwarded";
    case Hop::ToResolver: return "to-resolver";
    case Hop::DrgRouted: return "drg-routed";
    case Hop::Crossed: return "crossed-peering";
    case Hop::ToBackend: return "to-backend";
    case Hop::FromBackend: return "from-backend";
    case Hop::Arrived: return "arrived";
    case Hop::Refused: return "refused";
  }
  return "?";
}

Json place(Pos pos, const Sources& sources) { return pos ? Json(sources.text(pos)) : Json(""); }

Json end_json(const PathEnd& end) {
  return {{"name", end.name}, {"address", to_string(end.address)}};
}

Json code_json(const std::optional<DropCode>& code) {
  return code ? Json(row_of(*code).name) : Json(nullptr);
}

Json hop_json(const PathHop& hop, bool is_drop, const Sources& sources) {
  return {{"where", hop.where},
          {"hop", is_drop ? "dropped" : name_of(hop.hop)},
          {"decided", hop.decided},
          {"decidedBy", hop.rule},
          {"decidedAt", place(hop.pos, sources)},
          {"missing", hop.missing},
          {"cause", hop.cause},
          {"causeAt", place(hop.cause_pos, sources)},
          {"latencyNs", ns(hop.latency)},
          {"packet", hop.packet},
          {"encapsulation", hop.tunnel.empty() ? Json(nullptr) : Json(hop.tunnel)},
          {"bytes", hop.bytes},
          {"state", hop.state}};
}

Json leg_json(const PathLeg& leg, std::size_t index, const Sources& sources) {
  static constexpr const char* kNames[] = {"request", "answer", "acknowledgement"};
  Json hops = Json::array();
  for (std::size_t i = 0; i < leg.hops.size(); ++i) {
    const bool is_drop = leg.code && i + 1 == leg.hops.size();
    hops.push_back(hop_json(leg.hops[i], is_drop, sources));
  }
  return {{"leg", index < std::size(kNames) ? kNames[index] : "later"},
          {"arrived", leg.arrived},
          {"refused", leg.refused},
          {"code", code_json(leg.code)},
          {"hops", std::move(hops)}};
}

Json unknown_json(const Unknown& unknown, const Sources& sources) {
  return {{"object", unknown.name},
          {"what", unknown.what},
          {"why", unknown.why},
          {"at", place(unknown.pos, sources)}};
}

// Bad bytes of a user's file may be quoted in a name; JSON must stay valid UTF-8.
std::string text_of(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json count_json(const ReachCount& count) {
  Json drops = Json::object();
  for (const auto& [code, number] : count.dropped) {
    drops[std::string{row_of(code).name}] = number;
  }
  return {{"pairs", count.pairs},
          {"delivered", count.delivered},
          {"unknown", count.unknown},
          {"dropped", std::move(drops)}};
}

const char* name_of(ReachLevel level) {
  switch (level) {
    case ReachLevel::Node: return "node";
    case ReachLevel::Pod: return "pod";
    case ReachLevel::Service: return "service";
  }
  return "?";
}

Json reach_head(const char* kind, const ReachQuery& query) {
  Json json;
  json["apiVersion"] = kApiVersion;
  json["kind"] = kind;
  json["level"] = name_of(query.level);
  json["protocol"] = to_string(query.protocol);
  json["port"] = query.port;
  return json;
}

Json class_json(const Reach& reach, const ReachClass& one) {
  return {{"cluster", reach.clusters[one.cluster]},
          {"first", one.ends.front().name},
          {"ends", one.ends.size()},
          {"port", one.port}};
}

Json json_of(const Path& path, const Sources& sources) {
  Json json;
  json["apiVersion"] = kApiVersion;
  json["kind"] = "Path";
  json["from"] = end_json(path.query.from);
  json["to"] = end_json(path.query.to);
  json["protocol"] = to_string(path.query.protocol);
  json["port"] = path.query.port;
  json["size"] = path.query.size;
  json["verdict"] = to_string(path.verdict);
  const auto code = path.code();
  json["code"] = code_json(code);
  json["remedy"] = code ? Json(row_of(*code).remedy) : Json("");
  json["flows"] = path.flows;
  json["flowsDelivered"] = path.flows_delivered;
  json["legs"] = Json::array();
  for (std::size_t index = 0; index < path.legs.size(); ++index) {
    json["legs"].push_back(leg_json(path.legs[index], index, sources));
  }
  json["unknown"] = Json::array();
  for (const Unknown& unknown : path.unknowns) {
    json["unknown"].push_back(unknown_json(unknown, sources));
  }
  json["failedConnection"] = Json::array();
  for (const Path& one : path.failed_connection) {
    json["failedConnection"].push_back(json_of(one, sources));
  }
  return json;
}

}  // namespace

std::string path_json(const Path& path, const Sources& sources) {
  return text_of(json_of(path, sources));
}

std::string unknown_path_json(const std::string& from, const std::string& to,
                              const std::string& what) {
  Json json;
  json["apiVersion"] = kApiVersion;
  json["kind"] = "Path";
  json["from"] = {{"name", from}, {"address", ""}};
  json["to"] = {{"name", to}, {"address", ""}};
  json["protocol"] = "";
  json["port"] = 0;
  json["size"] = 0;
  json["verdict"] = to_string(PathVerdict::Unknown);
  json["code"] = nullptr;
  json["remedy"] = "";
  json["flows"] = 0;
  json["flowsDelivered"] = 0;
  json["legs"] = Json::array();
  json["unknown"] =
      Json::array({{{"object", ""}, {"what", what}, {"why", "not in the files"}, {"at", ""}}});
  json["failedConnection"] = Json::array();
  return text_of(json);
}

std::string reach_json(const Reach& reach, const std::string& from) {
  Json json = reach_head("Reach", reach.query);
  json["probes"] = reach.probes;
  json["clusters"] = reach.clusters;
  json["pairs"] = Json::array();
  const std::size_t size = reach.clusters.size();
  std::vector<ReachCount> counts(size * size);
  json["details"] = Json::array();
  for (const ReachPair& pair : reach.pairs) {
    const ReachClass& sender = reach.senders[pair.from];
    const ReachClass& receiver = reach.receivers[pair.to];
    counts[sender.cluster * size + receiver.cluster].add(pair.count);
    if (reach.clusters[sender.cluster] != from) continue;
    Json row = count_json(pair.count);
    row["from"] = class_json(reach, sender);
    row["to"] = class_json(reach, receiver);
    json["details"].push_back(std::move(row));
  }
  for (std::size_t index = 0; index < counts.size(); ++index) {
    if (counts[index].pairs == 0) continue;
    Json row = count_json(counts[index]);
    row["from"] = reach.clusters[index / size];
    row["to"] = reach.clusters[index % size];
    json["pairs"].push_back(std::move(row));
  }
  return text_of(json);
}

std::string history_json(const std::vector<ReachHistory>& histories, const ReachQuery& query) {
  Json json = reach_head("ReachHistory", query);
  json["histories"] = Json::array();
  for (const ReachHistory& history : histories) {
    Json intervals = Json::array();
    for (const ReachInterval& interval : history.intervals) {
      intervals.push_back({{"beginNs", ns(interval.begin)},
                           {"endNs", ns(interval.end)},
                           {"reached", interval.reached},
                           {"code", code_json(interval.code)}});
    }
    json["histories"].push_back({{"from", end_json(history.from)},
                                 {"to", end_json(history.to)},
                                 {"intervals", std::move(intervals)}});
  }
  return text_of(json);
}

}  // namespace meshsim
