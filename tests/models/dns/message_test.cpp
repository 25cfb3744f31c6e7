// Sizes on the wire and truncation, against the figures of dns.md section 5.2.
#include "models/dns/message.hpp"

#include <gtest/gtest.h>

#include "models/dns/name.hpp"

namespace meshsim::dns {
namespace {

constexpr auto kLong = "coherence-wka.storage.svc.cluster.local.";
constexpr auto kPeer = "coherence-wka.storage.cluster.c1.";

DnsMessage answer(std::string question, const std::string& owner, std::uint32_t records) {
  DnsMessage message;
  message.response = true;
  message.name = std::move(question);
  for (std::uint32_t record = 0; record < records; ++record) {
    message.answer.push_back({.owner = owner, .ttl = 5, .address = Ipv4{record + 1}});
  }
  return message;
}

TEST(DnsMessage, SizesAreThoseOfTheTable) {
  EXPECT_EQ(plain_size(answer(kLong, kLong, 0)), 57U);
  EXPECT_EQ(plain_size(answer(kPeer, kPeer, 0)), 50U);
  EXPECT_EQ(compressed_size(answer(kLong, kLong, 1)), 57U + 16);
  EXPECT_EQ(plain_size(answer(kLong, kLong, 1)), 57U + 41 + 14);
  EXPECT_EQ(compressed_size(answer(kPeer, kLong, 2)), 50U + 55 + 16);
}

struct TruncationCase {
  const char* question;
  const char* owner;
  std::uint32_t limit;
  std::uint32_t records;  // that fit
};

TEST(DnsMessage, TruncatesBehindTheLastRecordThatFits) {
  const TruncationCase cases[] = {
      {kLong, kLong, 512, 28}, {kLong, kLong, 4096, 252}, {kPeer, kPeer, 512, 28},
      {kPeer, kLong, 512, 26}, {kPeer, kLong, 1232, 71},
  };
  for (const TruncationCase& each : cases) {
    DnsMessage fits = answer(each.question, each.owner, each.records);
    EXPECT_LE(fit(fits, each.limit), each.limit);
    EXPECT_FALSE(fits.truncated);
    DnsMessage too_long = answer(each.question, each.owner, each.records + 1);
    EXPECT_LE(fit(too_long, each.limit), each.limit);
    EXPECT_TRUE(too_long.truncated);
    EXPECT_EQ(too_long.answer.size(), each.records);
  }
}

TEST(DnsMessage, StaysUncompressedWhileThatFits) {
  DnsMessage eight = answer(kLong, kLong, 8);
  EXPECT_EQ(fit(eight, 512), 57U + 8 * 55);
  DnsMessage nine = answer(kLong, kLong, 9);
  EXPECT_EQ(fit(nine, 512), 57U + 9 * 16);
}

TEST(DnsName, ZonesMatchOnLabelBoundaries) {
  EXPECT_TRUE(is_in_zone("a.cluster.c2.", "cluster.c2."));
  EXPECT_TRUE(is_in_zone("CLUSTER.c2.", "cluster.C2."));
  EXPECT_FALSE(is_in_zone("mycluster.c2.", "cluster.c2."));
  EXPECT_TRUE(is_in_zone("anything.", "."));
}

TEST(DnsName, IllegalNamesAreKnown) {
  EXPECT_TRUE(is_legal("a.b."));
  EXPECT_TRUE(is_legal("."));
  EXPECT_FALSE(is_legal("a..b."));
  EXPECT_FALSE(is_legal(std::string(64, 'x') + "."));
}

}  // namespace
}  // namespace meshsim::dns
