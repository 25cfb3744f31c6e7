// The assignment of partitions as a pure function of the members and the present owners.
#include "models/coherence/partition_table.hpp"

#include <gmock/gmock.h>

#include <map>

namespace meshsim::coherence {
namespace {

std::vector<StorageMember> members_at(const std::vector<std::string>& sites) {
  std::vector<StorageMember> members;
  for (std::size_t m = 0; m < sites.size(); ++m) {
    const auto id = static_cast<std::uint16_t>(m + 1);
    members.push_back({{id}, sites[m], "", "machine-" + std::to_string(id)});
  }
  return members;
}

PartitionTable all_owned_by(std::uint16_t id) {
  PartitionTable table{};
  for (Ownership& one : table) one = {{id}, {}, 1};
  return table;
}

std::map<std::uint16_t, int> count(const PartitionTable& table, MemberId Ownership::*role) {
  std::map<std::uint16_t, int> counts;
  for (const Ownership& one : table) ++counts[(one.*role).value];
  return counts;
}

TEST(PartitionTable, GivesEachOfThreeMembersAThirdOfBothRoles) {
  const auto plan = plan_distribution(all_owned_by(1), members_at({"par", "par", "par"}));
  for (const auto role : {&Ownership::primary, &Ownership::backup}) {
    for (const auto& [id, partitions] : count(plan, role)) {
      EXPECT_GE(partitions, 85) << id;  // recorded: 86/85, 86/86, 85/86
      EXPECT_LE(partitions, 86) << id;
    }
  }
}

TEST(PartitionTable, PutsEachBackupOnAnotherSiteIfTheSitesAreBalanced) {
  const auto members = members_at({"par", "par", "par", "ams", "ams", "ams"});
  EXPECT_EQ(attainable_safety(members), Safety::Site);
  const auto plan = plan_distribution(all_owned_by(1), members);
  for (const Ownership& one : plan) EXPECT_NE(one.primary.value <= 3, one.backup.value <= 3);
  for (const auto& [id, partitions] : count(plan, &Ownership::backup)) {
    EXPECT_NEAR(partitions, 43, 1) << id;  // recorded: 43/43 a member
  }
}

TEST(PartitionTable, FallsBackToMachineSafetyWhenOneSiteHoldsMoreThanHalf) {
  EXPECT_EQ(attainable_safety(members_at({"par", "par", "par", "ams"})), Safety::Machine);
}

TEST(PartitionTable, MovesOnlyWhatTheNewMemberTakesOver) {
  const auto three = members_at({"par", "par", "par"});
  const auto before = plan_distribution(all_owned_by(1), three);
  const auto after = plan_distribution(before, members_at({"par", "par", "par", "par"}));
  int moved = 0;
  for (std::size_t p = 0; p < kPartitions; ++p) {
    if (after[p].primary == before[p].primary) continue;
    ++moved;
    EXPECT_EQ(after[p].primary.value, 4);
  }
  EXPECT_NEAR(moved, 64, 1);  // recorded: 64 primaries go to the fourth member
}

TEST(PartitionTable, LeavesTheOnlyMemberWithoutBackups) {
  const auto plan = plan_distribution(all_owned_by(1), members_at({"par"}));
  EXPECT_EQ(count(plan, &Ownership::backup).at(0), 257);
}

TEST(PartitionTable, PromotesTheBackupsOfADeadMember) {
  auto table = plan_distribution(all_owned_by(1), members_at({"par", "par", "par"}));
  const int lost = count(table, &Ownership::primary).at(2);
  EXPECT_EQ(promote_backups(table, {2}), static_cast<std::size_t>(lost));
  for (const Ownership& one : table) {
    EXPECT_NE(one.primary.value, 2);
    EXPECT_NE(one.backup.value, 2);
    EXPECT_NE(one.primary.value, 0);
  }
}

}  // namespace
}  // namespace meshsim::coherence
