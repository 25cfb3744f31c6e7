// Payloads have one owner at a time and are read as what they were.
#include "meshsim/kernel/payload.hpp"

#include <gtest/gtest.h>

#include <string>

namespace meshsim {
namespace {

TEST(PayloadPool, ReusesReleasedSlots) {
  PayloadPool pool;
  const PayloadId first = pool.put(std::string{"one"});
  pool.release(first);
  const PayloadId second = pool.put(std::string{"two"});
  EXPECT_EQ(pool.get<std::string>(second), "two");
  EXPECT_EQ(pool.live(), 1U);
  EXPECT_EQ(first, second);
}

TEST(PayloadPool, SharesContentUntilTheLastHandleEnds) {
  PayloadPool pool;
  const PayloadId first = pool.put(std::string{"content"});
  const PayloadId second = pool.share(first);
  pool.release(first);
  EXPECT_EQ(pool.get<std::string>(second), "content");
  pool.release(second);
  EXPECT_EQ(pool.live(), 0U);
}

TEST(PayloadPool, KnowsWhatAPayloadHolds) {
  PayloadPool pool;
  const PayloadId text = pool.put(std::string{"content"});
  EXPECT_TRUE(pool.holds<std::string>(text));
  EXPECT_FALSE(pool.holds<int>(text));
  EXPECT_FALSE(pool.holds<int>(PayloadId{}));
}

TEST(PayloadPoolDeathTest, StopsAtUseAfterRelease) {
  PayloadPool pool;
  const PayloadId id = pool.put(1);
  pool.release(id);
  EXPECT_EXIT(pool.release(id), testing::ExitedWithCode(4), "used while it is alive");
}

}  // namespace
}  // namespace meshsim
