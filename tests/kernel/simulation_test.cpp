// What the kernel promises to a component.
#include "meshsim/kernel/simulation.hpp"

#include <gmock/gmock.h>

#include "tests/support/test_world.hpp"

namespace meshsim {
namespace {

using testing::ElementsAre;

struct Ping {
  std::int32_t value = 0;
};
struct Wake {};

class Recorder final : public Accepts<Recorder, Ping, Wake> {
 public:
  void on(Context& context, const Ping& ping) {
    seen.push_back(ping.value);
    times.push_back(context.now());
  }
  void on(Context& context, Wake) {
    context.send(address<Ping>(), Ping{2});  // no delay: allowed inside a cell
    seen.push_back(1);
  }
  std::vector<std::int32_t> seen;
  std::vector<Time> times;
};

class Sender final : public Accepts<Sender, Wake> {
 public:
  void on(Context& context, Wake) { context.send(target, Ping{7}, delay); }
  Address<Ping> target;
  Duration delay = 10us;
};

TEST(Simulation, DeliversInTheOrderOfTimeThenSenderThenCount) {
  TestWorld world;
  auto& recorder = world.add<Recorder>("recorder");
  world.seal();
  world.send(recorder.address<Ping>(), Ping{1}, 20us);
  world.send(recorder.address<Ping>(), Ping{2}, 10us);
  world.send(recorder.address<Ping>(), Ping{3}, 10us);
  world.run_for(1ms);
  EXPECT_THAT(recorder.seen, ElementsAre(2, 3, 1));
}

TEST(Simulation, AllowsNoDelayInsideACell) {
  TestWorld world;
  auto& recorder = world.add<Recorder>("recorder");
  world.seal();
  world.send(recorder.address<Wake>(), Wake{});
  world.run_for(1ms);
  EXPECT_THAT(recorder.seen, ElementsAre(1, 2));
}

TEST(Simulation, HandlesEventsUpToAndIncludingTheEnd) {
  TestWorld world;
  auto& recorder = world.add<Recorder>("recorder");
  world.seal();
  world.send(recorder.address<Ping>(), Ping{1}, 5ms);
  world.run_for(5ms - 1ns);
  EXPECT_TRUE(recorder.seen.empty());
  world.run_for(1ns);
  EXPECT_THAT(recorder.times, ElementsAre(at(5ms)));
}

TEST(Simulation, GivesIdsInTheOrderOfSortedPaths) {
  TestWorld world;
  auto& late = world.add<Recorder>("b");
  auto& early = world.add<Recorder>("a");
  world.seal();
  EXPECT_LT(early.id(), late.id());
  EXPECT_EQ(world.simulation().path(early.id()), "a");
}

using SimulationDeathTest = testing::Test;

void send_between_cells(Duration delay) {
  TestWorld world;
  auto& recorder = world.add<Recorder>("recorder");
  auto& sender = world.add<Sender>("sender");
  world.seal();
  sender.target = recorder.address<Ping>();
  sender.delay = delay;
  world.send(sender.address<Wake>(), Wake{});
  world.run_for(1ms);
  std::_Exit(recorder.seen.size() == 1 ? 0 : 1);
}

TEST(SimulationDeathTest, KeepsTheCellPromise) {
  EXPECT_EXIT(send_between_cells(10us), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(send_between_cells(10us - 1ns), testing::ExitedWithCode(4),
              "a message to another cell takes at least one window");
}

TEST(SimulationDeathTest, RefusesTwoComponentsOfOnePath) {
  EXPECT_EXIT(
      {
        TestWorld world;
        world.simulation().add<Recorder>("same", world.simulation().cell("a"));
        world.simulation().add<Recorder>("same", world.simulation().cell("b"));
        world.seal();
      },
      testing::ExitedWithCode(4), "the path of a component is unique");
}

}  // namespace
}  // namespace meshsim
