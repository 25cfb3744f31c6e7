// Plans of things that do not exist yet: ids are known after apply, and references say what is
// meant. What only Terraform can work out stays unknown.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <string>

#include "sim/import/terraform.hpp"
#include "sim/topology/routes.hpp"

namespace meshsim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Json = nlohmann::ordered_json;

// A plan is put together as Terraform does: planned values without what is unknown, the list of
// what that is, and the configuration with its references.
class Plan : public testing::Test {
 protected:
  // `module`: "" or the name of a module that is called once.
  void add(const std::string& module, const std::string& type, const std::string& name,
           const Json& values, const Json& references) {
    const std::string address =
        (module.empty() ? "" : "module." + module + ".") + type + "." + name;
    resources_[module].push_back({{"address", address},
                                  {"mode", "managed"},
                                  {"type", type},
                                  {"name", name},
                                  {"provider_name", "example.com/oracle/oci"},
                                  {"values", values}});
    Json unknown{{"id", true}};
    Json expressions = Json::object();
    for (const auto& [key, list] : references.items()) {
      unknown[key] = true;
      expressions[key] = {{"references", list}};
    }
    changes_.push_back(
        {{"address", address}, {"change", {{"actions", {"create"}}, {"after_unknown", unknown}}}});
    configuration_[module].push_back({{"address", type + "." + name},
                                      {"mode", "managed"},
                                      {"type", type},
                                      {"name", name},
                                      {"expressions", expressions}});
  }

  void import() {
    Json root{{"resources", resources_[""]}, {"child_modules", Json::array()}};
    Json code{{"resources", configuration_[""]}, {"module_calls", Json::object()}};
    for (const auto& [module, list] : resources_) {
      if (module.empty()) continue;
      root["child_modules"].push_back({{"address", "module." + module}, {"resources", list}});
      code["module_calls"][module] = {
          {"expressions", calls[module]},
          {"module", {{"resources", configuration_[module]}, {"outputs", outputs[module]}}}};
    }
    const Json plan{{"format_version", "1.2"},
                    {"planned_values", {{"root_module", root}}},
                    {"resource_changes", changes_},
                    {"configuration", {{"root_module", code}}}};
    documents_ = parse_yaml(plan.dump(1), sources.add("plan.json"), diagnostics);
    imported = read_terraform(documents_, sources, diagnostics);
  }
  std::string messages() const { return diagnostics.text(sources); }
  std::vector<std::string> unknowns() const {
    std::vector<std::string> texts;
    for (const Unknown& one : imported.unknowns) texts.push_back(one.what + ": " + one.why);
    return texts;
  }

  Json calls, outputs;
  Sources sources;
  Diagnostics diagnostics;
  ImportedTopology imported;

 private:
  std::map<std::string, Json> resources_, configuration_;
  Json changes_ = Json::array();
  std::vector<Node> documents_;
};

TEST_F(Plan, FollowsReferencesOfWhatDoesNotExistYet) {
  add("", "oci_core_vcn", "v", {{"display_name", "v"}, {"cidr_blocks", {"10.1.0.0/16"}}},
      {{"default_route_table_id", Json::array()}, {"default_security_list_id", Json::array()}});
  add("", "oci_core_network_security_group", "n", {{"display_name", "n"}},
      {{"vcn_id", {"oci_core_vcn.v.id", "oci_core_vcn.v"}}});
  add("", "oci_core_network_security_group_security_rule", "r",
      {{"direction", "INGRESS"}, {"protocol", "all"}, {"source_type", "NETWORK_SECURITY_GROUP"}},
      {{"network_security_group_id",
        {"oci_core_network_security_group.n.id", "oci_core_network_security_group.n"}},
       {"source", {"oci_core_network_security_group.n.id", "oci_core_network_security_group.n"}}});
  add("", "oci_core_subnet", "s", {{"display_name", "s"}, {"cidr_block", "10.1.1.0/24"}},
      {{"vcn_id", {"oci_core_vcn.v.id", "oci_core_vcn.v"}},
       {"route_table_id", {"oci_core_vcn.v.default_route_table_id", "oci_core_vcn.v"}},
       {"security_list_ids", {"oci_core_vcn.v.default_security_list_id", "oci_core_vcn.v"}}});
  import();
  ASSERT_THAT(imported.topology.vcns, SizeIs(1)) << messages();
  const Vcn& vcn = imported.topology.vcns[0];
  ASSERT_THAT(vcn.nsgs, SizeIs(1));
  ASSERT_THAT(vcn.nsgs[0].rules, SizeIs(1));
  EXPECT_EQ(vcn.nsgs[0].rules[0].nsg, "n");
  ASSERT_THAT(vcn.subnets, SizeIs(1));
  EXPECT_EQ(vcn.subnets[0].route_table, "default");
  EXPECT_THAT(vcn.subnets[0].security_lists, ElementsAre("default"));
  EXPECT_THAT(unknowns(), ElementsAre("id of oci_core_vcn.v: known after apply"));  // its region
}

TEST_F(Plan, FollowsVariablesAndOutputsOfModules) {
  add("net", "oci_core_vcn", "v", {{"display_name", "v"}, {"cidr_blocks", {"10.1.0.0/16"}}},
      Json::object());
  outputs["net"]["vcn_id"]["expression"]["references"] = {"oci_core_vcn.v.id", "oci_core_vcn.v"};
  add("sec", "oci_core_network_security_group", "n", {{"display_name", "n"}},
      {{"vcn_id", {"var.vcn_id"}}});
  calls["sec"]["vcn_id"]["references"] = {"module.net.vcn_id", "module.net"};
  import();
  ASSERT_THAT(imported.topology.vcns, SizeIs(1)) << messages();
  EXPECT_THAT(imported.topology.vcns[0].nsgs, SizeIs(1));
}

TEST_F(Plan, ALocalOrOneOfSeveralIsUnknown) {
  add("", "oci_core_network_security_group", "a", Json::object(), {{"vcn_id", {"local.vcn_id"}}});
  add("", "oci_core_network_security_group", "b", Json::object(),
      {{"vcn_id", {"var.vcn_id", "oci_core_vcn.v.id", "oci_core_vcn.v"}}});
  add("", "oci_core_vcn", "v", {{"display_name", "v"}, {"cidr_blocks", {"10.1.0.0/16"}}},
      Json::object());
  import();
  EXPECT_THAT(imported.topology.vcns[0].nsgs, IsEmpty());
  EXPECT_THAT(unknowns(),
              testing::IsSupersetOf(
                  {"vcn_id of oci_core_network_security_group.a: the VCN is not known before apply",
                   "vcn_id of oci_core_network_security_group.b: the VCN is not known before "
                   "apply"}));
}

TEST_F(Plan, APeeringThatItConnectsIsConnected) {
  for (const std::string side : {"a", "b"}) {
    const std::string region = side == "a" ? "iad" : "phx";
    add("", "oci_core_vcn", side,
        {{"id", "ocid1.vcn.oc1." + region + ".v"},
         {"display_name", side},
         {"cidr_blocks", {side == "a" ? "10.1.0.0/16" : "10.2.0.0/16"}}},
        Json::object());
    add("", "oci_core_subnet", side,
        {{"display_name", "s"},
         {"vcn_id", "ocid1.vcn.oc1." + region + ".v"},
         {"cidr_block", side == "a" ? "10.1.1.0/24" : "10.2.1.0/24"}},
        Json::object());
    const std::string drg = "oci_core_drg." + side;
    add("", "oci_core_drg", side, {{"display_name", "drg-" + side}}, Json::object());
    add("", "oci_core_drg_attachment", side,
        {{"network_details", {{{"type", "VCN"}, {"id", "ocid1.vcn.oc1." + region + ".v"}}}}},
        {{"drg_id", {drg + ".id", drg}}});
    const std::string rpc = "oci_core_remote_peering_connection.a";
    add("", "oci_core_remote_peering_connection", side, Json::object(),
        side == "a" ? Json{{"drg_id", {drg + ".id", drg}}, {"peering_status", Json::array()}}
                    : Json{{"drg_id", {drg + ".id", drg}},
                           {"peer_id", {rpc + ".id", rpc}},
                           {"peering_status", Json::array()}});
  }
  import();
  const Topology& topology = imported.topology;
  ASSERT_THAT(topology.rpcs, SizeIs(1)) << messages();
  const DrgRoutes routes = resolve_drg_routes(topology);
  EXPECT_TRUE(trace_route(topology, routes, topology.vcns[0], *parse_ipv4("10.2.1.9")).arrives);
  EXPECT_TRUE(trace_route(topology, routes, topology.vcns[1], *parse_ipv4("10.1.1.9")).arrives);
}

}  // namespace
}  // namespace meshsim
