// Short forms stand for what Oracle's Terraform module makes, and everything knows its line.
#include "sim/topology/expand.hpp"

#include <gmock/gmock.h>

#include <set>

#include "sim/config/write_yaml.hpp"
#include "sim/topology/drg_defaults.hpp"
#include "tests/topology/topology_support.hpp"

namespace meshsim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string three(std::string_view more) { return std::string{kThreeClusters} + std::string{more}; }

std::vector<std::string> names_of(const std::vector<Rpc>& rpcs) {
  std::vector<std::string> names;
  for (const Rpc& rpc : rpcs) names.push_back(rpc.name);
  return names;
}

// What the case's Terraform state holds for c1; source: oci-oke.md section 6.3.
TEST(Expand, TheFirstClusterHasTheAddressesOfTheRecordedCase) {
  const LoadedTopology two(
      "clusters: [{name: c1, region: CDG}, {name: c2, region: AMS}]\n"
      "peering: {mesh: full}\n");
  ASSERT_TRUE(two.topology) << two.errors();
  const Vcn& vcn = two->vcns[0];
  std::vector<std::string> subnets;
  for (const Subnet& subnet : vcn.subnets)
    subnets.push_back(subnet.name + " " + to_string(subnet.cidr));
  EXPECT_THAT(subnets,
              ElementsAre("bastion 10.1.0.0/29", "operator 10.1.0.8/29", "cp 10.1.0.16/29",
                          "int_lb 10.1.2.0/27", "pub_lb 10.1.2.32/27", "workers 10.1.64.0/18"));
  EXPECT_EQ(to_string(two->clusters[1].pods_cidr), "10.202.0.0/16");
  EXPECT_EQ(to_string(two->clusters[1].services_cidr), "10.102.0.0/16");
  std::vector<std::string> routes;
  for (const RouteRule& rule : find_named(vcn.route_tables, "nat-route")->rules) {
    routes.push_back(to_string(rule.destination));
  }
  EXPECT_THAT(routes, ElementsAre("0.0.0.0/0", "0.0.0.0/32", "10.2.0.0/16"));
}

TEST(Expand, RemoteVcnsMayReachWorkersAndInternalLoadBalancersByTheirPortsOnly) {
  const LoadedTopology two(
      "clusters: [{name: c1, region: CDG}, {name: c2, region: AMS}]\n"
      "peering: {mesh: full}\n");
  std::vector<std::string> from_remote;
  for (const SecurityGroup& nsg : two->vcns[0].nsgs) {
    for (const SecurityRule& rule : nsg.rules) {
      if (!rule.cidr || to_string(*rule.cidr) != "10.2.0.0/16") continue;
      from_remote.push_back(nsg.name + " " + std::to_string(rule.ports->min) + " " +
                            (rule.protocol == RuleProtocol::Udp ? "udp" : "tcp"));
    }
  }
  EXPECT_THAT(from_remote, ElementsAre("int_lb 2379 tcp", "int_lb 53 udp", "workers 8472 udp"));
}

TEST(Expand, ADrgHasTheTwoDefaultTables) {
  const LoadedTopology two(
      "clusters: [{name: c1, region: CDG}, {name: c2, region: AMS}]\n"
      "peering: {mesh: full}\n");
  const Drg& drg = two->drgs[0];
  ASSERT_EQ(drg.route_tables.size(), 2U);
  EXPECT_EQ(find_named(drg.route_tables, kVcnTable)->imports.at(0).match,
            DistributionStatement::Match::All);
  EXPECT_EQ(find_named(drg.route_tables, kRpcTable)->imports.at(0).value, kMatchVcn);
  EXPECT_EQ(find_attachment(drg, DrgAttachment::Type::Vcn, "c1")->route_table, kVcnTable);
  EXPECT_EQ(find_attachment(drg, DrgAttachment::Type::Rpc, "c1-c2")->route_table, kRpcTable);
}

TEST(Expand, EachShapeOfAMeshHasItsPeerings) {
  EXPECT_THAT(names_of(LoadedTopology(three("peering: {mesh: full}\n"))->rpcs),
              ElementsAre("c1-c2", "c1-c3", "c2-c3"));
  EXPECT_THAT(names_of(LoadedTopology(three("peering: {mesh: chain}\n"))->rpcs),
              ElementsAre("c1-c2", "c2-c3"));
  EXPECT_THAT(names_of(LoadedTopology(three("peering: {mesh: ring}\n"))->rpcs),
              ElementsAre("c1-c2", "c1-c3", "c2-c3"));
  EXPECT_THAT(names_of(LoadedTopology(three("peering: {hub: c2}\n"))->rpcs),
              ElementsAre("c1-c2", "c2-c3"));
  EXPECT_THAT(names_of(LoadedTopology(three("peering: {mesh: hub}\n"))->rpcs),
              ElementsAre("c1-c2", "c1-c3"));
  EXPECT_THAT(names_of(LoadedTopology(three("peering: {pairs: [[c3, c1]]}\n"))->rpcs),
              ElementsAre("c1-c3"));
}

TEST(Expand, WithoutPeeringNothingIsPeeredAndThatIsAWarning) {
  const LoadedTopology none{kThreeClusters};
  ASSERT_TRUE(none.topology) << none.errors();
  EXPECT_THAT(none->rpcs, IsEmpty());
  EXPECT_THAT(none.errors(), HasSubstr("in.yaml:1:1: warning: peering: nothing is peered"));
}

TEST(Expand, InAHubEveryVcnStillHasRoutesToAllOthers) {
  const LoadedTopology hub(three("peering: {hub: c1}\n"));
  const RouteTable& nat = *find_named(hub->vcns[1].route_tables, "nat-route");
  EXPECT_EQ(to_string(nat.rules.at(3).destination), "10.3.0.0/16");
  EXPECT_EQ(nat.rules.at(3).gateway, GatewayKind::Drg);
}

TEST(Expand, WhatIsMadeKnowsTheLineThatMadeIt) {
  const LoadedTopology hub(three("peering:\n  hub: c1\n"));
  const Pos cluster{1, 3, 5};
  const Pos peering{1, 6, 8};
  EXPECT_EQ(hub->vcns[1].pos, cluster);
  EXPECT_EQ(hub->vcns[1].subnets[0].pos, cluster);
  EXPECT_EQ(hub->drgs[1].pos, cluster);
  EXPECT_EQ(hub->clusters[1].pos, cluster);
  EXPECT_EQ(hub->rpcs[0].pos, peering);
  EXPECT_EQ(find_named(hub->drgs[0].route_tables, kRpcTable)->pos, peering);
  EXPECT_EQ(find_named(hub->vcns[1].route_tables, "nat-route")->rules.back().pos, peering);
}

TEST(Expand, LinksOverrideTheTableOfRoundTrips) {
  const LoadedTopology topology(
      three("peering: {mesh: full}\nlinks:\n"
            "  - {between: [c2, c1], round_trip: 12ms, loss: 0.1%, rate: 1Gbps}\n"));
  ASSERT_TRUE(topology.topology) << topology.errors();
  const Rpc& rpc = topology->rpcs[0];
  EXPECT_EQ(rpc.round_trip, 12ms);
  EXPECT_EQ(rpc.round_trip_from, "given in links");
  EXPECT_EQ(rpc.loss, (Ratio{1, 1000}));
  EXPECT_EQ(rpc.rate, gigabits(1));
  EXPECT_EQ(topology->rpcs[1].round_trip, 9ms);
}

TEST(Expand, ClustersOverrideTheirNodesAndAddresses) {
  const LoadedTopology one(
      "clusters:\n  - {name: c1, region: CDG, nodes: 5, ocpus: 4, vcn_cidr: 10.64.0.0/18,\n"
      "     pods_cidr: 10.128.0.0/16, coredns_replicas: 3, kubernetes_version: v1.27.2}\n");
  ASSERT_TRUE(one.topology) << one.errors();
  EXPECT_EQ(one->clusters[0].pools.at(0).nodes, 5U);
  EXPECT_EQ(one->clusters[0].pools.at(0).ocpus, 4U);
  EXPECT_EQ(one->clusters[0].coredns_replicas, 3U);
  EXPECT_EQ(one->clusters[0].kubernetes_version, "v1.27.2");
  EXPECT_EQ(to_string(one->clusters[0].pods_cidr), "10.128.0.0/16");
  EXPECT_EQ(to_string(find_named(one->vcns[0].subnets, "workers")->cidr), "10.64.16.0/20");
}

TEST(Expand, TheGeneratorMakes255ClustersWithRangesOfTheirOwn) {
  const LoadedTopology big("clusters: {count: 255}\n");
  ASSERT_TRUE(big.topology) << big.errors();
  std::vector<Prefix> all;
  for (std::size_t i = 0; i < 255; ++i) {
    all.push_back(big->vcns[i].cidrs[0]);
    all.push_back(big->clusters[i].pods_cidr);
    all.push_back(big->clusters[i].services_cidr);
  }
  std::sort(all.begin(), all.end());
  for (std::size_t i = 1; i < all.size(); ++i) {
    ASSERT_FALSE(all[i].overlaps(all[i - 1])) << to_string(all[i]) << " " << to_string(all[i - 1]);
  }
}

TEST(Expand, TheGeneratorTakesTheRegionsItIsGiven) {
  const LoadedTopology four("clusters: {count: 4, mesh: ring, regions: [IAD, eu-paris-1]}\n");
  ASSERT_TRUE(four.topology) << four.errors();
  EXPECT_EQ(four->clusters[2].name, "c3");
  EXPECT_EQ(four->clusters[2].region, "us-ashburn-1");
  EXPECT_EQ(four->rpcs.size(), 4U);
  EXPECT_EQ(four->regions.size(), 2U);
  EXPECT_EQ(four->regions[0].availability_domains, 3U);
}

TEST(Expand, TheLongFormLoadsToTheSameTopology) {
  for (const char* peering : {"peering: {mesh: full}\n", "peering: {hub: c1, transit: true}\n"}) {
    const LoadedTopology first(three(peering));
    ASSERT_TRUE(first.topology) << first.errors();
    const std::string text = write_yaml(to_node(long_form(*first)));
    const LoadedTopology second(text);
    ASSERT_TRUE(second.topology) << second.errors();
    EXPECT_EQ(write_yaml(to_node(long_form(*second))), text);
  }
}

TEST(Expand, ALongFormVcnCanStandBesideShortOnes) {
  const LoadedTopology mixed(
      "clusters:\n  - {name: c1, region: CDG}\n"
      "  - {name: c2, vcn: own, lb_subnet: lbs, nodes: 1,\n"
      "     pods_cidr: 10.202.0.0/16, services_cidr: 10.102.0.0/16, pools: [{name: p, subnet: "
      "lbs}]}\n"
      "peering: {mesh: full}\n"
      "vcns:\n  - name: own\n    region: eu-amsterdam-1\n    cidrs: [10.77.0.0/16]\n    drg: d\n"
      "    route_tables: [{name: t, rules: [{destination: 10.1.0.0/16, gateway: drg}]}]\n"
      "    subnets: [{name: lbs, cidr: 10.77.1.0/24, route_table: t}]\n"
      "drgs: [{name: d, region: eu-amsterdam-1}]\n");
  EXPECT_THAT(mixed.errors(), HasSubstr("clusters[1].pools: given too"));
}

}  // namespace
}  // namespace meshsim
