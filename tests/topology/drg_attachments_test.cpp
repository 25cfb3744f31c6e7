// Circuits, tunnels and what a VCN offers; what is announced, preferred and shared; what is
// missing.
#include <gmock/gmock.h>

#include <set>

#include "sim/topology/drg_defaults.hpp"
#include "sim/topology/peering.hpp"
#include "sim/topology/routes.hpp"
#include "tests/topology/topology_support.hpp"

namespace meshsim {
namespace {

using testing::HasSubstr;

// c1 with an office behind a circuit and a tunnel of its DRG; c2 peered with c1.
constexpr std::string_view kOffice =
    "clusters:\n"
    "  - {name: c1, region: eu-paris-1, vcn: v1}\n"
    "  - {name: c2, region: AMS, vcn: v2}\n"
    "vcns:\n"
    "  - {name: v1, region: eu-paris-1, cidrs: [10.1.0.0/16], drg: d1,\n"
    "     subnets: [{name: workers, cidr: 10.1.64.0/18, route_table: t},\n"
    "               {name: int_lb, cidr: 10.1.2.0/27, route_table: t}],\n"
    "     route_tables: [{name: t}, {name: fw, rules: [{destination: 10.9.0.0/16,\n"
    "                    gateway: private_ip, next_hop: 10.1.64.9}]}]}\n"
    "  - {name: v2, region: eu-amsterdam-1, cidrs: [10.2.0.0/16], drg: d2,\n"
    "     subnets: [{name: workers, cidr: 10.2.64.0/18, route_table: t},\n"
    "               {name: int_lb, cidr: 10.2.2.0/27, route_table: t}], route_tables: [{name: "
    "t}]}\n"
    "rpcs: [{name: p, drg_a: d1, drg_b: d2}]\n"
    "on_premises: [{name: office, cidrs: [192.168.0.0/16], round_trip: 4ms}]\n";

constexpr Ipv4 kOfficeHost{192U << 24 | 168U << 16 | 7};
constexpr Ipv4 kC1{10U << 24 | 1U << 16 | 64U << 8 | 10};
constexpr Ipv4 kC2{10U << 24 | 2U << 16 | 64U << 8 | 10};

LoadedTopology office(std::string_view drgs) {
  return LoadedTopology{std::string{kOffice} + std::string{drgs}};
}

constexpr std::string_view kBoth =
    "drgs:\n"
    "  - name: d1\n"
    "    region: eu-paris-1\n"
    "    attachments:\n"
    "      - {name: circuit, type: virtual_circuit, target: office}\n"
    "      - {name: tunnel, type: ipsec_tunnel, target: office}\n"
    "  - {name: d2, region: eu-amsterdam-1}\n";

std::uint32_t attachment_of(const Topology& topology, std::uint32_t drg, std::string_view name) {
  const auto& list = topology.drgs[drg].attachments;
  return static_cast<std::uint32_t>(find_named(list, name) - list.data());
}

DrgTrace trace(const Topology& topology, std::size_t from, Ipv4 target) {
  return trace_route(topology, resolve_drg_routes(topology), topology.vcns[from], target);
}

TEST(DrgAttachments, ACircuitIsPreferredToATunnel) {
  const LoadedTopology loaded = office(kBoth);
  ASSERT_TRUE(loaded.topology) << loaded.errors();
  const DrgTrace way = trace(*loaded, 0, kOfficeHost);
  ASSERT_TRUE(way.arrives) << way.no_route.text;
  EXPECT_EQ(way.hops.back().exit, attachment_of(*loaded, 0, "circuit"));
  EXPECT_EQ(way.round_trip, 4ms);
}

// Default tables: a VCN reaches a circuit of its own DRG; one behind a peering does not, as the
// peering's table imports VCNs only.
TEST(DrgAttachments, APeeringDoesNotAnnounceWhatCircuitsBringUnlessItImportsThem) {
  LoadedTopology loaded = office(kBoth);
  const DrgTrace way = trace(*loaded, 1, kOfficeHost);
  EXPECT_FALSE(way.arrives);
  EXPECT_THAT(way.no_route.text, HasSubstr("DRG d1 does not announce it"));
  EXPECT_THAT(way.no_route.missing, HasSubstr("ACCEPT DRG_ATTACHMENT_TYPE = VIRTUAL_CIRCUIT"));
  EXPECT_THAT(way.no_route.missing, HasSubstr("attachment 'rpc-p' of DRG d1"));

  DrgRouteTable& table = loaded.topology->drgs[0].route_tables[1];
  ASSERT_EQ(table.name, kRpcTable);
  table.imports.push_back({2, DistributionStatement::Match::AttachmentType, kMatchCircuit, {}});
  EXPECT_TRUE(trace(*loaded, 1, kOfficeHost).arrives);
}

TEST(DrgAttachments, WhatEntersByACircuitNeverLeavesByATunnelWhateverItsTableImports) {
  LoadedTopology loaded = office(kBoth);
  for (DrgRouteTable& table : loaded.topology->drgs[0].route_tables) {
    table.imports = {{1, DistributionStatement::Match::All, "", {}}};
  }
  const DrgRoutes routes = resolve_drg_routes(*loaded);
  const std::uint32_t circuit = attachment_of(*loaded, 0, "circuit");
  EXPECT_EQ(find_route(*loaded, routes, 0, circuit, kOfficeHost), nullptr);
  EXPECT_NE(find_route(*loaded, routes, 0, circuit, kC1), nullptr);
  EXPECT_NE(find_route(*loaded, routes, 0, circuit, kC2), nullptr);
  EXPECT_THAT(explain_no_route(*loaded, routes, 0, circuit, kOfficeHost).text,
              HasSubstr("never leave by another one"));
}

TEST(DrgAttachments, WithoutItsExportDistributionAPeeringAnnouncesNothing) {
  LoadedTopology loaded = office(kBoth);
  EXPECT_TRUE(trace(*loaded, 1, kC1).arrives);
  loaded.topology->drgs[0].attachments[attachment_of(*loaded, 0, "rpc-p")].exports = false;
  const DrgTrace way = trace(*loaded, 1, kC1);
  EXPECT_FALSE(way.arrives);
  EXPECT_THAT(way.no_route.text, HasSubstr("announces nothing through attachment 'rpc-p'"));
  EXPECT_THAT(way.no_route.missing, HasSubstr("default export distribution"));
  EXPECT_TRUE(trace(*loaded, 0, kC2).arrives);
}

TEST(DrgAttachments, EqualCircuitsShareTheFlowsOfATableWithEcmpOnly) {
  LoadedTopology loaded = office(
      "drgs:\n"
      "  - name: d1\n"
      "    region: eu-paris-1\n"
      "    attachments:\n"
      "      - {name: a, type: virtual_circuit, target: office}\n"
      "      - {name: b, type: virtual_circuit, target: office}\n"
      "      - {name: c, type: ipsec_tunnel, target: office}\n"
      "  - {name: d2, region: eu-amsterdam-1}\n");
  ASSERT_TRUE(loaded.topology) << loaded.errors();
  const auto exits = [&] {
    const DrgRoutes routes = resolve_drg_routes(*loaded);
    std::set<std::string> names;
    const std::uint32_t vcn = attachment_of(*loaded, 0, "vcn-v1");
    for (std::uint64_t flow = 0; flow < 100; ++flow) {
      const DrgRoute* const route = find_route(*loaded, routes, 0, vcn, kOfficeHost, flow);
      names.insert(loaded->drgs[0].attachments[route->exit].name);
    }
    return names;
  };
  EXPECT_EQ(exits(), std::set<std::string>{"a"});
  for (DrgRouteTable& table : loaded.topology->drgs[0].route_tables) table.ecmp = true;
  EXPECT_EQ(exits(), (std::set<std::string>{"a", "b"}));
}

TEST(DrgAttachments, AVcnOffersItsCidrsAndTheRulesOfItsIngressTableIfItsAttachmentSaysSo) {
  LoadedTopology loaded = office(
      "drgs:\n"
      "  - name: d1\n"
      "    region: eu-paris-1\n"
      "    attachments: [{name: a, type: vcn, target: v1, ingress_table: fw,\n"
      "                   vcn_routes: vcn_cidrs}]\n"
      "  - {name: d2, region: eu-amsterdam-1}\n");
  ASSERT_TRUE(loaded.topology) << loaded.errors();
  constexpr Ipv4 kOutsideOfSubnets{10U << 24 | 1U << 16 | 255U << 8 | 1};
  constexpr Ipv4 kBehindFirewall{10U << 24 | 9U << 16 | 1};
  EXPECT_TRUE(trace(*loaded, 1, kOutsideOfSubnets).arrives);
  EXPECT_TRUE(trace(*loaded, 1, kBehindFirewall).arrives);
  loaded.topology->drgs[0].attachments[0].vcn_routes = VcnRoutes::SubnetCidrs;
  loaded.topology->drgs[0].attachments[0].ingress_table.clear();
  EXPECT_FALSE(trace(*loaded, 1, kOutsideOfSubnets).arrives);
  EXPECT_FALSE(trace(*loaded, 1, kBehindFirewall).arrives);
}

TEST(Peering, IsUpOnlyWhenBothEndsSayThatItIs) {
  LoadedTopology loaded = office(kBoth);
  Rpc& rpc = loaded.topology->rpcs[0];
  const auto status = [&] { return peering_state(*loaded, rpc).status; };
  EXPECT_EQ(status(), PeeringStatus::Peered);
  rpc.peer_region = "AMS";
  EXPECT_EQ(status(), PeeringStatus::Peered);
  rpc.peer_region = "eu-frankfurt-1";
  EXPECT_EQ(status(), PeeringStatus::Invalid);
  const DrgTrace way = trace(*loaded, 0, kC2);
  EXPECT_FALSE(way.arrives);
  EXPECT_THAT(way.no_route.text, HasSubstr("remote peering p is INVALID"));
  EXPECT_THAT(way.no_route.missing, HasSubstr("correct peer_region_name"));

  rpc.peer_region.clear();
  for (const PeeringStatus down : {PeeringStatus::New, PeeringStatus::Pending,
                                   PeeringStatus::Revoked, PeeringStatus::Invalid}) {
    rpc.status = down;
    EXPECT_FALSE(trace(*loaded, 0, kC2).arrives) << to_string(down);
    EXPECT_FALSE(peering_state(*loaded, rpc).why.empty()) << to_string(down);
  }
}

TEST(Peering, WithoutAPeerIdIsNew) {
  const LoadedTopology loaded{
      "clusters: [{name: c1, region: eu-paris-1}]\n"
      "rpcs: [{name: p, drg_a: c1-drg}]\n"};
  ASSERT_TRUE(loaded.topology) << loaded.errors();
  EXPECT_EQ(peering_state(*loaded, loaded->rpcs[0]).status, PeeringStatus::New);
  EXPECT_THAT(peering_state(*loaded, loaded->rpcs[0]).why, HasSubstr("peer_id"));
  EXPECT_FALSE(trace(*loaded, 0, kC2).arrives);
}

}  // namespace
}  // namespace meshsim
