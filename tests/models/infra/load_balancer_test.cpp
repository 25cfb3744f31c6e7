// Stickiness, the way back, and the bounds of the flow table.
#include "models/infra/load_balancer.hpp"

#include <gtest/gtest.h>

#include <set>

#include "models/fabric/drop.hpp"
#include "tests/models/infra/probe.hpp"
#include "tests/support/test_world.hpp"

namespace meshsim::infra {
namespace {

constexpr DecisionId kService{4};
constexpr DecisionId kPort{5};

// Takes the packets that a load balancer sends to its VCN.
class VcnProbe final : public Accepts<VcnProbe, Outbound> {
 public:
  void on(Context& ctx, const Outbound& from) {
    heard.push_back({ctx.now(), from.packet});
    ctx.payloads().release(from.packet.payload);
  }
  std::vector<Heard> heard;
};

struct OneBalancer {
  TestWorld world;
  const Ipv4 vip = ip("10.2.0.9");
  const Ipv4 client = ip("10.1.64.5");
  LoadBalancer& balancer;
  VcnProbe& vcn = world.add<VcnProbe>("vcn");

  explicit OneBalancer(std::uint32_t flows = 1000)
      : balancer(world.add<LoadBalancer>(
            "nlb", LoadBalancerSpec{.address = ip("10.2.0.9"),
                                    .listeners = {{Protocol::Udp, 53, 30053, kPort},
                                                  {Protocol::Tcp, 2379, 32379, kPort}},
                                    .backends = {ip("10.2.64.3"), ip("10.2.64.1"), ip("10.2.64.2")},
                                    .flows = flows,
                                    .decided_by = kService})) {
    world.seal();
    balancer.vcn = vcn.address<Outbound>();
  }
  // What the VCN gets for it, or nothing.
  std::optional<Packet> pass(const Packet& packet) {
    const std::size_t before = vcn.heard.size();
    world.send(balancer.address<Packet>(), packet);
    world.run_for(1ms);
    if (vcn.heard.size() == before) return std::nullopt;
    return vcn.heard.back().packet;
  }
  void expect_last_drop(DropCode code, DecisionId decided_by) {
    ASSERT_GE(world.traced(kDropLabel), 1U);
    EXPECT_EQ(world.trace().back().value, static_cast<int>(code));
    EXPECT_EQ(world.trace().back().decided_by, decided_by);
  }
};

TEST(LoadBalancer, KeepsAFlowOnItsNodeAndMapsTheAnswerBack) {
  OneBalancer one;
  const Packet query = udp(one.client, 40000, one.vip, 53);
  const auto first = one.pass(query);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->source, one.vip);
  EXPECT_EQ(first->target_port, 30053);
  EXPECT_EQ(one.vcn.heard[0].at, at(50us));
  const auto second = one.pass(query);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->target, first->target);
  EXPECT_EQ(second->source_port, first->source_port);

  const auto answer = one.pass(answer_to(*first, 300));
  ASSERT_TRUE(answer);
  EXPECT_EQ(inner_flow(*answer), inner_flow(query).reversed());
}

TEST(LoadBalancer, SpreadsFlowsOverAllNodes) {
  OneBalancer one;
  std::set<Ipv4> nodes;
  for (std::uint16_t port = 40000; port < 40030; ++port) {
    nodes.insert(one.pass(udp(one.client, port, one.vip, 53))->target);
  }
  EXPECT_EQ(nodes.size(), 3U);
}

TEST(LoadBalancer, ForgetsAnIdleFlow) {
  OneBalancer one;
  const auto query = one.pass(udp(one.client, 40000, one.vip, 53));
  const auto syn = one.pass(tcp(one.client, 40000, one.vip, 2379, kSyn));
  ASSERT_TRUE(query && syn);
  one.world.run_for(121s);
  EXPECT_FALSE(one.pass(answer_to(*query, 300)));
  one.expect_last_drop(DropCode::NatNoState, kService);
  EXPECT_TRUE(one.pass(tcp(one.client, 40000, one.vip, 2379, kAck)));
  one.world.run_for(361s);
  EXPECT_FALSE(one.pass(tcp(one.client, 40000, one.vip, 2379, kAck)));
  one.expect_last_drop(DropCode::NatNoState, kPort);
}

TEST(LoadBalancer, KeepsOldFlowsWhenANodeGoesAndTakesNoNewOnes) {
  OneBalancer one;
  const Packet query = udp(one.client, 40000, one.vip, 53);
  const Ipv4 node = one.pass(query)->target;
  one.world.send(one.balancer.address<BackendChange>(), BackendChange{node, false});
  one.world.run_for(1ms);
  EXPECT_EQ(one.pass(query)->target, node);
  for (std::uint16_t port = 40001; port < 40030; ++port) {
    EXPECT_NE(one.pass(udp(one.client, port, one.vip, 53))->target, node);
  }
}

TEST(LoadBalancer, DropsWithoutListenerOrBackend) {
  OneBalancer one;
  EXPECT_FALSE(one.pass(udp(one.client, 40000, one.vip, 54)));
  one.expect_last_drop(DropCode::NlbNoListener, kService);
  for (const char* node : {"10.2.64.1", "10.2.64.2", "10.2.64.3"}) {
    one.world.send(one.balancer.address<BackendChange>(), BackendChange{ip(node), false});
  }
  one.world.run_for(1ms);
  EXPECT_FALSE(one.pass(udp(one.client, 40000, one.vip, 53)));
  one.expect_last_drop(DropCode::NlbNoBackend, kPort);
}

TEST(LoadBalancer, RefusesNewFlowsWhenItsTableIsFull) {
  OneBalancer one(2);
  EXPECT_TRUE(one.pass(udp(one.client, 1, one.vip, 53)));
  EXPECT_TRUE(one.pass(udp(one.client, 2, one.vip, 53)));
  EXPECT_FALSE(one.pass(udp(one.client, 3, one.vip, 53)));
  one.expect_last_drop(DropCode::NatTableFull, kService);
  EXPECT_TRUE(one.pass(udp(one.client, 2, one.vip, 53)));
  one.world.run_for(121s);
  EXPECT_TRUE(one.pass(udp(one.client, 3, one.vip, 53)));
}

}  // namespace
}  // namespace meshsim::infra
