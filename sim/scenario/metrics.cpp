// The figures that an expectation may name, each computed from the result of one run.
#include <algorithm>
#include <set>

#include "models/fabric/drop.hpp"
#include "sim/scenario/expect.hpp"

namespace meshsim {
namespace {

using Select = std::string_view;

bool selected(const MemberResult& member, Select select) {
  return select.empty() || select == member.cluster || select == member.pod ||
         select == member.cluster + "/" + member.pod;
}

bool any_selected(const RunResult& result, Select select) {
  return std::any_of(result.members.begin(), result.members.end(),
                     [&](const MemberResult& member) { return selected(member, select); });
}

// One figure per selected member; members without one are left out.
template <class Figure>
Figures per_member(const RunResult& result, Select select, const char* none, Figure figure) {
  Figures figures;
  for (const MemberResult& member : result.members) {
    if (!selected(member, select)) continue;
    if (const auto value = figure(member)) figures.numbers.push_back(*value);
  }
  if (!any_selected(result, select)) {
    figures.none = "no member is called '" + std::string{select} + "'";
  } else if (figures.numbers.empty()) {
    figures.none = none;
  }
  return figures;
}

std::optional<std::int64_t> in_ns(const std::optional<Time>& time) {
  if (!time) return std::nullopt;
  return ns(*time);
}

Figures count(std::size_t number) { return {{static_cast<std::int64_t>(number)}, {}, {}}; }

Figures findings(const RunResult& result, Select select) {
  for (const RuleCount& rule : result.rules) {
    if (rule.rule != select) continue;
    if (rule.findings == 0 && !rule.unknown.empty()) return {{}, {}, rule.unknown};
    return count(rule.findings);
  }
  return {{}, {}, "the rules of `meshsim check` were not applied"};
}

Figures truth(bool value) { return {{value ? 1 : 0}, {}, {}}; }

std::size_t running(const RunResult& result, Select select) {
  return static_cast<std::size_t>(
      std::count_if(result.members.begin(), result.members.end(), [&](const MemberResult& member) {
        return selected(member, select) && member.state == MemberState::Running;
      }));
}

std::size_t senior_count(const RunResult& result) {
  return static_cast<std::size_t>(
      std::count_if(result.members.begin(), result.members.end(),
                    [](const MemberResult& member) { return member.senior; }));
}

Figures members(const RunResult& result, Select select) { return count(running(result, select)); }

Figures seniors(const RunResult& result, Select) { return count(senior_count(result)); }

Figures one_senior(const RunResult& result, Select) { return truth(senior_count(result) == 1); }

Figures join_time(const RunResult& result, Select select) {
  return per_member(result, select, "no such member has joined",
                    [](const MemberResult& member) -> std::optional<std::int64_t> {
                      if (const auto took = member.took()) return ns(*took);
                      return std::nullopt;
                    });
}

Figures joined_at(const RunResult& result, Select select) {
  return per_member(result, select, "no such member has joined",
                    [](const MemberResult& member) { return in_ns(member.joined_at); });
}

Figures start_time(const RunResult& result, Select select) {
  return per_member(result, select, "no such member has started",
                    [](const MemberResult& member) -> std::optional<std::int64_t> {
                      if (!member.started_at || !member.announced_at) return std::nullopt;
                      return ns(*member.started_at - *member.announced_at);
                    });
}

Figures timestamp(const RunResult& result, Select select) {
  return per_member(result, select, "no such member has a timestamp",
                    [](const MemberResult& member) { return in_ns(member.timestamp); });
}

Figures jvm_to_timestamp(const RunResult& result, Select select) {
  return per_member(result, select, "no such member has a timestamp",
                    [](const MemberResult& member) -> std::optional<std::int64_t> {
                      if (!member.timestamp || !member.process_at) return std::nullopt;
                      return ns(*member.timestamp - *member.process_at);
                    });
}

const MemberResult* founder(const RunResult& result) {
  const auto found = std::find_if(result.members.begin(), result.members.end(),
                                  [](const MemberResult& member) { return member.id == 1; });
  return found == result.members.end() ? nullptr : &*found;
}

// How much older the founder is than each selected member, by their timestamps.
Figures founder_age(const RunResult& result, Select select) {
  const MemberResult* oldest = founder(result);
  if (oldest == nullptr || !oldest->timestamp) return {{}, {}, "no member has id 1"};
  return per_member(result, select, "no such member has a timestamp",
                    [&](const MemberResult& member) -> std::optional<std::int64_t> {
                      if (&member == oldest || !member.timestamp) return std::nullopt;
                      return ns(*member.timestamp - *oldest->timestamp);
                    });
}

Figures id(const RunResult& result, Select select) {
  return per_member(result, select, "no such member has an id",
                    [](const MemberResult& member) -> std::optional<std::int64_t> {
                      if (member.id == 0) return std::nullopt;
                      return member.id;
                    });
}

Figures refusals(const RunResult& result, Select select) {
  return per_member(result, select, "no such member has announced",
                    [](const MemberResult& member) -> std::optional<std::int64_t> {
                      if (!member.announced_at) return std::nullopt;
                      return member.refusals;
                    });
}

Figures starts(const RunResult& result, Select select) {
  return per_member(
      result, select, "no such member",
      [](const MemberResult& member) -> std::optional<std::int64_t> { return member.starts; });
}

Figures state(const RunResult& result, Select select) {
  Figures figures;
  for (const MemberResult& member : result.members) {
    if (selected(member, select)) figures.words.emplace_back(to_string(member.state));
  }
  if (figures.words.empty()) figures.none = "no member is called '" + std::string{select} + "'";
  return figures;
}

// JVM start to the first timeline entry of that event.
Figures jvm_to_first(const RunResult& result, Select select, std::string_view event) {
  return per_member(result, select, "it did not happen",
                    [&](const MemberResult& member) -> std::optional<std::int64_t> {
                      const std::string name = member.cluster + "/" + member.pod;
                      for (const TimelineEntry& entry : result.timeline) {
                        if (entry.member == name && entry.event == event && member.process_at) {
                          return ns(entry.at - *member.process_at);
                        }
                      }
                      return std::nullopt;
                    });
}

Figures jvm_to_skip(const RunResult& result, Select select) {
  return jvm_to_first(result, select, "wka-skipped");
}

Figures skipped_names(const RunResult& result, Select select) {
  std::size_t total = 0;
  for (const TimelineEntry& entry : result.timeline) {
    const std::size_t slash = entry.member.find('/');
    const bool is_selected = select.empty() || entry.member == select ||
                             entry.member.substr(0, slash) == select ||
                             entry.member.substr(slash + 1) == select;
    total += entry.event == "wka-skipped" && is_selected ? 1 : 0;
  }
  return count(total);
}

// "SERVICE" or "SERVICE@MEMBERS", as two.
std::pair<std::string_view, Select> service_and_members(Select select) {
  const std::size_t sign = select.find('@');
  return {select.substr(0, sign), sign == Select::npos ? Select{} : select.substr(sign + 1)};
}

// JVM start to joining a service.
Figures jvm_to_service(const RunResult& result, Select select) {
  const auto [name, members_of] = service_and_members(select);
  return per_member(result, members_of, "no such member has joined this service",
                    [&, service = name](const MemberResult& member) -> std::optional<std::int64_t> {
                      for (const ServiceJoin& join : member.services) {
                        if (join.service == service && member.process_at) {
                          return ns(join.at - *member.process_at);
                        }
                      }
                      return std::nullopt;
                    });
}

// The last settling of a service's partitions; of any service if none is named.
const TimelineEntry* last_stable(const RunResult& result, std::string_view service) {
  for (auto entry = result.timeline.rbegin(); entry != result.timeline.rend(); ++entry) {
    const bool is_its = service.empty() || entry->text.starts_with(std::string{service} + ":");
    if (entry->event == "stable" && is_its) return &*entry;
  }
  return nullptr;
}

constexpr const char* kNeverStable = "partition ownership never stabilized";

Figures stable_at(const RunResult& result, Select select) {
  const TimelineEntry* last = last_stable(result, select);
  if (last == nullptr) return {{}, {}, kNeverStable};
  return {{ns(last->at)}, {}, {}};
}

// JVM start to the first time that the member sees the service settled with as many nodes as last.
Figures jvm_to_stable(const RunResult& result, Select select) {
  const auto [service, members_of] = service_and_members(select);
  const TimelineEntry* last = last_stable(result, service);
  if (last == nullptr) return {{}, {}, kNeverStable};
  return per_member(result, members_of, "no such member saw it settle",
                    [&](const MemberResult& member) -> std::optional<std::int64_t> {
                      const std::string name = member.cluster + "/" + member.pod;
                      for (const TimelineEntry& entry : result.timeline) {
                        if (entry.member == name && entry.text == last->text && member.process_at) {
                          return ns(entry.at - *member.process_at);
                        }
                      }
                      return std::nullopt;
                    });
}

Figures stable_nodes(const RunResult& result, Select select) {
  const TimelineEntry* last = last_stable(result, select);
  if (last == nullptr) return {{}, {}, kNeverStable};
  const std::size_t with = last->text.rfind("with ");
  return count(static_cast<std::size_t>(std::stoul(last->text.substr(with + 5))));
}

Figures events_of(const RunResult& result, Select select) {
  return count(static_cast<std::size_t>(
      std::count_if(result.timeline.begin(), result.timeline.end(),
                    [&](const TimelineEntry& entry) { return entry.event == select; })));
}

Figures drops(const RunResult& result, Select select) {
  std::uint64_t total = 0;
  for (const DropResult& drop : result.drops) {
    if (select.empty() || drop.code == select) total += drop.count;
  }
  return count(total);
}

// Random loss aside: it says nothing about the topology.
Figures first_drop(const RunResult& result, Select) {
  for (const DropResult& drop : result.drops) {
    if (drop.code != row_of(DropCode::LinkLoss).name) return {{}, {drop.code}, {}};
  }
  return {{}, {}, "no packet was dropped"};
}

Figures drop_codes_seen(const RunResult& result, Select) {
  std::set<std::string> codes;
  for (const DropResult& drop : result.drops) codes.insert(drop.code);
  if (codes.empty()) return {{}, {}, "no packet was dropped"};
  return {{}, {codes.begin(), codes.end()}, {}};
}

Figures reachable(const RunResult& result, Select select) {
  for (const ReachableResult& one : result.reachable) {
    if (one.selector != select) continue;
    if (one.probes == 0) return {{}, {}, "the run ended before anything was probed"};
    Figures figures = truth(one.arrived == one.probes);
    if (one.failed_at) {
      const std::string when = format_duration(ns(*one.failed_at));
      figures.words = {one.code + " at " + when};
      if (one.code == "under way") figures.none = "the probe of " + when + " is still under way";
    }
    return figures;
  }
  return {{}, {}, "nothing was probed"};
}

Figures shape(const RunResult& result, Select select) {
  for (const MeshShape& one : result.shapes) {
    if (one.graph == select) return {{}, {one.shape}, {}};
  }
  return {{}, {}, "no graph is called '" + std::string{select} + "'"};
}

constexpr std::string_view kMembersSelector = "a cluster or a pod";
constexpr std::string_view kServiceSelector = "a partitioned service";

constexpr Metric kMetrics[] = {
    {"members", MetricUnit::Count, kMembersSelector, "members that run at the end", members},
    {"seniors", MetricUnit::Count, "", "running members that see themselves as senior", seniors},
    {"one_senior", MetricUnit::Truth, "", "exactly one running member is senior", one_senior},
    {"join_time", MetricUnit::Nanoseconds, kMembersSelector, "first announce to joined", join_time},
    {"start_time", MetricUnit::Nanoseconds, kMembersSelector,
     "first announce to \"Started cluster\": every member has welcomed it", start_time},
    {"joined_at", MetricUnit::Nanoseconds, kMembersSelector, "start of the run to joined",
     joined_at},
    {"timestamp", MetricUnit::Nanoseconds, kMembersSelector, "the member's cluster timestamp",
     timestamp},
    {"founder_age", MetricUnit::Nanoseconds, kMembersSelector,
     "how much older member 1 is, by timestamp, than each of the others", founder_age},
    {"jvm_to_timestamp", MetricUnit::Nanoseconds, kMembersSelector, "JVM start to the timestamp",
     jvm_to_timestamp},
    {"jvm_to_skip", MetricUnit::Nanoseconds, kMembersSelector,
     "JVM start to the first skipped WKA name", jvm_to_skip},
    {"jvm_to_service", MetricUnit::Nanoseconds, "SERVICE or SERVICE@a cluster or a pod",
     "JVM start to joining that service", jvm_to_service},
    {"jvm_to_stable", MetricUnit::Nanoseconds, "SERVICE or SERVICE@a cluster or a pod",
     "JVM start to seeing that service settled with as many nodes as in the end", jvm_to_stable},
    {"skipped_names", MetricUnit::Count, kMembersSelector,
     "WKA names skipped because they did not resolve", skipped_names},
    {"id", MetricUnit::Count, kMembersSelector, "member id at the end", id},
    {"state", MetricUnit::Word, kMembersSelector, "Running, Welcoming, Hung, ...", state},
    {"starts", MetricUnit::Count, kMembersSelector, "times the member began to announce", starts},
    {"refusals", MetricUnit::Count, kMembersSelector, "refusals of the clock check", refusals},
    {"stable_at", MetricUnit::Nanoseconds, kServiceSelector,
     "the last \"partition ownership has stabilized\"", stable_at},
    {"stable_nodes", MetricUnit::Count, kServiceSelector, "nodes named by the last \"stabilized\"",
     stable_nodes},
    {"events", MetricUnit::Count, "an event of the timeline, such as ip-timeout",
     "how often it happened", events_of},
    {"findings", MetricUnit::Count, "a rule, like MS0201",
     "findings of that rule of `meshsim check`; 'rule: MS0201' wants none", findings},
    {"drops", MetricUnit::Count, "a drop code", "packets dropped", drops},
    {"first_drop", MetricUnit::Word, "",
     "code of the first dropped packet, random loss on links aside", first_drop},
    {"drop_codes", MetricUnit::Word, "", "every drop code seen", drop_codes_seen},
    {"reachable", MetricUnit::Truth, "FROM > TO tcp PORT [during A..B]",
     "a probe each second arrives; ends as for `meshsim path`", reachable},
    {"shape", MetricUnit::Word, "rpc, cilium, dns or wka",
     "full-mesh, hub, chain, ring, partial, islands, none, asymmetric", shape},
};

}  // namespace

std::span<const Metric> metrics() { return kMetrics; }

}  // namespace meshsim
