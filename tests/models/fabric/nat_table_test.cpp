// Translation there and back, ports, unreachables, idle times and bounds.
#include "models/fabric/nat_table.hpp"

#include <gtest/gtest.h>

#include "models/fabric/parameters.hpp"
#include "tests/models/infra/probe.hpp"

namespace meshsim::fabric {
namespace {

const Ipv4 kPod = ip("10.201.0.9");
const Ipv4 kOtherPod = ip("10.201.0.10");
const Ipv4 kNode = ip("10.1.64.10");
const Ipv4 kFar = ip("10.2.0.9");

NatTable table(std::uint32_t capacity = 100) {
  return NatTable(nat_timeouts(Parameters{}), capacity);
}

Packet masquerade(NatTable& nat, Packet packet, Time now = kStart) {
  FlowKey wanted = inner_flow(packet);
  wanted.source = kNode;
  EXPECT_TRUE(nat.open(now, packet, wanted));
  return packet;
}

TEST(NatTable, TranslatesAFlowAndItsAnswers) {
  NatTable nat = table();
  Packet query = udp(kPod, 40000, kFar, 53);
  const Packet sent = masquerade(nat, query);
  EXPECT_EQ(inner_flow(sent), (FlowKey{kNode, kFar, 40000, 53, Protocol::Udp}));
  Packet answer = answer_to(sent, 300);
  ASSERT_TRUE(nat.answer(at(1s), answer));
  EXPECT_EQ(inner_flow(answer), inner_flow(query).reversed());
  ASSERT_TRUE(nat.forward(at(2s), query));
  EXPECT_EQ(inner_flow(query), inner_flow(sent)) << "the flow keeps its port";
}

TEST(NatTable, GivesAnotherPortWhenTwoPodsUseTheSame) {
  NatTable nat = table();
  const Packet first = masquerade(nat, udp(kPod, 40000, kFar, 53));
  const Packet second = masquerade(nat, udp(kOtherPod, 40000, kFar, 53));
  EXPECT_NE(first.source_port, second.source_port);
  Packet answer = answer_to(second, 300);
  ASSERT_TRUE(nat.answer(kStart, answer));
  EXPECT_EQ(answer.target, kOtherPod);
  EXPECT_EQ(answer.target_port, 40000);
}

TEST(NatTable, KeepsPingsApartByIdentifier) {
  NatTable nat = table();
  Packet ping = udp(kPod, 7, kFar, kIcmpEchoRequest);
  ping.protocol = Protocol::Icmp;
  Packet other = ping;
  other.source = kOtherPod;
  masquerade(nat, ping);
  const Packet sent = masquerade(nat, other);
  EXPECT_EQ(sent.target_port, kIcmpEchoRequest);
  Packet reply = answer_to(sent, 44);
  reply.source_port = sent.source_port;
  reply.target_port = kIcmpEchoReply;
  ASSERT_TRUE(nat.answer(kStart, reply));
  EXPECT_EQ(reply.target, kOtherPod);
  EXPECT_EQ(reply.source_port, 7);
  EXPECT_EQ(reply.target_port, kIcmpEchoReply);
}

TEST(NatTable, TranslatesUnreachablesBothWays) {
  NatTable nat = table();
  const Packet query = udp(kPod, 40000, kFar, 53);
  Packet to_backend = query;  // as for a cluster address
  ASSERT_TRUE(nat.open(kStart, to_backend, {kPod, kOtherPod, 40000, 5353, Protocol::Udp}));

  Packet refused = answer_to(to_backend, 56);
  refused.protocol = Protocol::Icmp;
  refused.source_port = 40000;
  refused.target_port = kIcmpUnreachable;
  ASSERT_TRUE(nat.answer(kStart, refused));
  EXPECT_EQ(refused.source, kFar);
  EXPECT_EQ(refused.target, kPod);
  EXPECT_EQ(refused.source_port, 40000);

  Packet late = answer_to(answer_to(query, 300), 56);  // the client has closed its port
  late.protocol = Protocol::Icmp;
  late.source_port = 53;
  late.target_port = kIcmpUnreachable;
  ASSERT_TRUE(nat.forward(kStart, late));
  EXPECT_EQ(late.target, kOtherPod);
  EXPECT_EQ(late.source_port, 5353);
}

TEST(NatTable, ForgetsIdleFlows) {
  struct Case {
    Packet packet;
    bool answered;
    Duration idle;
  };
  for (const Case& test :
       {Case{udp(kPod, 40000, kFar, 53), false, 30s}, Case{udp(kPod, 40000, kFar, 53), true, 120s},
        Case{tcp(kPod, 40000, kFar, 53, kSyn), false, 60s},
        Case{tcp(kPod, 40000, kFar, 53, kSyn), true, 21'600s}}) {
    for (const Duration late : {Duration{0}, Duration{1}}) {
      NatTable nat = table();
      const Packet sent = masquerade(nat, test.packet);
      Packet answer = answer_to(sent, 300);
      answer.flags = kAck;
      Packet again = answer;
      if (test.answered) {
        ASSERT_TRUE(nat.answer(kStart, again));
      }
      EXPECT_EQ(nat.answer(at(test.idle + late), answer), late == Duration{0});
    }
  }
}

TEST(NatTable, ASynOnAClosingConnectionBeginsANewOne) {
  NatTable nat = table();
  const Packet syn = tcp(kPod, 40000, kFar, 80, kSyn);
  masquerade(nat, syn);
  Packet fin = tcp(kPod, 40000, kFar, 80, kFin | kAck);
  ASSERT_TRUE(nat.forward(at(1s), fin));
  Packet again = syn;
  EXPECT_FALSE(nat.forward(at(2s), again));
  masquerade(nat, syn, at(2s));
  EXPECT_EQ(nat.size(), 1U);
}

TEST(NatTable, IsBoundedAndSweepsWhenFull) {
  NatTable nat = table(2);
  masquerade(nat, udp(kPod, 1, kFar, 53));
  masquerade(nat, udp(kPod, 2, kFar, 53), at(20s));
  Packet third = udp(kPod, 3, kFar, 53);
  const FlowKey wanted{kNode, kFar, 3, 53, Protocol::Udp};
  EXPECT_FALSE(nat.open(at(21s), third, wanted));
  EXPECT_TRUE(nat.open(at(31s), third, wanted));
  EXPECT_EQ(nat.size(), 2U);
}

TEST(NatTable, ForgetsUdpFlowsToAnEndpointThatIsGone) {
  NatTable nat = table();
  Packet query = udp(kPod, 40000, kFar, 53);
  ASSERT_TRUE(nat.open(kStart, query, {kPod, kOtherPod, 40000, 53, Protocol::Udp}));
  nat.forget_udp(kOtherPod);
  EXPECT_EQ(nat.size(), 0U);
}

}  // namespace
}  // namespace meshsim::fabric
