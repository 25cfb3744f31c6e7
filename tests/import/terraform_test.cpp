// Terraform states and plans become topologies; what they leave open is unknown, never guessed.
#include "sim/import/terraform.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "sim/import/terraform_state.hpp"
#include "sim/topology/drg_defaults.hpp"
#include "sim/topology/load.hpp"
#include "sim/topology/print.hpp"
#include "sim/topology/routes.hpp"

namespace meshsim {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kState = "scenarios/imported/two-region/state.json";

struct ImportedState {
  Sources sources;
  Diagnostics diagnostics;
  std::vector<Node> documents;
  ImportedTopology imported;

  static ImportedState of_file(const char* path) {
    ImportedState state;
    state.documents = read_yaml_file(path, state.sources, state.diagnostics);
    state.imported = read_terraform(state.documents, state.sources, state.diagnostics);
    return state;
  }
  // Each text as if it were a file: a.json, b.json, ...
  static ImportedState of(const std::vector<std::string>& texts) {
    ImportedState state;
    std::string name = "a.json";
    for (const std::string& text : texts) {
      const std::uint32_t file = state.sources.add(name);
      ++name[0];
      for (Node& document : parse_yaml(text, file, state.diagnostics)) {
        state.documents.push_back(std::move(document));
      }
    }
    state.imported = read_terraform(state.documents, state.sources, state.diagnostics);
    return state;
  }

  const Topology& topology() const { return imported.topology; }
  std::string messages() const { return diagnostics.text(sources); }
  std::string at(Pos pos) const { return sources.text(pos); }
};

// A resource of the root module, as Terraform writes it.
std::string resource(const std::string& type, const std::string& name, const std::string& values) {
  return R"({"address":")" + type + "." + name + R"(","mode":"managed","type":")" + type +
         R"(","name":")" + name + R"(","provider_name":"example.com/oracle/oci","values":{)" +
         values + "}}";
}

std::string state_of(const std::vector<std::string>& resources) {
  std::string list;
  for (const std::string& one : resources) list += (list.empty() ? "" : ",\n") + one;
  return R"({"format_version":"1.0","values":{"root_module":{"resources":[)" + list + "]}}}";
}

std::string vcn(const std::string& more = "") {
  return resource("oci_core_vcn", "vcn",
                  R"("id":"ocid1.vcn.oc1.iad.v","display_name":"v","cidr_blocks":["10.1.0.0/16"],)"
                  R"("default_route_table_id":"ocid1.routetable.oc1.iad.d",)"
                  R"("default_security_list_id":"ocid1.securitylist.oc1.iad.d")" +
                      more);
}

TEST(TerraformImport, ReadsTheSampleWithoutAnErrorOrUnknown) {
  const auto state = ImportedState::of_file(kState);
  EXPECT_TRUE(state.diagnostics.ok()) << state.messages();
  EXPECT_THAT(state.imported.unknowns, IsEmpty());
  const Topology& topology = state.topology();
  ASSERT_THAT(topology.vcns, SizeIs(2));
  EXPECT_EQ(topology.vcns[0].region, "eu-paris-1");
  EXPECT_EQ(topology.vcns[1].region, "eu-amsterdam-1");
  EXPECT_THAT(topology.vcns[0].subnets, SizeIs(6));
  EXPECT_THAT(topology.vcns[0].nsgs, SizeIs(6));
  EXPECT_THAT(topology.vcns[1].nsgs, SizeIs(4));
  std::size_t rules = 0;
  for (const Vcn& one : topology.vcns) {
    for (const SecurityGroup& group : one.nsgs) rules += group.rules.size();
  }
  EXPECT_EQ(rules, 86U);
  ASSERT_THAT(topology.clusters, SizeIs(2));
  EXPECT_EQ(topology.clusters[0].pods_cidr, *parse_prefix("10.201.0.0/16"));
  ASSERT_THAT(topology.clusters[0].pools, SizeIs(1));
  EXPECT_EQ(to_string(topology.clusters[0].pools[0].instances[0].address), "10.1.124.240");
  EXPECT_EQ(topology.clusters[1].pools[0].instances[0].fault_domain, "FAULT-DOMAIN-3");
}

TEST(TerraformImport, ReadsEndpointsAndHosts) {
  const auto state = ImportedState::of_file(kState);
  EXPECT_EQ(state.messages(), "");
  const Topology& topology = state.topology();
  ASSERT_TRUE(topology.clusters[0].endpoint);
  EXPECT_EQ(to_string(topology.clusters[0].endpoint->address), "10.1.0.20");
  EXPECT_EQ(to_string(topology.clusters[1].endpoint->address), "10.2.0.21");
  EXPECT_THAT(topology.clusters[0].endpoint->nsgs, testing::ElementsAre("cp"));
  ASSERT_THAT(topology.hosts, SizeIs(2));
  EXPECT_EQ(topology.hosts[0].name, "c1-bastion");
  EXPECT_TRUE(topology.hosts[0].is_public);
  EXPECT_EQ(topology.hosts[1].name, "c1-operator");
  EXPECT_EQ(to_string(topology.hosts[1].address), "10.1.0.12");
  EXPECT_EQ(topology.hosts[1].subnet, "operator");
  EXPECT_THAT(topology.hosts[1].nsgs, testing::ElementsAre("operator"));
  EXPECT_THAT(topology.clusters[0].pools[0].availability_domains, testing::ElementsAre(1U));
  const SecurityGroup* const workers = find_named(topology.vcns[0].nsgs, "workers");
  const auto mtu = std::find_if(workers->rules.begin(), workers->rules.end(),
                                [](const SecurityRule& rule) { return rule.icmp_type == 3; });
  ASSERT_NE(mtu, workers->rules.end());
  EXPECT_EQ(mtu->icmp_code, 4);
}

TEST(TerraformImport, KnowsWhichGatewaysAreClosed) {
  const std::string of_vcn = R"("vcn_id":"ocid1.vcn.oc1.iad.v",)";
  const auto state = ImportedState::of({state_of(
      {vcn(),
       resource("oci_core_internet_gateway", "i", R"("id":"i",)" + of_vcn + R"("enabled":false)"),
       resource("oci_core_nat_gateway", "n", R"("id":"n",)" + of_vcn + R"("block_traffic":false)"),
       resource("oci_core_service_gateway", "s",
                R"("id":"s",)" + of_vcn + R"("block_traffic":true)")})});
  ASSERT_THAT(state.topology().vcns, SizeIs(1)) << state.messages();
  const auto& gateways = state.topology().vcns[0].gateways;
  ASSERT_THAT(gateways, SizeIs(2));
  EXPECT_EQ(gateways[0].kind, GatewayKind::Internet);
  EXPECT_FALSE(gateways[0].enabled);
  EXPECT_EQ(gateways[1].kind, GatewayKind::Service);
}

TEST(TerraformImport, ReadsARouteToAFirewall) {
  const auto state = ImportedState::of({state_of(
      {vcn(),
       resource("oci_core_private_ip", "f",
                R"("id":"ocid1.privateip.oc1.iad.f","ip_address":"10.1.0.9")"),
       resource("oci_core_route_table", "r",
                R"("id":"ocid1.routetable.oc1.iad.r","vcn_id":"ocid1.vcn.oc1.iad.v",)"
                R"("route_rules":[{"destination":"10.9.0.0/16","destination_type":"CIDR_BLOCK",)"
                R"("network_entity_id":"ocid1.privateip.oc1.iad.f"}])")})});
  EXPECT_THAT(state.imported.unknowns, IsEmpty());
  const RouteRule& rule = state.topology().vcns[0].route_tables[0].rules.at(0);
  EXPECT_EQ(rule.gateway, GatewayKind::PrivateIp);
  EXPECT_EQ(to_string(rule.next_hop), "10.1.0.9");
}

TEST(TerraformImport, ARuleStandsWhereItsResourceStands) {
  const auto state = ImportedState::of_file(kState);
  const SecurityGroup* const workers = find_named(state.topology().vcns[0].nsgs, "workers");
  ASSERT_NE(workers, nullptr);
  const auto vxlan = std::find_if(
      workers->rules.begin(), workers->rules.end(),
      [](const SecurityRule& rule) { return rule.description == "VXLAN from c2 VCN"; });
  ASSERT_NE(vxlan, workers->rules.end());
  EXPECT_EQ(vxlan->cidr, parse_prefix("10.2.0.0/16"));
  EXPECT_EQ(vxlan->ports->min, 8472);
  const auto address = state.imported.addresses.find(vxlan->pos);
  ASSERT_NE(address, state.imported.addresses.end());
  EXPECT_THAT(address->second, HasSubstr("security_rule.oke[\"VXLAN from c2 VCN\"]"));
}

TEST(TerraformImport, AddsAttachmentsAndTablesThatThePlatformMakes) {
  const auto state = ImportedState::of_file(kState);
  const Drg& drg = state.topology().drgs[0];
  ASSERT_THAT(drg.attachments, SizeIs(2));
  EXPECT_EQ(drg.attachments[0].name, "c1-drg-to-0");
  EXPECT_EQ(drg.attachments[0].route_table, kVcnTable);
  EXPECT_EQ(drg.attachments[1].target, "c1-c2");
  EXPECT_EQ(drg.attachments[1].route_table, kRpcTable);
  EXPECT_THAT(drg.route_tables, SizeIs(2));
  EXPECT_EQ(state.topology().rpcs[0].round_trip, 10ms);
}

TEST(TerraformImport, BothVcnsOfTheSampleReachEachOther) {
  const auto state = ImportedState::of_file(kState);
  const Topology& topology = state.topology();
  const DrgRoutes routes = resolve_drg_routes(topology);
  EXPECT_TRUE(trace_route(topology, routes, topology.vcns[0], *parse_ipv4("10.2.73.222")).arrives);
  EXPECT_TRUE(trace_route(topology, routes, topology.vcns[1], *parse_ipv4("10.1.68.8")).arrives);
}

TEST(TerraformImport, PrintsATopologyThatLoadsToTheSameOne) {
  const auto state = ImportedState::of_file(kState);
  for (const TopologyFormat format : {TopologyFormat::Yaml, TopologyFormat::Json}) {
    const std::string text = print_topology(state.topology(), format);
    Sources sources;
    Diagnostics diagnostics;
    const std::vector<Node> documents = parse_yaml(text, sources.add("out"), diagnostics);
    ASSERT_THAT(documents, SizeIs(1));
    const auto again = read_topology(documents[0], diagnostics);
    ASSERT_TRUE(again) << diagnostics.text(sources);
    EXPECT_EQ(print_topology(*again, format), text);
  }
}

TEST(TerraformImport, ReadsAStateOfOneLineTheSame) {
  const auto state = ImportedState::of_file(kState);
  // Terraform writes no line breaks and no blanks.
  std::ifstream file{kState};
  const auto compact = ImportedState::of({nlohmann::ordered_json::parse(file).dump()});
  EXPECT_TRUE(compact.diagnostics.ok()) << compact.messages();
  EXPECT_EQ(print_topology(compact.topology(), TopologyFormat::Yaml),
            print_topology(state.topology(), TopologyFormat::Yaml));
}

TEST(TerraformImport, AVcnWithoutAnAdoptedListHasTheDefaultRules) {
  const auto state = ImportedState::of({state_of({vcn()})});
  ASSERT_THAT(state.topology().vcns, SizeIs(1)) << state.messages();
  const Vcn& made = state.topology().vcns[0];
  EXPECT_EQ(made.region, "us-ashburn-1");  // an old region stands in OCIDs by its key
  ASSERT_THAT(made.security_lists, SizeIs(1));
  EXPECT_THAT(made.security_lists[0].rules, SizeIs(4));
  EXPECT_EQ(made.security_lists[0].rules[0].ports->min, 22);
}

TEST(TerraformImport, AnAdoptedListIsWhatTerraformSays) {
  const auto state = ImportedState::of({state_of(
      {vcn(), resource("oci_core_default_security_list", "lockdown",
                       R"("manage_default_resource_id":"ocid1.securitylist.oc1.iad.d")")})});
  ASSERT_THAT(state.topology().vcns, SizeIs(1)) << state.messages();
  EXPECT_THAT(state.topology().vcns[0].security_lists[0].rules, IsEmpty());
}

TEST(TerraformImport, AnUnreadTypeIsAWarningAtItsFirstPlace) {
  const auto state =
      ImportedState::of({state_of({vcn(), resource("oci_core_cpe", "a", R"("id":"x")"),
                                   resource("oci_core_cpe", "b", R"("id":"y")")})});
  EXPECT_EQ(state.messages(),
            "a.json:2:12: warning: oci_core_cpe.a: oci_core_cpe is not read (2 of them)\n");
}

TEST(TerraformImport, ARouteToAnUnmodelledTargetIsUnknown) {
  const auto state = ImportedState::of({state_of(
      {vcn(),
       resource("oci_core_route_table", "r",
                R"("id":"ocid1.routetable.oc1.iad.r","vcn_id":"ocid1.vcn.oc1.iad.v",)"
                R"("route_rules":[{"destination":"10.9.0.0/16","destination_type":"CIDR_BLOCK",)"
                R"("network_entity_id":"ocid1.localpeeringgateway.oc1.iad.l"}])")})});
  ASSERT_THAT(state.imported.unknowns, SizeIs(1));
  const Unknown& unknown = state.imported.unknowns[0];
  EXPECT_EQ(unknown.of, Unknown::Of::Vcn);
  EXPECT_EQ(unknown.name, "v");
  EXPECT_THAT(unknown.what, HasSubstr("where route 10.9.0.0/16 of oci_core_route_table.r leads"));
  EXPECT_EQ(state.at(unknown.pos).substr(0, 9), "a.json:2:");
}

// --- peerings

std::string drg(const std::string& key) {
  return resource("oci_core_drg", key,
                  R"("id":"ocid1.drg.oc1.)" + key + R"(.d","display_name":"d-)" + key + "\"");
}

std::string rpc(const std::string& key, const std::string& more) {
  return resource("oci_core_remote_peering_connection", key,
                  R"("id":"ocid1.remotepeeringconnection.oc1.)" + key +
                      R"(.r","drg_id":"ocid1.drg.oc1.)" + key + R"(.d")" + more);
}

TEST(TerraformPeering, JoinsEndsOfTwoStates) {
  const auto state = ImportedState::of(
      {state_of({drg("iad"), rpc("iad", R"(,"peering_status":"NEW")")}),
       state_of({drg("phx"),
                 rpc("phx", R"(,"peer_id":"ocid1.remotepeeringconnection.oc1.iad.r",)"
                            R"("peer_region_name":"us-ashburn-1","peering_status":"PEERED")")})});
  EXPECT_TRUE(state.diagnostics.ok()) << state.messages();
  EXPECT_THAT(state.imported.unknowns, IsEmpty());
  ASSERT_THAT(state.topology().rpcs, SizeIs(1));
  EXPECT_EQ(state.topology().rpcs[0].status,
            PeeringStatus::Peered);                    // the acceptor shows NEW until a refresh
  EXPECT_EQ(state.topology().rpcs[0].drg_a, "d-phx");  // the requestor
  EXPECT_EQ(state.at(state.topology().rpcs[0].pos).substr(0, 6), "b.json");
}

TEST(TerraformPeering, AFarEndInNoFileIsUnknownOfItsDrg) {
  const auto state = ImportedState::of(
      {state_of({drg("iad"), rpc("iad", R"(,"peer_id":"ocid1.remotepeeringconnection.oc1.phx.r",)"
                                        R"("peering_status":"PEERED")")})});
  ASSERT_THAT(state.imported.unknowns, SizeIs(1));
  EXPECT_TRUE(depends_on_unknown(state.imported.unknowns, Unknown::Of::Drg, "d-iad"));
  EXPECT_THAT(state.imported.unknowns[0].why, HasSubstr("add the other region's state"));
}

TEST(TerraformPeering, RevokedOrConnectedToNothingIsNoPeering) {
  const auto revoked = ImportedState::of(
      {state_of({drg("iad"), drg("phx"), rpc("iad", R"(,"peering_status":"REVOKED")"),
                 rpc("phx", R"(,"peer_id":"ocid1.remotepeeringconnection.oc1.iad.r",)"
                            R"("peering_status":"PEERED")")})});
  ASSERT_THAT(revoked.topology().rpcs, SizeIs(1));
  EXPECT_EQ(revoked.topology().rpcs[0].status, PeeringStatus::Revoked);
  const auto lone = ImportedState::of({state_of({drg("iad"), rpc("iad", "")})});
  EXPECT_THAT(lone.topology().rpcs, IsEmpty());
  EXPECT_THAT(lone.messages(), HasSubstr("is connected to nothing; set peer_id at one end"));
}

TEST(TerraformDrg, ReadsATransitTableByItsDistribution) {
  const std::string statement = R"("drg_route_distribution_id":"dist","action":"ACCEPT",)";
  const std::string by_type = R"("match_criteria":[{"match_type":"DRG_ATTACHMENT_TYPE",)"
                              R"("attachment_type":)";
  const auto state = ImportedState::of({state_of(
      {drg("iad"), drg("phx"), rpc("iad", R"(,"peering_status":"PEERED")"),
       rpc("phx", R"(,"peer_id":"ocid1.remotepeeringconnection.oc1.iad.r")"),
       resource("oci_core_drg_route_table", "transit",
                R"("id":"table","drg_id":"ocid1.drg.oc1.iad.d","display_name":"transit",)"
                R"("import_drg_route_distribution_id":"dist")"),
       resource("oci_core_drg_route_distribution_statement", "rpc",
                R"("id":"s2",)" + statement + R"("priority":2,)" + by_type +
                    R"("REMOTE_PEERING_CONNECTION"}])"),
       resource("oci_core_drg_route_distribution_statement", "vcn",
                R"("id":"s1",)" + statement + R"("priority":1,)" + by_type + R"("VCN"}])"),
       resource("oci_core_drg_attachment_management", "rpcs",
                R"("id":"att","attachment_type":"REMOTE_PEERING_CONNECTION",)"
                R"("network_id":"ocid1.remotepeeringconnection.oc1.iad.r",)"
                R"("drg_id":"ocid1.drg.oc1.iad.d","drg_route_table_id":"table")"),
       resource("oci_core_drg_route_table_route_rule", "static",
                R"("id":"rule","drg_route_table_id":"table","destination":"10.0.0.0/8",)"
                R"("next_hop_drg_attachment_id":"att")")})});
  EXPECT_TRUE(state.diagnostics.ok()) << state.messages();
  EXPECT_THAT(state.imported.unknowns, IsEmpty());
  const Drg& hub = state.topology().drgs[0];
  const DrgRouteTable* const table = find_named(hub.route_tables, "transit");
  ASSERT_NE(table, nullptr);
  ASSERT_THAT(table->imports, SizeIs(2));
  EXPECT_EQ(table->imports[0].value, kMatchVcn);
  EXPECT_EQ(table->imports[1].value, kMatchRpc);
  ASSERT_THAT(table->static_rules, SizeIs(1));
  EXPECT_EQ(table->static_rules[0].attachment, "rpcs");
  ASSERT_THAT(hub.attachments, SizeIs(1));
  EXPECT_EQ(hub.attachments[0].route_table, "transit");
}

// --- plans

TEST(TerraformPlan, WhatIsKnownAfterApplyIsUnknown) {
  const auto state = ImportedState::of(
      {R"({"format_version":"1.2","planned_values":{"root_module":{"resources":[)" + vcn() + ",\n" +
       resource("oci_core_network_security_group", "n",
                R"("id":"nsg","display_name":"n","vcn_id":"ocid1.vcn.oc1.iad.v")") +
       ",\n" +
       resource("oci_core_network_security_group_security_rule", "r",
                R"("network_security_group_id":"nsg","direction":"INGRESS","protocol":"6",)"
                R"("source_type":"NETWORK_SECURITY_GROUP")") +
       R"(]}},"resource_changes":[{"address":"oci_core_network_security_group_security_rule.r",)"
       R"("change":{"actions":["create"],"after_unknown":{"id":true,"source":true}}}]})"});
  EXPECT_TRUE(state.diagnostics.ok()) << state.messages();
  ASSERT_THAT(state.imported.unknowns, SizeIs(1));
  EXPECT_EQ(state.imported.unknowns[0].what,
            "source of oci_core_network_security_group_security_rule.r");
  EXPECT_EQ(state.imported.unknowns[0].why, "known after apply");
  EXPECT_EQ(state.at(state.imported.unknowns[0].pos).substr(0, 9), "a.json:3:");
}

// --- files that are something else

struct WrongState {
  const char* name;
  std::string text;
  const char* message;
};

class WrongTerraform : public testing::TestWithParam<WrongState> {};

TEST_P(WrongTerraform, SaysWhatToWriteInstead) {
  const auto state = ImportedState::of({GetParam().text});
  EXPECT_FALSE(state.diagnostics.ok());
  EXPECT_THAT(state.messages(), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Files, WrongTerraform,
    testing::Values(
        WrongState{"Truncated", state_of({vcn()}).substr(0, 200),
                   "a.json:1:200: error: the text ends here, before its brackets are closed; is it "
                   "whole?"},
        WrongState{"OwnStateFile",
                   R"({"version":4,"terraform_version":"1.5.7","lineage":"x","resources":[]})",
                   "a.json:1:1: error: is Terraform's own state file; write it in the documented "
                   "form: terraform show -json > state.json"},
        WrongState{"LaterFormat", R"({"format_version":"2.0","values":{"root_module":{}}})",
                   "a.json:1:19: error: format_version '2.0' is not read; 1.x is"},
        WrongState{"Empty", R"({"format_version":"1.0"})",
                   "holds no resources; has anything been applied?"},
        WrongState{"OtherProvider",
                   R"({"format_version":"1.0","values":{"root_module":{"resources":[)"
                   R"({"address":"aws_vpc.a","mode":"managed","type":"aws_vpc","name":"a",)"
                   R"("provider_name":"hashicorp/aws","values":{}}]}}})",
                   "holds no resource of provider oracle/oci; it has those of hashicorp/aws"},
        WrongState{"NoValues",
                   R"({"format_version":"1.0","values":{"root_module":{"resources":[)"
                   R"({"address":"oci_core_vcn.a"}]}}})",
                   "a resource without address or values; is the file complete?"},
        WrongState{"WrongCidr",
                   state_of({resource("oci_core_vcn", "v",
                                      R"("id":"ocid1.vcn.oc1.iad.v","cidr_blocks":["10.1/16"])")}),
                   "error: oci_core_vcn.v: '10.1/16' is no IPv4 prefix"}),
    [](const auto& each) { return std::string{each.param.name}; });

TEST(TerraformImport, RulesOfTwoNsgsMayHaveOneId) {
  const auto nsg = [](const std::string& name) {
    return resource("oci_core_network_security_group", name,
                    R"("id":"ocid1.networksecuritygroup.oc1.iad.)" + name +
                        R"(","display_name":")" + name + R"(","vcn_id":"ocid1.vcn.oc1.iad.v")");
  };
  const auto rule = [](const std::string& name) {
    return resource("oci_core_network_security_group_security_rule", name,
                    R"("id":"04ABEC","direction":"EGRESS","protocol":"all",)"
                    R"("destination":"0.0.0.0/0","destination_type":"CIDR_BLOCK",)"
                    R"("network_security_group_id":"ocid1.networksecuritygroup.oc1.iad.)" +
                        name + "\"");
  };
  const auto state =
      ImportedState::of({state_of({vcn(), nsg("a"), nsg("b"), rule("a"), rule("b")})});
  ASSERT_TRUE(state.diagnostics.ok()) << state.messages();
  for (const SecurityGroup& group : state.topology().vcns[0].nsgs) {
    EXPECT_THAT(group.rules, SizeIs(1)) << group.name;
  }
}

TEST(TerraformImport, TheSameResourceInTwoFilesIsAnError) {
  const auto state = ImportedState::of({state_of({vcn()}), state_of({vcn()})});
  EXPECT_THAT(state.messages(),
              HasSubstr("b.json:1:74: error: oci_core_vcn.vcn: 'ocid1.vcn.oc1.iad.v' is given "
                        "twice; first at a.json:1:74"));
}

}  // namespace
}  // namespace meshsim
