// Sizes on the wire against the measured ones of coherence.md section 11: cluster name of 9
// letters, member records of 77 bytes.
#include "models/coherence/messages.hpp"

#include <gmock/gmock.h>

namespace meshsim::coherence {
namespace {

MemberRecord lab_member(std::uint16_t id) {
  MemberRecord record;
  record.id = {id};
  record.uuid = {ClusterTime{18}, {0x0A010000U + id}, 7575};
  record.names = std::make_shared<const MemberNames>(
      MemberNames{"australis", "par", "", "par1", "12345", "par1", "storage"});
  return record;
}

constexpr std::uint32_t kCluster = 9;

TEST(Messages, HaveTheMeasuredSizes) {
  const MemberRecord a = lab_member(1);
  const MemberRecord b = lab_member(2);
  ASSERT_EQ(a.bytes(), 77U);
  const auto bytes = [](const Body& body) { return wire_bytes(body, kCluster); };
  EXPECT_EQ(bytes(NewMemberAnnounce{a, 1, {}}), 121U);
  EXPECT_EQ(bytes(NewMemberAnnounceReply{a, b, {}, {}}), 216U);
  EXPECT_EQ(bytes(NewMemberAnnounceWait{a, b, a}), 261U);
  EXPECT_EQ(bytes(NewMemberRequestId{a, 1}), 127U);
  EXPECT_EQ(bytes(NewMemberRequestIdReject{a, b, {}}), 187U);
  EXPECT_EQ(bytes(NewMemberRequestIdReply{a, b}), 203U);
  EXPECT_EQ(bytes(NewMemberWelcomeAnnounce{a, b}), 195U);
  EXPECT_EQ(bytes(SeniorMemberHeartbeat{a, {{1}, {2}}, {}, false}), 137U);
  EXPECT_EQ(bytes(SeniorMemberHeartbeat{a, {{1}}, {}, false}), 131U);
  EXPECT_EQ(bytes(SeniorMemberHeartbeat{a, {{1}}, {}, true}), 209U);
  EXPECT_EQ(bytes(MemberJoined{a}), 122U);
  EXPECT_EQ(bytes(MemberLeft{{{{5}, {}}}}), 75U);
  EXPECT_EQ(bytes(MemberHeartbeat{}), 36U);
  EXPECT_EQ(bytes(ServiceUpdateResponse{}), 32U);
  EXPECT_EQ(bytes(NewMemberWelcome{0, std::vector<ServiceRecord>(9)}), 1935U);
}

TEST(Messages, GrowWithMembersServicesAndAddressees) {
  NewMemberInduct induct;
  induct.members = {lab_member(1), lab_member(2), lab_member(3), lab_member(4)};
  induct.services.resize(9);
  EXPECT_NEAR(wire_bytes(induct, kCluster), 643, 10);  // measured; 28..35 bytes a service
  const Body joined = MemberJoined{lab_member(1)};
  EXPECT_EQ(wire_bytes(joined, kCluster, 2), 127U);
  EXPECT_EQ(wire_bytes(joined, kCluster, 4), 133U);
}

}  // namespace
}  // namespace meshsim::coherence
