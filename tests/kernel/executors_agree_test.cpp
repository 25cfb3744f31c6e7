// Whatever works a world off, the serial oracle, timing wheels, any number of threads, it yields
// the same: a property over thousands of random small worlds.
#include "tests/kernel/random_world.hpp"

namespace meshsim {
namespace {

Outcome play(const WorldShape& shape, ExecutorKind kind, std::uint32_t jobs) {
  RandomWorld world{shape, jobs};
  // In two steps: what is pending between runs counts, too.
  world.run_until(at(shape.reach), kind);
  world.run_until(at(3h), kind);
  return world.outcome();
}

RC_GTEST_PROP(Executors, AgreeOnAnyWorld, ()) {
  const WorldShape shape = any_shape();
  RC_LOG() << shape << std::endl;
  const Outcome serial = play(shape, ExecutorKind::Serial, 1);
  RC_ASSERT(serial.payloads == 0U);
  RC_ASSERT(play(shape, ExecutorKind::Windowed, 1) == serial);
  RC_ASSERT(play(shape, ExecutorKind::Serial, 3) == serial);
  for (const std::uint32_t jobs : {2U, 3U}) {
    RC_ASSERT(play(shape, ExecutorKind::Windowed, jobs) == serial);
  }
}

TEST(Executors, GiveAnotherFingerprintForAnotherSeed) {
  WorldShape shape;
  const std::uint64_t first = play(shape, ExecutorKind::Windowed, 1).fingerprint;
  shape.seed = 2;
  EXPECT_NE(play(shape, ExecutorKind::Windowed, 1).fingerprint, first);
}

TEST(Executors, SplitAWorldOfSeveralRegionsOverThreads) {
  Simulation simulation{1, kWindow, 2};
  for (const char* name : {"a", "b", "c"}) {
    simulation.add<Player>(name, simulation.cell(name, simulation.region(name)), WorldShape{},
                           Player::Place{}, simulation.stream(name, "throws"));
  }
  simulation.seal();
  EXPECT_EQ(simulation.lanes(), 3U);
}

}  // namespace
}  // namespace meshsim
