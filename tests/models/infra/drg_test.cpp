// The table of the attachment that a packet enters by decides.
#include "models/infra/drg.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "models/fabric/drop.hpp"
#include "models/fabric/icmp.hpp"
#include "models/infra/routing.hpp"
#include "models/infra/vcn.hpp"
#include "tests/models/infra/probe.hpp"
#include "tests/support/test_world.hpp"

namespace meshsim::infra {
namespace {

TEST(LongestMatch, PrefersTheLongerPrefixThenTheFirst) {
  const std::vector<DrgRoute> routes{{prefix("10.0.0.0/8"), 0, {}},
                                     {prefix("10.2.0.0/16"), 1, {}},
                                     {prefix("10.2.0.0/16"), 2, {}},
                                     {prefix("10.2.64.0/20"), 3, {}}};
  struct Case {
    const char* target;
    int exit;
  };
  for (const Case& test : {Case{"10.3.0.1", 0}, Case{"10.2.0.1", 1}, Case{"10.2.64.1", 3},
                           Case{"10.2.80.1", 1}, Case{"11.0.0.1", -1}}) {
    const DrgRoute* const route = longest_match(routes, ip(test.target));
    EXPECT_EQ(route != nullptr ? route->exit : -1, test.exit) << test.target;
  }
}

RC_GTEST_PROP(RouteIndex, AnswersAsTheSearchThroughAllRoutesDoes, ()) {
  std::vector<DrgRoute> routes;
  const auto count = *rc::gen::inRange(0, 12);
  for (int index = 0; index < count; ++index) {
    // Few bits, so that prefixes are nested, equal and at both ends of the addresses.
    const auto length = static_cast<std::uint8_t>(*rc::gen::inRange(0, 33));
    const auto top = static_cast<std::uint32_t>(*rc::gen::inRange(0, 8)) << 29;
    const auto low = static_cast<std::uint32_t>(*rc::gen::inRange(0, 4));
    routes.push_back({{Ipv4{top | low}, length}, static_cast<std::uint16_t>(index), {}});
  }
  const RouteIndex index{routes};
  for (const DrgRoute& route : routes) {
    for (const std::uint32_t by : {0U, 1U, ~0U}) {
      const std::uint64_t end = route.prefix.base.value + route.prefix.size();
      for (const Ipv4 target :
           {Ipv4{route.prefix.base.value + by}, Ipv4{std::uint32_t(end) + by}}) {
        RC_ASSERT(index.match(routes, target) == longest_match(routes, target));
      }
    }
  }
  RC_ASSERT(index.match(routes, Ipv4{}) == longest_match(routes, Ipv4{}));
}

struct Hub {
  TestWorld world;
  DrgAttachment& from_vcn = world.add<DrgAttachment>(
      "drg/vcn", DrgAttachmentSpec{{{prefix("10.2.0.0/16"), 1, {}}}, DecisionId{7}});
  DrgAttachment& from_rpc = world.add<DrgAttachment>(
      "drg/rpc", DrgAttachmentSpec{{{prefix("10.1.0.0/16"), 0, {}}}, DecisionId{8}});
  Probe& link = world.add<Probe>("link");

  Hub() {
    world.seal();
    from_vcn.exits = from_rpc.exits = {DrgExit{}, DrgExit{{}, link.address<Packet>()}};
  }
};

TEST(DrgAttachment, ForwardsToThePeering) {
  Hub hub;
  hub.world.send(hub.from_vcn.address<Packet>(), udp(ip("10.1.0.1"), 1, ip("10.2.0.1"), 2));
  hub.world.run_for(1ms);
  ASSERT_EQ(hub.link.heard.size(), 1U);
  EXPECT_EQ(hub.link.heard[0].at, at(10us));
}

TEST(DrgAttachment, IsNotTransitiveWhenTheTableOfThePeeringHasNoRoute) {
  Hub hub;
  hub.world.send(hub.from_rpc.address<Packet>(), udp(ip("10.3.0.1"), 1, ip("10.2.0.1"), 2));
  hub.world.run_for(1ms);
  EXPECT_TRUE(hub.link.heard.empty());
  ASSERT_EQ(hub.world.traced(kDropLabel), 1U);
  EXPECT_EQ(hub.world.trace()[0].value, static_cast<int>(DropCode::DrgNoRoute));
  EXPECT_EQ(hub.world.trace()[0].decided_by, DecisionId{8});
}

TEST(DrgAttachment, EndsARoutingLoopByTimeToLive) {
  TestWorld world;
  const std::vector<DrgRoute> all{{Prefix{}, 0, DecisionId{3}}};
  auto& a = world.add<DrgAttachment>("a", DrgAttachmentSpec{all, {}});
  auto& b = world.add<DrgAttachment>("b", DrgAttachmentSpec{all, {}});
  world.seal();
  a.exits = {DrgExit{{}, b.address<Packet>()}};
  b.exits = {DrgExit{{}, a.address<Packet>()}};
  world.send(a.address<Packet>(), udp(ip("10.1.0.1"), 1, ip("10.2.0.1"), 2));
  world.run_for(1s);
  ASSERT_EQ(world.traced(kDropLabel), 1U);
  EXPECT_EQ(world.trace()[0].value, static_cast<int>(DropCode::TtlExpired));
  EXPECT_EQ(world.trace()[0].at, at(kDefaultTtl * 10us));
}

TEST(DrgAttachment, SharesTheFlowsOfEqualRoutesAndKeepsEachOnItsWay) {
  TestWorld world;
  const std::vector<DrgRoute> equal{{Prefix{}, 0, {}}, {Prefix{}, 1, {}}};
  auto& drg = world.add<DrgAttachment>("drg", DrgAttachmentSpec{equal, {}, 10us, true, 2});
  Probe* const links[] = {&world.add<Probe>("a"), &world.add<Probe>("b")};
  world.seal();
  for (Probe* link : links) drg.exits.push_back({{}, link->address<Packet>()});
  for (std::uint16_t port = 0; port < 64; ++port) {
    for (int times = 0; times < 2; ++times) {
      world.send(drg.address<Packet>(), udp(ip("10.1.0.1"), port, ip("10.2.0.1"), 2));
    }
  }
  world.run_for(1ms);
  for (const Probe* link : links) {
    EXPECT_GT(link->heard.size(), 32U);
    for (const Heard& one : link->heard) {
      const auto same = [&](const Heard& other) {
        return other.packet.source_port == one.packet.source_port;
      };
      EXPECT_EQ(std::count_if(link->heard.begin(), link->heard.end(), same), 2);
    }
  }
}

// The sender hears of it by the way the packet came, in the name of the packet's target.
TEST(DrgAttachment, TellsTheSenderWhenThePacketIsTooLargeForThePeering) {
  TestWorld world;
  const std::vector<DrgRoute> routes{{prefix("10.2.0.0/16"), 1, {}}};
  auto& drg = world.add<DrgAttachment>("drg", DrgAttachmentSpec{routes, {}, 10us, false, 0});
  Probe& back = world.add<Probe>("back");
  Probe& link = world.add<Probe>("link");
  world.seal();
  drg.exits = {{{}, back.address<Packet>()}, {{}, link.address<Packet>(), 1500, DecisionId{9}}};
  Packet packet = udp(ip("10.201.0.9"), 7575, ip("10.202.0.9"), 7575, 1450);
  packet.outer_source = ip("10.1.0.1");
  packet.outer_target = ip("10.2.0.1");
  world.send(drg.address<Packet>(), packet);
  packet.size = 1451;
  world.send(drg.address<Packet>(), packet);
  world.run_for(1ms);
  EXPECT_EQ(link.heard.size(), 1U);
  ASSERT_EQ(back.heard.size(), 1U);
  const Packet& told = back.heard[0].packet;
  EXPECT_EQ(told.target, ip("10.1.0.1"));
  EXPECT_EQ(told.source, ip("10.2.0.1"));
  EXPECT_EQ(told.target_port, kIcmpUnreachable);
  EXPECT_EQ(told.flags, kIcmpFragmentationNeeded);
  ASSERT_EQ(world.traced(kDropLabel), 1U);
  EXPECT_EQ(world.trace()[0].decided_by, DecisionId{9});
}

}  // namespace
}  // namespace meshsim::infra
