// What a run yields. Plain values; simulated times are ns since the start of the run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "meshsim/base/units.hpp"

namespace meshsim {

// The state of a Coherence member at the end of the run, in the words of coherence.md section 14.
enum class MemberState : std::uint8_t {
  NotStarted,  // its process never ran
  Starting,    // JVM or name resolution, nothing announced yet
  Announcing,
  Joining,
  Welcoming,  // it has an id, but not every member has answered: no service starts
  Running,
  Stopped,  // left the cluster; restarts within seconds
  Hung,     // stopped during its start: a live JVM that does nothing
  Failed,   // its start gave up
};
std::string_view to_string(MemberState state);

struct ServiceJoin {
  std::string service;
  Time at{};
  std::uint32_t senior = 0;  // member id of the service's senior
};

struct MemberResult {
  std::string pod;
  std::string cluster;
  std::string site;
  MemberState state = MemberState::NotStarted;
  std::uint32_t id = 0;              // 0: none (any more)
  std::optional<Time> process_at;    // its JVM started
  std::optional<Time> announced_at;  // first announce of its last start
  std::optional<Time> timestamp;     // its cluster timestamp: what "oldest" is judged by
  std::optional<Time> joined_at;     // "This Member ... joined cluster", or "Created a new cluster"
  std::optional<Time> started_at;    // "Started cluster": every member has welcomed it
  bool senior = false;
  std::uint32_t starts = 0;    // times it has started to announce
  std::uint32_t refusals = 0;  // of the clock check, during its last start
  std::vector<ServiceJoin> services;
  std::string waiting_for;      // what it last waited for, if its start never completed
  std::string stopped_because;  // why it last stopped, if it has

  // First announce to joined; none if it has not joined.
  std::optional<Duration> took() const {
    if (!joined_at || !announced_at) return std::nullopt;
    return *joined_at - *announced_at;
  }
};

// A line of the membership timeline.
struct TimelineEntry {
  Time at{};
  std::string member;  // "c1/storage-c1-0"
  std::string event;   // "joined", "variance", "stable", ...
  std::string text;    // one line for people
};

// All packets that ended for one reason at one place.
struct DropResult {
  std::string code;   // "drg-no-route"; `meshsim explain drop-codes` lists all
  std::string where;  // path of the component
  std::uint64_t count = 0;
  Time first_at{};
  std::string packet;      // the first one
  std::string decided_by;  // what decided, in words; empty if the code says it all
  std::string decided_at;  // "file:line:column", or empty if a default decided
  std::string cause;       // the earlier decision that sent it there, if there was one
  std::string cause_at;
  std::string remedy;
};

enum class Holds : std::uint8_t { Yes, No, Unknown };
std::string_view to_string(Holds holds);

struct Verdict {
  std::string expression;
  std::string position;  // of the expectation in the scenario
  Holds holds = Holds::Unknown;
  std::string actual;  // "3.317s", "9", or why it is unknown
};

// What a run occupied, in bytes unless it says otherwise; equal for equal files, seed and options.
// The queue's figures depend on the executor and on the number of jobs.
struct RunMemory {
  std::uint64_t components = 0;
  std::uint64_t component_bytes = 0;  // their objects, without what their state allocates
  std::uint64_t peak_pending = 0;     // events that were pending at the same time
  std::uint64_t event_bytes = 0;      // of those, message included
  std::uint64_t queue_bytes = 0;      // the queue's own, beside the events
  std::uint64_t payloads = 0;         // contents of packets alive at the end
  std::uint64_t members = 0;          // Coherence members
  std::uint64_t member_bytes = 0;     // the object of one

  std::uint64_t bytes_per_component() const {
    return components == 0 ? 0 : component_bytes / components;
  }
  double bytes_per_pending_event() const {
    if (peak_pending == 0) return 0;
    return static_cast<double>(event_bytes + queue_bytes) / static_cast<double>(peak_pending);
  }
};

// What became of the probes that an expectation `reachable[...]` asks for.
struct ReachableResult {
  std::string selector;  // as in the expectation
  std::uint32_t probes = 0;
  std::uint32_t arrived = 0;
  std::optional<Time> failed_at;  // when the first that did not arrive was sent
  std::string code;               // and why it did not
};

// One of the graphs that connect clusters, and its shape: "cilium", "full-mesh".
struct MeshShape {
  std::string graph;
  std::string shape;
};

// What a rule of `meshsim check` finds in the scenario, for `rule:` under `expect`.
struct RuleCount {
  std::string rule;  // "MS0201"
  std::uint32_t findings = 0;
  std::string unknown;  // why it cannot tell; empty if it can
};

// What depends on the machine; everything else is equal between two runs of one seed.
struct WallClock {
  double seconds = 0;
  std::uint64_t peak_memory_bytes = 0;
  double events_per_second = 0;
  // Object and heap of a member at the end of the run, on average; only if it was asked for.
  std::optional<std::uint64_t> bytes_per_member;
};

struct RunResult {
  std::string scenario;
  std::string scenario_hash;  // over every file the run was made from
  std::uint64_t seed = 0;
  std::string version;
  std::string fingerprint;
  Time simulated{};
  std::uint64_t events = 0;
  std::vector<MemberResult> members;  // by id, then by pod; those without an id last
  std::vector<TimelineEntry> timeline;
  std::vector<DropResult> drops;  // by time of the first
  std::vector<Verdict> verdicts;
  std::vector<ReachableResult> reachable;  // none if no expectation asks
  std::vector<MeshShape> shapes;           // likewise
  std::vector<RuleCount> rules;            // likewise
  std::vector<std::string> warnings;       // with positions
  std::optional<RunMemory> memory;         // only if it was asked for
  WallClock wall;
};

}  // namespace meshsim
