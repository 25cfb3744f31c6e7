// One timer for all transfers: the earliest end.
#include "models/fabric/bulk_transfers.hpp"

#include <algorithm>

namespace meshsim::fabric {

BulkTransfersMetrics::BulkTransfersMetrics(Meter meter)
    : started(meter.counter("transfers_started", "bulk transfers begun")),
      done(meter.counter("transfers_done", "bulk transfers whose last byte has left")),
      refused(meter.counter("transfers_refused", "bulk transfers beyond the limit")) {}

BulkTransfers::BulkTransfers(const BulkTransfersSpec& spec, Meter meter)
    : segments_(spec.segments), most_transfers_(spec.most_transfers), metrics_(meter) {
  for (const BitRate capacity : spec.links) {
    links_.push_back({capacity, false});
    flows_.add_link(capacity);
  }
}

void BulkTransfers::on(Context& ctx, const StartTransfer& start) {
  path_.clear();
  Transfer transfer{start.number, start.reply_to, Duration::zero()};
  std::optional<BitRate> cap;
  for (const SegmentId id : start.way) {
    if (id == SegmentId{}) continue;
    const TransferSegment& segment = segments_.at(id.value);
    path_.insert(path_.end(), segment.links.begin(), segment.links.end());
    transfer.delay += segment.delay;
    if (segment.cap) cap = cap ? std::min(*cap, *segment.cap) : *segment.cap;
  }
  if (flows_.rates().flows() >= most_transfers_) {
    ctx.count(metrics_.refused);
    ctx.send(start.reply_to, TransferDone{start.number, TransferOutcome::Refused}, transfer.delay);
    return;
  }
  const FlowId flow = flows_.start(ctx.now(), start.size, path_, cap);
  if (flow.value >= transfers_.size()) transfers_.resize(flow.value + 1);
  transfers_[flow.value] = transfer;
  ctx.count(metrics_.started);
  arm(ctx);
}

void BulkTransfers::on(Context& ctx, const SetTransferLink& set) {
  links_.at(set.link.value).capacity = set.capacity;
  renew(ctx, set.link);
}

void BulkTransfers::on(Context& ctx, const CutTransferLink& set) {
  links_.at(set.link.value).cut = set.cut;
  renew(ctx, set.link);
}

void BulkTransfers::renew(Context& ctx, LinkId id) {
  const Link& link = links_[id.value];
  flows_.set_capacity(ctx.now(), id, link.cut ? BitRate{0} : link.capacity);
  arm(ctx);
}

void BulkTransfers::on(Context& ctx, NextTransferEnd) {
  next_end_at_ = kNever;
  for (const FlowId flow : flows_.finish(ctx.now())) {
    const Transfer& transfer = transfers_[flow.value];
    ctx.count(metrics_.done);
    ctx.send(transfer.reply_to, TransferDone{transfer.number}, transfer.delay);
  }
  arm(ctx);
}

void BulkTransfers::arm(Context& ctx) {
  const Time next = flows_.next();
  if (next == next_end_at_) return;
  if (next_end_at_ != kNever) ctx.cancel(next_end_);
  next_end_at_ = next;
  if (next == kNever) return;
  next_end_ = ctx.start(address<NextTransferEnd>(), NextTransferEnd{}, next - ctx.now());
}

}  // namespace meshsim::fabric
