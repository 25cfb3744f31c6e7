// Idle times and bound of a VNIC's tracked flows.
#include "models/infra/connection_tracking.hpp"

#include <gtest/gtest.h>

#include "tests/models/infra/probe.hpp"

namespace meshsim::infra {
namespace {

const FlowTimeouts kTimeouts = tracking_timeouts(Parameters{});

const Ipv4 kHere = ip("10.1.64.5");
const Ipv4 kThere = ip("10.2.64.5");

Packet reply_to(const Packet& packet, std::uint8_t flags = 0) {
  Packet reply = answer_to(packet, packet.size);
  reply.flags = flags;
  if (packet.protocol == Protocol::Icmp) reply.source_port = packet.source_port;
  return reply;
}

TEST(ConnectionTracking, AdmitsAnswersUntilTheFlowHasBeenIdleTooLong) {
  struct Case {
    const char* what;
    Packet first;
    bool answered;
    Duration idle;
  };
  Packet ping = udp(kHere, 77, kThere, kIcmpEchoRequest);
  ping.protocol = Protocol::Icmp;
  const Case cases[] = {
      {"udp, one way", udp(kHere, 1000, kThere, 53), false, 30s},
      {"udp, both ways", udp(kHere, 1000, kThere, 53), true, 180s},
      {"tcp, setup", tcp(kHere, 1000, kThere, 53, kSyn), false, 60s},
      {"tcp, established", tcp(kHere, 1000, kThere, 53, kSyn), true, 24h},
      {"icmp", ping, false, 15s},
  };
  for (const Case& test : cases) {
    for (const Duration late : {Duration{0}, Duration{1}}) {
      ConnectionTracking tracking(kTimeouts, 10);
      const Packet reply = reply_to(test.first, kAck);
      ASSERT_TRUE(tracking.open(kStart, test.first));
      if (test.answered) {
        ASSERT_TRUE(tracking.refresh(kStart, reply));
      }
      EXPECT_EQ(tracking.refresh(at(test.idle + late), reply), late == Duration{0}) << test.what;
    }
  }
}

TEST(ConnectionTracking, ForgetsAClosingConnectionAfterTwoMinutes) {
  ConnectionTracking tracking(kTimeouts, 10);
  const Packet syn = tcp(kHere, 1000, kThere, 53, kSyn);
  tracking.open(kStart, syn);
  EXPECT_TRUE(tracking.refresh(at(1s), reply_to(syn, kSyn | kAck)));
  EXPECT_TRUE(tracking.refresh(at(2s), reply_to(syn, kFin | kAck)));
  EXPECT_TRUE(tracking.refresh(at(122s), reply_to(syn, kAck)));
  EXPECT_FALSE(tracking.refresh(at(243s), reply_to(syn, kAck)));
}

TEST(ConnectionTracking, AdmitsAnUnreachableAboutATrackedFlowOnly) {
  ConnectionTracking tracking(kTimeouts, 10);
  const Packet query = udp(kHere, 40000, kThere, 53);
  tracking.open(kStart, query);
  Packet unreachable = answer_to(query, 56);
  unreachable.protocol = Protocol::Icmp;
  unreachable.source_port = 40000;
  unreachable.target_port = kIcmpUnreachable;
  EXPECT_TRUE(tracking.refresh(at(1s), unreachable));
  unreachable.source_port = 40001;
  EXPECT_FALSE(tracking.refresh(at(1s), unreachable));
}

TEST(ConnectionTracking, AFullTableTakesNewFlowsWhenOldOnesExpire) {
  ConnectionTracking tracking(kTimeouts, 2);
  EXPECT_TRUE(tracking.open(kStart, udp(kHere, 1, kThere, 53)));
  EXPECT_TRUE(tracking.open(at(20s), udp(kHere, 2, kThere, 53)));
  EXPECT_FALSE(tracking.open(at(21s), udp(kHere, 3, kThere, 53)));
  EXPECT_TRUE(tracking.refresh(at(21s), udp(kHere, 2, kThere, 53))) << "old flows live on";
  EXPECT_TRUE(tracking.open(at(31s), udp(kHere, 3, kThere, 53)));
  EXPECT_EQ(tracking.size(), 2U);
}

}  // namespace
}  // namespace meshsim::infra
