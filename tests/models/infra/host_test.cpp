// Connections of a plain host as kubectl opens them, and a host that forwards.
#include "models/infra/host.hpp"

#include <gtest/gtest.h>

#include "models/fabric/drop.hpp"
#include "tests/models/infra/probe.hpp"
#include "tests/support/test_world.hpp"

namespace meshsim::infra {
namespace {

// Carries packets between two hosts, unless it is told to lose them; counts SYNs.
class Patch final : public Accepts<Patch, Outbound, Forwarded> {
 public:
  void on(Context& ctx, const Outbound& from) {
    syns += from.packet.flags == kSyn ? 1 : 0;
    if (!loses)
      ctx.send(from.packet.target == ip("10.1.0.20") ? server : client, from.packet, 10us);
  }
  void on(Context&, const Forwarded& from) { forwarded.push_back(from.packet); }
  Address<Packet> client, server;
  bool loses = false;
  int syns = 0;
  std::vector<Packet> forwarded;
};

struct TwoHosts {
  TestWorld world;
  Host& client = world.add<Host>("client", HostSpec{.address = ip("10.1.0.10")},
                                 world.simulation().stream("client", "ports"));
  Host& server =
      world.add<Host>("server", HostSpec{.address = ip("10.1.0.20"), .tcp_ports = {6443}},
                      world.simulation().stream("server", "ports"));
  Patch& patch = world.add<Patch>("patch");

  TwoHosts() {
    world.seal();
    client.vcn = server.vcn = patch.address<Outbound>();
    patch.client = client.address<Packet>();
    patch.server = server.address<Packet>();
  }
  void connect(std::uint16_t port) {
    world.send(client.address<ConnectTo>(), ConnectTo{ip("10.1.0.20"), port});
  }
};

TEST(Host, ConnectsToAPortThatIsListenedOn) {
  TwoHosts two;
  two.connect(6443);
  two.world.run_for(1s);
  ASSERT_EQ(two.world.traced(kHostConnected), 1U);
  EXPECT_EQ(two.world.trace()[0].text, "10.1.0.20:6443");
  EXPECT_EQ(two.world.trace()[0].value, Duration{70us}.count());  // two ways of 25 + 10 us
  EXPECT_EQ(two.patch.syns, 1);
}

TEST(Host, IsRefusedAtAnotherPort) {
  TwoHosts two;
  two.connect(6444);
  two.world.run_for(1s);
  EXPECT_EQ(two.world.traced(kHostRefused), 1U);
}

TEST(Host, ResendsItsSynAndGivesUpAfterTwoMinutes) {
  TwoHosts two;
  two.patch.loses = true;
  two.connect(6443);
  two.world.run_for(126s);
  EXPECT_EQ(two.patch.syns, 7);
  EXPECT_EQ(two.world.traced(kHostUnanswered), 0U);
  two.world.run_for(2s);
  EXPECT_EQ(two.world.traced(kHostUnanswered), 1U);
}

TEST(Host, DropsWhatIsForOthersUnlessItForwards) {
  TwoHosts two;
  const Packet other = udp(ip("10.2.0.1"), 7, ip("10.3.0.1"), 8);
  two.world.send(two.client.address<Packet>(), other);
  two.world.run_for(1ms);
  EXPECT_EQ(two.world.traced(kDropLabel), 1U);

  TestWorld world;
  Host& firewall = world.add<Host>("fw", HostSpec{.address = ip("10.1.0.9"), .forwards = true},
                                   world.simulation().stream("fw", "ports"));
  Patch& patch = world.add<Patch>("patch");
  world.seal();
  firewall.vcn = patch.address<Outbound>();
  firewall.vcn_forward = patch.address<Forwarded>();
  world.send(firewall.address<Packet>(), other);
  world.run_for(1ms);
  ASSERT_EQ(patch.forwarded.size(), 1U);
  EXPECT_EQ(inner_flow(patch.forwarded[0]), inner_flow(other));
}

}  // namespace
}  // namespace meshsim::infra
