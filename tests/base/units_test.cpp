// Units are exact.
#include "meshsim/base/units.hpp"

#include <gtest/gtest.h>

namespace meshsim {
namespace {

TEST(WireTime, RoundsUpToTheLastBit) {
  EXPECT_EQ(wire_time(Bytes{1250}, gigabits(10)), 1us);
  EXPECT_EQ(wire_time(Bytes{1}, gigabits(10)), 1ns);  // 0.8 ns
  EXPECT_EQ(wire_time(Bytes{0}, gigabits(10)), 0ns);
  EXPECT_EQ(wire_time(Bytes{1'000'000'000'000}, megabits(1)), 8'000'000s);
}

TEST(Time, CountsNanosecondsFromTheStart) {
  EXPECT_EQ(ns(at(1500ms)), 1'500'000'000);
  EXPECT_EQ(at(2s) - at(500ms), 1500ms);
}

}  // namespace
}  // namespace meshsim
