// DRG route tables: not transitive by default, transitive with the table of the recipe, bounded.
#include "sim/topology/routes.hpp"

#include <gmock/gmock.h>

#include "sim/topology/graph.hpp"
#include "tests/topology/topology_support.hpp"

namespace meshsim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Ipv4 kC1{10U << 24 | 1U << 16 | 64U << 8 | 10};
constexpr Ipv4 kC3{10U << 24 | 3U << 16 | 64U << 8 | 10};

DrgTrace trace(const Topology& topology, std::size_t from, Ipv4 target) {
  return trace_route(topology, resolve_drg_routes(topology), topology.vcns[from], target);
}

LoadedTopology three(std::string_view more) {
  return LoadedTopology{std::string{kThreeClusters} + std::string{more}};
}

LoadedTopology chain(int count) {
  return LoadedTopology{"clusters: {count: " + std::to_string(count) +
                        ", mesh: chain, transit: true}\n"};
}

TEST(DrgRoutes, AFullMeshNeedsNoTableOfItsOwn) {
  const LoadedTopology mesh = three("peering: {mesh: full}\n");
  const DrgTrace way = trace(*mesh, 1, kC3);
  EXPECT_TRUE(way.arrives);
  EXPECT_EQ(way.hops.size(), 2U);
  EXPECT_EQ(way.round_trip, 9ms);
}

TEST(DrgRoutes, ADefaultHubIsNotTransitiveAndTheHubsLineIsToBlame) {
  const LoadedTopology hub = three("peering:\n  hub: c1\n");
  EXPECT_TRUE(trace(*hub, 1, kC1).arrives);
  const DrgTrace way = trace(*hub, 1, kC3);
  EXPECT_FALSE(way.arrives);
  EXPECT_EQ(way.no_route.text,
            "DRG c2-drg has no route to VCN c3: DRG c1-drg does not announce it, since its route "
            "table 'auto-rpc' (the default for remote peerings) imports VCN attachments only");
  EXPECT_EQ(way.no_route.pos, (Pos{1, 6, 8}));
}

// The data plane alone, for packets that reach the hub by a static rule.
TEST(DrgRoutes, WhatEntersADefaultHubByAPeeringFindsNoOtherPeering) {
  const LoadedTopology hub = three("peering:\n  hub: c1\n");
  const DrgRoutes routes = resolve_drg_routes(*hub);
  EXPECT_EQ(hub->drgs[0].attachments[1].name, "rpc-c1-c2");
  EXPECT_EQ(find_route(*hub, routes, 0, 1, kC3), nullptr);
  const NoRoute why = explain_no_route(*hub, routes, 0, 1);
  EXPECT_EQ(why.text,
            "DRG c1-drg: route table 'auto-rpc' (the default for remote peerings) imports VCN "
            "attachments only");
  EXPECT_EQ(why.pos, (Pos{1, 6, 8}));
}

TEST(DrgRoutes, ATableThatImportsPeeringsMakesTheHubTransitive) {
  const LoadedTopology hub = three("peering: {hub: c1, transit: true}\n");
  const DrgTrace way = trace(*hub, 1, kC3);
  ASSERT_TRUE(way.arrives) << way.no_route.text;
  ASSERT_EQ(way.hops.size(), 3U);
  EXPECT_EQ(hub->drgs[way.hops[1].drg].name, "c1-drg");
  EXPECT_EQ(way.round_trip, 19ms);
}

TEST(DrgRoutes, TransitOnTheHubAloneIsEnough) {
  const LoadedTopology hub = three("peering: {hub: c1, transit: true}\n");
  EXPECT_EQ(hub->drgs[0].route_tables.size(), 3U);
  EXPECT_EQ(hub->drgs[1].route_tables.size(), 2U);
}

TEST(DrgRoutes, ARoutePropagatesThroughFourDrgsAndNoMore) {
  const LoadedTopology four = chain(4);
  const Subnet& last = four->vcns[3].subnets.back();
  EXPECT_TRUE(trace(*four, 0, last.cidr.base).arrives);
  const LoadedTopology five = chain(5);
  const DrgTrace way = trace(*five, 0, five->vcns[4].subnets.back().cidr.base);
  EXPECT_FALSE(way.arrives);
  EXPECT_THAT(way.no_route.text, HasSubstr("it is 5 DRGs away, and a route propagates through 4"));
  EXPECT_TRUE(trace(*five, 1, five->vcns[4].subnets.back().cidr.base).arrives);
}

TEST(DrgRoutes, ARingWithTransitTakesTheWayWithFewerPeerings) {
  const LoadedTopology ring{"clusters: {count: 5, mesh: ring, transit: true}\n"};
  for (std::size_t from = 0; from < 5; ++from) {
    for (std::size_t to = 0; to < 5; ++to) {
      if (from == to) continue;
      const DrgTrace way = trace(*ring, from, ring->vcns[to].subnets.back().cidr.base);
      ASSERT_TRUE(way.arrives) << from << " " << to << " " << way.no_route.text;
      const std::size_t distance = std::min((to + 5 - from) % 5, (from + 5 - to) % 5);
      EXPECT_EQ(way.hops.size(), distance + 1) << from << " " << to;
    }
  }
}

TEST(DrgRoutes, AVcnOffersItsSubnetsNotItsWholeRange) {
  const LoadedTopology mesh = three("peering: {mesh: full}\n");
  const Ipv4 outside{10U << 24 | 3U << 16 | 200U << 8};
  const DrgTrace way = trace(*mesh, 1, outside);
  EXPECT_FALSE(way.arrives);
  EXPECT_THAT(way.no_route.text, HasSubstr("no subnet of the VCN holds the address"));
}

TEST(DrgRoutes, APeeringThatIsNotConnectedAnnouncesNothing) {
  LoadedTopology mesh = three("peering: {mesh: full}\n");
  mesh.topology->rpcs[2].status = PeeringStatus::Revoked;
  const DrgTrace way = trace(*mesh, 1, kC3);
  EXPECT_FALSE(way.arrives);
}

TEST(DrgRoutes, AnAddressOfNobodyIsSaidToBe) {
  const LoadedTopology mesh = three("peering: {mesh: full}\n");
  EXPECT_THAT(trace(*mesh, 0, Ipv4{1}).no_route.text, HasSubstr("an address of no VCN"));
}

// A static rule at the hub moves packets only one way if the spokes do not know each other.
TEST(DrgRoutes, AStaticRuleBeatsAnImportedRoute) {
  LoadedTopology mesh = three("peering: {mesh: full}\n");
  Drg& drg = mesh.topology->drgs[1];
  const Prefix workers = mesh->vcns[2].subnets.back().cidr;
  drg.route_tables[0].static_rules.push_back({workers, "rpc-c1-c2", {1, 9, 9}});
  const DrgRoutes routes = resolve_drg_routes(*mesh);
  const DrgRoute* route = find_route(*mesh, routes, 1, 0, kC3);
  ASSERT_NE(route, nullptr);
  EXPECT_TRUE(route->is_static);
  EXPECT_EQ(route->pos, (Pos{1, 9, 9}));
  std::vector<bool> conflicts;
  for (const DrgRoute& one : routes.tables[1][0]) {
    if (one.destination == workers) conflicts.push_back(one.is_conflict);
  }
  EXPECT_THAT(conflicts, ElementsAre(false, true));
}

TEST(DrgRoutes, StaticRulesInACircleAreNoticed) {
  LoadedTopology mesh = three("peering: {mesh: full}\n");
  const Prefix workers = mesh->vcns[2].subnets.back().cidr;
  mesh.topology->drgs[0].route_tables[0].static_rules.push_back({workers, "rpc-c1-c2", {}});
  mesh.topology->drgs[1].route_tables[1].static_rules.push_back({workers, "rpc-c1-c2", {}});
  mesh.topology->drgs[0].route_tables[1].static_rules.push_back({workers, "rpc-c1-c2", {}});
  const DrgTrace way = trace(*mesh, 0, kC3);
  EXPECT_FALSE(way.arrives);
  EXPECT_THAT(way.no_route.text, HasSubstr("in a circle"));
}

TEST(Graph, FindsIslandsAndShortestWays) {
  const LoadedTopology hub = three("peering: {hub: c1}\n");
  EXPECT_THAT(shortest_path(*hub, "c2-drg", "c3-drg"), ElementsAre("c2-drg", "c1-drg", "c3-drg"));
  EXPECT_THAT(islands_of_vcns(*hub), ElementsAre(0, 0, 0));
  const LoadedTopology pair = three("peering: {pairs: [[c1, c3]]}\n");
  EXPECT_THAT(shortest_path(*pair, "c2-drg", "c3-drg"), IsEmpty());
  EXPECT_THAT(islands_of_vcns(*pair), ElementsAre(0, 1, 0));
}

}  // namespace
}  // namespace meshsim
