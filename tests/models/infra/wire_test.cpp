// Delay, rate, queue bound and order of a single wire.
#include "models/infra/wire.hpp"

#include <gtest/gtest.h>

namespace meshsim::infra {
namespace {

TEST(Wire, AddsItsDelayAndTheTimeOfTheBits) {
  RandomStream random(1, "wire", "test");
  Wire plain({.delay = 5ms});
  EXPECT_EQ(plain.enter(at(1s), Bytes{1500}, random).delay, 5ms);

  Wire slow({.delay = 5ms, .rate = megabits(10)});
  EXPECT_EQ(slow.enter(at(1s), Bytes{1250}, random).delay, 6ms);
  EXPECT_EQ(slow.enter(at(1s), Bytes{1250}, random).delay, 7ms) << "waits for the first";
}

TEST(Wire, DropsWhatWouldWaitLongerThanItsQueue) {
  RandomStream random(1, "wire", "test");
  Wire slow({.delay = 1ms, .rate = megabits(1)});
  int passed = 0;
  while (slow.enter(kStart, Bytes{1250}, random).fate == WireFate::Passes) ++passed;
  EXPECT_EQ(passed, 21);  // 10 ms each: the 21st waits exactly 200 ms, the 22nd would wait 210
  EXPECT_EQ(slow.enter(at(10ms), Bytes{1250}, random).fate, WireFate::Passes);
}

TEST(Wire, NeverLetsAPacketOvertakeAnother) {
  RandomStream random(7, "wire", "test");
  Wire wire({.delay = 5ms, .jitter = 1ms});
  Time last = kStart;
  bool varies = false;
  for (int packet = 0; packet < 1000; ++packet) {
    const Time now = at(packet * 100us);
    const Duration delay = wire.enter(now, Bytes{100}, random).delay;
    EXPECT_GE(delay, 2500us);
    EXPECT_GE(now + delay, last);
    varies = varies || delay != 5ms;
    last = now + delay;
  }
  EXPECT_TRUE(varies);
}

TEST(Wire, LosesItsShare) {
  RandomStream random(7, "wire", "test");
  Wire wire({.delay = 5ms, .loss = {5, 100}});
  int lost = 0;
  for (int packet = 0; packet < 10'000; ++packet) {
    lost += wire.enter(kStart, Bytes{100}, random).fate == WireFate::Lost ? 1 : 0;
  }
  EXPECT_NEAR(lost, 500, 100);
}

}  // namespace
}  // namespace meshsim::infra
