// Where a VCN sends packets: next hops, ingress tables, closed gateways; and a random check that a
// simulated packet meets what the tables say.
#include "models/infra/vcn_tables.hpp"

#include <gtest/gtest.h>

#include "meshsim/kernel/random.hpp"
#include "models/infra/vcn.hpp"
#include "tests/models/infra/probe.hpp"
#include "tests/support/test_world.hpp"

namespace meshsim::infra {
namespace {

constexpr DecisionId kRule{1};
constexpr DecisionId kGateway{2};
constexpr DecisionId kFirewallLine{3};

// Two subnets and a firewall in a third; everything is allowed.
VcnSpec spec() {
  VcnSpec vcn;
  vcn.prefixes = {prefix("10.1.0.0/16"), prefix("10.11.0.0/16")};
  vcn.subnets = {{prefix("10.1.1.0/24"), 0, {}},
                 {prefix("10.11.2.0/24"), 1, {}},
                 {prefix("10.1.3.0/24"), 2, {}}};
  vcn.route_tables = {{{{prefix("10.2.0.0/16"), Gateway::PrivateIp, kRule, ip("10.1.3.9")},
                        {prefix("0.0.0.0/0"), Gateway::Nat, kRule, {}}},
                       {}},
                      {{{prefix("10.2.0.0/16"), Gateway::Drg, kRule, {}}}, {}},
                      {{{prefix("10.2.0.0/16"), Gateway::Drg, kRule, {}}}, {}},
                      {{{prefix("10.1.1.0/24"), Gateway::PrivateIp, kRule, ip("10.1.3.9")}}, {}}};
  vcn.groups = {{{{.direction = Direction::Egress}, {.direction = Direction::Ingress}}, {}}};
  vcn.vnics = {{ip("10.1.1.5"), 0, {0}, {}, false, 1000, {}, 1, BitRate{0}},
               {ip("10.11.2.5"), 1, {0}, {}, false, 1000, {}, 2, BitRate{0}},
               {ip("10.1.3.9"), 2, {0}, {}, true, 1000, kFirewallLine, 1, BitRate{0}}};
  vcn.tracking = {60s, 24h, 120s, 30s, 180s, 15s};
  return vcn;
}

Packet to(const char* target, const char* source = "10.1.1.5") {
  return udp(ip(source), 1000, ip(target), 53);
}

TEST(VcnTables, SendsToTheNextHopOfARuleIfItTakesPacketsOfOthers) {
  VcnSpec vcn = spec();
  const VcnTables tables(vcn);
  const VcnHop hop = tables.route(to("10.2.0.7"), tables.vnic_at(ip("10.1.1.5")));
  ASSERT_FALSE(hop.stops);
  EXPECT_EQ(tables.vnics()[hop.vnic].address, ip("10.1.3.9"));
  EXPECT_EQ(hop.decided_by, kRule);

  vcn.vnics[2].skip_source_dest_check = false;
  const VcnTables strict(vcn);
  const VcnHop stopped = strict.route(to("10.2.0.7"), strict.vnic_at(ip("10.1.1.5")));
  EXPECT_EQ(stopped.stops, DropCode::SourceTargetCheck);
  EXPECT_EQ(stopped.decided_by, kFirewallLine);
}

TEST(VcnTables, KnowsWhoForwardsAPacketInBothDirections) {
  VcnSpec vcn = spec();
  vcn.ingress_table = 3;
  const VcnTables tables(vcn);
  const std::uint32_t firewall = tables.vnic_at(ip("10.1.3.9"));
  EXPECT_EQ(tables.forwarder_of(to("10.2.0.7")), firewall);
  EXPECT_EQ(tables.forwarder_of(to("10.1.1.5", "10.2.0.7")), firewall);
  EXPECT_EQ(tables.forwarder_of(to("10.2.0.7", "10.11.2.5")), kNoVnic);
  EXPECT_EQ(tables.forwarder_of(to("10.11.2.5", "10.2.0.7")), kNoVnic);
}

TEST(VcnTables, AnIngressTableSteersWhatComesFromTheDrg) {
  VcnSpec vcn = spec();
  const VcnTables plain(vcn);
  const VcnHop straight = plain.route_from_drg(to("10.1.1.5", "10.2.0.7"));
  EXPECT_EQ(plain.vnics()[straight.vnic].address, ip("10.1.1.5"));
  vcn.ingress_table = 3;
  const VcnTables steered(vcn);
  const VcnHop hop = steered.route_from_drg(to("10.1.1.5", "10.2.0.7"));
  EXPECT_EQ(steered.vnics()[hop.vnic].address, ip("10.1.3.9"));
  const VcnHop other = steered.route_from_drg(to("10.11.2.5", "10.2.0.7"));
  EXPECT_EQ(steered.vnics()[other.vnic].address, ip("10.11.2.5"));
}

TEST(VcnTables, RoutesBetweenTwoCidrsOfOneVcn) {
  const VcnTables tables(spec());
  const VcnHop hop = tables.route(to("10.11.2.5"), tables.vnic_at(ip("10.1.1.5")));
  EXPECT_EQ(tables.vnics()[hop.vnic].address, ip("10.11.2.5"));
  EXPECT_TRUE(hop.is_routed);
}

TEST(VcnTables, AClosedGatewayStopsWhatARuleSendsThere) {
  VcnSpec vcn = spec();
  const std::uint32_t sender = VcnTables(vcn).vnic_at(ip("10.1.1.5"));
  EXPECT_EQ(VcnTables(vcn).route(to("192.0.2.1"), sender).stops, DropCode::InternetNotModelled);
  vcn.closed = {{Gateway::Nat, kGateway}};
  const VcnHop hop = VcnTables(vcn).route(to("192.0.2.1"), sender);
  EXPECT_EQ(hop.stops, DropCode::GatewayClosed);
  EXPECT_EQ(hop.decided_by, kGateway);
}

struct Wired {
  TestWorld world;
  Vcn& vcn;
  std::vector<Probe*> probes;
  Probe& drg = world.add<Probe>("drg");

  explicit Wired(const VcnSpec& from) : vcn(world.add<Vcn>("vcn", from)) {
    for (const Vnic& vnic : from.vnics) {
      probes.push_back(&world.add<Probe>("vnic/" + to_string(vnic.address)));
    }
    world.seal();
    for (std::size_t i = 0; i < from.vnics.size(); ++i) {
      vcn.wire(from.vnics[i].address, probes[i]->address<Packet>());
    }
    vcn.drg = drg.address<Packet>();
  }
  void send(const Packet& packet) {
    world.send(vcn.address<Outbound>(), Outbound{packet});
    world.run_for(10ms);
  }
};

TEST(Vcn, PassesAFirewallOnTheWayOutAndBack) {
  VcnSpec from = spec();
  from.ingress_table = 3;
  Wired one(from);
  const Packet query = to("10.2.0.7");
  one.send(query);
  ASSERT_EQ(one.probes[2]->heard.size(), 1U);
  EXPECT_EQ(one.drg.heard.size(), 0U);
  one.world.send(one.vcn.address<Forwarded>(), Forwarded{one.probes[2]->heard[0].packet});
  one.world.run_for(1ms);
  ASSERT_EQ(one.drg.heard.size(), 1U);
  one.world.send(one.vcn.address<FromDrg>(), FromDrg{answer_to(query, 100)});
  one.world.run_for(1ms);
  ASSERT_EQ(one.probes[2]->heard.size(), 2U);
  one.world.send(one.vcn.address<Forwarded>(), Forwarded{one.probes[2]->heard[1].packet});
  one.world.run_for(1ms);
  EXPECT_EQ(one.probes[0]->heard.size(), 1U);
  EXPECT_EQ(one.world.traced(kDropLabel), 0U);
}

TEST(Vcn, TakesLongerBetweenAvailabilityDomains) {
  VcnSpec from = spec();
  from.between_domains = 250us;
  Wired one(from);
  one.send(to("10.11.2.5"));
  EXPECT_EQ(one.probes[1]->heard.at(0).at, at(275us));
}

TEST(Vcn, PacketsWaitForTheRateOfTheVnicAndTheQueueHasAnEnd) {
  VcnSpec from = spec();
  from.vnics[0].rate = BitRate{8'000'000};  // 1 byte per us
  Wired one(from);
  Packet packet = to("10.11.2.5");
  packet.size = 1000;
  for (int i = 0; i < 300; ++i) one.world.send(one.vcn.address<Outbound>(), Outbound{packet});
  one.world.run_for(1s);
  ASSERT_EQ(one.probes[1]->heard.size(), 201U);  // 200 ms of queue, and the first
  EXPECT_EQ(one.probes[1]->heard[1].at - one.probes[1]->heard[0].at, 1ms);
  EXPECT_EQ(one.world.traced(kDropLabel), 99U);
}

// Random rules and packets: the component delivers exactly what the pure functions let through.
TEST(Vcn, DoesWithRandomPacketsWhatItsTablesSay) {
  RandomStream random{7, "test/vcn", "packets"};
  constexpr const char* kAddresses[] = {"10.1.1.5", "10.11.2.5", "10.1.3.9",
                                        "10.2.0.7", "10.1.1.6",  "192.0.2.1"};
  for (int round = 0; round < 300; ++round) {
    VcnSpec from = spec();
    from.groups.clear();
    for (std::uint16_t group = 0; group < 3; ++group) {
      SecurityGroup made;
      for (int rule = 0; rule < 3; ++rule) {
        AllowRule allow;
        allow.direction = random.below(2) == 0 ? Direction::Egress : Direction::Ingress;
        if (random.below(2) == 0) allow.protocol = Protocol::Udp;
        if (random.below(3) == 0) allow.far_group = static_cast<std::uint16_t>(random.below(3));
        if (random.below(3) == 0) allow.source_port_max = 999;
        if (random.below(3) == 0) allow.port_min = 54;
        allow.stateless = random.below(2) == 0;
        made.rules.push_back(allow);
      }
      from.groups.push_back(made);
      from.vnics[group].groups = {group};
    }
    Wired one(from);
    const VcnTables tables(from);
    Packet packet =
        udp(ip(kAddresses[random.below(3)]), static_cast<std::uint16_t>(998 + random.below(4)),
            ip(kAddresses[random.below(6)]), static_cast<std::uint16_t>(52 + random.below(4)));
    if (random.below(3) == 0) packet.protocol = Protocol::Tcp;
    packet.flags = packet.protocol == Protocol::Tcp ? kSyn : 0;

    const std::uint32_t sender = tables.vnic_at(packet.source);
    const auto allowed = [&](std::uint32_t vnic, Direction direction, std::uint32_t far_end) {
      return judge_at(tables, vnic, direction, packet, far_end).verdict != Verdict::Deny;
    };
    const VcnHop hop = tables.route(packet, sender);
    bool passes = !tables.enter(packet).stops && !hop.stops &&
                  allowed(sender, Direction::Egress, tables.vnic_at(packet.target));
    // One VNIC that talks to itself has one table of flows: its own egress opens the ingress.
    const bool is_own = hop.vnic == sender;
    if (passes && !hop.to_drg && !is_own) passes = allowed(hop.vnic, Direction::Ingress, sender);
    if (is_own) continue;

    one.send(packet);
    std::size_t heard = one.drg.heard.size();
    for (const Probe* probe : one.probes) heard += probe->heard.size();
    EXPECT_EQ(heard, passes ? 1U : 0U) << "round " << round << ": " << to_string(packet);
    EXPECT_EQ(one.world.traced(kDropLabel), passes ? 0U : 1U) << "round " << round;
  }
}

}  // namespace
}  // namespace meshsim::infra
