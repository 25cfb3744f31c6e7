// Allow rules against packets, as a table.
#include "models/infra/security.hpp"

#include <gtest/gtest.h>

#include "tests/models/infra/probe.hpp"

namespace meshsim::infra {
namespace {

constexpr std::uint16_t kWorkers = 0;
constexpr std::uint16_t kLoadBalancers = 1;

struct Case {
  const char* what;
  AllowRule rule;
  Packet packet;
  Verdict expected;
};

Packet vxlan(Packet inner, Ipv4 source, Ipv4 target) {
  inner.outer_source = source;
  inner.outer_target = target;
  return inner;
}

TEST(Security, JudgesByDirectionProtocolFarEndAndPort) {
  const Ipv4 remote = ip("10.2.64.5");
  const Ipv4 node = ip("10.1.64.5");
  const Prefix there = prefix("10.2.0.0/16");
  const auto in = Direction::Ingress;
  const auto on_udp = std::optional{Protocol::Udp};
  Packet ping = udp(remote, 7, node, kIcmpEchoRequest);
  ping.protocol = Protocol::Icmp;
  const std::vector<std::uint16_t> far{kLoadBalancers};

  const Case cases[] = {
      {"all of a prefix", {.far_end = there}, udp(remote, 1, node, 2), Verdict::Allow},
      {"other prefix", {.far_end = prefix("10.3.0.0/16")}, udp(remote, 1, node, 2), Verdict::Deny},
      {"other direction",
       {.direction = Direction::Egress, .far_end = there},
       udp(remote, 1, node, 2),
       Verdict::Deny},
      {"port in range",
       {in, on_udp, there, {}, 30000, 32767, {}, false},
       udp(remote, 1, node, 32767),
       Verdict::Allow},
      {"port behind the range",
       {in, on_udp, there, {}, 30000, 32767, {}, false},
       udp(remote, 1, node, 32768),
       Verdict::Deny},
      {"other protocol",
       {in, on_udp, there, {}, 0, 65535, {}, false},
       tcp(remote, 1, node, 2, kSyn),
       Verdict::Deny},
      {"an encapsulated packet is udp 8472 between nodes",
       {in, on_udp, there, {}, kVxlanPort, kVxlanPort, {}, false},
       vxlan(tcp(ip("10.202.0.9"), 1, ip("10.201.0.9"), 2, kSyn), remote, node),
       Verdict::Allow},
      {"its inner addresses do not count",
       {in, on_udp, prefix("10.202.0.0/16"), {}, 0, 65535, {}, false},
       vxlan(tcp(ip("10.202.0.9"), 1, ip("10.201.0.9"), 2, kSyn), remote, node),
       Verdict::Deny},
      {"icmp type",
       {in, Protocol::Icmp, there, {}, 0, 65535, std::uint8_t{8}, false},
       ping,
       Verdict::Allow},
      {"other icmp type",
       {in, Protocol::Icmp, there, {}, 0, 65535, std::uint8_t{3}, false},
       ping,
       Verdict::Deny},
      {"icmp code",
       {in, Protocol::Icmp, there, {}, 0, 65535, std::uint8_t{8}, false, std::uint8_t{0}},
       ping,
       Verdict::Allow},
      {"other icmp code",
       {in, Protocol::Icmp, there, {}, 0, 65535, std::uint8_t{8}, false, std::uint8_t{4}},
       ping,
       Verdict::Deny},
      {"source port in range",
       {in, on_udp, there, {}, 0, 65535, {}, false, {}, 1, 1},
       udp(remote, 1, node, 2),
       Verdict::Allow},
      {"source port behind the range",
       {in, on_udp, there, {}, 0, 65535, {}, false, {}, 1, 1},
       udp(remote, 2, node, 2),
       Verdict::Deny},
      {"member of the named NSG",
       {in, {}, {}, kLoadBalancers, 0, 65535, {}, false},
       udp(remote, 1, node, 2),
       Verdict::Allow},
      {"not a member of the named NSG",
       {in, {}, {}, kWorkers, 0, 65535, {}, false},
       udp(remote, 1, node, 2),
       Verdict::Deny},
      {"stateless",
       {in, {}, there, {}, 0, 65535, {}, true},
       udp(remote, 1, node, 2),
       Verdict::AllowUntracked},
  };
  for (const Case& test : cases) {
    const std::vector<SecurityGroup> groups{{{test.rule}, {}}};
    EXPECT_EQ(judge(groups, {0}, in, test.packet, &far).verdict, test.expected) << test.what;
  }
}

TEST(Security, TakesTheUnionOfAllGroupsAndStatelessWins) {
  const Packet packet = udp(ip("10.2.0.1"), 1, ip("10.1.0.1"), 2);
  const AllowRule stateful{.far_end = prefix("10.2.0.0/16")};
  const AllowRule stateless{.far_end = prefix("10.2.0.0/16"), .stateless = true};
  const std::vector<SecurityGroup> groups{{{}, {}}, {{stateful}, {}}, {{stateless}, {}}};
  EXPECT_EQ(judge(groups, {}, Direction::Ingress, packet, nullptr).verdict, Verdict::Deny);
  EXPECT_EQ(judge(groups, {0}, Direction::Ingress, packet, nullptr).verdict, Verdict::Deny);
  EXPECT_EQ(judge(groups, {0, 1}, Direction::Ingress, packet, nullptr).verdict, Verdict::Allow);
  EXPECT_EQ(judge(groups, {1, 2}, Direction::Ingress, packet, nullptr).verdict,
            Verdict::AllowUntracked);
}

TEST(Security, NoNsgMembershipFromOutsideTheVcn) {
  const std::vector<SecurityGroup> groups{{{{.far_group = kWorkers}}, {}}};
  const Packet packet = udp(ip("10.2.0.1"), 1, ip("10.1.0.1"), 2);
  EXPECT_EQ(judge(groups, {0}, Direction::Ingress, packet, nullptr).verdict, Verdict::Deny);
}

}  // namespace
}  // namespace meshsim::infra
