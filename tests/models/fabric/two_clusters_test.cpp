// A packet from pod to pod across regions: every hop with its delay, every drop with its cause.
#include "tests/models/fabric/two_clusters.hpp"

#include <gtest/gtest.h>

#include "models/fabric/drop.hpp"

namespace meshsim::fabric {
namespace {

// Out of the pod and the node, then the VCN, both DRGs and the far VCN, and into the far pod.
constexpr Duration kOut = 1us + 1us + 2us + 25us;
constexpr Duration kUnderlay = 10us + 10us + (5ms - 80us) + 10us + 25us;
constexpr Duration kIn = 1us + 2us;

TEST(TwoClusters, APodReachesAnotherThroughEveryHopAndBack) {
  TwoClusters two;
  two.know_each_other();
  TwoClusters::Node& here = two.sides[0].nodes[0];
  TwoClusters::Node& there = two.sides[1].nodes[1];
  const Time sent = two.world.now();
  Packet packet = udp(here.pod_address, 7575, there.pod_address, 7574);
  packet.payload = two.world.simulation().payloads().put(1);
  two.world.send(here.pod->address<SendNow>(), SendNow{packet});
  two.world.run_for(50ms);

  ASSERT_EQ(there.pod->heard.size(), 1U);
  EXPECT_EQ(there.pod->heard[0].at, sent + kOut + kUnderlay + kIn);
  ASSERT_EQ(here.pod->heard.size(), 1U);
  EXPECT_EQ(here.pod->heard[0].at, sent + 2 * (kOut + kUnderlay + kIn));
  EXPECT_EQ(inner_flow(here.pod->heard[0].packet), inner_flow(packet).reversed());
  EXPECT_EQ(two.world.traced(kDropLabel), 0U);
  EXPECT_EQ(two.live_payloads(), 0U);
}

TEST(TwoClusters, WithoutAMeshEntryThePacketEndsAtTheNatGatewayAndSaysWhy) {
  TwoClusters two({.meshed = false});
  const TwoClusters::Node& here = two.sides[0].nodes[0];
  Packet packet = udp(here.pod_address, 7575, two.sides[1].nodes[0].pod_address, 7574);
  packet.payload = two.world.simulation().payloads().put(1);
  two.world.send(here.pod->address<SendNow>(), SendNow{packet});
  two.world.run_for(50ms);

  ASSERT_EQ(two.world.traced(kDropLabel), 1U);
  const TraceRecord& record = two.world.trace().back();
  EXPECT_EQ(record.value, static_cast<int>(DropCode::NatPrivateTarget));
  EXPECT_EQ(record.decided_by, kNatRule);
  EXPECT_EQ(record.cause, kNotMeshed);
  EXPECT_NE(record.text.find("10.1.64.10"), std::string::npos) << "masqueraded: " << record.text;
  EXPECT_EQ(two.live_payloads(), 0U);
}

TEST(TwoClusters, ADatagramReachesAPodBehindTheFarLoadBalancer) {
  TwoClusters two({.meshed = false});
  const TwoClusters::Node& here = two.sides[0].nodes[1];
  TwoClusters::Side& there = two.sides[1];
  for (TwoClusters::Node& node : there.nodes) {
    two.world.send(node.path->address<k8s::EndpointChange>(),
                   k8s::EndpointChange{{0}, there.nodes[0].pod_address, true, false});
  }
  two.world.run_for(1ms);
  for (std::uint16_t port = 40'000; port < 40'010; ++port) {  // through both far nodes
    Packet query = udp(here.pod_address, port, there.vip, 53);
    query.payload = two.world.simulation().payloads().put(1);
    two.world.send(here.pod->address<SendNow>(), SendNow{query});
  }
  two.world.run_for(50ms);
  EXPECT_EQ(there.nodes[0].pod->heard.size(), 10U);
  ASSERT_EQ(here.pod->heard.size(), 10U);
  for (const Heard& answer : here.pod->heard) {
    EXPECT_EQ(answer.packet.source, there.vip);
    EXPECT_EQ(answer.packet.source_port, 53);
    EXPECT_GE(answer.packet.target_port, 40'000);
  }
  EXPECT_EQ(two.world.traced(kDropLabel), 0U);
  EXPECT_EQ(two.live_payloads(), 0U);
}

}  // namespace
}  // namespace meshsim::fabric
