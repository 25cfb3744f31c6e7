// Diagnostics keep everything in order, say where, and stay small whatever comes.
#include "meshsim/base/diagnostics.hpp"

#include <gtest/gtest.h>

namespace meshsim {
namespace {

TEST(Diagnostics, PrintsFileLineColumnPathAndMessage) {
  Sources sources;
  Diagnostics diagnostics;
  const std::uint32_t file = sources.add("topologies/hub.yaml");
  diagnostics.error({file, 14, 18}, "links[0].latency", "'40' has no unit; write 40ms");
  diagnostics.warning({}, "", "a default was used");
  EXPECT_EQ(diagnostics.text(sources),
            "topologies/hub.yaml:14:18: error: links[0].latency: '40' has no unit; write 40ms\n"
            "warning: a default was used\n");
  EXPECT_FALSE(diagnostics.ok());
}

TEST(Diagnostics, CountsWhatItDoesNotKeep) {
  Sources sources;
  Diagnostics diagnostics;
  for (int index = 0; index < 1500; ++index) diagnostics.error({}, "", "bad");
  EXPECT_EQ(diagnostics.errors(), 1500U);
  EXPECT_EQ(diagnostics.list().size(), Diagnostics::kLimit);
  EXPECT_NE(diagnostics.text(sources).find("... and 500 more"), std::string::npos);
}

TEST(Sources, GiveOnePathOneNumber) {
  Sources sources;
  const std::uint32_t first = sources.add("a.yaml");
  EXPECT_NE(first, sources.add("b.yaml"));
  EXPECT_EQ(first, sources.add("a.yaml"));
  EXPECT_EQ(sources.text({first, 3, 7}), "a.yaml:3:7");
  EXPECT_EQ(sources.text({first, 0, 0}), "a.yaml");
}

TEST(Nearest, FindsASlipAndRefusesAStranger) {
  EXPECT_EQ(nearest("latncy", {"latency", "capacity"}), "latency");
  EXPECT_EQ(nearest("regoin", {"region", "regions"}), "region");
  EXPECT_EQ(nearest("banana", {"latency", "capacity"}), "");
  EXPECT_EQ(nearest(std::string(10'000, 'x'), {"latency"}), "");
}

}  // namespace
}  // namespace meshsim
