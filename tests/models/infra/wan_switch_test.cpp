// Plain hosts on a switch between regions.
#include "models/infra/wan_switch.hpp"

#include <gtest/gtest.h>

#include "models/fabric/drop.hpp"
#include "tests/models/infra/probe.hpp"
#include "tests/support/test_world.hpp"

namespace meshsim::infra {
namespace {

constexpr std::uint16_t kParis = 0;
constexpr std::uint16_t kAmsterdam = 1;

struct TwoRegions {
  TestWorld world;
  Ipv4 par1 = ip("10.1.0.1");
  Ipv4 par2 = ip("10.1.0.2");
  Ipv4 ams1 = ip("10.2.0.1");
  WanSwitch& fabric = world.add<WanSwitch>(
      "switch",
      WanSwitchSpec{.regions = 2,
                    .hosts = {{ams1, kAmsterdam}, {par2, kParis}, {par1, kParis}},
                    .wires = uniform_wires(2, {.delay = 250us}, {.delay = 5ms})},
      world.simulation().stream("switch", "wires"));
  Probe& at_par1 = world.add<Probe>("par1");
  Probe& at_par2 = world.add<Probe>("par2");
  Probe& at_ams1 = world.add<Probe>("ams1");

  TwoRegions() {
    world.seal();
    fabric.wire(par1, at_par1.address<Packet>());
    fabric.wire(par2, at_par2.address<Packet>());
    fabric.wire(ams1, at_ams1.address<Packet>());
  }
  void send(const Packet& packet) { world.send(fabric.address<Outbound>(), Outbound{packet}); }
};

TEST(WanSwitch, DelaysByThePairOfRegions) {
  TwoRegions two;
  two.send(udp(two.par1, 7575, two.par2, 7575));
  two.send(udp(two.par1, 7575, two.ams1, 7575));
  two.world.run_for(1s);
  ASSERT_EQ(two.at_par2.heard.size(), 1U);
  ASSERT_EQ(two.at_ams1.heard.size(), 1U);
  EXPECT_EQ(two.at_par2.heard[0].at, at(250us));
  EXPECT_EQ(two.at_ams1.heard[0].at, at(5ms));
}

TEST(WanSwitch, BlocksOneDirectionInSilenceUntilItIsFreed) {
  TwoRegions two;
  const PayloadId payload = two.world.simulation().payloads().put(1);
  two.world.send(two.fabric.address<BlockPair>(), BlockPair{kParis, kAmsterdam, true});
  two.world.run_for(1ms);
  Packet lost = udp(two.par1, 7575, two.ams1, 7575);
  lost.payload = payload;
  two.send(lost);
  two.send(udp(two.ams1, 7575, two.par1, 7575));
  two.world.run_for(1s);
  EXPECT_TRUE(two.at_ams1.heard.empty());
  EXPECT_EQ(two.at_par1.heard.size(), 1U);
  ASSERT_EQ(two.world.traced(kDropLabel), 1U);
  EXPECT_EQ(two.world.trace()[0].value, static_cast<int>(DropCode::LinkCut));
  EXPECT_EQ(two.world.simulation().payloads().live(), 0U);

  two.world.send(two.fabric.address<BlockPair>(), BlockPair{kParis, kAmsterdam, false});
  two.world.run_for(1ms);
  two.send(udp(two.par1, 7575, two.ams1, 7575));
  two.world.run_for(1s);
  EXPECT_EQ(two.at_ams1.heard.size(), 1U);
}

TEST(WanSwitch, TakesANewShapeWhileItRuns) {
  TwoRegions two;
  two.world.send(two.fabric.address<SetPair>(), SetPair{kParis, kAmsterdam, {0, 1}, 50ms, {}});
  two.world.send(two.fabric.address<SetPairRate>(), SetPairRate{kParis, kAmsterdam, megabits(1)});
  two.world.run_for(1ms);
  two.send(udp(two.par1, 7575, two.ams1, 7575, 125));
  two.world.run_for(1s);
  ASSERT_EQ(two.at_ams1.heard.size(), 1U);
  EXPECT_EQ(two.at_ams1.heard[0].at, at(1ms + 50ms + 1ms));
}

TEST(WanSwitch, DropsPacketsForUnknownHosts) {
  TwoRegions two;
  two.send(udp(two.par1, 7575, ip("10.9.9.9"), 7575));
  two.world.run_for(1s);
  ASSERT_EQ(two.world.traced(kDropLabel), 1U);
  EXPECT_EQ(two.world.trace()[0].value, static_cast<int>(DropCode::HostUnknown));
}

}  // namespace
}  // namespace meshsim::infra
