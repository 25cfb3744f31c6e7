// When flows of known size end, at max-min fair rates. Each group of flows with one bottleneck
// counts the service that every one of its flows has had; a flow ends when that count reaches its
// mark. So a change of a group's rate costs the same for one flow and for ten thousand.
// Leaves out latency and the transport's ramp-up.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "meshsim/base/units.hpp"
#include "models/fabric/flow_rates.hpp"
#include "models/fabric/placed_heap.hpp"

namespace meshsim::fabric {

inline constexpr Bytes kMaxFlowSize{std::uint64_t{1} << 56};

// Time is given with each change and never runs backwards, nor past next() before finish() is
// called. All arithmetic is on integers: an end is exact, rounded up to the next ns.
class FlowCompletions {
 public:
  LinkId add_link(BitRate capacity);

  // At most kMaxFlowSize. See FlowRates::add() for path and cap.
  FlowId start(Time now, Bytes size, std::span<const LinkId> path,
               std::optional<BitRate> cap = std::nullopt);
  void stop(Time now, FlowId flow);
  void set_capacity(Time now, LinkId link, BitRate capacity);

  // When the next flow ends if nothing changes; kNever if none will.
  Time next() const { return ends_.empty() ? kNever : ends_.top().key; }
  // Ends the flows that are through at `now`, in the order of their ids. The ids are free from then
  // on; the span is valid until the next call.
  std::span<const FlowId> finish(Time now);

  // What the flow has yet to send, rounded up.
  Bytes left(Time now, FlowId flow) const;
  const FlowRates& rates() const { return rates_; }

  auto state() { return std::tie(rates_, groups_, progress_, ends_, stale_, finished_); }

 private:
  using Service = __int128;  // 2^-32 bit x 1e-9

  struct Group {
    FlowRate level = 0;
    Service served = 0;  // to each of its flows, as of `since`
    Time since = kStart;
    std::uint32_t place = kNoPlace;  // in ends_
    bool stale = false;
    PlacedHeap<Service> marks;  // flows by the service at which they end
  };
  struct Progress {
    std::uint32_t group = kNoGroup;
    std::uint32_t place = kNoPlace;  // in the group's `marks`
    Service left = 0;                // while it is in no group
  };

  static void advance(Group& group, Time now);
  void apply(Time now);
  void leave_group(Time now, FlowId flow);
  void touch(std::uint32_t group);
  void schedule(std::uint32_t group);

  FlowRates rates_;
  std::vector<Group> groups_;       // by limit
  std::vector<Progress> progress_;  // by flow
  PlacedHeap<Time> ends_;           // groups by the end of their first flow
  std::vector<std::uint32_t> stale_;
  std::vector<FlowId> finished_;
};

}  // namespace meshsim::fabric
