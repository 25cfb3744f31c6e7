// One direction of a remote peering.
#include "models/infra/wan_link.hpp"

#include <gtest/gtest.h>

#include "models/fabric/drop.hpp"
#include "models/infra/parameters.hpp"
#include "tests/models/infra/probe.hpp"
#include "tests/support/test_world.hpp"

namespace meshsim::infra {
namespace {

constexpr DecisionId kRpcLine{5};

struct OneLink {
  TestWorld world;
  WanLink& link;
  Probe& far = world.add<Probe>("far");

  explicit OneLink(const WanLinkSpec& spec)
      : link(world.add<WanLink>("link", spec, world.simulation().stream("link", "wire"))) {
    world.seal();
    link.far_end = far.address<Packet>();
  }
  void send(std::uint16_t size = 100) {
    world.send(link.address<Packet>(), udp(ip("10.1.0.1"), 1, ip("10.2.0.1"), 2, size));
    world.run_for(1s);
  }
  void expect_dropped(DropCode code) {
    ASSERT_EQ(world.traced(kDropLabel), 1U);
    EXPECT_EQ(world.trace()[0].value, static_cast<int>(code));
    EXPECT_EQ(world.trace()[0].decided_by, kRpcLine);
  }
};

TEST(WanLink, CarriesPacketsAfterItsDelay) {
  OneLink one({.shape = {.delay = 5ms}, .decided_by = kRpcLine});
  one.send();
  ASSERT_EQ(one.far.heard.size(), 1U);
  EXPECT_EQ(one.far.heard[0].at, at(5ms));
}

TEST(WanLink, DropsEverythingWhileItIsNotPeered) {
  OneLink one({.shape = {.delay = 5ms}, .peered = false, .decided_by = kRpcLine});
  one.send();
  one.expect_dropped(DropCode::RpcDown);
}

TEST(WanLink, IsCutAndHealsByMessage) {
  OneLink one({.shape = {.delay = 5ms}, .decided_by = kRpcLine});
  one.world.send(one.link.address<CutLink>(), CutLink{true});
  one.world.run_for(1ms);
  one.send();
  one.expect_dropped(DropCode::LinkCut);
  one.world.send(one.link.address<CutLink>(), CutLink{false});
  one.world.send(one.link.address<SetLink>(), SetLink{50ms, {}, {0, 1}});
  one.world.run_for(1ms);
  const Time sent = one.world.now();
  one.send();
  ASSERT_EQ(one.far.heard.size(), 1U);
  EXPECT_EQ(one.far.heard[0].at, sent + 50ms);
}

TEST(WanLink, DropsWhatIsLargerThanItsMtu) {
  OneLink one({.shape = {.delay = 5ms}, .mtu = 1500, .decided_by = kRpcLine});
  one.send(1501);
  one.expect_dropped(DropCode::MtuExceeded);
}

TEST(BackboneDelay, LeavesTheRoundTripBetweenMachinesAsGiven) {
  const Parameters parameters;
  EXPECT_EQ(backbone_delay(10ms, parameters), 5ms - 80us);
  EXPECT_EQ(backbone_delay(100us, parameters), 10us) << "never shorter than a window";
}

}  // namespace
}  // namespace meshsim::infra
