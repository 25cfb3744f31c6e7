// Rates of single cases with a known answer, and of random networks against progressive filling.
#include "models/fabric/flow_rates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "meshsim/kernel/random.hpp"
#include "tests/models/fabric/random_network.hpp"

namespace meshsim::fabric {
namespace {

using testing::ElementsAre;

// FlowRates and the plain network, kept alike.
struct Compared {
  FlowRates rates;
  PlainNetwork plain;
  std::vector<FlowId> ids;  // of the plain flows

  void add_link(BitRate capacity) {
    plain.links.push_back(capacity);
    rates.add_link(capacity);
  }
  void add(const std::vector<LinkId>& path, std::optional<BitRate> cap = std::nullopt) {
    plain.flows.push_back({path, cap});
    ids.push_back(rates.add(path, cap));
  }
  void remove(std::size_t which) {
    rates.remove(ids[which]);
    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(which));
    plain.flows.erase(plain.flows.begin() + static_cast<std::ptrdiff_t>(which));
  }
  void set_capacity(LinkId link, BitRate capacity) {
    plain.links[link.value] = capacity;
    rates.set_capacity(link, capacity);
  }
  void apply(const RandomChange& change) {
    const auto links = static_cast<std::uint32_t>(plain.links.size());
    switch (change.kind) {
      case ChangeKind::Add: return add(path_of(change.links));
      case ChangeKind::AddCapped: return add(path_of(change.links), change.rate);
      case ChangeKind::Remove: return ids.empty() ? void() : remove(change.which % ids.size());
      case ChangeKind::Capacity: return set_capacity({change.which % links}, change.rate);
    }
  }

  // Mb/s, rounded.
  std::vector<long> megabits_per_second() const {
    std::vector<long> result;
    for (const FlowId id : ids) result.push_back(std::lround(rates.bits_per_second(id) / 1e6));
    return result;
  }
  std::vector<FlowRate> all_rates() const {
    std::vector<FlowRate> result;
    for (const FlowId id : ids) result.push_back(rates.rate(id));
    return result;
  }
};

// What makes rates max-min fair, without looking at how they were found: nothing is overfull, and
// every flow has its cap or a full link on which none has more than it.
void expect_max_min(const Compared& world) {
  const std::vector<BitRate>& links = world.plain.links;
  std::vector<double> load(links.size(), 0);
  std::vector<double> most(links.size(), 0);
  for (std::size_t flow = 0; flow < world.ids.size(); ++flow) {
    const double rate = world.rates.bits_per_second(world.ids[flow]);
    for (const LinkId link : world.plain.flows[flow].path) {
      load[link.value] += rate;
      most[link.value] = std::max(most[link.value], rate);
    }
  }
  for (std::size_t link = 0; link < links.size(); ++link) {
    RC_ASSERT(load[link] <= static_cast<double>(links[link].bits_per_second) * (1 + 1e-9));
  }
  for (std::size_t flow = 0; flow < world.ids.size(); ++flow) {
    const double rate = world.rates.bits_per_second(world.ids[flow]);
    const PlainFlow& plain = world.plain.flows[flow];
    const bool bound = std::any_of(plain.path.begin(), plain.path.end(), [&](LinkId link) {
      const auto capacity = static_cast<double>(links[link.value].bits_per_second);
      return load[link.value] >= capacity * (1 - 1e-9) && rate >= most[link.value] * (1 - 1e-9);
    });
    RC_ASSERT(bound || (plain.cap && rate == static_cast<double>(plain.cap->bits_per_second)));
  }
}

TEST(FlowRates, FlowsOfOneLinkShareItEqually) {
  Compared world;
  world.add_link(megabits(300));
  for (int i = 0; i < 3; ++i) world.add({LinkId{0}});
  world.rates.settle();
  EXPECT_THAT(world.megabits_per_second(), ElementsAre(100, 100, 100));
  world.remove(1);
  world.rates.settle();
  EXPECT_THAT(world.megabits_per_second(), ElementsAre(150, 150));
}

TEST(FlowRates, AFlowBoundElsewhereLeavesItsShareToTheOthers) {
  Compared world;
  world.add_link(megabits(100));
  world.add_link(megabits(1000));
  world.add({LinkId{0}, LinkId{1}});
  world.add({LinkId{1}});
  world.add({LinkId{1}}, megabits(50));
  world.rates.settle();
  EXPECT_THAT(world.megabits_per_second(), ElementsAre(100, 850, 50));
  EXPECT_EQ(world.rates.bottleneck(world.ids[0]), LinkId{0});
  EXPECT_EQ(world.rates.bottleneck(world.ids[1]), LinkId{1});
  EXPECT_EQ(world.rates.bottleneck(world.ids[2]), std::nullopt);
}

// Bertsekas and Gallager's parking lot: the long flow takes the least of its links' fair shares.
TEST(FlowRates, TheBottleneckOfAFlowMovesWithCapacities) {
  Compared world;
  for (const std::uint64_t capacity : {200, 400, 600}) world.add_link(megabits(capacity));
  world.add({LinkId{0}, LinkId{1}, LinkId{2}});
  for (std::uint32_t link = 0; link < 3; ++link) world.add({LinkId{link}});
  world.rates.settle();
  EXPECT_THAT(world.megabits_per_second(), ElementsAre(100, 100, 300, 500));
  world.set_capacity(LinkId{2}, megabits(60));
  world.rates.settle();
  EXPECT_THAT(world.megabits_per_second(), ElementsAre(30, 170, 370, 30));
  EXPECT_EQ(world.rates.bottleneck(world.ids[0]), LinkId{2});
}

TEST(FlowRates, ACutLinkStopsItsFlowsAndFreesTheRestOfTheirWay) {
  Compared world;
  world.add_link(megabits(100));
  world.add_link(megabits(100));
  world.add({LinkId{0}, LinkId{1}});
  world.add({LinkId{0}});
  world.set_capacity(LinkId{1}, BitRate{0});
  world.rates.settle();
  EXPECT_THAT(world.megabits_per_second(), ElementsAre(0, 100));
  world.set_capacity(LinkId{1}, megabits(10));
  world.rates.settle();
  EXPECT_THAT(world.megabits_per_second(), ElementsAre(10, 90));
}

RC_GTEST_PROP(FlowRates, EqualProgressiveFillingAfterEveryChange, ()) {
  const auto links = *rc::gen::inRange(1U, 13U);
  const bool round = *rc::gen::arbitrary<bool>();
  Compared world;
  for (std::uint32_t i = 0; i < links; ++i) world.add_link(*random_rate(round));
  for (const RandomChange& change : *random_changes(links, round)) {
    world.apply(change);
    if (!change.settle) continue;
    world.rates.settle();
    RC_ASSERT(world.all_rates() == exact_filling(world.plain));
    const std::vector<long double> real = real_filling(world.plain);
    for (std::size_t flow = 0; flow < real.size(); ++flow) {
      const auto rate = static_cast<long double>(world.rates.bits_per_second(world.ids[flow]));
      RC_ASSERT(std::abs(rate - real[flow]) <= 1e-9L * std::max(real[flow], 1.0L));
    }
    expect_max_min(world);
  }
}

// Larger than the property's: hundreds of links of all sizes, many levels, long chains of effects.
TEST(FlowRates, EqualProgressiveFillingInALargeNetwork) {
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    RandomStream random{seed, "flow rates", "large"};
    Compared world;
    for (int i = 0; i < 150; ++i) world.add_link({1'000'000 + random.below(1'000'000'000)});
    for (int change = 0; change < 1000; ++change) {
      if (world.ids.size() > 300 || (change % 3 == 0 && !world.ids.empty())) {
        world.remove(random.below(world.ids.size()));
      } else {
        std::vector<LinkId> path;
        for (std::uint32_t at = 0; path.size() < 5; ++at) {
          at += static_cast<std::uint32_t>(random.below(30));
          path.push_back({at});
        }
        world.add(path, random.chance({1, 5}) ? std::optional{megabits(1 + random.below(40))}
                                              : std::nullopt);
      }
      world.rates.settle();
      if (change % 50 == 0) {
        ASSERT_TRUE(world.all_rates() == exact_filling(world.plain)) << seed << ", " << change;
      }
    }
  }
}

TEST(FlowRates, DoNotDriftOverManyChanges) {
  RandomStream random{1, "flow rates", "drift"};
  Compared world;
  for (int i = 0; i < 8; ++i) world.add_link({1'000'003 * (1 + random.below(1000))});
  for (int i = 0; i < 40; ++i)
    world.add(path_of(1 + static_cast<std::uint32_t>(random.below(255))));
  for (int change = 0; change < 100'000; ++change) {
    const std::size_t which = random.below(world.ids.size());
    const PlainFlow flow{path_of(1 + static_cast<std::uint32_t>(random.below(255))), std::nullopt};
    world.rates.remove(world.ids[which]);
    world.rates.settle();
    world.ids[which] = world.rates.add(flow.path);
    world.plain.flows[which] = flow;
    world.rates.settle();
  }
  EXPECT_TRUE(world.all_rates() == exact_filling(world.plain));
}

// Three WAN links, everything else wide: a change must not look at what it cannot move.
TEST(FlowRates, AChangeLooksAtFewLimitsHoweverManyFlowsThereAre) {
  RandomStream random{1, "flow rates", "work"};
  FlowRates rates;
  for (int i = 0; i < 303; ++i) rates.add_link(gigabits(10));
  const auto add = [&] {
    const auto wan = static_cast<std::uint32_t>(random.below(3));
    const auto source = static_cast<std::uint32_t>(random.below(100));
    const auto target = static_cast<std::uint32_t>(random.below(100));
    const std::uint32_t next = (wan + 1) % 3;
    const std::array path{LinkId{wan}, LinkId{3 + 100 * wan + source},
                          LinkId{3 + 100 * next + target}};
    const FlowId flow = rates.add(path);
    rates.settle();
    return flow;
  };
  std::vector<FlowId> flows;
  for (int i = 0; i < 9000; ++i) flows.push_back(add());
  const FlowRates::Work before = rates.work();
  for (int i = 0; i < 1000; ++i) {
    const std::size_t which = random.below(flows.size());
    rates.remove(flows[which]);
    rates.settle();
    flows[which] = add();
  }
  EXPECT_LE(rates.work().looks - before.looks, 5 * 2 * 1000u);
  EXPECT_EQ(rates.work().moves - before.moves, 0u);
}

TEST(FlowRatesDeathTest, APathNamesALinkOnce) {
  FlowRates rates;
  const LinkId link = rates.add_link(megabits(1));
  const std::array path{link, link};
  EXPECT_DEATH(static_cast<void>(rates.add(path)), "a path names a link once");
}

}  // namespace
}  // namespace meshsim::fabric
