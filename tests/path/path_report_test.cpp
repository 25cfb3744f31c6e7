// What `meshsim path` and `meshsim reach` print for programs is what their schemas say.
#include "sim/report/path_report.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/path/mesh_plans.hpp"

namespace meshsim {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

// The parts of draft-07 that our schemas use. Adds what is wrong.
void validate(const Json& schema, const Json& root, const Json& value, const std::string& path,
              std::string& wrong) {
  if (schema.contains("$ref")) {
    const auto reference = schema["$ref"].get<std::string>();
    return validate(root.at(Json::json_pointer{reference.substr(1)}), root, value, path, wrong);
  }
  if (schema.contains("oneOf")) {
    int fitting = 0;
    for (const Json& one : schema["oneOf"]) {
      std::string mistakes;
      validate(one, root, value, path, mistakes);
      fitting += mistakes.empty() ? 1 : 0;
    }
    if (fitting != 1) wrong += path + ": fits " + std::to_string(fitting) + " of oneOf\n";
    return;
  }
  const auto is_of = [&](const std::string& type) {
    return (type == "object" && value.is_object()) || (type == "array" && value.is_array()) ||
           (type == "string" && value.is_string()) || (type == "boolean" && value.is_boolean()) ||
           (type == "integer" && value.is_number_integer()) || (type == "null" && value.is_null());
  };
  if (schema.contains("type")) {
    const Json types = schema["type"].is_array() ? schema["type"] : Json::array({schema["type"]});
    bool fits = false;
    for (const Json& type : types) fits |= is_of(type.get<std::string>());
    if (!fits) wrong += path + ": is no " + types.dump() + "\n";
  }
  if (schema.contains("const") && schema["const"] != value) wrong += path + ": another constant\n";
  if (value.is_object()) {
    const Json required = schema.value("required", Json::array());
    for (const Json& key : required) {
      const auto name = key.get<std::string>();
      if (!value.contains(name)) wrong += path + ": has no " + name + "\n";
    }
    for (const auto& [key, child] : value.items()) {
      if (schema.contains("properties") && schema["properties"].contains(key)) {
        validate(schema["properties"][key], root, child, path + "." + key, wrong);
      } else if (!schema.contains("additionalProperties") && schema.contains("properties")) {
        wrong += path + "." + key + ": is not described\n";
      }
    }
  }
  if (value.is_array() && schema.contains("items")) {
    for (const Json& child : value) validate(schema["items"], root, child, path + "[]", wrong);
  }
}

std::string mistakes(const std::string& schema, const std::string& document) {
  const Json parsed = Json::parse(schema);
  std::string wrong;
  validate(parsed, parsed, Json::parse(document), "$", wrong);
  return wrong;
}

Path path_of(const Planned& planned, const char* from, const char* to, Protocol protocol) {
  PathQuery query;
  query.from = find_end(*planned.plan, from).end.value();
  query.to = find_end(*planned.plan, to).end.value();
  query.protocol = protocol;
  query.port = 53;
  query.wants_answer = true;
  return PathFinder{*planned.plan}.find(query);
}

TEST(PathJson, IsAsItsSchemaSays) {
  const auto full = look_at({"scenarios/three-region.yaml"});
  const auto hub = look_at({"scenarios/three-region-hub.yaml"});
  const auto network = look_at({"topologies/three-region.yaml"});
  const auto check = [](const Planned& planned, const Path& path) {
    EXPECT_EQ(mistakes(path_schema(), path_json(path, planned.sources)), "");
  };
  check(*full, path_of(*full, "pod/c1/coredns-0", "lb/c2/kube-dns-nlb", Protocol::Udp));
  check(*hub, path_of(*hub, "pod/c2/coredns-0", "pod/c3/coredns-0", Protocol::Tcp));
  check(*network, path_of(*network, "pod/c1/coredns-0", "pod/c2/coredns-0", Protocol::Tcp));
  EXPECT_EQ(mistakes(path_schema(), unknown_path_json("api/c1", "api/c2", "the address")), "");
}

TEST(PathJson, SaysWhereEachRuleStands) {
  const auto hub = look_at({"scenarios/three-region-hub.yaml"});
  const Path path = path_of(*hub, "pod/c2/coredns-0", "pod/c3/coredns-0", Protocol::Tcp);
  const Json json = Json::parse(path_json(path, hub->sources));
  EXPECT_EQ(json["verdict"], "Dropped");
  EXPECT_EQ(json["code"], "nat-private-target");
  const Json& last = json["legs"][0]["hops"].back();
  EXPECT_EQ(last["hop"], "dropped");
  EXPECT_THAT(std::string{last["causeAt"]}, HasSubstr("hub/c2/cilium-values.yaml:"));
  EXPECT_THAT(std::string{last["decidedAt"]}, HasSubstr("three-region-hub.yaml:"));
}

TEST(ReachJson, IsAsItsSchemaSays) {
  const auto planned = plan_mesh({"scenarios/three-region-hub.yaml", 2, false});
  const Reach found = reach(*planned->plan, {ReachLevel::Pod, Protocol::Tcp, 53});
  EXPECT_EQ(mistakes(reach_schema(), reach_json(found, "")), "");
  EXPECT_EQ(mistakes(reach_schema(), reach_json(found, "c2")), "");
  const ReachQuery query{ReachLevel::Node, Protocol::Udp, 8472};
  const auto histories = reach_over_time(*planned->plan, query, 1, 5s, 1s);
  EXPECT_EQ(mistakes(reach_schema(), history_json(histories, query)), "");
}

TEST(ReachTable, GivesACommandThatSaysWhy) {
  const auto planned = look_at({"scenarios/three-region-hub.yaml"});
  const Reach found = reach(*planned->plan, {ReachLevel::Pod, Protocol::Tcp, 7574});
  EXPECT_THAT(reach_table(found, ""), HasSubstr("why: meshsim path FILE --from pod/c2/"));
  EXPECT_THAT(reach_table(found, "c3"), HasSubstr("nat-private-target x"));
}

TEST(PathPictures, ShowEveryStationOnce) {
  const auto full = look_at({"scenarios/three-region.yaml"});
  const Path path = path_of(*full, "pod/c2/coredns-0", "pod/c3/coredns-0", Protocol::Tcp);
  const std::string dot = path_dot(path);
  const std::string mermaid = path_mermaid(path);
  for (const char* where : {"c2/node/10.2.64.10", "vcn/c2", "drg/c2-drg/vcn-c2", "vcn/c3"}) {
    EXPECT_THAT(dot, HasSubstr("label=\"" + std::string{where}));
    EXPECT_THAT(mermaid, HasSubstr("[\"" + std::string{where}));
  }
  EXPECT_THAT(dot, HasSubstr("Delivered"));
}

}  // namespace
}  // namespace meshsim
