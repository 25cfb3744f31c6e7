// The windowed executor gives the serial executor's results, event by event.
#include <gtest/gtest.h>

#include "meshsim/kernel/context.hpp"
#include "meshsim/kernel/simulation.hpp"

namespace meshsim {
namespace {

struct Ball {
  std::uint32_t bounces = 0;
};

// Throws each ball on to a random player, sometimes to itself without delay, and tells.
class Player final : public Accepts<Player, Ball> {
 public:
  explicit Player(RandomStream random) : random_(random) {}

  void on(Context& context, const Ball& ball) {
    if (ball.bounces % 5 == 0) context.trace({.label = "player.fifth", .value = ball.bounces});
    if (ball.bounces == 0) return;
    const Address<Ball> target = players[random_.below(players.size())];
    const bool to_self = target == address<Ball>();
    const Duration least = to_self ? 0us : 10us;
    context.send(target, Ball{ball.bounces - 1}, random_.between({least, 100us}));
    if (random_.chance({1, 3})) context.send(address<Ball>(), Ball{ball.bounces / 2});
  }

  std::vector<Address<Ball>> players;

 private:
  RandomStream random_;
};

struct Outcome {
  std::uint64_t fingerprint = 0;
  std::uint64_t events = 0;
  std::vector<std::string> trace;
};

Outcome play(std::uint64_t seed, ExecutorKind kind) {
  Simulation simulation{seed, 10us};
  TraceLog log;
  simulation.add_sink(log);
  std::vector<Player*> players;
  for (int index = 0; index < 12; ++index) {
    const std::string path = "player-" + std::to_string(index);
    // Three players share a cell.
    const CellId cell = simulation.cell("cell-" + std::to_string(index / 3));
    players.push_back(
        &simulation.add<Player>(path, cell, simulation.stream(path, "throws")));
  }
  simulation.seal();
  for (Player* player : players) {
    for (Player* other : players) player->players.push_back(other->address<Ball>());
  }
  for (Player* player : players) simulation.send(player->address<Ball>(), Ball{12}, kStart);
  Outcome outcome;
  outcome.events += simulation.run_until(at(200us), kind).events;
  outcome.events += simulation.run_until(at(1s), kind).events;
  outcome.fingerprint = simulation.fingerprint();
  for (const TraceRecord& record : log.records()) {
    outcome.trace.push_back(std::to_string(ns(record.at)) + " " +
                            simulation.path(record.component) + " " +
                            std::to_string(record.value));
  }
  return outcome;
}

TEST(Executors, GiveTheSameTraceAndFingerprint) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const Outcome serial = play(seed, ExecutorKind::Serial);
    const Outcome windowed = play(seed, ExecutorKind::Windowed);
    ASSERT_GT(serial.events, 100U);
    ASSERT_EQ(serial.events, windowed.events) << "seed " << seed;
    ASSERT_EQ(serial.trace, windowed.trace) << "seed " << seed;
    ASSERT_EQ(serial.fingerprint, windowed.fingerprint) << "seed " << seed;
  }
}

TEST(Executors, GiveAnotherFingerprintForAnotherSeed) {
  EXPECT_NE(play(1, ExecutorKind::Windowed).fingerprint,
            play(2, ExecutorKind::Windowed).fingerprint);
}

}  // namespace
}  // namespace meshsim
