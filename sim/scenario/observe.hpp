// Turns the trace of a run into its result.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "meshsim/base/decisions.hpp"
#include "meshsim/kernel/simulation.hpp"
#include "meshsim/kernel/trace.hpp"
#include "meshsim/scenario/result.hpp"

namespace meshsim {

namespace coherence {
class Member;
}

// A member that the world was built with.
struct MemberSlot {
  ComponentId component;
  std::string pod;
  std::string cluster;
  std::string site;
  coherence::Member* process = nullptr;
};

// Watches one run.
class Observer final : public TraceSink {
 public:
  Observer(const Simulation& simulation, const Decisions& decisions, const Sources& sources,
           const std::vector<MemberSlot>& members);

  void take(const TraceRecord& record) override;

  // Members in the order of the table, drops by time, the timeline.
  void finish(RunResult& result);

  auto state() { return std::tie(members_, drops_, timeline_); }

 private:
  struct Member {
    MemberResult result;
    bool sees_itself_senior = false;
  };

  void take_drop(const TraceRecord& record);
  void take_member(Member& member, const TraceRecord& record);
  void tell(const TraceRecord& record, const Member& member, std::string event, std::string text);

  const Simulation& simulation_;
  const Decisions& decisions_;
  const Sources& sources_;
  std::map<ComponentId, Member> members_;
  std::map<std::pair<ComponentId, std::pair<std::int64_t, std::pair<DecisionId, DecisionId>>>,
           DropResult>
      drops_;
  std::vector<TimelineEntry> timeline_;
};

}  // namespace meshsim
