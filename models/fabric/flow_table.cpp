// Keeping shares, allowances and the lists of limits in play in step with the flows.
#include "models/fabric/flow_table.hpp"

#include <algorithm>

#include "meshsim/base/check.hpp"

namespace meshsim::fabric {
namespace {

template <class T>
std::uint32_t reuse(std::vector<std::uint32_t>& free, std::vector<T>& items) {
  if (free.empty()) {
    items.emplace_back();
    return static_cast<std::uint32_t>(items.size() - 1);
  }
  const std::uint32_t id = free.back();
  free.pop_back();
  return id;
}

}  // namespace

std::uint32_t FlowTable::add_limit(FlowRate capacity, bool per_flow) {
  const auto id = static_cast<std::uint32_t>(limits.size());
  FlowLimit& limit = limits.emplace_back();
  limit.capacity = capacity;
  limit.reserve = capacity;
  limit.per_flow = per_flow;
  limit.order = per_flow ? 0 : id;
  return id;
}

std::uint32_t FlowTable::add_flow() { return reuse(free_flows_, flows); }

void FlowTable::free_flow(std::uint32_t flow) {
  flows[flow].legs.clear();
  free_flows_.push_back(flow);
}

void FlowTable::mark(std::uint32_t limit) {
  if (limits[limit].dirty) return;
  limits[limit].dirty = true;
  dirty.push_back(limit);
}

void FlowTable::enter(std::uint32_t flow, std::uint32_t leg, std::uint32_t group) {
  FlowLeg& entered = flows[flow].legs[leg];
  entered.share = share_at(entered.limit, group);
  FlowShare& share = shares[entered.share];
  entered.place = static_cast<std::uint32_t>(share.flows.size());
  share.flows.push_back({flow, leg});
  FlowLimit& limit = limits[entered.limit];
  ++limit.flows;
  if (limit.in_play) return mark(entered.limit);
  if (!limit.per_flow) limit.reserve -= share.allowance;
  if (limit.reserve < 0 || limits[group].level >= share.allowance) mark(entered.limit);
}

void FlowTable::leave(std::uint32_t flow, std::uint32_t leg) {
  const FlowLeg left = flows[flow].legs[leg];
  FlowShare& share = shares[left.share];
  const LegOfFlow last = share.flows.back();
  share.flows[left.place] = last;
  flows[last.flow].legs[last.leg].place = left.place;
  share.flows.pop_back();
  FlowLimit& limit = limits[left.limit];
  --limit.flows;
  if (limit.in_play) {
    mark(left.limit);
  } else if (!limit.per_flow) {
    limit.reserve += share.allowance;
  }
  if (share.flows.empty()) free_share(left.share);
}

void FlowTable::move(std::uint32_t flow, std::uint32_t group) {
  const auto legs = static_cast<std::uint32_t>(flows[flow].legs.size());
  for (std::uint32_t leg = 0; leg < legs; ++leg) {
    leave(flow, leg);
    enter(flow, leg, group);
  }
  flows[flow].group = group;
}

std::uint32_t FlowTable::share_at(std::uint32_t limit, std::uint32_t group) {
  std::vector<FlowLimit::ShareOf>& known = limits[limit].shares;
  const auto found = std::lower_bound(
      known.begin(), known.end(), group,
      [](const FlowLimit::ShareOf& share, std::uint32_t wanted) { return share.group < wanted; });
  if (found != known.end() && found->group == group) return found->share;
  const auto place = found - known.begin();
  const std::uint32_t share = new_share(limit, group);
  known.insert(known.begin() + place, {group, share});
  return share;
}

std::uint32_t FlowTable::new_share(std::uint32_t limit, std::uint32_t group) {
  const std::uint32_t id = reuse(free_shares_, shares);
  FlowShare& share = shares[id];
  share.limit = limit;
  share.group = group;
  share.allowance = 0;
  if (!limits[limit].in_play) {
    // Twice the present level, so that this limit is not looked at again too soon.
    const FlowRate level = limits[group].level;
    share.allowance = limits[limit].per_flow ? limits[limit].capacity : 2 * level + 1;
  }
  watch(id);
  return id;
}

void FlowTable::free_share(std::uint32_t id) {
  unwatch(id);
  std::vector<FlowLimit::ShareOf>& known = limits[shares[id].limit].shares;
  known.erase(std::find_if(known.begin(), known.end(),
                           [id](const FlowLimit::ShareOf& share) { return share.share == id; }));
  free_shares_.push_back(id);
}

// Tells the group where its flows go. A group needs no telling about its own limit.
void FlowTable::watch(std::uint32_t id) {
  FlowShare& share = shares[id];
  FlowLimit& group = limits[share.group];
  if (share.group == share.limit) return;
  if (limits[share.limit].in_play) {
    share.place = static_cast<std::uint32_t>(group.in_play_at.size());
    group.in_play_at.push_back(id);
  } else {
    group.allowances.put(id, share.allowance,
                         [this](std::uint32_t of) -> std::uint32_t& { return shares[of].place; });
  }
}

void FlowTable::unwatch(std::uint32_t id) {
  FlowShare& share = shares[id];
  FlowLimit& group = limits[share.group];
  if (share.group == share.limit) return;
  if (limits[share.limit].in_play) {
    const std::uint32_t last = group.in_play_at.back();
    group.in_play_at[share.place] = last;
    shares[last].place = share.place;
    group.in_play_at.pop_back();
    share.place = kNoPlace;
  } else {
    group.allowances.remove(
        id, [this](std::uint32_t of) -> std::uint32_t& { return shares[of].place; });
  }
}

void FlowTable::bring_into_play(std::uint32_t limit) {
  for (const FlowLimit::ShareOf& share : limits[limit].shares) unwatch(share.share);
  limits[limit].in_play = true;
  for (const FlowLimit::ShareOf& share : limits[limit].shares) watch(share.share);
}

void FlowTable::take_out_of_play(std::uint32_t limit) {
  for (const FlowLimit::ShareOf& share : limits[limit].shares) unwatch(share.share);
  limits[limit].in_play = false;
  renew_allowances(limit);
}

void FlowTable::renew_allowances(std::uint32_t id) {
  FlowLimit& limit = limits[id];
  if (limit.per_flow) {
    for (const FlowLimit::ShareOf& share : limit.shares) {
      shares[share.share].allowance = limit.capacity;
      watch(share.share);
    }
    return;
  }
  FlowRate free = limit.capacity;
  for (const FlowLimit::ShareOf& share : limit.shares) {
    free -= limits[share.group].level * static_cast<FlowRate>(shares[share.share].flows.size());
  }
  check(free >= 0, "flows fit through a link that binds none of them");
  // Half of what is free is for levels that rise, half for flows that come.
  FlowRate extra = 0;
  if (limit.flows > 0) extra = free / (2 * limit.flows);
  if (extra == 0 && limit.flows > 0 && free >= limit.flows) extra = 1;
  limit.reserve = free - extra * limit.flows;
  for (const FlowLimit::ShareOf& share : limit.shares) {
    shares[share.share].allowance = limits[share.group].level + extra;
    watch(share.share);
  }
}

}  // namespace meshsim::fabric
