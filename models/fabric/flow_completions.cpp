// Keeping service counts and ends in step with the rates.
#include "models/fabric/flow_completions.hpp"

#include <algorithm>

#include "meshsim/base/check.hpp"

namespace meshsim::fabric {
namespace {

constexpr __int128 service(Bytes size) {
  return ((static_cast<__int128>(size.count) * 8) << kFlowRateBits) * 1'000'000'000;
}

// A mark is at most the count so far plus the largest flow, below 2^123. From here on counts begin
// anew.
constexpr __int128 kServedLimit = __int128{1} << 120;

constexpr __int128 quotient_up(__int128 work, __int128 rate) { return (work + rate - 1) / rate; }

}  // namespace

LinkId FlowCompletions::add_link(BitRate capacity) { return rates_.add_link(capacity); }

FlowId FlowCompletions::start(Time now, Bytes size, std::span<const LinkId> path,
                              std::optional<BitRate> cap) {
  check(size <= kMaxFlowSize, "a flow has at most 2^56 bytes");
  const FlowId flow = rates_.add(path, cap);
  if (flow.value >= progress_.size()) progress_.resize(flow.value + 1);
  progress_[flow.value] = {kNoGroup, kNoPlace, service(size)};
  apply(now);
  return flow;
}

void FlowCompletions::stop(Time now, FlowId flow) {
  leave_group(now, flow);
  rates_.remove(flow);
  apply(now);
}

void FlowCompletions::set_capacity(Time now, LinkId link, BitRate capacity) {
  rates_.set_capacity(link, capacity);
  apply(now);
}

std::span<const FlowId> FlowCompletions::finish(Time now) {
  check(now <= next(), "flows are ended when they are through");
  finished_.clear();
  while (next() == now) {
    const std::uint32_t id = ends_.top().id;
    Group& group = groups_[id];
    advance(group, now);
    while (!group.marks.empty() && group.marks.top().key <= group.served) {
      const FlowId flow{group.marks.top().id};
      leave_group(now, flow);
      finished_.push_back(flow);
    }
    ends_.remove(id, [this](std::uint32_t of) -> std::uint32_t& { return groups_[of].place; });
  }
  if (finished_.empty()) return {};
  std::sort(finished_.begin(), finished_.end());
  for (const FlowId flow : finished_) rates_.remove(flow);
  apply(now);
  return finished_;
}

Bytes FlowCompletions::left(Time now, FlowId flow) const {
  const Progress& progress = progress_[flow.value];
  const Group& group = groups_[progress.group];
  const Service served = group.served + group.level * (now - group.since).count();
  const Service left = std::max<Service>(group.marks.key_at(progress.place) - served, 0);
  return {static_cast<std::uint64_t>(quotient_up(left, service({1})))};
}

void FlowCompletions::advance(Group& group, Time now) {
  check(now >= group.since, "time does not run backwards");
  group.served += group.level * (now - group.since).count();
  group.since = now;
  if (group.served < kServedLimit) return;
  group.marks.lower_all(group.served);
  group.served = 0;
}

// The flows leave their old groups at the old rates, then the groups take up the new rates, then
// the flows join their new groups.
void FlowCompletions::apply(Time now) {
  rates_.settle();
  for (const FlowId flow : rates_.moved_flows()) {
    if (progress_[flow.value].group != rates_.group(flow)) leave_group(now, flow);
  }
  for (const std::uint32_t id : rates_.changed_groups()) {
    touch(id);
    advance(groups_[id], now);
    groups_[id].level = rates_.level(id) == kUnbound ? 0 : rates_.level(id);
  }
  for (const FlowId flow : rates_.moved_flows()) {
    Progress& progress = progress_[flow.value];
    if (progress.group != kNoGroup) continue;
    progress.group = rates_.group(flow);
    touch(progress.group);
    Group& group = groups_[progress.group];
    advance(group, now);
    group.marks.put(flow.value, group.served + progress.left,
                    [this](std::uint32_t of) -> std::uint32_t& { return progress_[of].place; });
  }
  for (const std::uint32_t id : stale_) schedule(id);
  stale_.clear();
}

void FlowCompletions::leave_group(Time now, FlowId flow) {
  Progress& progress = progress_[flow.value];
  if (progress.group == kNoGroup) return;
  touch(progress.group);
  Group& group = groups_[progress.group];
  advance(group, now);
  progress.left = std::max<Service>(group.marks.key_at(progress.place) - group.served, 0);
  group.marks.remove(flow.value,
                     [this](std::uint32_t of) -> std::uint32_t& { return progress_[of].place; });
  progress.group = kNoGroup;
}

void FlowCompletions::touch(std::uint32_t id) {
  if (id >= groups_.size()) groups_.resize(id + 1);
  if (groups_[id].stale) return;
  groups_[id].stale = true;
  stale_.push_back(id);
}

// Finds the end of the group's first flow.
void FlowCompletions::schedule(std::uint32_t id) {
  Group& group = groups_[id];
  group.stale = false;
  const auto place = [this](std::uint32_t of) -> std::uint32_t& { return groups_[of].place; };
  if (group.marks.empty()) group.served = 0;
  if (group.marks.empty() || group.level == 0) return ends_.remove(id, place);
  const Service left = std::max<Service>(group.marks.top().key - group.served, 0);
  const __int128 wait = quotient_up(left, group.level);
  if (wait >= (kNever - group.since).count()) return ends_.remove(id, place);
  ends_.put(id, group.since + Duration{static_cast<std::int64_t>(wait)}, place);
}

}  // namespace meshsim::fabric
