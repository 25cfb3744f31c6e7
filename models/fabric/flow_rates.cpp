// Settling: progressive filling, resumed at the lowest level that a change can move. A queue holds
// the limits whose level does not fit the others', by the lower of their present and their new
// level (as in Ramalingam and Reps, "An incremental algorithm for a generalization of the
// shortest-path problem", 1996), so each is unbound at most once and bound at most once.
#include "models/fabric/flow_rates.hpp"

#include <algorithm>
#include <cmath>

#include "meshsim/base/check.hpp"

namespace meshsim::fabric {

LinkId FlowRates::add_link(BitRate capacity) {
  check(capacity <= kMaxLinkRate, "a link has at most 2^50 bit/s");
  links_.push_back(table_.add_limit(flow_rate(capacity), false));
  return {static_cast<std::uint32_t>(links_.size() - 1)};
}

FlowId FlowRates::add(std::span<const LinkId> path, std::optional<BitRate> cap) {
  check(!path.empty() || cap, "a flow crosses a link or has a cap");
  begin_change();
  const std::uint32_t id = table_.add_flow();
  Flow& flow = table_.flows[id];
  if (cap) flow.legs.push_back({cap_limit(*cap), 0, 0});
  for (const LinkId link : path) {
    const std::uint32_t limit = links_[link.value];
    for (const FlowLeg& leg : flow.legs) check(leg.limit != limit, "a path names a link once");
    flow.legs.push_back({limit, 0, 0});
  }
  flow.group = likely_group(flow);
  for (std::uint32_t leg = 0; leg < flow.legs.size(); ++leg) {
    const std::uint32_t limit = flow.legs[leg].limit;
    if (flow.group == kNoGroup && !table_.limits[limit].in_play) table_.bring_into_play(limit);
    table_.enter(id, leg, flow.group);
  }
  ++present_;
  moved_flows_.push_back({id});
  return {id};
}

// Where the flow is bound if it changes nothing for the others: often the truth, and always a state
// from which settling finds it.
std::uint32_t FlowRates::likely_group(const Flow& flow) const {
  std::uint32_t group = kNoGroup;
  for (const FlowLeg& leg : flow.legs) {
    if (table_.key(leg.limit) < table_.key(group)) group = leg.limit;
  }
  return group;
}

void FlowRates::remove(FlowId flow) {
  check(!table_.flows[flow.value].legs.empty(), "a flow is removed once");
  begin_change();
  const auto legs = static_cast<std::uint32_t>(table_.flows[flow.value].legs.size());
  for (std::uint32_t leg = 0; leg < legs; ++leg) table_.leave(flow.value, leg);
  table_.free_flow(flow.value);
  --present_;
}

void FlowRates::set_capacity(LinkId link, BitRate capacity) {
  check(capacity <= kMaxLinkRate, "a link has at most 2^50 bit/s");
  begin_change();
  FlowLimit& limit = table_.limits[links_[link.value]];
  limit.reserve += flow_rate(capacity) - limit.capacity;
  limit.capacity = flow_rate(capacity);
  if (limit.in_play || limit.reserve < 0) table_.mark(links_[link.value]);
}

std::uint32_t FlowRates::cap_limit(BitRate cap) {
  check(cap <= kMaxLinkRate, "a cap is at most 2^50 bit/s");
  const auto [found, added] = cap_limits_.try_emplace(cap.bits_per_second, 0);
  if (added) found->second = table_.add_limit(flow_rate(cap), true);
  return found->second;
}

double FlowRates::bits_per_second(FlowId flow) const {
  return std::ldexp(static_cast<double>(rate(flow)), -kFlowRateBits);
}

std::optional<LinkId> FlowRates::bottleneck(FlowId flow) const {
  const auto found = std::lower_bound(links_.begin(), links_.end(), group(flow));
  if (found == links_.end() || *found != group(flow)) return std::nullopt;
  return LinkId{static_cast<std::uint32_t>(found - links_.begin())};
}

void FlowRates::begin_change() {
  if (!settled_) return;
  settled_ = false;
  changed_groups_.clear();
  moved_flows_.clear();
}

void FlowRates::settle() {
  begin_change();
  look_at_dirty();
  LimitKey reached;
  while (!queue_.empty()) {
    const auto [key, id] = queue_.top();
    const FlowLimit& limit = table_.limits[id];
    const bool binds = limit.candidate <= limit.level;
    if (binds && key < LimitKey{limit.candidate, limit.order}) {
      meet_allowances(id, key.level);
    } else {
      // So no limit is unbound twice or bound twice, and this ends.
      check(reached <= key, "limits are settled in the order of their levels");
      reached = key;
      if (binds) {
        bind(id);
      } else {
        unbind(id);
      }
    }
    look_at_dirty();
  }
  settled_ = true;
}

void FlowRates::look_at_dirty() {
  for (std::size_t i = 0; i < table_.dirty.size(); ++i) look_at(table_.dirty[i]);
  table_.dirty.clear();
}

// Does the limit's level fit the others'? If not it is queued.
void FlowRates::look_at(std::uint32_t id) {
  FlowLimit& limit = table_.limits[id];
  limit.dirty = false;
  limit.candidate = fill_level(id);
  if (limit.candidate == kUnbound && limit.level == kUnbound) {
    unqueue(id);
    if (limit.in_play) {
      table_.take_out_of_play(id);
    } else {
      table_.renew_allowances(id);
    }
    return;
  }
  if (!limit.in_play) table_.bring_into_play(id);
  if (limit.candidate == limit.level && !is_short_of_flows(id)) return unqueue(id);
  queue(id);
}

// The level at which the limit is full, if the groups that are settled before keep theirs; kUnbound
// if all its flows are settled before.
FlowRate FlowRates::fill_level(std::uint32_t id) {
  ++work_.looks;
  const FlowLimit& limit = table_.limits[id];
  if (limit.per_flow) {
    const LimitKey full{limit.capacity, limit.order};
    const bool open =
        std::any_of(limit.shares.begin(), limit.shares.end(), [&](const FlowLimit::ShareOf& share) {
          return share.group == id || full < table_.key(share.group);
        });
    return open ? limit.capacity : kUnbound;
  }
  below_.clear();
  for (const FlowLimit::ShareOf& share : limit.shares) {
    const FlowLimit& group = table_.limits[share.group];
    if (share.group == id || group.level == kUnbound) continue;
    const auto count = static_cast<std::uint32_t>(table_.shares[share.share].flows.size());
    below_.push_back({{group.level, group.order}, count});
  }
  FlowRate left = limit.capacity;
  std::uint32_t open = limit.flows;
  while (open > 0) {
    const FlowRate level = left / open;
    const std::size_t unsettled = below_.size();
    for (std::size_t i = 0; i < below_.size();) {
      if (!(below_[i].key < LimitKey{level, limit.order})) {
        ++i;
        continue;
      }
      left -= below_[i].key.level * below_[i].flows;
      open -= below_[i].flows;
      below_[i] = below_.back();
      below_.pop_back();
    }
    if (below_.size() == unsettled) return level;
  }
  return kUnbound;
}

// Whether flows of groups that are settled later cross the limit: it binds them too.
bool FlowRates::is_short_of_flows(std::uint32_t id) const {
  const FlowLimit& limit = table_.limits[id];
  return std::any_of(
      limit.shares.begin(), limit.shares.end(),
      [&](const FlowLimit::ShareOf& share) { return table_.key(id) < table_.key(share.group); });
}

// All limits with a lower key are settled: this one gets its level, and the flows that are still
// open at it.
void FlowRates::bind(std::uint32_t id) {
  ++work_.binds;
  unqueue(id);
  set_level(id, table_.limits[id].candidate);
  capture(id);
}

// The open flows of a limit have risen to where other limits that they cross may be full.
void FlowRates::meet_allowances(std::uint32_t id, FlowRate level) {
  table_.limits[id].allowances.up_to(
      level, [this](std::uint32_t share) { table_.mark(table_.shares[share].limit); });
  table_.mark(id);
}

void FlowRates::capture(std::uint32_t id) {
  found_.clear();
  for (const FlowLimit::ShareOf& share : table_.limits[id].shares) {
    if (share.group != id && table_.key(id) < table_.key(share.group)) {
      found_.push_back(share.share);
    }
  }
  for (const std::uint32_t share : found_) {
    for (std::size_t left = table_.shares[share].flows.size(); left > 0; --left) {
      const std::uint32_t flow = table_.shares[share].flows.back().flow;
      ++work_.moves;
      moved_flows_.push_back({flow});
      table_.move(flow, id);
    }
  }
}

// The limit will be full later than it was: until then its flows are open.
void FlowRates::unbind(std::uint32_t id) {
  set_level(id, kUnbound);
  if (table_.limits[id].candidate == kUnbound) {
    table_.mark(id);
  } else {
    queue(id);
  }
}

void FlowRates::set_level(std::uint32_t id, FlowRate level) {
  table_.limits[id].level = level;
  changed_groups_.push_back(id);
  for (const std::uint32_t share : table_.limits[id].in_play_at) {
    table_.mark(table_.shares[share].limit);
  }
}

// When the limit needs the next step.
void FlowRates::queue(std::uint32_t id) {
  const FlowLimit& limit = table_.limits[id];
  LimitKey key{std::min(limit.candidate, limit.level), limit.order};
  if (limit.level == kUnbound && !limit.allowances.empty()) {
    key = std::min(key, LimitKey{limit.allowances.top().key, 0});
  }
  queue_.put(id, key,
             [this](std::uint32_t of) -> std::uint32_t& { return table_.limits[of].queue_place; });
}

void FlowRates::unqueue(std::uint32_t id) {
  queue_.remove(
      id, [this](std::uint32_t of) -> std::uint32_t& { return table_.limits[of].queue_place; });
}

}  // namespace meshsim::fabric
