// The table of joining: every pair of state and input is taken, ignored or impossible as stated.
#include "models/coherence/join_machine.hpp"

#include <gmock/gmock.h>

#include <string>

namespace meshsim::coherence {
namespace {

using enum JoinState;
using I = JoinInput;
using A = JoinAction;

constexpr JoinState kStates[] = {Announce, Joining, Welcoming, Running, Stopped, Hung};

// One letter for each state, in the order above: T taken, . ignored, ! a broken promise.
struct Row {
  I input;
  const char* fate;
};
constexpr Row kFates[] = {
    {I::Tick, "TTTT!!"},
    {I::BindTick, "T!!!!!"},
    {I::LastTick, "TT!!!!"},
    {I::LastTickUnfit, "T!!!!!"},
    {I::LastTickWithId, "!T!!!!"},
    {I::OlderHeard, "TT...."},
    {I::ClusterHeard, "T....."},
    {I::SeniorReplied, "T....."},
    {I::CheckFailed, "T!!!!!"},
    {I::VarianceRefused, "T!!!!!"},
    {I::SeniorAccepted, "T!!!!!"},
    {I::RejectedRestart, ".T...."},
    {I::Rejected, ".T...."},
    {I::IdGiven, ".T...."},
    {I::Inducted, ".T...."},
    {I::LastWelcome, "!!T!!!"},
    {I::ToldOut, "..TT.."},
    {I::StartTimeout, "TTT..."},
    {I::AnnounceHeardAsSenior, "...T.."},
    {I::AnnounceHeardAsJunior, "...T.."},
    {I::RequestHeard, "...T.."},
    {I::RestartDue, "!!!!T!"},
};
static_assert(std::size(kFates) == kJoinInputs);
static_assert(std::size(kStates) == kJoinStates);

TEST(JoinMachine, TakesIgnoresOrBarsEachInputInEachState) {
  for (const Row& row : kFates) {
    for (std::size_t s = 0; s < kJoinStates; ++s) {
      SCOPED_TRACE("input " + std::to_string(static_cast<int>(row.input)) + " in state " +
                   std::to_string(s));
      EXPECT_EQ(is_impossible(kStates[s], row.input), row.fate[s] == '!');
      if (row.fate[s] == '!') continue;
      JoinMachine machine;
      machine.state = kStates[s];
      const JoinRule* rule = step(machine, row.input);
      EXPECT_EQ(rule != nullptr, row.fate[s] == 'T');
      EXPECT_EQ(machine.state, rule == nullptr ? kStates[s] : rule->to);
    }
  }
}

TEST(JoinMachine, LabelsRulesInTheirOrder) {
  std::size_t number = 0;
  for (const JoinRule& rule : join_rules()) EXPECT_EQ(rule.label, "J" + std::to_string(++number));
}

TEST(JoinMachine, StopsTheProcessOnAnInputThatItsStateBars) {
  JoinMachine machine;
  machine.state = Running;
  EXPECT_DEATH(step(machine, I::SeniorAccepted), "what its state bars");
}

TEST(JoinMachine, FoundsAtTheSeventeenthTickAndBindsAtTheSixth) {
  JoinMachine machine;
  machine.state = Announce;
  bool is_listening = false;
  for (std::uint32_t tick = 1; tick <= 16; ++tick) {
    const I input = tick_input(machine, is_listening, true);
    EXPECT_EQ(input, tick == 6 ? I::BindTick : I::Tick) << tick;
    is_listening = is_listening || input == I::BindTick;
    EXPECT_NE(step(machine, input), nullptr);
    EXPECT_EQ(machine.counter, tick);
  }
  EXPECT_EQ(tick_input(machine, true, false), I::LastTickUnfit);
  EXPECT_EQ(tick_input(machine, true, true), I::LastTick);
  EXPECT_EQ(step(machine, I::LastTick)->action, A::FormCluster);
  EXPECT_EQ(machine.state, Running);
}

TEST(JoinMachine, AnnouncesAnewAfterSixteenRequestsWithoutAnIdAndFailsWithOne) {
  JoinMachine machine;
  machine.state = Joining;
  machine.counter = kAnnounceLimit;
  EXPECT_EQ(tick_input(machine, true, true), I::LastTick);
  machine.has_id = true;
  EXPECT_EQ(tick_input(machine, true, true), I::LastTickWithId);
  EXPECT_EQ(step(machine, I::LastTickWithId)->action, A::FailStart);
}

// Refusals until a constant round trip is accepted; source: coherence.md section 3.4 (4).
TEST(JoinMachine, WearsTheClockCheckDownAsManyTimesAsRecorded) {
  struct Case {
    std::uint32_t round_trip, least, most;
  };
  for (const Case& c : {Case{11, 0, 0},
                        {21, 5, 6},
                        {31, 13, 15},
                        {52, 22, 24},
                        {72, 25, 27},
                        {102, 28, 32},
                        {202, 34, 36},
                        {402, 41, 43}}) {
    JoinMachine machine;
    std::uint32_t refusals = 0;
    while (!accept_round_trip(machine, c.round_trip)) ++refusals;
    EXPECT_GE(refusals, c.least) << c.round_trip;
    EXPECT_LE(refusals, c.most) << c.round_trip;
  }
}

}  // namespace
}  // namespace meshsim::coherence
