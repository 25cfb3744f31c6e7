// Bulk transfers between hosts as flows: all transfers of a run share its links max-min fairly, and
// the asker hears when its last byte has arrived. No packet is simulated.
// Left out: slow start and the transport's loss recovery, unequal round trips (every flow gets a
// fair share at once), weights, the packets of other models on the same links, giving up.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "meshsim/kernel/context.hpp"
#include "models/fabric/flow_completions.hpp"

namespace meshsim::fabric {

// A stretch of a way, such as from a host to the edge of its region, or from region to region.
struct TransferSegment {
  std::vector<LinkId> links{};
  Duration delay{};              // one-way
  std::optional<BitRate> cap{};  // the most that a single flow gets here
};

struct SegmentId {
  std::uint32_t value = ~std::uint32_t{0};  // by default: none
  friend constexpr bool operator==(SegmentId, SegmentId) = default;
};

struct BulkTransfersSpec {
  std::vector<BitRate> links{};              // by LinkId; 0 is a cut link
  std::vector<TransferSegment> segments{};   // by SegmentId
  std::uint32_t most_transfers = 1'000'000;  // under way at once; more are refused
};

enum class TransferOutcome : std::uint8_t { Done, Refused };

struct TransferDone {
  std::uint32_t number = 0;  // of the StartTransfer
  TransferOutcome outcome = TransferOutcome::Done;
};

// Sends `size` bytes along up to three segments. The answer takes their delays after the last byte
// has left; between cells these must be at least one window in all.
struct StartTransfer {
  Bytes size{};
  std::array<SegmentId, 3> way{};
  std::uint32_t number = 0;  // the asker's own
  Address<TransferDone> reply_to{};
};

struct SetTransferLink {
  LinkId link{};
  BitRate capacity{};
};
// Transfers over a cut link wait until it is healed.
struct CutTransferLink {
  LinkId link{};
  bool cut = true;
};

// To itself: the transfer that ends first has ended.
struct NextTransferEnd {};

struct BulkTransfersMetrics {
  explicit BulkTransfersMetrics(Meter meter);
  Counter started;
  Counter done;
  Counter refused;
};

class BulkTransfers final : public Accepts<BulkTransfers, StartTransfer, SetTransferLink,
                                           CutTransferLink, NextTransferEnd> {
 public:
  BulkTransfers(const BulkTransfersSpec& spec, Meter meter);

  void on(Context& ctx, const StartTransfer& start);
  void on(Context& ctx, const SetTransferLink& set);
  void on(Context& ctx, const CutTransferLink& set);
  void on(Context& ctx, NextTransferEnd);

  const FlowRates& rates() const { return flows_.rates(); }

  auto state() { return std::tie(links_, flows_, transfers_, next_end_, next_end_at_); }

 private:
  struct Link {
    BitRate capacity{};
    bool cut = false;
  };
  struct Transfer {
    std::uint32_t number = 0;
    Address<TransferDone> reply_to{};
    Duration delay{};
  };

  void renew(Context& ctx, LinkId link);
  void arm(Context& ctx);

  std::vector<Link> links_;
  std::vector<TransferSegment> segments_;
  std::uint32_t most_transfers_;
  BulkTransfersMetrics metrics_;
  FlowCompletions flows_;
  std::vector<Transfer> transfers_;  // by FlowId
  std::vector<LinkId> path_;         // work space
  Timer next_end_;
  Time next_end_at_ = kNever;
};

}  // namespace meshsim::fabric
