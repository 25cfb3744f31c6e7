// Seniority, ids and ring buddies from what one member knows.
#include "models/coherence/membership.hpp"

#include <gmock/gmock.h>

#include <array>

#include "models/coherence/tcp_ring.hpp"

namespace meshsim::coherence {
namespace {

using ::testing::ElementsAre;

MemberRecord member(std::uint16_t id, std::int64_t timestamp, std::string role = "storage") {
  MemberRecord record;
  record.id = {id};
  record.uuid = {ClusterTime{timestamp}, {0x0A010000U + id}, 7575};
  MemberNames names;
  names.role = std::move(role);
  record.names = std::make_shared<const MemberNames>(std::move(names));
  return record;
}

TEST(Membership, TakesTheOldestForSeniorWhateverItsId) {
  Membership members;
  members.add(member(1, 500));
  members.add(member(2, 100));
  members.add(member(3, 300));
  EXPECT_EQ(members.senior(), MemberId{2});
  EXPECT_EQ(members.successor(), MemberId{3});
}

TEST(Membership, RecyclesTheIdOfADeadMemberAfterTwentyMinutes) {
  Membership members;
  members.add(member(1, 100));
  members.add(member(2, 200));
  members.remove({2}, at(10s));
  EXPECT_EQ(members.free_id(at(11s)), MemberId{3});
  EXPECT_EQ(members.free_id(at(1210s)), MemberId{2});
}

TEST(TcpRing, WatchesTheNextLowerIdAndTheLowestTheHighest) {
  Membership members;
  for (const std::uint16_t id : std::to_array<std::uint16_t>({1, 3, 6}))
    members.add(member(id, id));
  EXPECT_THAT(ring_buddies(members, {6}), ElementsAre(MemberId{3}));
  EXPECT_THAT(ring_buddies(members, {3}), ElementsAre(MemberId{1}));
  EXPECT_THAT(ring_buddies(members, {1}), ElementsAre(MemberId{6}));
}

TEST(TcpRing, WatchesTheNextOfItsOwnRoleAsWell) {
  Membership members;
  members.add(member(1, 1));
  members.add(member(2, 2, "proxy"));
  members.add(member(3, 3));
  EXPECT_THAT(ring_buddies(members, {3}), ElementsAre(MemberId{2}, MemberId{1}));
}

}  // namespace
}  // namespace meshsim::coherence
