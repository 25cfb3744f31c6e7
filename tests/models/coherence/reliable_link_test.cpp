// Numbers, gaps and acknowledgements of one pair of members.
#include "models/coherence/reliable_link.hpp"

#include <gmock/gmock.h>

namespace meshsim::coherence {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ReliableLink, DeliversInOrderAndNamesWhatIsMissing) {
  ReliableLink link;
  const Letter a = letter(MemberHeartbeat{});
  const Letter b = letter(MemberHeartbeat{});
  const Letter c = letter(MemberHeartbeat{});
  EXPECT_THAT(link.take(3, c), IsEmpty());
  EXPECT_THAT(link.missing(), ElementsAre(1U, 2U));
  EXPECT_THAT(link.take(1, a), ElementsAre(a));
  EXPECT_THAT(link.missing(), ElementsAre(2U));
  EXPECT_THAT(link.take(2, b), ElementsAre(b, c));
  EXPECT_THAT(link.missing(), IsEmpty());
}

TEST(ReliableLink, AcknowledgesACopyWithoutDeliveringItAgain) {
  ReliableLink link;
  const Letter a = letter(MemberHeartbeat{});
  EXPECT_THAT(link.take(1, a), ElementsAre(a));
  EXPECT_THAT(link.take(1, a), IsEmpty());
  EXPECT_THAT(link.to_ack, ElementsAre(1U, 1U));
}

TEST(ReliableLink, SplitsALongMessageAndDeliversItWithItsLastPart) {
  ReliableLink sender;
  const Letter message = letter(MemberHeartbeat{});
  EXPECT_EQ(sender.queue(message, 1935, 1402, kStart), 1U);
  ASSERT_EQ(sender.unacked.size(), 2U);
  EXPECT_EQ(sender.unacked[0].bytes, 1402U);
  EXPECT_EQ(sender.unacked[1].bytes, 533U);  // measured: 1402 + 533

  ReliableLink receiver;
  EXPECT_THAT(receiver.take(1, sender.unacked[0].letter), IsEmpty());
  EXPECT_THAT(receiver.take(2, sender.unacked[1].letter), ElementsAre(message));
}

TEST(ReliableLink, KeepsNoMorePacketsAheadOfAGapThanItsLimit) {
  ReliableLink link;
  const Letter a = letter(MemberHeartbeat{});
  for (std::uint32_t n = 0; n < kMostEarly; ++n) link.take(2 + n, a);
  EXPECT_EQ(link.to_ack.size(), kMostEarly);
  link.take(2 + static_cast<std::uint32_t>(kMostEarly), a);
  EXPECT_EQ(link.early.size(), kMostEarly);
  EXPECT_EQ(link.to_ack.size(), kMostEarly);  // not acknowledged, so it comes again
}

TEST(ReliableLink, GivesUpAPacketAfterThePacketTimeout) {
  ReliableLink link;
  link.queue(letter(MemberHeartbeat{}), 36, 1402, kStart);
  link.unacked[0].due = at(200ms);
  EXPECT_EQ(link.next_due(at(1s)), at(200ms));
  EXPECT_EQ(link.next_due(at(300s)), kNever);
}

}  // namespace
}  // namespace meshsim::coherence
