// How a member becomes one, as a table of rules; source: coherence.md section 14. Guards (the 16th
// tick, an older candidate, senior or junior) are computed by the caller and arrive as inputs of
// their own, so the table stays flat. Left out: panic and kill between islands (section 7.3).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace meshsim::coherence {

enum class JoinState : std::uint8_t { Announce, Joining, Welcoming, Running, Stopped, Hung };
inline constexpr std::size_t kJoinStates = 6;

enum class JoinInput : std::uint8_t {
  Tick,             // the periodic tick, nothing special about it
  BindTick,         // the 6th tick of an announcer
  LastTick,         // the tick after 16 unanswered ones, and all is well for founding
  LastTickUnfit,    // the same, but not well known, deaf or without its port
  LastTickWithId,   // the same of a requester that had been given an id
  OlderHeard,       // an older candidate's announce (counter > 5), an older requester's request
  ClusterHeard,     // proof that a cluster exists: an answer to somebody, a wait, a request
  SeniorReplied,    // NewMemberAnnounceReply to this member
  CheckFailed,      // the senior cannot be reached by TCP or by IpMonitor's probe
  VarianceRefused,  // the clock check refused the round trip
  SeniorAccepted,   // all checks passed
  RejectedRestart,  // NewMemberRequestIdReject: timestamp out of order
  Rejected,         // the same for another reason
  IdGiven,          // NewMemberRequestIdReply to this member
  Inducted,         // NewMemberInduct
  LastWelcome,      // every polled member has answered or left
  ToldOut,          // the senior's heartbeat lacks this member
  StartTimeout,     // 300 s without success
  AnnounceHeardAsSenior,
  AnnounceHeardAsJunior,
  RequestHeard,  // NewMemberRequestId of somebody
  RestartDue,    // a service monitor finds the cluster service stopped
};
inline constexpr std::size_t kJoinInputs = 22;

enum class JoinAction : std::uint8_t {
  None,
  BroadcastAnnounce,
  BindAndAnnounce,
  FormCluster,
  ResetCounter,
  CheckSenior,
  AllowMoreVariance,
  AdoptSeniorClock,
  RequestId,
  LearnId,
  GreetAllMembers,
  BroadcastWelcome,
  StartServices,
  FailStart,
  HangStart,
  StopAndRestart,
  KeepHouse,
  AnswerAnnounce,
  PointToSenior,
  ConsiderRequest,
  StartAfresh,
};

struct JoinRule {
  std::string_view label;
  JoinState from;
  JoinInput input;
  JoinState to;
  JoinAction action;
};

// All rules, in the order of their labels.
std::span<const JoinRule> join_rules();

// Inputs that cannot happen in a state; step() treats them as broken promises.
bool is_impossible(JoinState state, JoinInput input);

inline constexpr std::uint32_t kAnnounceLimit = 16;  // 3000 / 200 + 1; source: section 3.1
inline constexpr std::uint32_t kBindTick = 6;        // counter 16/3 = 5 is passed
inline constexpr std::uint32_t kSeriousAttempt = 5;  // L/3: an older candidate beyond it is serious
inline constexpr std::uint32_t kHelpAttempt = 4;     // L/4: beyond it juniors help

struct JoinMachine {
  JoinState state = JoinState::Stopped;
  std::uint32_t counter = 0;  // attempts since the last reset
  bool has_id = false;
  std::uint32_t allowed_ms = 16;  // round trip the clock check accepts
};

// What a tick means now; the founder's fitness matters only after 16 ticks.
JoinInput tick_input(const JoinMachine& machine, bool is_listening, bool is_fit_to_found);

// The rule taken, or nullptr if the input is ignored in this state. Counts the attempts.
const JoinRule* step(JoinMachine& machine, JoinInput input);

// The clock check of coherence.md section 3.4 (4): false widens what is allowed.
bool accept_round_trip(JoinMachine& machine, std::uint32_t actual_ms);

}  // namespace meshsim::coherence
