// Addresses and prefixes as operators write them.
#include "meshsim/base/ip.hpp"

#include <gtest/gtest.h>

namespace meshsim {
namespace {

TEST(Ipv4, ReadsAndWritesDottedQuads) {
  ASSERT_TRUE(parse_ipv4("10.201.0.95"));
  EXPECT_EQ(to_string(*parse_ipv4("10.201.0.95")), "10.201.0.95");
  for (const char* bad : {"", "10.1.2", "10.1.2.256", "10.1.2.3 ", "::1", "ten"}) {
    EXPECT_FALSE(parse_ipv4(bad)) << bad;
  }
}

TEST(Prefix, RefusesBitsBehindTheMask) {
  ASSERT_TRUE(parse_prefix("10.1.0.0/16"));
  EXPECT_EQ(to_string(*parse_prefix("10.1.0.0/16")), "10.1.0.0/16");
  for (const char* bad : {"10.1.0.1/16", "10.1.0.0/33", "10.1.0.0", "10.1.0.0/"}) {
    EXPECT_FALSE(parse_prefix(bad)) << bad;
  }
}

TEST(Prefix, ContainsItsAddressesAndKnowsOverlaps) {
  const Prefix wide = *parse_prefix("10.0.0.0/8");
  const Prefix narrow = *parse_prefix("10.2.0.0/16");
  const Prefix other = *parse_prefix("10.3.0.0/16");
  const Prefix all = *parse_prefix("0.0.0.0/0");
  EXPECT_TRUE(narrow.contains(*parse_ipv4("10.2.255.255")));
  EXPECT_FALSE(narrow.contains(*parse_ipv4("10.3.0.0")));
  EXPECT_TRUE(wide.overlaps(narrow));
  EXPECT_TRUE(narrow.overlaps(wide));
  EXPECT_FALSE(narrow.overlaps(other));
  EXPECT_TRUE(all.contains(*parse_ipv4("192.0.2.1")));
  EXPECT_EQ(narrow.size(), 65536U);
}

}  // namespace
}  // namespace meshsim
