// The JSON Schemas of what is printed, built from tables of keys.
#include <nlohmann/json.hpp>

#include "sim/report/path_report.hpp"
#include "sim/report/report.hpp"

namespace meshsim {
namespace {

using Json = nlohmann::ordered_json;

struct Key {
  const char* name;
  const char* type;  // "integer", "integer?" (or null), "string", "boolean", "number"
  const char* meaning;
};

Json object(std::initializer_list<Key> keys) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const Key& key : keys) {
    std::string type = key.type;
    Json types = type;
    if (type.back() == '?') {
      type.pop_back();
      types = Json::array({type, "null"});
    }
    properties[key.name] = {{"type", types}, {"description", key.meaning}};
    required.push_back(key.name);
  }
  // Documents grow: a reader must accept keys it does not know.
  return {{"type", "object"}, {"required", required}, {"properties", properties}};
}

Json list_of(Json items, const char* meaning) {
  return {{"type", "array"}, {"description", meaning}, {"items", std::move(items)}};
}

Json run_schema() {
  Json member = object({
      {"id", "integer?", "member id, null if it has none"},
      {"pod", "string", "name of its pod"},
      {"cluster", "string", "Kubernetes cluster"},
      {"site", "string", "Coherence site"},
      {"state", "string", "NotStarted, Starting, Announcing, Joining, Welcoming, Running, ..."},
      {"timestampNs", "integer?", "cluster timestamp, ns of simulated time"},
      {"joinedAtNs", "integer?", "\"This Member joined cluster\", ns of simulated time"},
      {"tookNs", "integer?", "first announce to joined, ns"},
      {"senior", "boolean", "it runs and sees itself as senior member"},
      {"processAtNs", "integer?", "its JVM started"},
      {"announcedAtNs", "integer?", "first announce of its last start"},
      {"startedAtNs", "integer?", "\"Started cluster\": every member has welcomed it"},
      {"starts", "integer", "times it began to announce"},
      {"refusals", "integer", "refusals of the clock check during its last start"},
      {"waitingFor", "string", "what it waited for, if its start never completed"},
      {"stoppedBecause", "string", "why it last stopped, if it has"},
  });
  member["properties"]["services"] =
      list_of(object({{"service", "string", "service name"},
                      {"atNs", "integer", "when it joined the service"},
                      {"senior", "integer", "member id of the service's senior"}}),
              "services joined, in order");
  Json run = object({
      {"apiVersion", "string", "meshsim.dev/v1alpha1"},
      {"kind", "string", "RunResult"},
      {"scenario", "string", "name of the scenario"},
      {"scenarioHash", "string", "hash over every file the run was made from"},
      {"seed", "integer", "seed of all random streams"},
      {"version", "string", "of meshsim"},
      {"fingerprint", "string", "equal fingerprints mean equal runs"},
      {"simulatedNs", "integer", "end of the run, ns of simulated time"},
      {"events", "integer", "events handled"},
  });
  Json& properties = run["properties"];
  properties["kind"]["const"] = "RunResult";
  properties["members"] = list_of(std::move(member), "by id; those without an id last");
  properties["verdicts"] =
      list_of(object({{"expression", "string", "as written under expect"},
                      {"verdict", "string", "holds, fails or unknown"},
                      {"actual", "string", "what was found"},
                      {"at", "string", "file:line:column of the expectation"}}),
              "one per expectation");
  properties["drops"] =
      list_of(object({{"code", "string", "drop code"},
                      {"where", "string", "component that dropped"},
                      {"count", "integer", "packets"},
                      {"firstAtNs", "integer", "time of the first"},
                      {"packet", "string", "the first packet"},
                      {"decidedBy", "string", "what decided, in words"},
                      {"decidedAt", "string", "file:line:column that decided; empty for a default"},
                      {"cause", "string", "an earlier decision that sent the packet there"},
                      {"causeAt", "string", "file:line:column of that decision"},
                      {"remedy", "string", "what would have to change"}}),
              "dropped packets by reason and place, by time of the first");
  properties["timeline"] = list_of(object({{"atNs", "integer", "simulated time"},
                                           {"member", "string", "cluster/pod"},
                                           {"event", "string", "kind of the event"},
                                           {"text", "string", "for people"}}),
                                   "membership timeline");
  properties["warnings"] = {{"type", "array"}, {"items", {{"type", "string"}}}};
  properties["stats"] =
      object({{"components", "integer", "modelled things"},
              {"componentBytes", "integer", "their objects, without what their state allocates"},
              {"bytesPerComponent", "integer", "on average"},
              {"peakPendingEvents", "integer", "events pending at the same time"},
              {"eventBytes", "integer", "of those, message included"},
              {"queueBytes", "integer", "the queue's own"},
              {"bytesPerPendingEvent", "number", "event and queue"},
              {"payloadsAlive", "integer", "contents of packets at the end"},
              {"members", "integer", "Coherence members"},
              {"memberObjectBytes", "integer", "the object of one; its heap is under wall"}});
  properties["stats"]["description"] = "with --stats: what the run occupied";
  properties["wall"] = object({{"seconds", "number", "wall time of the run"},
                               {"peakMemoryBytes", "integer", "peak resident memory"},
                               {"eventsPerSecond", "number", "events over wall time"}});
  properties["wall"]["properties"]["bytesPerMember"] = {
      {"type", "integer"},
      {"description", "with --stats: object and heap of a member at the end, on average"}};
  properties["wall"]["description"] = "all that depends on the machine";
  for (const char* key : {"members", "verdicts", "drops", "timeline", "warnings", "wall"}) {
    run["required"].push_back(key);
  }
  return run;
}

}  // namespace

std::string result_schema() {
  Json list = object(
      {{"apiVersion", "string", "meshsim.dev/v1alpha1"}, {"kind", "string", "RunResultList"}});
  list["properties"]["kind"]["const"] = "RunResultList";
  list["properties"]["items"] = {{"type", "array"},
                                 {"items", {{"$ref", "#/definitions/RunResult"}}}};
  list["properties"]["expectations"] =
      list_of(object({{"expression", "string", "as written under expect"},
                      {"verdict", "string", "over all runs"},
                      {"held", "integer", "runs in which it held"},
                      {"unknown", "integer", "runs in which it is unknown"},
                      {"runs", "integer", "runs in all"},
                      {"actual", "string", "median (range)"},
                      {"at", "string", "file:line:column"}}),
              "expectations over all runs");
  Json schema;
  schema["$schema"] = "http://json-schema.org/draft-07/schema#";
  schema["title"] = "meshsim run -o json";
  schema["oneOf"] = Json::array(
      {{{"$ref", "#/definitions/RunResult"}}, {{"$ref", "#/definitions/RunResultList"}}});
  schema["definitions"] = {{"RunResult", run_schema()}, {"RunResultList", list}};
  return schema.dump(2) + "\n";
}

std::string path_schema() {
  const Json end =
      object({{"name", "string", "pod/c1/name, node/c1/10.1.64.10, ..., or its address"},
              {"address", "string", "empty if it is not known"}});
  Json hop = object({{"where", "string", "component"},
                     {"hop", "string", "left-process, encapsulated, vcn-routed, ..., dropped"},
                     {"decided", "string", "what, in words"},
                     {"decidedBy", "string", "by which rule or object"},
                     {"decidedAt", "string", "file:line:column of that; empty for a default"},
                     {"missing", "string", "the rule or statement that would let it on"},
                     {"cause", "string", "an earlier decision that sent it this way"},
                     {"causeAt", "string", "file:line:column of that decision"},
                     {"latencyNs", "integer", "since the packet left its sender"},
                     {"packet", "string", "as it leaves here"},
                     {"encapsulation", "string?", "its tunnel, if it is in one"},
                     {"bytes", "integer", "on the wire, encapsulation included"},
                     {"state", "string", "what this place remembers of the flow, and how long"}});
  Json leg = object({{"leg", "string", "request, answer or acknowledgement"},
                     {"arrived", "boolean", "it got to the network stack of its target"},
                     {"refused", "boolean", "it got there, but nothing listens on the port"},
                     {"code", "string?", "drop code if it did not"}});
  leg["properties"]["hops"] = list_of(std::move(hop), "in the order they were passed");
  Json path = object({{"apiVersion", "string", "meshsim.dev/v1alpha1"},
                      {"kind", "string", "Path"},
                      {"protocol", "string", "tcp, udp or icmp"},
                      {"port", "integer", "target port"},
                      {"size", "integer", "bytes of the IP packet"},
                      {"verdict", "string", "Delivered, Dropped or Unknown"},
                      {"code", "string?", "drop code if it was dropped"},
                      {"remedy", "string", "what would have to change"},
                      {"flows", "integer", "flows tried, where a choice is made by chance"},
                      {"flowsDelivered", "integer", "of those"}});
  Json& properties = path["properties"];
  properties["kind"]["const"] = "Path";
  properties["from"] = end;
  properties["to"] = end;
  properties["legs"] = list_of(std::move(leg), "the packet; with --return what it is answered");
  properties["unknown"] = list_of(object({{"object", "string", "whose behaviour is open"},
                                          {"what", "string", "what the files do not say"},
                                          {"why", "string", "why not"},
                                          {"at", "string", "file:line:column"}}),
                                  "what an unknown verdict depends on");
  properties["failedConnection"] = list_of(
      {{"$ref", "#"}}, "of Cilium's agent, if that is why the sender does not know the pod");
  for (const char* key : {"from", "to", "legs", "unknown", "failedConnection"}) {
    path["required"].push_back(key);
  }
  path["$schema"] = "http://json-schema.org/draft-07/schema#";
  path["title"] = "meshsim path -o json";
  return path.dump(2) + "\n";
}

std::string reach_schema() {
  const auto counts = [](std::initializer_list<Key> more) {
    Json made = object({{"pairs", "integer", "of two ends"},
                        {"delivered", "integer", "of those"},
                        {"unknown", "integer", "of which the files do not say"}});
    made["properties"]["dropped"] = {{"type", "object"},
                                     {"description", "pairs per drop code"},
                                     {"additionalProperties", {{"type", "integer"}}}};
    for (const Key& key : more) {
      made["properties"][key.name] = {{"type", key.type}, {"description", key.meaning}};
      made["required"].push_back(key.name);
    }
    return made;
  };
  const auto head = [](const char* kind) {
    Json made = object({{"apiVersion", "string", "meshsim.dev/v1alpha1"},
                        {"kind", "string", kind},
                        {"level", "string", "node, pod or service"},
                        {"protocol", "string", "tcp, udp or icmp"},
                        {"port", "integer", "target port; 0: those of the load balancers"}});
    made["properties"]["kind"]["const"] = kind;
    return made;
  };
  Json matrix = head("Reach");
  matrix["properties"]["probes"] = {{"type", "integer"}, {"description", "paths followed"}};
  matrix["properties"]["clusters"] = {{"type", "array"}, {"items", {{"type", "string"}}}};
  matrix["properties"]["pairs"] =
      list_of(counts({{"from", "string", "cluster"}, {"to", "string", "cluster"}}),
              "by cluster; those without pairs are left out");
  matrix["properties"]["details"] =
      list_of(counts({{"from", "object", "ends that behave alike"}, {"to", "object", "likewise"}}),
              "of the cluster that --from names");
  for (const char* key : {"probes", "clusters", "pairs", "details"}) {
    matrix["required"].push_back(key);
  }
  Json history = head("ReachHistory");
  Json one = {{"type", "object"}};
  one["properties"]["from"] = {{"type", "object"}};
  one["properties"]["to"] = {{"type", "object"}};
  one["properties"]["intervals"] =
      list_of(object({{"beginNs", "integer", "of the first probe that found it so"},
                      {"endNs", "integer", "of the first that found something else"},
                      {"reached", "boolean", "probes arrived"},
                      {"code", "string?", "drop code if not"}}),
              "by time");
  history["properties"]["histories"] = list_of(std::move(one), "one per pair of ends");
  history["required"].push_back("histories");
  Json schema;
  schema["$schema"] = "http://json-schema.org/draft-07/schema#";
  schema["title"] = "meshsim reach -o json";
  schema["oneOf"] =
      Json::array({{{"$ref", "#/definitions/Reach"}}, {{"$ref", "#/definitions/ReachHistory"}}});
  schema["definitions"] = {{"Reach", matrix}, {"ReachHistory", history}};
  return schema.dump(2) + "\n";
}

}  // namespace meshsim
