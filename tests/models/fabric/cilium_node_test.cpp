// One node: where it sends a packet, and what it puts in its addresses.
#include "models/fabric/cilium_node.hpp"

#include <gtest/gtest.h>

#include <set>

#include "models/fabric/drop.hpp"
#include "tests/models/fabric/test_pod.hpp"
#include "tests/support/test_world.hpp"

namespace meshsim::fabric {
namespace {

constexpr DecisionId kNoMesh{9};
constexpr DecisionId kDnsService{8};
constexpr std::uint32_t kIdentity = 65'536 + 300;

class VcnProbe final : public Accepts<VcnProbe, Outbound> {
 public:
  void on(Context& ctx, const Outbound& from) {
    heard.push_back({ctx.now(), from.packet});
    ctx.payloads().release(from.packet.payload);
  }
  std::vector<Heard> heard;
};

class Watcher final : public Accepts<Watcher, IpcacheChange> {
 public:
  void on(Context& ctx, const IpcacheChange& change) { heard.push_back({ctx.now(), change}); }
  std::vector<std::pair<Time, IpcacheChange>> heard;
};

CiliumNodeSpec spec() {
  CiliumNodeSpec node;
  node.address = ip("10.1.64.10");
  node.pod_cidr = prefix("10.201.0.0/25");
  node.router = ip("10.201.0.1");
  node.services = {{ip("10.101.0.10"), {{Protocol::Udp, 53, 5353, 30053}}, true, kDnsService}};
  node.unconnected = {{prefix("10.203.0.0/16"), kNoMesh}};
  return node;
}

struct OneNode {
  TestWorld world;
  CellId cell = world.simulation().cell("node");
  CiliumNode& node;
  TestPod& client = world.simulation().add<TestPod>("client", cell);
  TestPod& server = world.simulation().add<TestPod>("server", cell, true);
  VcnProbe& vcn = world.add<VcnProbe>("vcn");
  Watcher& watcher = world.add<Watcher>("watcher");
  const Ipv4 at_node = ip("10.1.64.10");
  const Ipv4 at_client = ip("10.201.0.9");
  const Ipv4 at_server = ip("10.201.0.10");
  const Ipv4 dns = ip("10.101.0.10");

  explicit OneNode(const CiliumNodeSpec& of = spec())
      : node(world.simulation().add<CiliumNode>("node", cell, of,
                                                world.simulation().stream("node", "node"))) {
    world.seal();
    node.vcn = vcn.address<Outbound>();
    node.endpoint_watchers = {watcher.address<IpcacheChange>()};
    client.uplink = server.uplink = node.address<Outbound>();
    tell(k8s::PodAttached{at_client, client.address<Packet>(), kIdentity});
    tell(k8s::PodAttached{at_server, server.address<Packet>(), kIdentity + 1});
    tell(IpcacheChange{prefix("10.202.0.0/25"), ip("10.2.64.10"), 6, false});
    world.run_for(1ms);
  }
  template <class M>
  void tell(const M& message) {
    world.send(node.address<M>(), message);
  }
  void endpoint(Ipv4 address, bool ready) {
    tell(k8s::EndpointChange{{0}, address, ready, !ready});
    world.run_for(1ms);
  }
  void from_client(Packet packet) {
    packet.payload = world.simulation().payloads().put(1);
    world.send(client.address<SendNow>(), SendNow{packet});
    world.run_for(1ms);
  }
  void from_vnic(Packet packet) {
    packet.payload = world.simulation().payloads().put(1);
    tell(packet);
    world.run_for(1ms);
  }
  // The last packet that left the node.
  const Packet& sent() const { return vcn.heard.back().packet; }
  void expect_dropped(DropCode code, DecisionId decided_by = {}) const {
    ASSERT_GE(world.traced(kDropLabel), 1U);
    EXPECT_EQ(world.trace().back().value, static_cast<int>(code));
    EXPECT_EQ(world.trace().back().decided_by, decided_by);
  }
  ~OneNode() { EXPECT_EQ(world.simulation().payloads().live(), 0U); }
};

TEST(CiliumNode, DeliversBetweenItsPodsWithoutLeavingTheNode) {
  OneNode one;
  const Time now = one.world.now();
  one.from_client(udp(one.at_client, 7575, one.at_server, 7574));
  ASSERT_EQ(one.server.heard.size(), 1U);
  EXPECT_EQ(one.server.heard[0].at, now + 1us + 2us);
  EXPECT_TRUE(one.vcn.heard.empty());
  EXPECT_EQ(one.client.heard.size(), 1U);
}

TEST(CiliumNode, EncapsulatesToAKnownPodCidrWithTheSendersIdentity) {
  OneNode one;
  const Time now = one.world.now();
  one.from_client(udp(one.at_client, 7575, ip("10.202.0.9"), 7574));
  ASSERT_EQ(one.vcn.heard.size(), 1U);
  EXPECT_EQ(one.sent().outer_source, one.at_node);
  EXPECT_EQ(one.sent().outer_target, ip("10.2.64.10"));
  EXPECT_EQ(one.sent().identity(), kIdentity);
  EXPECT_EQ(one.vcn.heard[0].at, now + 1us + 1us + 2us + 25us);
}

TEST(CiliumNode, MasqueradesToTheWorldAndSaysWhyAPodAddressIsUnknown) {
  OneNode one;
  one.from_client(udp(one.at_client, 7575, ip("10.203.0.9"), 7574));
  ASSERT_EQ(one.vcn.heard.size(), 1U);
  EXPECT_FALSE(one.sent().encapsulated());
  EXPECT_EQ(one.sent().source, one.at_node);
  EXPECT_EQ(one.sent().cause(), kNoMesh);
  one.from_client(udp(one.at_client, 7575, ip("10.2.0.9"), 53));
  EXPECT_EQ(one.sent().cause(), DecisionId{});
  one.from_vnic(answer_to(one.sent(), 300));
  ASSERT_EQ(one.client.heard.size(), 1U);
  EXPECT_EQ(one.client.heard[0].packet.source, ip("10.2.0.9"));
  EXPECT_EQ(one.client.heard[0].packet.target_port, 7575);
}

TEST(CiliumNode, LeavesThePodsAddressWhenTheTargetIsRoutedNatively) {
  CiliumNodeSpec native = spec();
  native.native_routing = prefix("10.0.0.0/8");
  OneNode one(native);
  one.from_client(udp(one.at_client, 7575, ip("10.203.0.9"), 7574));
  EXPECT_EQ(one.sent().source, one.at_client);
}

TEST(CiliumNode, TakesTheTunnelAsSoonAsAnEntryArrivesAndForAsLongAsItIsThere) {
  OneNode one;
  const IpcacheChange entry{prefix("10.203.0.0/25"), ip("10.3.64.10"), 6, false};
  IpcacheChange gone = entry;
  gone.removed = true;
  const Packet packet = udp(one.at_client, 7575, ip("10.203.0.9"), 7574);
  one.from_client(packet);
  EXPECT_FALSE(one.sent().encapsulated());
  one.tell(entry);
  one.from_client(packet);
  EXPECT_TRUE(one.sent().encapsulated());
  EXPECT_EQ(one.sent().source, one.at_client);
  one.tell(gone);
  one.from_client(packet);
  EXPECT_FALSE(one.sent().encapsulated());
}

TEST(CiliumNode, DeliversFromTheTunnelOnlyToPodsItHas) {
  OneNode one;
  Packet packet = udp(ip("10.202.0.9"), 7575, one.at_client, 7574);
  packet.outer_source = ip("10.2.64.10");
  packet.outer_target = one.at_node;
  packet.mark(131'329);
  const Time now = one.world.now();
  one.from_vnic(packet);
  ASSERT_EQ(one.client.heard.size(), 1U);
  EXPECT_EQ(one.client.heard[0].at, now + 1us + 2us);
  EXPECT_FALSE(one.client.heard[0].packet.encapsulated());
  EXPECT_EQ(one.client.heard[0].packet.cause(), DecisionId{});
  packet.target = ip("10.201.0.77");
  one.from_vnic(packet);
  one.expect_dropped(DropCode::PodUnknown);
}

TEST(CiliumNode, ForgetsADetachedPod) {
  OneNode one;
  one.tell(k8s::PodDetached{one.at_server});
  one.from_client(udp(one.at_client, 7575, one.at_server, 7574));
  one.expect_dropped(DropCode::PodUnknown);
}

TEST(CiliumNode, TranslatesAClusterAddressToOneReadyEndpointPerFlow) {
  OneNode one;
  one.endpoint(one.at_server, true);
  one.endpoint(ip("10.202.0.53"), true);
  std::set<Ipv4> chosen;
  for (std::uint16_t port = 40'000; port < 40'040; ++port) {
    for (int repeat = 0; repeat < 2; ++repeat) {
      one.from_client(udp(one.at_client, port, one.dns, 53));
    }
  }
  std::map<std::uint16_t, int> remote;
  for (const Heard& heard : one.vcn.heard) {
    EXPECT_EQ(heard.packet.target, ip("10.202.0.53"));
    EXPECT_EQ(heard.packet.target_port, 5353);
    ++remote[heard.packet.source_port];
  }
  for (const auto& [port, packets] : remote) EXPECT_EQ(packets, 2) << port;
  EXPECT_EQ(remote.size() * 2 + one.server.heard.size(), 80U);
  EXPECT_GT(remote.size(), 8U);
  EXPECT_LT(remote.size(), 32U);
  ASSERT_FALSE(one.client.heard.empty());
  EXPECT_EQ(one.client.heard[0].packet.source, one.dns) << "the answer seems to be the Service's";
  EXPECT_EQ(one.client.heard[0].packet.source_port, 53);
}

TEST(CiliumNode, DropsForAServiceWithoutEndpointsAndLeavesAGoneOne) {
  OneNode one;
  const Packet query = udp(one.at_client, 40'000, one.dns, 53);
  one.from_client(query);
  one.expect_dropped(DropCode::ServiceNoEndpoint, kDnsService);
  one.endpoint(one.at_server, true);
  one.from_client(query);
  EXPECT_EQ(one.server.heard.size(), 1U);
  one.endpoint(one.at_server, false);
  one.endpoint(ip("10.202.0.53"), true);
  one.from_client(query);
  EXPECT_EQ(one.server.heard.size(), 1U);
  EXPECT_EQ(one.sent().target, ip("10.202.0.53"));
}

TEST(CiliumNode, AnswersForANodePortFromAPodHereOrElsewhere) {
  OneNode one;
  const Packet query = udp(ip("10.1.0.9"), 10'000, one.at_node, 30'053);
  one.endpoint(one.at_server, true);
  one.from_vnic(query);
  ASSERT_EQ(one.server.heard.size(), 1U);
  EXPECT_EQ(one.server.heard[0].packet.source, ip("10.201.0.1")) << "the client is hidden";
  ASSERT_EQ(one.vcn.heard.size(), 1U);
  EXPECT_EQ(inner_flow(one.sent()), inner_flow(query).reversed());

  one.endpoint(one.at_server, false);
  one.endpoint(ip("10.202.0.53"), true);
  one.from_vnic(query);
  Packet forwarded = one.sent();
  EXPECT_EQ(forwarded.outer_target, ip("10.2.64.10"));
  EXPECT_EQ(forwarded.target_port, 5353);
  Packet answer = answer_to(forwarded, 300);
  answer.outer_source = forwarded.outer_target;
  answer.outer_target = forwarded.outer_source;
  one.from_vnic(answer);
  EXPECT_FALSE(one.sent().encapsulated());
  EXPECT_EQ(inner_flow(one.sent()), inner_flow(query).reversed());
}

TEST(CiliumNode, DropsAtAClosedNodePortAndRefusesTcp) {
  OneNode one;
  one.from_vnic(udp(ip("10.1.0.9"), 10'000, one.at_node, 30'099));
  one.expect_dropped(DropCode::NodePortClosed);
  EXPECT_TRUE(one.vcn.heard.empty());
  one.from_vnic(tcp(ip("10.1.0.9"), 10'000, one.at_node, 30'099, kSyn));
  ASSERT_EQ(one.vcn.heard.size(), 1U);
  EXPECT_EQ(one.sent().flags, kRst | kAck);
}

TEST(CiliumNode, AnswersPingsItself) {
  OneNode one;
  Packet ping = udp(ip("10.1.64.11"), 7, one.at_node, kIcmpEchoRequest);
  ping.protocol = Protocol::Icmp;
  one.from_vnic(ping);
  ASSERT_EQ(one.vcn.heard.size(), 1U);
  EXPECT_EQ(one.sent().target_port, kIcmpEchoReply);
  EXPECT_EQ(one.sent().source_port, 7);
}

TEST(CiliumNode, DropsWhatDoesNotFitWithItsEncapsulation) {
  OneNode one;
  one.from_client(udp(one.at_client, 7575, ip("10.202.0.9"), 7574, 8950));
  EXPECT_EQ(one.vcn.heard.size(), 1U);
  one.from_client(udp(one.at_client, 7575, ip("10.202.0.9"), 7574, 8951));
  one.expect_dropped(DropCode::MtuExceeded);
}

TEST(CiliumNode, AnswersANativePacketWithThePodsOwnAddress) {
  OneNode one;
  one.from_vnic(udp(ip("10.203.0.9"), 7575, one.at_server, 7574));
  EXPECT_EQ(one.server.heard.size(), 1U);
  EXPECT_EQ(one.sent().source, one.at_server);
}

TEST(CiliumNode, PublishesItsPodsToWhoWatchesTheApi) {
  OneNode one;
  one.world.run_for(100ms);
  ASSERT_EQ(one.watcher.heard.size(), 2U);
  EXPECT_GE(one.watcher.heard[0].first, at(1ms));
  EXPECT_LE(one.watcher.heard[1].first, at(2ms));
  EXPECT_EQ(one.watcher.heard[0].second.tunnel, one.at_node);
  one.tell(k8s::PodDetached{one.at_client});
  one.world.run_for(100ms);
  ASSERT_EQ(one.watcher.heard.size(), 3U);
  EXPECT_TRUE(one.watcher.heard[2].second.removed);
}

}  // namespace
}  // namespace meshsim::fabric
