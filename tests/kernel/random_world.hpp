// Random small worlds of players who throw balls, as the property tests of the kernel use them:
// regions, cells, payloads, time-outs that are cancelled, messages without delay.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <tuple>
#include <vector>

#include "meshsim/kernel/context.hpp"
#include "meshsim/kernel/simulation.hpp"

namespace meshsim {

inline constexpr Duration kWindow = 10us;

struct Ball {
  std::uint32_t bounces = 0;
  PayloadId marks;
};
struct TimeOut {
  std::uint32_t bounces = 0;
};

// What a random world looks like.
struct WorldShape {
  std::uint64_t seed = 1;
  std::uint32_t regions = 1;
  std::uint32_t cells = 4;    // of each region
  std::uint32_t players = 3;  // of each cell
  std::uint32_t bounces = 8;
  Duration reach = 100us;     // longest delay of a throw inside a region
  Duration distance = 500us;  // shortest between regions
};

inline std::ostream& operator<<(std::ostream& out, const WorldShape& shape) {
  return out << "{seed " << shape.seed << ", " << shape.regions << " regions of " << shape.cells
             << " cells of " << shape.players << " players, " << shape.bounces << " bounces, reach "
             << shape.reach.count() << " ns, distance " << shape.distance.count() << " ns}";
}

// Throws each ball on to a random player, sometimes to itself without delay, and tells. Balls carry
// a payload; each throw sets a time-out, which the next ball cancels if it comes first.
class Player final : public Accepts<Player, Ball, TimeOut> {
 public:
  struct Place {
    Address<Ball> address;
    std::uint32_t region = 0;
    std::uint32_t cell = 0;
  };

  Player(const WorldShape& shape, Place own, RandomStream random)
      : shape_(shape), own_(own), random_(random) {}

  void on(Context& context, const Ball& ball) {
    const bool was_waiting = context.cancel(time_out_);
    const auto marks = context.payloads().get<std::string>(ball.marks);
    context.payloads().release(ball.marks);
    if (ball.bounces % 3 == 0) {
      context.trace({.label = "player.third",
                     .value = ball.bounces,
                     .other = was_waiting ? 1 : 0,
                     .text = marks});
    }
    if (ball.bounces == 0) return;
    throw_on(context, ball.bounces - 1, marks + ".");
    if (random_.chance({1, 3})) {
      context.send(address<Ball>(), Ball{ball.bounces / 2, context.payloads().put(marks)});
    }
    time_out_ = context.start(address<TimeOut>(), TimeOut{ball.bounces / 2},
                              random_.between({0us, shape_.reach}));
  }

  void on(Context& context, const TimeOut& time_out) {
    context.trace({.label = "player.time-out", .value = time_out.bounces});
    if (time_out.bounces > 0) throw_on(context, time_out.bounces - 1, "t");
  }

  std::vector<Place> places;

  auto state() { return std::tie(random_, time_out_); }

 private:
  void throw_on(Context& context, std::uint32_t bounces, std::string marks) {
    const Place& target = places[random_.below(places.size())];
    DurationRange delay{0us, shape_.reach};
    if (target.region != own_.region) {
      delay = {shape_.distance, shape_.distance + shape_.reach};
    } else if (target.cell != own_.cell) {
      delay.min = kWindow;
    }
    context.send(target.address, Ball{bounces, context.payloads().put(std::move(marks))},
                 random_.between(delay));
  }

  const WorldShape shape_;
  Place own_;
  RandomStream random_;
  Timer time_out_;
};

struct Outcome {
  std::uint64_t fingerprint = 0;
  std::uint64_t events = 0;
  std::size_t payloads = 0;
  std::vector<std::string> trace;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

inline std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
  out << outcome.events << " events, fingerprint " << outcome.fingerprint << ", "
      << outcome.payloads << " payloads alive\n";
  for (const std::string& line : outcome.trace) out << "  " << line << "\n";
  return out;
}

// A world of that shape, built and wired; a ball is on its way to every player.
class RandomWorld {
 public:
  RandomWorld(const WorldShape& shape, std::uint32_t jobs) : simulation{shape.seed, kWindow, jobs} {
    simulation.add_sink(log_);
    for (std::uint32_t region = 0; region < shape.regions; ++region) add_region(shape, region);
    simulation.seal();
    for (std::size_t index = 0; index < players_.size(); ++index) {
      places_[index].address = players_[index]->address<Ball>();
    }
    for (Player* player : players_) player->places = places_;
    for (const Player::Place& place : places_) {
      const PayloadId marks = simulation.payloads().put(std::string{});
      simulation.send(place.address, Ball{shape.bounces, marks}, kStart);
    }
  }

  void run_until(Time end, ExecutorKind kind) {
    outcome_.events += simulation.run_until(end, kind).events;
  }

  // What has happened in this world so far.
  Outcome outcome() {
    outcome_.fingerprint = simulation.fingerprint();
    outcome_.payloads = simulation.payloads().live();
    outcome_.trace.clear();
    for (const TraceRecord& record : log_.records()) {
      outcome_.trace.push_back(std::to_string(ns(record.at)) + " " +
                               simulation.path(record.component) + " " + std::string{record.label} +
                               " " + std::to_string(record.value) + " " + record.text);
    }
    return outcome_;
  }

 private:
  TraceLog log_;

 public:
  Simulation simulation;

 private:
  void add_region(const WorldShape& shape, std::uint32_t region) {
    const RegionId id = simulation.region("region-" + std::to_string(region));
    for (std::uint32_t other = 0; other < shape.regions; ++other) {
      if (other == region) continue;
      simulation.connect(id, simulation.region("region-" + std::to_string(other)), shape.distance);
    }
    for (std::uint32_t cell = 0; cell < shape.cells; ++cell) {
      const std::string name = std::to_string(region) + "/" + std::to_string(cell);
      for (std::uint32_t player = 0; player < shape.players; ++player) {
        const std::string path = name + "/" + std::to_string(player);
        const Player::Place own{{}, region, cell};
        players_.push_back(&simulation.add<Player>(path, simulation.cell(name, id), shape, own,
                                                   simulation.stream(path, "throws")));
        places_.push_back(own);
      }
    }
  }

  std::vector<Player*> players_;
  std::vector<Player::Place> places_;
  Outcome outcome_;
};

// A delay from 1 ns to about 100 s, all sizes alike.
inline Duration any_delay() {
  const auto bits = *rc::gen::inRange(0, 37);
  return Duration{*rc::gen::inRange<std::int64_t>(1, (std::int64_t{2} << bits))};
}

inline WorldShape any_shape() {
  WorldShape shape;
  shape.seed = *rc::gen::arbitrary<std::uint64_t>();
  shape.regions = *rc::gen::inRange(1U, 6U);
  shape.cells = *rc::gen::inRange(1U, 4U);
  shape.players = *rc::gen::inRange(1U, 4U);
  shape.bounces = *rc::gen::inRange(1U, 10U);
  shape.reach = std::max(any_delay(), kWindow);
  shape.distance = std::max(any_delay(), kWindow);
  return shape;
}

}  // namespace meshsim
