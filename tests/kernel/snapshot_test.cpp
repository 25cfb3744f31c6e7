// A run that is saved and gone on with gives what the run would have given, whatever works it off;
// what cannot be saved or read is said with its path.
#include "meshsim/kernel/snapshot.hpp"

#include <gmock/gmock.h>

#include "tests/kernel/random_world.hpp"
#include "tests/support/test_world.hpp"

namespace meshsim {
namespace {

using testing::HasSubstr;

constexpr std::array<const ContentType*, 1> kTypes{&kContentType<std::string>};

std::string saved(Simulation& simulation, PayloadTypes types = kTypes) {
  Snapshot snapshot{types};
  simulation.archive(snapshot);
  return snapshot.bytes();
}

void restore(Simulation& simulation, const std::string& bytes, PayloadTypes types = kTypes) {
  Snapshot snapshot{bytes, types};
  simulation.archive(snapshot);
}

std::string error_of(const std::function<void()>& what) {
  try {
    what();
  } catch (const SnapshotError& error) {
    return error.what();
  }
  return "no error";
}

struct Way {
  ExecutorKind kind = ExecutorKind::Serial;
  std::uint32_t jobs = 1;
};

constexpr std::array kWays{Way{ExecutorKind::Serial, 1}, Way{ExecutorKind::Windowed, 1},
                           Way{ExecutorKind::Windowed, 2}, Way{ExecutorKind::Serial, 3}};

// A random time at which the world is usually still busy.
Time any_time(const WorldShape& shape) {
  const Duration longest = (shape.reach + shape.distance) * shape.bounces;
  return at(Duration{*rc::gen::inRange<std::int64_t>(0, ns(longest / 2) + 1)});
}

RC_GTEST_PROP(Snapshots, GoOnAsTheRunWouldHave, ()) {
  const WorldShape shape = any_shape();
  const Time time = any_time(shape);
  RC_LOG() << shape << ", saved at " << ns(time) << " ns" << std::endl;

  RandomWorld whole{shape, 1};
  whole.run_until(at(3h), ExecutorKind::Serial);
  const Outcome wanted = whole.outcome();

  std::string first_bytes;
  for (const Way& before : kWays) {
    RandomWorld begun{shape, before.jobs};
    begun.run_until(time, before.kind);
    const std::string bytes = saved(begun.simulation);
    if (first_bytes.empty()) first_bytes = bytes;
    RC_ASSERT(bytes == first_bytes);  // neither executor nor threads show in it
    RC_ASSERT(saved(begun.simulation) == bytes);

    const Way& after = kWays[*rc::gen::inRange<std::size_t>(0, kWays.size())];
    RandomWorld continued{shape, after.jobs};
    restore(continued.simulation, bytes);
    RC_ASSERT(saved(continued.simulation) == bytes);
    continued.run_until(at(3h), after.kind);

    const Outcome early = begun.outcome();
    Outcome got = continued.outcome();
    got.events += early.events;
    got.trace.insert(got.trace.begin(), early.trace.begin(), early.trace.end());
    RC_ASSERT(got == wanted);
  }
}

// All kinds of things that state is made of.
enum class Colour : std::uint8_t { Red, Green };
struct Plain {
  std::uint16_t number = 0;
  std::string name;
  std::optional<Duration> after;
};
class Closed {
 public:
  explicit Closed(int value = 0) : value_(value) {}
  auto state() { return std::tie(value_); }
  friend bool operator==(const Closed&, const Closed&) = default;

 private:
  int value_;
};
struct Everything {
  Colour colour = Colour::Red;
  Time when{};
  double rate = 0;
  __int128 wide = 0;
  std::vector<Plain> list;
  std::vector<bool> bits;
  std::map<std::pair<int, int>, std::string> map;
  std::set<std::string> set;
  std::deque<Closed> closed;
  std::array<Plain, 2> pair;
  std::variant<int, Plain, std::string> either;
  std::unique_ptr<Plain> own;
  std::shared_ptr<const Plain> shared;
  std::shared_ptr<const Plain> same;
  std::shared_ptr<const Plain> none;
  RandomStream random;
};

TEST(Snapshots, HoldEveryKindOfState) {
  const auto shared = std::make_shared<const Plain>(Plain{5, "five", 5s});
  Everything written{Colour::Green,
                     at(7ms),
                     1.5,
                     -(__int128{1} << 90),
                     {{1, "one", 3us}, {2, "", std::nullopt}},
                     {true, false, true},
                     {{{1, 2}, "a"}, {{1, 3}, "b"}},
                     {"x", "y"},
                     {Closed{4}, Closed{5}},
                     {{{8, "eight", {}}, {9, "nine", {}}}},
                     std::string{"a variant"},
                     std::make_unique<Plain>(Plain{3, "three", {}}),
                     shared,
                     shared,
                     nullptr,
                     {7, "path", "purpose"}};
  written.random.next();
  Snapshot out;
  out(written);
  Everything read;
  Snapshot in{out.bytes(), {}};
  in(read);
  EXPECT_EQ(read.colour, Colour::Green);
  EXPECT_EQ(read.when, at(7ms));
  EXPECT_EQ(read.rate, 1.5);
  EXPECT_TRUE(read.wide == written.wide);
  ASSERT_EQ(read.list.size(), 2U);
  EXPECT_EQ(read.list[0].name, "one");
  EXPECT_EQ(read.list[0].after, 3us);
  EXPECT_EQ(read.list[1].after, std::nullopt);
  EXPECT_EQ(read.bits, written.bits);
  EXPECT_EQ(read.map, written.map);
  EXPECT_EQ(read.set, written.set);
  EXPECT_EQ(read.closed, written.closed);
  EXPECT_EQ(read.pair[1].name, "nine");
  EXPECT_EQ(std::get<std::string>(read.either), "a variant");
  EXPECT_EQ(read.own->name, "three");
  EXPECT_EQ(read.shared->name, "five");
  EXPECT_EQ(read.shared, read.same);
  EXPECT_EQ(read.none, nullptr);
  EXPECT_EQ(read.random.next(), written.random.next());
}

struct Tick {};

// Counts, and goes on counting.
class Clock final : public Accepts<Clock, Tick> {
 public:
  void on(Context& context, Tick) {
    ++count;
    context.send(address<Tick>(), Tick{}, 1ms);
  }
  auto state() { return std::tie(count); }
  int count = 0;
};

// Does not say what it consists of.
class Opaque final : public Accepts<Opaque, Tick> {
 public:
  void on(Context&, Tick) {}
};

TEST(Snapshots, SayWhichComponentDoesNotSayWhatItConsistsOf) {
  TestWorld world;
  world.add<Clock>("clock");
  world.add<Opaque>("region/opaque");
  world.seal();
  EXPECT_THAT(error_of([&] { saved(world.simulation()); }),
              HasSubstr("region/opaque: does not say what it consists of"));
}

TEST(Snapshots, OfAnotherWorldAreRefusedWithTheFirstDifference) {
  TestWorld two;
  two.add<Clock>("a");
  two.add<Clock>("b");
  two.seal();
  const std::string bytes = saved(two.simulation());

  const auto refusal = [&](std::vector<std::string> paths) {
    TestWorld other;
    for (const std::string& path : paths) other.add<Clock>(path);
    other.seal();
    return error_of([&] { restore(other.simulation(), bytes); });
  };
  EXPECT_THAT(refusal({"a"}), HasSubstr("component b of the snapshot"));
  EXPECT_THAT(refusal({"a", "b", "c"}), HasSubstr("component c of the scenario"));
  EXPECT_THAT(refusal({"a", "x"}), HasSubstr("component b of the snapshot"));
  EXPECT_EQ(refusal({"a", "b"}), "no error");
}

TEST(Snapshots, EndedTooEarlyAreRefusedWherever) {
  const auto world_of_clocks = [] {
    auto world = std::make_unique<TestWorld>();
    Clock& clock = world->add<Clock>("clock");
    world->seal();
    world->send(clock.address<Tick>(), Tick{}, 1ms);
    return world;
  };
  const auto world = world_of_clocks();
  world->run_for(10ms);
  const std::string bytes = saved(world->simulation());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto other = world_of_clocks();
    EXPECT_THAT(error_of([&] { restore(other->simulation(), bytes.substr(0, size)); }),
                HasSubstr("another build"));
  }
}

TEST(Snapshots, LeaveWhatComesFromOutsideToTheWorldThatGoesOn) {
  TestWorld world;
  Clock& clock = world.add<Clock>("clock");
  world.seal();
  world.send(clock.address<Tick>(), Tick{}, 1ms);
  world.run_for(10ms);
  EXPECT_EQ(clock.count, 10);

  TestWorld changed;
  Clock& same = changed.add<Clock>("clock");
  changed.seal();
  changed.send(same.address<Tick>(), Tick{}, 3ms);           // in the past: it has happened
  changed.send(same.address<Tick>(), Tick{}, 15ms + 500us);  // to come: a second row of ticks
  restore(changed.simulation(), saved(world.simulation()));
  EXPECT_EQ(same.count, 10);
  changed.run_for(20ms);
  EXPECT_EQ(same.count, 20 + 5);
}

struct Carry {
  PayloadId content;
};
// Sends what it gets on to itself.
class Carrier final : public Accepts<Carrier, Carry> {
 public:
  void on(Context& context, const Carry& carry) { context.send(address<Carry>(), carry, 1ms); }
  auto state() { return std::tie(); }
};

TEST(Snapshots, SayWhichTypeOfPayloadIsNotInTheList) {
  TestWorld world;
  Carrier& carrier = world.add<Carrier>("carrier");
  world.seal();
  const PayloadId content = world.simulation().payloads().put(Plain{1, "", {}});
  world.send(carrier.address<Carry>(), Carry{content});
  world.run_for(1ms);
  EXPECT_THAT(error_of([&] { saved(world.simulation()); }),
              HasSubstr("Plain, which is not in the list of payload types"));
}

}  // namespace
}  // namespace meshsim
