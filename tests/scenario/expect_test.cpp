// Expectations are parsed with helpful errors and judged against what a run yielded.
#include "sim/scenario/expect.hpp"

#include <gmock/gmock.h>

namespace meshsim {
namespace {

using testing::HasSubstr;

MemberResult member(std::string pod, std::string cluster, std::uint32_t id, Duration announced,
                    Duration joined) {
  MemberResult result;
  result.pod = std::move(pod);
  result.cluster = std::move(cluster);
  result.id = id;
  result.state = MemberState::Running;
  result.announced_at = at(announced);
  result.joined_at = at(joined);
  result.timestamp = at(announced);
  return result;
}

RunResult two_members() {
  RunResult run;
  run.members = {member("a-0", "c1", 1, 1s, 4200ms), member("b-0", "c2", 2, 10s, 10250ms)};
  run.members.front().senior = true;
  DropResult drop;
  drop.code = "drg-no-route";
  drop.count = 3;
  run.drops = {drop};
  return run;
}

Judgement judged(const std::string& text, const RunResult& run = two_members()) {
  Diagnostics diagnostics;
  const auto condition = parse_condition({text, {}}, diagnostics);
  EXPECT_TRUE(condition) << text;
  return condition ? judge(*condition, run) : Judgement{};
}

TEST(Expectation, ComparesCountsTimesWordsAndTruths) {
  const struct {
    const char* text;
    Holds holds;
    const char* actual;
  } kCases[] = {
      {"members == 2", Holds::Yes, "2"},
      {"members != 2", Holds::No, "2"},
      {"members[c1] == 1", Holds::Yes, "1"},
      {"one_senior", Holds::Yes, "true"},
      {"seniors < 1", Holds::No, "1"},
      {"join_time[c2] < 300ms", Holds::Yes, "250ms"},
      {"join_time < 300ms", Holds::No, "250ms..3.2s"},
      {"join_time.max == 3.2s +- 10ms", Holds::Yes, "3.2s"},
      {"join_time.count == 2", Holds::Yes, "2"},
      {"join_time.spread in 2900ms..3s", Holds::Yes, "2.95s"},
      {"id[b-0] == 2", Holds::Yes, "2"},
      {"state == Running", Holds::Yes, "Running"},
      {"state[c1] != Running", Holds::No, "Running"},
      {"first_drop == drg-no-route", Holds::Yes, "drg-no-route"},
      {"drops[drg-no-route] == 3", Holds::Yes, "3"},
      {"drops[link-loss] == 0", Holds::Yes, "0"},
      {"founder_age == 9s", Holds::Yes, "9s"},
  };
  for (const auto& row : kCases) {
    const Judgement judgement = judged(row.text);
    EXPECT_EQ(judgement.holds, row.holds) << row.text;
    EXPECT_EQ(judgement.actual, row.actual) << row.text;
  }
}

TEST(Expectation, IsUnknownWhereTheRunHasNoFigure) {
  EXPECT_EQ(judged("stable_at < 5s").holds, Holds::Unknown);
  EXPECT_EQ(judged("join_time[c9] < 5s").holds, Holds::Unknown);
  EXPECT_THAT(judged("join_time[c9] < 5s").actual, HasSubstr("no member is called 'c9'"));
  EXPECT_EQ(judged("first_drop == link-loss", RunResult{}).holds, Holds::Unknown);
}

TEST(Expectation, SaysWhatIsWrongAndWhatToWrite) {
  const struct {
    const char* text;
    const char* message;
  } kCases[] = {
      {"membres == 2", "did you mean 'members'?"},
      {"banana", "no such metric as 'banana'"},
      {"members", "compare it with something"},
      {"members ~ 2", "is no comparison"},
      {"members == two", "'two' is no whole number"},
      {"join_time < 300", "'300' has no unit"},
      {"join_time[c1 < 3s", "the bracket is not closed"},
      {"join_time.average < 3s", "no such statistic as 'average'"},
      {"join_time in 3s..1s", "the range is upside down"},
      {"join_time < 3s +- 1s", "a tolerance needs =="},
      {"one_senior[c1]", "takes nothing in brackets"},
      {"state < Running", "a word can only be == or !="},
  };
  for (const auto& row : kCases) {
    Diagnostics diagnostics;
    EXPECT_FALSE(parse_condition({row.text, {}}, diagnostics)) << row.text;
    EXPECT_THAT(diagnostics.text({}), HasSubstr(row.message)) << row.text;
  }
}

TEST(FormatDuration, KeepsThreeDecimalsAtMostAndNeverRoundsUp) {
  EXPECT_EQ(format_duration(3'317'999'999), "3.317s");
  EXPECT_EQ(format_duration(59'000'000), "59ms");
  EXPECT_EQ(format_duration(1'500), "1.5us");
  EXPECT_EQ(format_duration(0), "0s");
  EXPECT_EQ(format_duration(-2'500'000), "-2.5ms");
}

}  // namespace
}  // namespace meshsim
