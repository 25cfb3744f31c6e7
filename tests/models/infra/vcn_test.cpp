// Where a packet goes in a VCN and what stops it.
#include "models/infra/vcn.hpp"

#include <gtest/gtest.h>

#include "models/fabric/drop.hpp"
#include "models/fabric/well_known.hpp"
#include "tests/models/infra/probe.hpp"
#include "tests/support/test_world.hpp"

namespace meshsim::infra {
namespace {

constexpr DecisionId kVcnLine{1};
constexpr DecisionId kWorkersLine{2};
constexpr DecisionId kTableLine{3};
constexpr DecisionId kNatRule{4};
constexpr DecisionId kWorkerNsg{5};
constexpr DecisionId kLbNsg{6};
constexpr DecisionId kVnicLine{7};

// Workers 10.1.64.0/20 and load balancers 10.1.0.0/27. Workers may send anywhere and accept VXLAN
// from 10.2.0.0/16, ping, and node ports from the load balancers' NSG.
VcnSpec spec() {
  const Prefix remote = prefix("10.2.0.0/16");
  const Prefix any{};
  VcnSpec vcn;
  vcn.prefixes = {prefix("10.1.0.0/16")};
  vcn.subnets = {{prefix("10.1.64.0/20"), 0, kWorkersLine}, {prefix("10.1.0.0/27"), 1, {}}};
  vcn.route_tables = {{{{any, Gateway::Nat, kNatRule}, {remote, Gateway::Drg, {}}}, kTableLine},
                      {{}, kTableLine}};
  vcn.groups = {
      {{{.direction = Direction::Egress, .far_end = any},
        {Direction::Ingress, Protocol::Udp, remote, {}, kVxlanPort, kVxlanPort, {}, false},
        {Direction::Ingress, Protocol::Icmp, any, {}, 0, 65535, std::uint8_t{8}, false},
        {Direction::Ingress, Protocol::Udp, {}, std::uint16_t{1}, 30000, 32767, {}, false}},
       kWorkerNsg},
      {{{Direction::Egress, Protocol::Udp, any, {}, 0, 65535, {}, false}}, kLbNsg}};
  vcn.vnics = {{ip("10.1.64.5"), 0, {0}, {prefix("10.201.0.0/25")}, false, 10, kVnicLine},
               {ip("10.1.64.6"), 0, {0}, {prefix("10.201.0.128/25")}, true, 10, kVnicLine},
               {ip("10.1.0.9"), 1, {1}, {}, false, 10, {}}};
  vcn.tracking = {60s, 24h, 120s, 30s, 180s, 15s};
  vcn.decided_by = kVcnLine;
  return vcn;
}

struct OneVcn {
  TestWorld world;
  Vcn& vcn = world.add<Vcn>("vcn", spec());
  Probe& node5 = world.add<Probe>("node5");
  Probe& node6 = world.add<Probe>("node6");
  Probe& balancer = world.add<Probe>("balancer");
  Probe& drg = world.add<Probe>("drg");
  Probe& resolver = world.add<Probe>("resolver");

  OneVcn() {
    world.seal();
    vcn.wire(ip("10.1.64.5"), node5.address<Packet>());
    vcn.wire(ip("10.1.64.6"), node6.address<Packet>());
    vcn.wire(ip("10.1.0.9"), balancer.address<Packet>());
    vcn.drg = drg.address<Packet>();
    vcn.resolver = resolver.address<Packet>();
  }
  void from_vnic(Packet packet) {
    packet.payload = world.simulation().payloads().put(1);
    world.send(vcn.address<Outbound>(), Outbound{packet});
    world.run_for(1ms);
  }
  void from_drg(Packet packet) {
    packet.payload = world.simulation().payloads().put(1);
    world.send(vcn.address<FromDrg>(), FromDrg{packet});
    world.run_for(1ms);
  }
  void expect_dropped(DropCode code, DecisionId decided_by) const {
    ASSERT_EQ(world.traced(kDropLabel), 1U);
    EXPECT_EQ(world.trace()[0].value, static_cast<int>(code));
    EXPECT_EQ(world.trace()[0].decided_by, decided_by);
  }
  ~OneVcn() { EXPECT_EQ(world.simulation().payloads().live(), 0U); }
};

Packet vxlan(Ipv4 source, Ipv4 target, std::uint16_t size = 100) {
  Packet packet = udp(ip("10.201.0.9"), 7575, ip("10.202.0.9"), 7575, size);
  packet.outer_source = source;
  packet.outer_target = target;
  return packet;
}

TEST(Vcn, RoutesARemotePrefixToItsDrg) {
  OneVcn one;
  one.from_vnic(vxlan(ip("10.1.64.5"), ip("10.2.64.5")));
  ASSERT_EQ(one.drg.heard.size(), 1U);
  EXPECT_EQ(one.drg.heard[0].at, at(10us));
}

TEST(Vcn, DeliversFromTheDrgWhatTheIngressRulesAllow) {
  OneVcn one;
  one.from_drg(vxlan(ip("10.2.64.5"), ip("10.1.64.5")));
  ASSERT_EQ(one.node5.heard.size(), 1U);
  EXPECT_EQ(one.node5.heard[0].at, at(25us));
}

TEST(Vcn, EnforcesIngressRulesWithinOneSubnetToo) {
  OneVcn one;
  one.from_vnic(udp(ip("10.1.64.5"), 1000, ip("10.1.64.6"), 53));
  one.expect_dropped(DropCode::SecurityIngress, kWorkerNsg);
}

TEST(Vcn, KnowsWhichNsgALocalSenderIsIn) {
  OneVcn one;
  one.from_vnic(udp(ip("10.1.0.9"), 1000, ip("10.1.64.6"), 30053));
  EXPECT_EQ(one.node6.heard.size(), 1U);
  one.from_drg(udp(ip("10.2.64.5"), 1000, ip("10.1.64.6"), 30053));
  one.expect_dropped(DropCode::SecurityIngress, kWorkerNsg);
}

TEST(Vcn, AdmitsAnswersOfTrackedFlowsThroughBothVnics) {
  OneVcn one;
  const Packet query = udp(ip("10.1.64.5"), 1000, ip("10.2.0.9"), 53);
  one.from_vnic(query);
  one.from_drg(answer_to(query, 200));
  EXPECT_EQ(one.node5.heard.size(), 1U);
  one.world.run_for(181s);
  one.from_drg(answer_to(query, 200));
  one.expect_dropped(DropCode::SecurityIngress, kWorkerNsg);
}

TEST(Vcn, DeniesEgressWithoutARule) {
  OneVcn one;
  one.from_vnic(tcp(ip("10.1.0.9"), 1000, ip("10.1.64.6"), 30053, kSyn));
  one.expect_dropped(DropCode::SecurityEgress, kLbNsg);
}

TEST(Vcn, DropsSourcesThatAreNotTheVnicsUnlessItSkipsTheCheck) {
  OneVcn one;
  one.from_vnic(udp(ip("10.201.0.200"), 7575, ip("10.2.64.5"), 7575));
  EXPECT_EQ(one.drg.heard.size(), 1U);
  one.from_vnic(udp(ip("10.201.0.9"), 7575, ip("10.2.64.5"), 7575));
  one.expect_dropped(DropCode::SourceTargetCheck, kVnicLine);
}

TEST(Vcn, DropsPrivateTargetsAtTheNatGatewayAndKeepsTheCause) {
  OneVcn one;
  Packet masqueraded = udp(ip("10.1.64.5"), 1025, ip("10.203.0.9"), 7575);
  masqueraded.mark(99);
  one.from_vnic(masqueraded);
  one.expect_dropped(DropCode::NatPrivateTarget, kNatRule);
  EXPECT_EQ(one.world.trace()[0].cause, DecisionId{99});
}

TEST(Vcn, EndsWhatLeavesForTheInternet) {
  OneVcn one;
  one.from_vnic(udp(ip("10.1.64.5"), 1025, ip("192.0.2.1"), 53));
  one.expect_dropped(DropCode::InternetNotModelled, kNatRule);
}

TEST(Vcn, DropsInSilenceWhatNoRuleMatches) {
  OneVcn one;
  one.from_vnic(udp(ip("10.1.0.9"), 1025, ip("10.2.0.1"), 53));
  one.expect_dropped(DropCode::VcnNoRoute, kTableLine);
}

TEST(Vcn, DropsLocalTargetsWithoutAVnic) {
  OneVcn one;
  one.from_vnic(udp(ip("10.1.64.5"), 1025, ip("10.1.64.99"), 53));
  one.expect_dropped(DropCode::VcnNoSuchAddress, kWorkersLine);
}

TEST(Vcn, DropsWhatIsLargerThanItsMtuWithEncapsulation) {
  OneVcn one;
  one.from_vnic(vxlan(ip("10.1.64.5"), ip("10.2.64.5"), 8950));
  EXPECT_EQ(one.drg.heard.size(), 1U);
  one.from_vnic(vxlan(ip("10.1.64.5"), ip("10.2.64.5"), 8951));
  one.expect_dropped(DropCode::MtuExceeded, kVcnLine);
}

TEST(Vcn, ReachesTheResolverPastAllSecurityRules) {
  OneVcn one;
  const Packet query = tcp(ip("10.1.0.9"), 1025, kVcnResolver, 53, kSyn);  // no egress rule
  one.from_vnic(query);
  EXPECT_EQ(one.resolver.heard.size(), 1U);
  one.from_vnic(answer_to(query, 60));
  EXPECT_EQ(one.balancer.heard.size(), 1U);
}

TEST(Vcn, LosesNewFlowsOnlyWhenTheTrackingTableIsFull) {
  OneVcn one;
  for (std::uint16_t port = 1; port <= 11; ++port) {
    one.from_vnic(udp(ip("10.1.64.5"), port, ip("10.2.0.9"), 53));
  }
  EXPECT_EQ(one.drg.heard.size(), 10U);
  one.expect_dropped(DropCode::TrackingTableFull, kVnicLine);
  one.from_vnic(udp(ip("10.1.64.5"), 1, ip("10.2.0.9"), 53));
  EXPECT_EQ(one.drg.heard.size(), 11U);
}

}  // namespace
}  // namespace meshsim::infra
