// From trace records to rows: who joined when, what was dropped where, and the timeline.
#include "sim/scenario/observe.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/coherence/observations.hpp"
#include "models/fabric/drop.hpp"
#include "models/fabric/hop.hpp"
#include "sim/scenario/expect.hpp"

namespace meshsim {

std::string_view to_string(MemberState state) {
  switch (state) {
    case MemberState::NotStarted: return "NotStarted";
    case MemberState::Starting: return "Starting";
    case MemberState::Announcing: return "Announcing";
    case MemberState::Joining: return "Joining";
    case MemberState::Welcoming: return "Welcoming";
    case MemberState::Running: return "Running";
    case MemberState::Stopped: return "Stopped";
    case MemberState::Hung: return "Hung";
    case MemberState::Failed: return "Failed";
  }
  return "?";
}

std::string_view to_string(Holds holds) {
  switch (holds) {
    case Holds::Yes: return "holds";
    case Holds::No: return "fails";
    case Holds::Unknown: return "unknown";
  }
  return "?";
}

Observer::Observer(const Simulation& simulation, const Decisions& decisions, const Sources& sources,
                   const std::vector<MemberSlot>& members)
    : simulation_(simulation), decisions_(decisions), sources_(sources) {
  for (const MemberSlot& slot : members) {
    Member& member = members_[slot.component];
    member.result.pod = slot.pod;
    member.result.cluster = slot.cluster;
    member.result.site = slot.site;
  }
}

void Observer::take(const TraceRecord& record) {
  if (record.label == kDropLabel) return take_drop(record);
  const auto member = members_.find(record.component);
  if (member != members_.end()) take_member(member->second, record);
}

void Observer::take_drop(const TraceRecord& record) {
  if (to_probe_mark(record.other).number != 0) return;  // a probe's, which is not of the scenario
  DropResult& row = drops_[{record.component, {record.value, {record.decided_by, record.cause}}}];
  if (row.count++ != 0) return;
  const DropCodeRow& code = row_of(static_cast<DropCode>(record.value));
  row.code = code.name;
  row.remedy = code.remedy;
  row.where = simulation_.path(record.component);
  row.first_at = record.at;
  row.packet = record.text;
  const Decision& decided_by = decisions_.at(record.decided_by);
  const Decision& cause = decisions_.at(record.cause);
  row.decided_by = decided_by.text;
  if (decided_by.pos) row.decided_at = sources_.text(decided_by.pos);
  row.cause = cause.text;
  if (cause.pos) row.cause_at = sources_.text(cause.pos);
}

void Observer::take_member(Member& member, const TraceRecord& record) {
  namespace coh = coherence;
  MemberResult& result = member.result;
  const std::string_view label = record.label;
  if (label == coh::kProcessStarted) {
    result.process_at = record.at;
    result.state = MemberState::Starting;
    tell(record, member, "process-started", "JVM starts");
  } else if (label == coh::kWkaSkipped) {
    tell(record, member, "wka-skipped",
         fmt::format("skips WKA address {}: it does not resolve", record.text));
  } else if (label == coh::kAnnouncing) {
    result.state = MemberState::Announcing;
    result.announced_at = record.at;
    result.joined_at.reset();
    result.started_at.reset();
    result.timestamp.reset();
    result.services.clear();
    result.id = 0;
    result.refusals = 0;
    result.waiting_for.clear();
    result.stopped_because.clear();
    member.sees_itself_senior = false;
    ++result.starts;
    tell(record, member, "announcing", "first announce");
  } else if (label == coh::kTimestamp) {
    result.timestamp = at(Duration{record.value});
  } else if (label == coh::kVariance) {
    if (++result.refusals == 1) {
      tell(record, member, "variance",
           fmt::format("clock check refuses: allowed {} ms, actual {} ms", record.value,
                       record.other));
    }
  } else if (label == coh::kFormed) {
    result.id = static_cast<std::uint32_t>(record.value);
    result.state = MemberState::Welcoming;
    result.joined_at = record.at;
    tell(record, member, "formed", fmt::format("forms a new cluster as member {}", record.value));
  } else if (label == coh::kJoined) {
    result.id = static_cast<std::uint32_t>(record.value);
    result.state = MemberState::Welcoming;
    result.joined_at = record.at;
    tell(record, member, "joined",
         fmt::format("joins as member {}, senior {}{}", record.value, record.other,
                     result.refusals == 0
                         ? std::string{}
                         : fmt::format(", after {} refusals of the clock check", result.refusals)));
  } else if (label == coh::kStarted) {
    result.state = MemberState::Running;
    result.started_at = record.at;
    result.waiting_for.clear();
    tell(record, member, "started",
         fmt::format("member {} runs, sees {} members", record.value, record.other));
  } else if (label == coh::kSenior) {
    member.sees_itself_senior = record.value == record.other;
  } else if (label == coh::kServiceJoined) {
    result.services.push_back({record.text, record.at, static_cast<std::uint32_t>(record.value)});
    tell(record, member, "service-joined",
         fmt::format("joins service {}, its senior is member {}", record.text, record.value));
  } else if (label == coh::kStable) {
    tell(record, member, "stable",
         fmt::format("{}: partition ownership has stabilized with {} nodes", record.text,
                     record.value));
  } else if (label == coh::kIpTimeout) {
    tell(
        record, member, "ip-timeout",
        fmt::format("declares {} (member {}) dead: no answer for 15 s", record.text, record.value));
  } else if (label == coh::kMemberLeft) {
    tell(record, member, "member-left", fmt::format("removes member {}", record.value));
  } else if (label == coh::kStopped) {
    result.state = MemberState::Stopped;
    result.stopped_because = record.text;
    member.sees_itself_senior = false;
    tell(record, member, "stopped", fmt::format("stops: {}", record.text));
  } else if (label == coh::kHung) {
    result.state = MemberState::Hung;
    tell(record, member, "hung", "hangs with a live JVM; nothing restarts it");
  } else if (label == coh::kStartFailed) {
    result.state = MemberState::Failed;
    result.stopped_because = record.text;
    tell(record, member, "start-failed", fmt::format("its JVM ends: {}", record.text));
  } else if (label == coh::kRestarting) {
    tell(record, member, "restarting", "restarts in the same JVM");
  } else if (label == coh::kWaiting) {
    if (result.waiting_for != record.text && record.text != "services") {
      tell(record, member, "waiting", fmt::format("waits for {}", record.text));
    }
    result.waiting_for = record.text;
  }
}

void Observer::tell(const TraceRecord& record, const Member& member, std::string event,
                    std::string text) {
  timeline_.push_back({record.at, member.result.cluster + "/" + member.result.pod, std::move(event),
                       std::move(text)});
}

void Observer::finish(RunResult& result) {
  for (auto& [component, member] : members_) {
    member.result.senior = member.sees_itself_senior && member.result.state == MemberState::Running;
    result.members.push_back(std::move(member.result));
  }
  std::stable_sort(result.members.begin(), result.members.end(),
                   [](const MemberResult& a, const MemberResult& b) {
                     const bool a_last = a.id == 0;
                     const bool b_last = b.id == 0;
                     if (a_last != b_last) return b_last;
                     if (a.id != b.id) return a.id < b.id;
                     return std::pair{a.cluster, a.pod} < std::pair{b.cluster, b.pod};
                   });
  for (auto& [key, drop] : drops_) result.drops.push_back(std::move(drop));
  std::stable_sort(
      result.drops.begin(), result.drops.end(),
      [](const DropResult& a, const DropResult& b) { return a.first_at < b.first_at; });
  result.timeline = std::move(timeline_);
}

}  // namespace meshsim
