// Ends of flows: cases with a known answer, and random runs against a plain fluid simulation.
#include "models/fabric/flow_completions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "meshsim/kernel/random.hpp"
#include "tests/models/fabric/random_network.hpp"

namespace meshsim::fabric {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<FlowId> finish(FlowCompletions& flows, Time now) {
  const std::span<const FlowId> ended = flows.finish(now);
  return {ended.begin(), ended.end()};
}

TEST(FlowCompletions, TwoFlowsOfOneLinkEndAsTheirSharesSay) {
  FlowCompletions flows;
  const std::array path{flows.add_link(megabits(80))};  // 10 MB/s
  const FlowId small = flows.start(at(0s), Bytes{10'000'000}, path);
  const FlowId large = flows.start(at(0s), Bytes{30'000'000}, path);
  EXPECT_EQ(flows.next(), at(2s));  // 5 MB/s each
  EXPECT_EQ(flows.left(at(1s), large), Bytes{25'000'000});
  EXPECT_THAT(finish(flows, at(2s)), ElementsAre(small));
  EXPECT_EQ(flows.next(), at(4s));  // 20 MB left, alone
  EXPECT_THAT(finish(flows, at(4s)), ElementsAre(large));
  EXPECT_EQ(flows.next(), kNever);
}

TEST(FlowCompletions, AnEndIsRoundedUpToTheNanosecond) {
  FlowCompletions flows;
  const std::array path{flows.add_link(gigabits(3))};
  flows.start(at(0s), Bytes{1}, path);
  EXPECT_EQ(flows.next(), at(3ns));  // 2.67
  EXPECT_THAT(finish(flows, at(2ns)), IsEmpty());
  EXPECT_THAT(finish(flows, at(3ns)), ElementsAre(FlowId{0}));
}

TEST(FlowCompletions, FlowsThatEndAtTheSameTimeEndTogether) {
  FlowCompletions flows;
  const LinkId a = flows.add_link(megabits(80));
  const LinkId b = flows.add_link(megabits(80));
  for (const LinkId link : {a, b, a}) flows.start(at(0s), Bytes{10'000'000}, std::array{link});
  EXPECT_THAT(finish(flows, at(1s)), ElementsAre(FlowId{1}));
  const FlowId late = flows.start(at(1s), Bytes{10'000'000}, std::array{b});
  EXPECT_EQ(late, FlowId{1});
  EXPECT_THAT(finish(flows, at(2s)), ElementsAre(FlowId{0}, FlowId{1}, FlowId{2}));
}

TEST(FlowCompletions, AFlowOverACutLinkNeverEndsUnlessHealed) {
  FlowCompletions flows;
  const LinkId link = flows.add_link(megabits(80));
  const FlowId flow = flows.start(at(0s), Bytes{10'000'000}, std::array{link});
  flows.set_capacity(at(500ms), link, BitRate{0});
  EXPECT_EQ(flows.next(), kNever);
  EXPECT_EQ(flows.left(at(10s), flow), Bytes{5'000'000});
  flows.set_capacity(at(10s), link, megabits(40));
  EXPECT_EQ(flows.next(), at(11s));
}

TEST(FlowCompletions, AnEmptyFlowEndsAtOnce) {
  FlowCompletions flows;
  flows.start(at(7s), Bytes{0}, std::array{flows.add_link(megabits(1))});
  EXPECT_EQ(flows.next(), at(7s));
}

// The service count of a group that is never idle begins anew before it overflows.
TEST(FlowCompletions, AnAlwaysBusyFastLinkKeepsExactTime) {
  FlowCompletions flows;
  const std::array path{flows.add_link(kMaxLinkRate)};
  flows.start(at(0s), kMaxFlowSize, path);  // 512 s alone
  for (int second = 1; second <= 400; ++second) {
    const FlowId other = flows.start(at(second * 1s), kMaxFlowSize, path);
    flows.stop(at(second * 1s), other);
  }
  const FlowId late = flows.start(at(400s), kMaxFlowSize, path);
  EXPECT_EQ(flows.next(), at(624s));  // 112 s of work left at half the rate
  EXPECT_THAT(finish(flows, at(624s)), ElementsAre(FlowId{0}));
  EXPECT_EQ(flows.next(), at(1024s));
  EXPECT_THAT(finish(flows, at(1024s)), ElementsAre(late));
}

// The plainest fluid simulation: all rates anew at each event, every flow moved on by itself.
class FluidSimulation {
 public:
  explicit FluidSimulation(std::vector<BitRate> links) { network_.links = std::move(links); }

  void start(FlowId id, Bytes size, PlainFlow flow) {
    ids_.push_back(id);
    network_.flows.push_back(std::move(flow));
    left_.push_back((static_cast<__int128>(size.count) << kFlowRateBits) * 8'000'000'000);
    rates_ = exact_filling(network_);
  }
  void stop(FlowId id) {
    const auto which = std::find(ids_.begin(), ids_.end(), id) - ids_.begin();
    ids_.erase(ids_.begin() + which);
    network_.flows.erase(network_.flows.begin() + which);
    left_.erase(left_.begin() + which);
    rates_ = exact_filling(network_);
  }
  void set_capacity(LinkId link, BitRate capacity) {
    network_.links[link.value] = capacity;
    rates_ = exact_filling(network_);
  }
  Time next() const {
    Time first = kNever;
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      if (rates_[i] == 0) continue;
      const __int128 wait = (std::max<__int128>(left_[i], 0) + rates_[i] - 1) / rates_[i];
      if (wait < (first - now_).count()) first = now_ + Duration{static_cast<std::int64_t>(wait)};
    }
    return first;
  }
  void advance(Time now) {
    for (std::size_t i = 0; i < ids_.size(); ++i) left_[i] -= rates_[i] * (now - now_).count();
    now_ = now;
  }
  std::vector<FlowId> finish() {
    std::vector<FlowId> ended;
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      if (left_[i] <= 0 && rates_[i] > 0) ended.push_back(ids_[i]);
    }
    for (const FlowId id : ended) stop(id);
    std::sort(ended.begin(), ended.end());
    return ended;
  }
  const std::vector<FlowId>& ids() const { return ids_; }

 private:
  PlainNetwork network_;
  std::vector<FlowId> ids_;
  std::vector<__int128> left_;
  std::vector<FlowRate> rates_;
  Time now_ = kStart;
};

void run_until(Time end, FlowCompletions& flows, FluidSimulation& plain) {
  while (true) {
    const Time next = plain.next();
    RC_ASSERT(flows.next() == next);
    if (next > end) break;
    plain.advance(next);
    RC_ASSERT(finish(flows, next) == plain.finish());
  }
  plain.advance(end);
}

void apply(const RandomChange& change, std::uint32_t links, Time now, FlowCompletions& flows,
           FluidSimulation& plain) {
  const Bytes size{std::uint64_t{change.which} * 100};
  const std::vector<LinkId> path = path_of(change.links);
  switch (change.kind) {
    case ChangeKind::Add: return plain.start(flows.start(now, size, path), size, {path, {}});
    case ChangeKind::AddCapped:
      return plain.start(flows.start(now, size, path, change.rate), size, {path, change.rate});
    case ChangeKind::Remove: {
      if (plain.ids().empty()) return;
      const FlowId flow = plain.ids()[change.which % plain.ids().size()];
      flows.stop(now, flow);
      return plain.stop(flow);
    }
    case ChangeKind::Capacity: {
      const LinkId link{change.which % links};
      flows.set_capacity(now, link, change.rate);
      return plain.set_capacity(link, change.rate);
    }
  }
}

RC_GTEST_PROP(FlowCompletions, EqualAPlainFluidSimulationToTheNanosecond, ()) {
  const auto links = *rc::gen::inRange(1U, 9U);
  const bool round = *rc::gen::arbitrary<bool>();
  FlowCompletions flows;
  std::vector<BitRate> capacities;
  for (std::uint32_t i = 0; i < links; ++i) {
    capacities.push_back(*random_rate(round));
    flows.add_link(capacities.back());
  }
  FluidSimulation plain{capacities};
  Time now = kStart;
  for (const RandomChange& change : *random_changes(links, round)) {
    if (change.settle) now += Duration{std::int64_t{change.which} * 7919 % 1'000'000'000};
    run_until(now, flows, plain);
    apply(change, links, now, flows, plain);
  }
  run_until(kNever - 1ns, flows, plain);
}

}  // namespace
}  // namespace meshsim::fabric
