// The rules of joining and the pure function that applies them.
#include "models/coherence/join_machine.hpp"

#include <algorithm>

#include "meshsim/base/check.hpp"

namespace meshsim::coherence {
namespace {

constexpr auto kRules = [] {
  using enum JoinState;
  using I = JoinInput;
  using A = JoinAction;
  return std::to_array<JoinRule>({
      // label from      input               to         action
      {"J1", Announce, I::Tick, Announce, A::BroadcastAnnounce},
      {"J2", Announce, I::BindTick, Announce, A::BindAndAnnounce},
      {"J3", Announce, I::LastTick, Running, A::FormCluster},  // 3.2 s of silence
      {"J4", Announce, I::LastTickUnfit, Announce, A::ResetCounter},
      {"J5", Announce, I::OlderHeard, Announce, A::ResetCounter},
      {"J6", Announce, I::ClusterHeard, Announce, A::ResetCounter},
      {"J7", Announce, I::SeniorReplied, Announce, A::CheckSenior},
      {"J8", Announce, I::CheckFailed, Announce, A::None},
      {"J9", Announce, I::VarianceRefused, Announce, A::AllowMoreVariance},
      {"J10", Announce, I::SeniorAccepted, Joining, A::AdoptSeniorClock},
      {"J11", Announce, I::StartTimeout, Stopped, A::FailStart},
      {"J12", Joining, I::Tick, Joining, A::RequestId},
      {"J13", Joining, I::LastTick, Announce, A::ResetCounter},
      {"J14", Joining, I::LastTickWithId, Stopped, A::FailStart},
      {"J15", Joining, I::OlderHeard, Joining, A::ResetCounter},
      {"J16", Joining, I::RejectedRestart, Announce, A::ResetCounter},
      {"J17", Joining, I::Rejected, Stopped, A::FailStart},
      {"J18", Joining, I::IdGiven, Joining, A::LearnId},
      {"J19", Joining, I::Inducted, Welcoming, A::GreetAllMembers},
      {"J20", Joining, I::StartTimeout, Stopped, A::FailStart},
      {"J21", Welcoming, I::Tick, Welcoming, A::BroadcastWelcome},
      {"J22", Welcoming, I::LastWelcome, Running, A::StartServices},
      // A member that is stopped while it starts is not restarted: no monitor runs yet.
      {"J23", Welcoming, I::ToldOut, Hung, A::HangStart},
      {"J24", Welcoming, I::StartTimeout, Hung, A::HangStart},
      {"J25", Running, I::Tick, Running, A::KeepHouse},
      {"J26", Running, I::AnnounceHeardAsSenior, Running, A::AnswerAnnounce},
      {"J27", Running, I::AnnounceHeardAsJunior, Running, A::PointToSenior},
      {"J28", Running, I::RequestHeard, Running, A::ConsiderRequest},
      {"J29", Running, I::ToldOut, Stopped, A::StopAndRestart},
      {"J30", Stopped, I::RestartDue, Announce, A::StartAfresh},
  });
}();

constexpr bool no_two_rules_compete(std::span<const JoinRule> rules) {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    for (std::size_t j = i + 1; j < rules.size(); ++j) {
      if (rules[i].from == rules[j].from && rules[i].input == rules[j].input) return false;
    }
  }
  return true;
}
static_assert(no_two_rules_compete(kRules));

const JoinRule* find(JoinState state, JoinInput input) {
  const auto* found = std::find_if(kRules.begin(), kRules.end(), [&](const JoinRule& rule) {
    return rule.from == state && rule.input == input;
  });
  return found == kRules.end() ? nullptr : found;
}

}  // namespace

std::span<const JoinRule> join_rules() { return kRules; }

// Only what the member does to itself can be impossible; whatever comes over the network may come
// at any time and is ignored where no rule takes it.
bool is_impossible(JoinState state, JoinInput input) {
  using enum JoinState;
  using I = JoinInput;
  switch (input) {
    case I::Tick: return state == Stopped || state == Hung;
    case I::BindTick:
    case I::LastTickUnfit:
    case I::CheckFailed:
    case I::VarianceRefused:
    case I::SeniorAccepted: return state != Announce;
    case I::LastTick: return state != Announce && state != Joining;
    case I::LastTickWithId: return state != Joining;
    case I::LastWelcome: return state != Welcoming;
    case I::RestartDue: return state != Stopped;
    default: return false;
  }
}

JoinInput tick_input(const JoinMachine& machine, bool is_listening, bool is_fit_to_found) {
  using enum JoinState;
  const bool is_spent = machine.counter >= kAnnounceLimit;
  if (machine.state == Announce) {
    if (is_spent) return is_fit_to_found ? JoinInput::LastTick : JoinInput::LastTickUnfit;
    if (!is_listening && machine.counter + 1 >= kBindTick) return JoinInput::BindTick;
  }
  if (machine.state == Joining && is_spent) {
    return machine.has_id ? JoinInput::LastTickWithId : JoinInput::LastTick;
  }
  return JoinInput::Tick;
}

const JoinRule* step(JoinMachine& machine, JoinInput input) {
  check(!is_impossible(machine.state, input), "a member does not do to itself what its state bars");
  const JoinRule* rule = find(machine.state, input);
  if (rule == nullptr) return nullptr;
  switch (rule->action) {
    case JoinAction::BroadcastAnnounce:
    case JoinAction::BindAndAnnounce:
    case JoinAction::RequestId: ++machine.counter; break;
    case JoinAction::LearnId: machine.has_id = true; break;
    case JoinAction::ResetCounter:
    case JoinAction::CheckSenior:
    case JoinAction::AdoptSeniorClock: machine.counter = 0; break;
    default: break;
  }
  machine.state = rule->to;
  return rule;
}

bool accept_round_trip(JoinMachine& machine, std::uint32_t actual_ms) {
  if (actual_ms <= machine.allowed_ms) return true;
  constexpr std::uint32_t kMostAllowed = 1000;  // ms
  const std::uint32_t more = std::max(1U, (actual_ms - machine.allowed_ms) / 8);
  machine.allowed_ms = std::min(kMostAllowed, machine.allowed_ms + more);
  return false;
}

}  // namespace meshsim::coherence
