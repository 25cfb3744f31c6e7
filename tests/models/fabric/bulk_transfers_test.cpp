// Transfers in the real kernel: when answers come, what cuts and limits do.
#include "models/fabric/bulk_transfers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/support/test_world.hpp"

namespace meshsim::fabric {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Answer {
  std::uint32_t number = 0;
  Duration at{};
  TransferOutcome outcome{};
  friend bool operator==(const Answer&, const Answer&) = default;
};
std::ostream& operator<<(std::ostream& os, const Answer& answer) {
  return os << answer.number << " at " << answer.at.count() << "ns "
            << (answer.outcome == TransferOutcome::Done ? "done" : "refused");
}

class Asker final : public Accepts<Asker, TransferDone> {
 public:
  void on(Context& context, const TransferDone& done) {
    answers.push_back({done.number, context.now() - kStart, done.outcome});
  }
  std::vector<Answer> answers;
};

// Two regions of 80 Mb/s (10 MB/s) edges, with 40 Mb/s (5 MB/s) and 10 ms between them.
constexpr SegmentId kLeft{0}, kRight{1}, kWan{2};
constexpr LinkId kLeftEdge{0}, kWanLink{2};

struct World {
  explicit World(std::uint32_t most_transfers = 100, std::optional<BitRate> cap = std::nullopt)
      : transfers(world.add<BulkTransfers>(
            "transfers",
            BulkTransfersSpec{
                {megabits(80), megabits(80), megabits(40)},
                {{{LinkId{0}}, 100us, {}}, {{LinkId{1}}, 200us, {}}, {{LinkId{2}}, 10ms, cap}},
                most_transfers},
            world.simulation().meter("transfers"))),
        asker(world.add<Asker>("asker")) {
    world.seal();
  }
  void start(std::uint32_t number, Bytes size, std::array<SegmentId, 3> way,
             Duration after = Duration::zero()) {
    world.send(transfers.address<StartTransfer>(),
               StartTransfer{size, way, number, asker.address<TransferDone>()}, after);
  }

  TestWorld world;
  BulkTransfers& transfers;
  Asker& asker;
};

constexpr std::array kAcross{kLeft, kWan, kRight};
constexpr std::array kInside{kLeft, SegmentId{}, SegmentId{}};

TEST(BulkTransfers, OneTransferTakesItsSizeAtTheNarrowestLinkAndTheWay) {
  World w;
  w.start(7, Bytes{10'000'000}, kAcross);
  w.world.run_for(10s);
  EXPECT_THAT(w.asker.answers, ElementsAre(Answer{7, 2s + 10'300us, TransferOutcome::Done}));
}

TEST(BulkTransfers, TwoTransfersOfOneLinkShareIt) {
  World w;
  w.start(1, Bytes{10'000'000}, kInside);
  w.start(2, Bytes{10'000'000}, kInside, 500ms);
  w.world.run_for(10s);
  // Alone for 0.5 s; then 5 MB are left of the first, which take 1 s; 5 MB are left of the other.
  EXPECT_THAT(w.asker.answers, ElementsAre(Answer{1, 1500ms + 100us, TransferOutcome::Done},
                                           Answer{2, 2000ms + 100us, TransferOutcome::Done}));
}

TEST(BulkTransfers, ATransferBoundByTheWanLeavesTheRestOfTheEdge) {
  World w;
  w.start(1, Bytes{15'000'000}, kInside);
  for (const std::uint32_t number : {2u, 3u, 4u, 5u}) w.start(number, Bytes{2'500'000}, kAcross);
  w.world.run_for(1s);
  EXPECT_EQ(w.transfers.rates().bits_per_second(FlowId{0}), 40e6);
  w.world.run_for(1s + 10'300us);
  // Four at 1.25 MB/s end together after 2 s; the first has sent 10 MB by then, and sends on at
  // 10 MB/s.
  EXPECT_EQ(w.asker.answers.size(), 4u);
  w.world.run_for(10s);
  EXPECT_EQ(w.asker.answers.back(), (Answer{1, 2500ms + 100us, TransferOutcome::Done}));
}

TEST(BulkTransfers, TransfersOverACutLinkWaitUntilItIsHealed) {
  World w;
  w.start(1, Bytes{10'000'000}, kAcross);
  w.world.send(w.transfers.address<CutTransferLink>(), CutTransferLink{kWanLink, true}, 1s);
  w.world.run_for(60s);
  EXPECT_THAT(w.asker.answers, IsEmpty());
  w.world.send(w.transfers.address<CutTransferLink>(), CutTransferLink{kWanLink, false});
  w.world.run_for(10s);
  EXPECT_THAT(w.asker.answers, ElementsAre(Answer{1, 61s + 10'300us, TransferOutcome::Done}));
}

TEST(BulkTransfers, ACapacitySetWhileCutCountsOnceHealed) {
  World w;
  w.world.send(w.transfers.address<CutTransferLink>(), CutTransferLink{kLeftEdge, true});
  w.world.run_for(1s);
  w.world.send(w.transfers.address<SetTransferLink>(), SetTransferLink{kLeftEdge, megabits(8)});
  w.start(1, Bytes{1'000'000}, kInside);
  w.world.run_for(5s);
  EXPECT_THAT(w.asker.answers, IsEmpty());
  w.world.send(w.transfers.address<CutTransferLink>(), CutTransferLink{kLeftEdge, false});
  w.world.run_for(5s);
  EXPECT_THAT(w.asker.answers, ElementsAre(Answer{1, 7s + 100us, TransferOutcome::Done}));
}

TEST(BulkTransfers, ACapOfASegmentHoldsForEachTransfer) {
  World w{100, megabits(16)};  // 2 MB/s
  w.start(1, Bytes{2'000'000}, kAcross);
  w.start(2, Bytes{2'000'000}, kAcross);
  w.world.run_for(10s);
  EXPECT_THAT(w.asker.answers, ElementsAre(Answer{1, 1s + 10'300us, TransferOutcome::Done},
                                           Answer{2, 1s + 10'300us, TransferOutcome::Done}));
}

TEST(BulkTransfers, ATransferBeyondTheLimitIsRefusedAndTheNextIsNot) {
  World w{1};
  w.start(1, Bytes{10'000'000}, kInside);
  w.start(2, Bytes{10'000'000}, kInside, 500ms);
  w.start(3, Bytes{10'000'000}, kInside, 1s + 1ms);
  w.world.run_for(10s);
  EXPECT_THAT(w.asker.answers, ElementsAre(Answer{2, 500ms + 100us, TransferOutcome::Refused},
                                           Answer{1, 1s + 100us, TransferOutcome::Done},
                                           Answer{3, 2s + 1'100us, TransferOutcome::Done}));
}

TEST(BulkTransfers, AnEarlierEndOvertakesAPlannedOne) {
  World w;
  w.start(1, Bytes{80'000'000}, kInside);
  w.start(2, Bytes{1'000'000}, kAcross, 1s);  // 5 MB/s: an end long before the planned one
  w.world.send(w.transfers.address<SetTransferLink>(), SetTransferLink{kLeftEdge, megabits(800)},
               2s);
  w.world.run_for(20s);
  EXPECT_THAT(w.asker.answers,
              ElementsAre(Answer{2, 1'200ms + 10'300us, TransferOutcome::Done},
                          // 10 MB by 1 s, 1 MB by 1.2 s, 8 MB by 2 s, 61 MB at 100 MB/s.
                          Answer{1, 2'610ms + 100us, TransferOutcome::Done}));
}

}  // namespace
}  // namespace meshsim::fabric
