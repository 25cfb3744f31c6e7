// Longest prefix in the ipcache.
#include "models/fabric/ipcache.hpp"

#include <gtest/gtest.h>

#include "tests/models/infra/probe.hpp"

namespace meshsim::fabric {
namespace {

TEST(Ipcache, FindsTheLongestPrefixAndForgetsWhatIsRemoved) {
  Ipcache cache;
  const IpcacheChange node{prefix("10.202.0.0/25"), ip("10.2.64.10"), 6, false};
  IpcacheChange pod{prefix("10.202.0.9/32"), ip("10.2.64.10"), 131329, false};
  cache.apply(node);
  cache.apply(pod);
  EXPECT_EQ(cache.find(ip("10.202.0.9"))->identity, 131329U);
  EXPECT_EQ(cache.find(ip("10.202.0.8"))->identity, 6U);
  EXPECT_EQ(cache.find(ip("10.202.0.128")), nullptr) << "world";
  pod.removed = true;
  cache.apply(pod);
  cache.apply(pod);
  EXPECT_EQ(cache.find(ip("10.202.0.9"))->identity, 6U);
  EXPECT_EQ(cache.size(), 1U);
}

}  // namespace
}  // namespace meshsim::fabric
