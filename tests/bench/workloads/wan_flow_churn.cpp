// The topology and the draws of peers/sg_flow.cpp, by the BulkTransfers component: a host's way out
// is its own link, its cluster's and its region's; between two regions there is one link.
#include "tests/bench/workloads/wan_flow_churn.hpp"

#include <common.h>

#include <array>
#include <vector>

#include "meshsim/kernel/context.hpp"
#include "meshsim/kernel/simulation.hpp"
#include "models/fabric/bulk_transfers.hpp"

namespace meshsim::bench {
namespace {

using fabric::BulkTransfersSpec;
using fabric::LinkId;
using fabric::SegmentId;
using fabric::StartTransfer;
using fabric::TransferDone;

constexpr std::uint32_t kRegions = 3;
constexpr std::uint32_t kClusters = 50;
constexpr std::uint32_t kHostsOfCluster = 20;

struct Network {
  BulkTransfersSpec spec;
  std::array<std::vector<SegmentId>, kRegions> hosts;  // of each region
  std::array<SegmentId, kRegions> between;             // by the sum of the regions, less one

  LinkId link(BitRate capacity) {
    spec.links.push_back(capacity);
    return {static_cast<std::uint32_t>(spec.links.size() - 1)};
  }
  SegmentId segment(std::vector<LinkId> links, Duration delay) {
    spec.segments.push_back({std::move(links), delay, {}});
    return {static_cast<std::uint32_t>(spec.segments.size() - 1)};
  }
};

Network network() {
  Network made;
  for (std::uint32_t region = 0; region < kRegions; ++region) {
    const LinkId backbone = made.link(gigabits(100));
    for (std::uint32_t cluster = region; cluster < kClusters; cluster += kRegions) {
      const LinkId uplink = made.link(gigabits(40));
      for (std::uint32_t host = 0; host < kHostsOfCluster; ++host) {
        made.hosts[region].push_back(
            made.segment({made.link(gigabits(10)), uplink, backbone}, 105us));
      }
    }
  }
  for (SegmentId& wan : made.between) wan = made.segment({made.link(gigabits(10))}, 10ms);
  made.spec.most_transfers = ~std::uint32_t{0};
  return made;
}

struct Begin {};

// All askers in one: with each answer the next transfer starts.
class Churn final : public Accepts<Churn, Begin, TransferDone> {
 public:
  Churn(const Network& network, std::uint64_t flows, std::uint64_t completions)
      : hosts_(network.hosts), between_(network.between), flows_(flows), left_(completions) {}

  Address<StartTransfer> transfers;
  double started = 0;
  double stopped = 0;

  void on(Context& context, Begin) {
    for (std::uint64_t flow = 0; flow < flows_; ++flow) start_one(context);
  }
  void on(Context& context, const TransferDone&) {
    if (started > 0) {
      if (--left_ == 0) stopped = ::bench::now();
    } else if (context.now() > at(300ms)) {
      started = ::bench::now();
    }
    start_one(context);
  }

 private:
  void start_one(Context& context) {
    const std::uint64_t from = random_.next() % kRegions;
    const std::uint64_t to = (from + 1 + random_.next() % 2) % kRegions;
    const SegmentId source = hosts_[from][random_.next() % hosts_[from].size()];
    const SegmentId target = hosts_[to][random_.next() % hosts_[to].size()];
    const Bytes size{1'000'000 + random_.next() % 99'000'000};
    context.send(
        transfers,
        StartTransfer{size, {source, between_[from + to - 1], target}, 0, address<TransferDone>()},
        10us);
  }

  std::array<std::vector<SegmentId>, kRegions> hosts_;
  std::array<SegmentId, kRegions> between_;
  std::uint64_t flows_;
  std::uint64_t left_;
  ::bench::Rng random_{5};
};

}  // namespace

Row wan_flow_churn(std::uint64_t flows, std::uint64_t completions) {
  const Network made = network();
  Simulation simulation{1, 10us};
  auto& transfers = simulation.add<fabric::BulkTransfers>("transfers", simulation.cell("transfers"),
                                                          made.spec, simulation.meter("transfers"));
  auto& churn = simulation.add<Churn>("churn", simulation.cell("churn"), made, flows, completions);
  simulation.seal();
  churn.transfers = transfers.address<StartTransfer>();
  const double before = ::bench::rss();
  simulation.send(churn.address<Begin>(), Begin{}, kStart);
  for (Time end = at(100ms); churn.stopped == 0; end += 100ms) simulation.run_until(end);
  const double after = ::bench::rss();
  return {"wan-flow-churn",
          "bulk-transfers",
          "-",
          flows,
          static_cast<double>(completions),
          churn.stopped - churn.started,
          (after - before) / static_cast<double>(flows)};
}

}  // namespace meshsim::bench
