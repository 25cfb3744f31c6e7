// What is wrong in a topology is said with its place, all of it at once.
#include "sim/topology/validate.hpp"

#include <gmock/gmock.h>

#include "tests/topology/topology_support.hpp"

namespace meshsim {
namespace {

using testing::HasSubstr;

struct Wrong {
  std::string name;
  std::string text;
  std::string expected;
};

class WrongTopology : public testing::TestWithParam<Wrong> {};

TEST_P(WrongTopology, IsAnErrorWithItsPlace) {
  const LoadedTopology loaded{GetParam().text};
  EXPECT_FALSE(loaded.topology);
  EXPECT_THAT(loaded.errors(), HasSubstr(GetParam().expected));
}

std::string clusters(const std::string& first, const std::string& second,
                     const std::string& more = "") {
  return "clusters:\n  - {name: c1, region: eu-paris-1" + first +
         "}\n  - {name: c2, region: eu-amsterdam-1" + second + "}\npeering: {mesh: full}\n" + more;
}

// One VCN in the long form with a hole for what is to be wrong.
std::string vcn(const std::string& subnet, const std::string& rule = "",
                const std::string& route = "") {
  return "clusters: [{name: c1, region: CDG, vcn: v, lb_subnet: workers}]\n"
         "vcns:\n"
         "  - name: v\n"
         "    region: eu-paris-1\n"
         "    cidrs: [10.1.0.0/16]\n"
         "    subnets: [" +
         subnet +
         "]\n"
         "    nsgs: [{name: n, rules: [" +
         rule +
         "]}]\n"
         "    route_tables: [{name: t, rules: [" +
         route + "]}]\n";
}
const std::string kWorkers = "{name: workers, cidr: 10.1.64.0/18, route_table: t}";

std::string drgs(const std::string& more) {
  return clusters("", "") + "drgs:\n  - name: d\n    region: eu-paris-1\n" + more;
}

INSTANTIATE_TEST_SUITE_P(
    Topologies, WrongTopology,
    testing::Values(
        Wrong{"UnknownRegion", clusters("", ", region2: x") + "x: 1\n",
              "in.yaml:3:40: error: clusters[1].region2: unknown; did you mean 'region'?"},
        Wrong{"MisspeltRegion", "clusters: [{name: c1, region: eu-pariss-1}]\n",
              "in.yaml:1:31: error: clusters[0].region: 'eu-pariss-1' is no OCI region; did you "
              "mean 'eu-paris-1'?"},
        Wrong{"MissingRegion", "clusters: [{name: c1}]\n",
              "in.yaml:1:12: error: clusters[0].region: is missing"},
        Wrong{"TakenName", "clusters: [{name: c1, region: CDG}, {name: c1, region: AMS}]\n",
              "in.yaml:1:44: error: clusters[1].name: 'c1' is taken; first used at 1:19"},
        Wrong{"OverlappingVcns", clusters("", ", vcn_cidr: 10.1.0.0/16"),
              "in.yaml:3:50: error: clusters[1].vcn_cidr: 10.1.0.0/16 of VCN 'c2' overlaps "
              "10.1.0.0/16 of VCN 'c1' at 2:5"},
        Wrong{"OverlappingPods", clusters("", ", pods_cidr: 10.201.128.0/17"),
              "in.yaml:3:51: error: clusters[1].pods_cidr: 10.201.128.0/17 of the pods of cluster "
              "'c2' overlaps 10.201.0.0/16 of the pods of cluster 'c1' at 2:5"},
        Wrong{"ServicesOverAVcn", clusters(", services_cidr: 10.2.64.0/20", ""),
              "in.yaml:2:51: error: clusters[0].services_cidr: 10.2.64.0/20 of the services of "
              "cluster 'c1' overlaps 10.2.0.0/16 of VCN 'c2'"},
        Wrong{"VcnTooSmall", clusters("", ", vcn_cidr: 10.2.0.0/24"),
              "in.yaml:3:50: error: clusters[1].vcn_cidr: the subnets of a cluster need a /16 to "
              "/20; '10.2.0.0/24' is none"},
        Wrong{"TooManyNodes", clusters(", nodes: 5, pods_cidr: 10.201.0.0/23", ""),
              "in.yaml:2:57: error: clusters[0].pods_cidr: '10.201.0.0/23' has room for 4 nodes "
              "with a /25 each; the cluster has 5"},
        Wrong{"UnknownKey", clusters("", "") + "x: 1\n",
              "in.yaml:5:1: error: x: unknown; known here are: apiVersion"},
        Wrong{"HubThatIsNoCluster", "clusters: [{name: c1, region: CDG}]\npeering: {hub: c11}\n",
              "in.yaml:2:16: error: peering.hub: there is no cluster 'c11'; did you mean 'c1'?"},
        Wrong{"PairOfThree",
              "clusters: [{name: c1, region: CDG}]\npeering: {pairs: [[c1, c1, c1]]}\n",
              "in.yaml:2:19: error: peering.pairs[0]: names 3 clusters; write two"},
        Wrong{"PairWithItself",
              "clusters: [{name: c1, region: CDG}]\npeering: {pairs: [[c1, c1]]}\n",
              "in.yaml:2:19: error: peering.pairs[0]: a cluster is not peered with itself"},
        Wrong{"PairGivenTwice",
              "clusters: [{name: c1, region: CDG}, {name: c2, region: AMS}]\n"
              "peering: {pairs: [[c1, c2], [c2, c1]]}\n",
              "in.yaml:2:29: error: peering.pairs[1]: these are peered already, at 2:19"},
        Wrong{"TwoShapes", "clusters: [{name: c1, region: CDG}]\npeering: {mesh: full, hub: c1}\n",
              "in.yaml:2:10: error: peering: write one of mesh, hub and pairs"},
        Wrong{"TransitInAFullMesh",
              "clusters: [{name: c1, region: CDG}]\npeering: {mesh: full, transit: true}\n",
              "in.yaml:2:32: error: peering.transit: all are peered directly"},
        Wrong{"PeeringGivenTwice", "clusters: {count: 2, mesh: full}\npeering: {mesh: full}\n",
              "in.yaml:2:10: error: peering: clusters.mesh says who is peered"},
        Wrong{"TooManyClusters", "clusters: {count: 256}\n",
              "in.yaml:1:19: error: clusters.count: 256 is out of range; write 1 to 255"},
        Wrong{"LinkWithoutPeering",
              "clusters: [{name: c1, region: CDG}, {name: c2, region: AMS}]\n"
              "links: [{between: [c1, c2], round_trip: 1ms}]\n",
              "in.yaml:2:19: error: links[0].between: 'c1' and 'c2' are not peered"},
        Wrong{"LinkWithoutUnit", clusters("", "", "links: [{between: [c1, c2], round_trip: 40}]\n"),
              "in.yaml:5:41: error: links[0].round_trip: '40' has no unit; write 40ms"},
        Wrong{"SubnetOutside", vcn("{name: workers, cidr: 10.9.0.0/24, route_table: t}"),
              "in.yaml:6:37: error: vcns[0].subnets[0].cidr: '10.9.0.0/24' is outside of VCN 'v'"},
        Wrong{"OverlappingSubnets",
              vcn(kWorkers + ", {name: x, cidr: 10.1.64.0/24, route_table: t}"),
              "error: vcns[0].subnets[1].cidr: '10.1.64.0/24' overlaps 10.1.64.0/18 of subnet "
              "'workers'"},
        Wrong{"UnknownRouteTable", vcn("{name: workers, cidr: 10.1.64.0/18, route_table: tt}"),
              "in.yaml:6:64: error: vcns[0].subnets[0].route_table: there is no route table 'tt'; "
              "did you mean 't'?"},
        Wrong{"RuleWithBoth", vcn(kWorkers, "{direction: ingress, cidr: 10.0.0.0/8, nsg: n}"),
              "in.yaml:7:30: error: vcns[0].nsgs[0].rules[0]: has both cidr and nsg"},
        Wrong{"RuleWithNeither", vcn(kWorkers, "{direction: ingress}"),
              "in.yaml:7:30: error: vcns[0].nsgs[0].rules[0]: has no far end"},
        Wrong{"RuleOfUnknownNsg", vcn(kWorkers, "{direction: ingress, nsg: nn}"),
              "in.yaml:7:56: error: vcns[0].nsgs[0].rules[0].nsg: there is no NSG 'nn'; did you "
              "mean 'n'?"},
        Wrong{"PortsOfIcmp",
              vcn(kWorkers, "{direction: egress, protocol: icmp, cidr: 10.0.0.0/8, ports: 53}"),
              "error: vcns[0].nsgs[0].rules[0].ports: only tcp and udp have ports"},
        Wrong{"BadPorts",
              vcn(kWorkers, "{direction: egress, protocol: tcp, cidr: 10.0.0.0/8, ports: 9-1}"),
              "error: vcns[0].nsgs[0].rules[0].ports: '9-1' ends before it starts"},
        Wrong{"RpcToNowhere", drgs("rpcs: [{name: r, drg_a: d, drg_b: c9-drg}]\n"),
              "in.yaml:8:35: error: rpcs[0].drg_b: there is no DRG 'c9-drg'; did you mean "
              "'c1-drg'"},
        Wrong{"RpcToItself", drgs("rpcs: [{name: r, drg_a: d, drg_b: d}]\n"),
              "in.yaml:8:35: error: rpcs[0].drg_b: a DRG is not peered with itself"},
        Wrong{"AttachmentOfNothing", drgs("    attachments: [{name: a, type: vcn, target: c7}]\n"),
              "error: drgs[0].attachments[0].target: there is no VCN 'c7'; did you mean 'c1'?"},
        Wrong{"TableOfNothing",
              drgs("    attachments: [{name: a, type: vcn, target: c1, route_table: zz}]\n"),
              "error: drgs[0].attachments[0].route_table: there is no DRG route table 'zz'"},
        Wrong{
            "UnknownAttachmentType",
            drgs("    route_tables: [{name: t, imports: [{match: attachment_type, value: X}]}]\n"),
            "error: drgs[0].route_tables[0].imports[0].value: 'X' is no type of attachment"},
        Wrong{"MisspeltMesh", "clusters: {count: 3, mesh: ful}\n",
              "in.yaml:1:28: error: clusters.mesh: 'ful' is unknown; did you mean 'full'?"}),
    [](const auto& tested) { return tested.param.name; });

TEST(Validate, AllErrorsComeInOneGo) {
  const LoadedTopology loaded{
      "clusters:\n  - {name: c1, region: nowhere, nodes: 0}\n  - {name: c1, region: AMS}\n"
      "peering: {hub: c7}\n"};
  EXPECT_EQ(loaded.diagnostics.errors(), 4U) << loaded.errors();
}

TEST(Validate, ClustersOnDifferentIslandsMayShareAddresses) {
  const LoadedTopology loaded{
      "clusters:\n  - {name: c1, region: CDG}\n"
      "  - {name: c2, region: AMS, vcn_cidr: 10.1.0.0/16, pods_cidr: 10.201.0.0/16}\n"};
  EXPECT_TRUE(loaded.topology) << loaded.errors();
}

// OCI has such routes when an attachment is taken away: what they take is dropped.
TEST(Validate, RouteToADrgThatTheVcnIsNotAttachedToIsAWarning) {
  const LoadedTopology loaded{vcn(kWorkers, "", "{destination: 10.2.0.0/16, gateway: drg}")};
  EXPECT_THAT(loaded.errors(),
              HasSubstr("in.yaml:8:74: warning: vcns[0].route_tables[0].rules[0].gateway: VCN 'v' "
                        "is attached to no DRG"));
}

TEST(Validate, MoreRulesThanOciAllowsIsAWarning) {
  const LoadedTopology loaded{"clusters: {count: 70, mesh: full}\n"};
  ASSERT_TRUE(loaded.topology) << loaded.errors();
  EXPECT_THAT(loaded.errors(), HasSubstr("warning: vcns[0].nsgs[3]: 142 rules in 'int_lb'"));
}

}  // namespace
}  // namespace meshsim
