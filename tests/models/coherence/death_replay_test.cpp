// Deaths, evictions and islands against the sets of outcomes in the recorded cases kill, hub,
// hub-two and names.
#include <gmock/gmock.h>

#include "tests/models/coherence/lab.hpp"

namespace meshsim::coherence {
namespace {

TEST(DeathReplay, AKilledMemberIsKnownDeadAtOnceAndComesBackUnderANewId) {
  std::vector<double> rejoined;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Lab lab(seed, {"par", "ams"},
            {{"par1"},
             {"par2", 52ms},
             {"par3", 90ms},
             {"ams1", 6s},
             {"ams2", 6300ms},
             {"ams3", 6700ms}},
            10ms, crowded());
    lab.kill("ams2", 13s);
    lab.start("ams2", 18s);
    lab.run_for(25s);
    for (const char* name : {"par1", "par2", "par3", "ams1", "ams3"}) {
      const double known = lab.when(name, kMemberLeft);
      EXPECT_GE(known, 13000) << name;
      EXPECT_LE(known, 13120) << name;  // recorded: last 45 (35-120) after the kill
      EXPECT_EQ(lab.member(name).cluster().members.size(), 6U);
    }
    EXPECT_EQ(lab.member("ams2").cluster().self, MemberId{7});
    rejoined.push_back(lab.when("ams2", kStarted, {}, 18s) - 18000);
    // Its partitions have new owners and new backups before it is back.
    EXPECT_GT(lab.when("par1", kStable, "PartitionedCache", 13s), 13000);
    EXPECT_LT(lab.when("par1", kStable, "PartitionedCache", 13s), 14500);  // recorded 612-1172
  }
  EXPECT_NEAR(median(rejoined), 743, 130);  // recorded 743 (730-866)
}

// c2 and c3 do not reach each other; phases vary with the seed, as they did between the runs.
Lab hub(std::uint64_t seed, bool with_two) {
  const Duration phase = static_cast<std::int64_t>(seed * 137 % 1000) * 1ms;
  std::vector<LabMember> plan{
      {"ca1"}, {"ca2", 10ms}, {"cb1", 6s}, {"cb2", 6080ms + phase}, {"cc1", 12s + phase / 2}};
  if (with_two) plan.push_back({"cc2", 12007ms + phase / 2});
  return {seed, {"ca", "cb", "cc"}, std::move(plan)};
}

double id_given(Lab& lab) {
  for (const TraceRecord* record : lab.records(kMemberJoined, "ca1")) {
    if (record->value == 5) return static_cast<double>(ns(record->at)) / 1e6;
  }
  return -1;
}

TEST(DeathReplay, BehindAHubTheNewcomerIsEvictedAndHangs) {
  std::size_t hung = 0;
  std::vector<double> evicted;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    Lab lab = hub(seed, false);
    lab.block("cb", "cc");
    lab.run_for(32s);
    EXPECT_EQ(lab.traced("cc1", kStarted), 0U);
    EXPECT_EQ(lab.member("ca1").join_state(), JoinState::Running);
    EXPECT_EQ(lab.member("ca2").join_state(), JoinState::Running);
    if (lab.traced("cc1", kHung) == 0) continue;
    ++hung;
    evicted.push_back(lab.when("cc1", kHung) - id_given(lab));
  }
  EXPECT_GE(hung, 7U);  // recorded: 5 of 5; now and then it evicts both of c2 first
  // Recorded: 16.1, 17.5, 18.5, 18.5, 18.8 s after its id, told 0.03-0.2 s later.
  EXPECT_GE(*std::min_element(evicted.begin(), evicted.end()), 16000);
  EXPECT_LE(*std::max_element(evicted.begin(), evicted.end()), 20500);
}

TEST(DeathReplay, TwoNewcomersBehindAHubCostAHealthyMember) {
  std::size_t runs_with_a_victim = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    Lab lab = hub(seed, true);
    lab.block("cb", "cc");
    lab.run_for(32s);
    const std::size_t victims = lab.traced("cb1", kRestarting) + lab.traced("cb2", kRestarting);
    runs_with_a_victim += victims > 0 ? 1 : 0;
    EXPECT_EQ(lab.member("ca1").join_state(), JoinState::Running);
  }
  EXPECT_GE(runs_with_a_victim, 6U);  // recorded: 4 of 4
}

TEST(DeathReplay, TwoRegionsThatNeverHearEachOtherFormTwoClusters) {
  Lab lab(1, {"par", "ams"}, {{"par1"}, {"par2", 20ms}, {"ams1", 40ms}, {"ams2", 60ms}});
  lab.block("par", "ams");
  lab.run_for(10s);
  EXPECT_EQ(lab.records(kFormed).size(), 2U);
  for (const char* name : {"par1", "par2", "ams1", "ams2"}) {
    EXPECT_EQ(lab.member(name).join_state(), JoinState::Running) << name;
    EXPECT_EQ(lab.member(name).cluster().members.size(), 2U) << name;
  }
}

TEST(DeathReplay, AShortCutEvictsNobody) {
  Lab lab(1, {"par", "ams"}, {{"par1"}, {"par2", 20ms}, {"ams1", 6s}, {"ams2", 6100ms}});
  lab.run_for(12s);
  lab.block("par", "ams");
  lab.run_for(12s);  // recorded: no member is evicted by a cut of 5 or 12 s
  lab.block("par", "ams", false);
  lab.run_for(20s);
  EXPECT_EQ(lab.records(kMemberLeft).size(), 0U);
}

TEST(DeathReplay, ALongCutLeavesTwoWholeIslands) {
  Lab lab(2, {"par", "ams"}, {{"par1"}, {"par2", 20ms}, {"ams1", 6s}, {"ams2", 6100ms}});
  lab.run_for(12s);
  lab.block("par", "ams");
  lab.run_for(55s);
  double first = 1e9;
  for (const TraceRecord* record : lab.records(kMemberLeft)) {
    first = std::min(first, static_cast<double>(ns(record->at)) / 1e6 - 12000);
  }
  EXPECT_NEAR(first, 16500, 1000);  // recorded 16.0-16.9 s after the cut
  for (const char* name : {"par1", "par2", "ams1", "ams2"}) {
    EXPECT_EQ(lab.member(name).cluster().members.size(), 2U) << name;
    EXPECT_EQ(lab.member(name).join_state(), JoinState::Running) << name;
  }
}

}  // namespace
}  // namespace meshsim::coherence
