// Which flow crosses which limit, and which limit binds it: the books of FlowRates. A limit is a
// link's capacity or a cap per flow; the flows that one limit binds are its group and have one
// rate, its level. Leaves out how levels are found.
#pragma once

#include <compare>
#include <cstdint>
#include <tuple>
#include <vector>

#include "models/fabric/placed_heap.hpp"

namespace meshsim::fabric {

// A rate in 2^-32 bit/s. Integers: sums are exact in any order, so no rate drifts however many
// changes there were, and no floating point decides when a flow ends.
using FlowRate = __int128;
inline constexpr int kFlowRateBits = 32;
// The level of a limit that binds no flow.
inline constexpr FlowRate kUnbound = (FlowRate{1} << 126);

// The group of flows for which no limit has been found yet.
inline constexpr std::uint32_t kNoGroup = 0;

// The order in which progressive filling meets the limits.
struct LimitKey {
  FlowRate level = 0;
  std::uint32_t order = 0;  // 0: a cap; links in the order of their ids
  friend auto operator<=>(const LimitKey&, const LimitKey&) = default;
};

// A flow at one of its limits.
struct FlowLeg {
  std::uint32_t limit = 0;
  std::uint32_t share = 0;
  std::uint32_t place = 0;  // in the share's list
};

struct Flow {
  std::vector<FlowLeg> legs;  // empty: the slot is free
  std::uint32_t group = kNoGroup;
};

struct LegOfFlow {
  std::uint32_t flow = 0;
  std::uint32_t leg = 0;
};

// The flows of one group that cross one limit.
struct FlowShare {
  std::uint32_t limit = 0;
  std::uint32_t group = 0;
  std::uint32_t place = kNoPlace;  // in the group's `allowances`, or in its `in_play`
  // While no group's level reaches its allowance here, this limit cannot bind: that is why most
  // limits need no look at most changes. Kept for limits that are not in play.
  FlowRate allowance = 0;
  std::vector<LegOfFlow> flows;
};

struct FlowLimit {
  struct ShareOf {
    std::uint32_t group = 0;
    std::uint32_t share = 0;
  };

  FlowRate capacity = 0;  // for all flows together, or for each
  FlowRate level = kUnbound;
  FlowRate candidate = kUnbound;  // the level it would have, given those of the others
  FlowRate reserve = 0;           // capacity without the allowances; not for caps
  std::uint32_t flows = 0;
  std::uint32_t order = 0;
  std::uint32_t queue_place = kNoPlace;
  bool per_flow = false;
  bool in_play = false;  // it binds flows, or might: changes of its groups are looked at one by one
  bool dirty = false;
  std::vector<ShareOf> shares;  // by group

  // As a group: the shares of its flows at other limits.
  PlacedHeap<FlowRate> allowances;        // limits not in play, the next to bind first
  std::vector<std::uint32_t> in_play_at;  // limits in play
};

class FlowTable {
 public:
  FlowTable() { add_limit(0, true); }  // kNoGroup

  std::vector<FlowLimit> limits;
  std::vector<FlowShare> shares;
  std::vector<Flow> flows;
  std::vector<std::uint32_t> dirty;  // limits to look at

  std::uint32_t add_limit(FlowRate capacity, bool per_flow);
  std::uint32_t add_flow();
  void free_flow(std::uint32_t flow);

  LimitKey key(std::uint32_t limit) const { return {limits[limit].level, limits[limit].order}; }
  void mark(std::uint32_t limit);

  // Enters the flow at limit `legs[leg].limit` as one of `group`.
  void enter(std::uint32_t flow, std::uint32_t leg, std::uint32_t group);
  void leave(std::uint32_t flow, std::uint32_t leg);
  // Gives the flow to another group at all its limits.
  void move(std::uint32_t flow, std::uint32_t group);

  void bring_into_play(std::uint32_t limit);
  // All groups that cross the limit must have a level, and the limit must not bind.
  void take_out_of_play(std::uint32_t limit);
  // The same for a limit that is not in play: shares out anew what its groups leave.
  void renew_allowances(std::uint32_t limit);

  auto state() { return std::tie(limits, shares, flows, dirty, free_shares_, free_flows_); }

 private:
  std::uint32_t share_at(std::uint32_t limit, std::uint32_t group);
  std::uint32_t new_share(std::uint32_t limit, std::uint32_t group);
  void free_share(std::uint32_t share);
  void watch(std::uint32_t share);
  void unwatch(std::uint32_t share);

  std::vector<std::uint32_t> free_shares_;
  std::vector<std::uint32_t> free_flows_;
};

}  // namespace meshsim::fabric
