// From the first announce to the last welcome: what the rules of join_machine.cpp do.
#include <algorithm>

#include "models/coherence/member.hpp"
#include "models/coherence/observations.hpp"

namespace meshsim::coherence {
void Member::take(Turn& turn, JoinInput input) {
  const JoinRule* rule = step(machine_, input);
  if (rule == nullptr) return;
  rules_taken_ |= 1U << (rule - join_rules().data());
  act(turn, rule->action);
}

void Member::act(Turn& turn, JoinAction action) {
  switch (action) {
    case JoinAction::None:
    case JoinAction::ResetCounter:
    case JoinAction::AllowMoreVariance:
    case JoinAction::StartAfresh: break;
    case JoinAction::BindAndAnnounce:
      listen();
      announce(turn);
      break;
    case JoinAction::BroadcastAnnounce: announce(turn); break;
    case JoinAction::FormCluster: form_cluster(turn); break;
    case JoinAction::CheckSenior:
      thread_.block();
      monitor_.start(turn);
      check_.begin(turn, std::get<NewMemberAnnounceReply>(*hearing_.letter), hearing_.received,
                   spec_.port7);
      break;
    case JoinAction::AdoptSeniorClock: adopt_senior_clock(turn); break;
    case JoinAction::RequestId:
      broadcast(turn, letter(NewMemberRequestId{record_, machine_.counter}));
      break;
    case JoinAction::LearnId: learn_id(turn); break;
    case JoinAction::GreetAllMembers: greet_all_members(turn); break;
    case JoinAction::BroadcastWelcome:
      if (const MemberRecord* senior = cluster_.members.find(cluster_.members.senior())) {
        broadcast(turn, letter(NewMemberWelcomeAnnounce{record_, *senior}));
      }
      ring_.on_tick(turn, cluster_.members);
      announce_isolation(turn);
      break;
    case JoinAction::StartServices: start_services(turn); break;
    case JoinAction::FailStart: stop_start(turn, false); break;
    case JoinAction::HangStart: stop_start(turn, true); break;
    case JoinAction::StopAndRestart:
      turn.observe(kStopped, record_.id.value, 0, "missing in the senior's heartbeat");
      end_cluster_service(turn);
      wake_monitors(turn);
      break;
    case JoinAction::KeepHouse: keep_house(turn); break;
    case JoinAction::AnswerAnnounce: answer_announce(turn); break;
    case JoinAction::PointToSenior: point_to_senior(turn); break;
    case JoinAction::ConsiderRequest: consider_request(turn); break;
  }
}

// One datagram per address; the copy to itself comes back by loopback, without a packet.
void Member::broadcast(Turn& turn, const Letter& message) {
  for (const SocketAddress& known : wka_.addresses()) {
    if (known.address == record_.uuid.address) {
      heard_itself_ = heard_itself_ || is_listening_;
      continue;
    }
    cluster_.tcmp.send_once(turn, known.address, known.port, message);
  }
  for (const SocketAddress& extra : dynamic_) {
    cluster_.tcmp.send_once(turn, extra.address, extra.port, message);
  }
  if (wka_.is_stale(turn.now())) {
    wka_.resolve(turn, resolver_, address<dns::ResolverTimer>());
  }
}

// At the 6th announce, or when a senior has accepted this member: others' requests count then.
void Member::listen() {
  if (is_listening_) return;
  is_listening_ = true;
  stack_.listen_udp(spec_.cluster_port);
}

void Member::announce(Turn& turn) {
  broadcast(turn, letter(NewMemberAnnounce{record_, machine_.counter, tick_begun_}));
}

bool Member::is_fit_to_found() const {
  return heard_itself_ && wka_.contains(record_.uuid.address, record_.uuid.port);
}

// The founder's timestamp is taken before its first announce, not when the cluster forms:
// that is why member 1 always looks about 3.3 s older than the rest.
void Member::form_cluster(Turn& turn) {
  record_.id = {1};
  cluster_.self = record_.id;
  cluster_.tcmp.name_self(record_.id);
  cluster_.bus.name_self(record_.id);
  cluster_.members.add(record_);
  turn.observe(kTimestamp, ns(Duration{record_.uuid.timestamp}));
  turn.observe(kFormed, record_.id.value);
  monitor_.start(turn);
  follow_members(turn);
  start_services(turn);
}

void Member::check_clock(Turn& turn) {
  const std::uint32_t allowed = machine_.allowed_ms;
  const std::uint32_t actual = check_.round_trip_ms();
  if (accept_round_trip(machine_, actual)) return take(turn, JoinInput::SeniorAccepted);
  turn.observe(kVariance, allowed, actual);
  take(turn, JoinInput::VarianceRefused);
}

void Member::adopt_senior_clock(Turn& turn) {
  record_.uuid.timestamp = check_.reply().replied;
  listen();
  turn.observe(kTimestamp, ns(Duration{record_.uuid.timestamp}));
}

void Member::learn_id(Turn& turn) {
  const auto& reply = std::get<NewMemberRequestIdReply>(*hearing_.letter);
  if (record_.id) return;  // a repeated request was answered again
  record_.id = reply.to.id;
  cluster_.self = record_.id;
  cluster_.tcmp.name_self(record_.id);
  cluster_.bus.name_self(record_.id);
  add_member(turn, reply.from);
  Work logged;
  logged.kind = Work::Kind::SeniorKnown;
  thread_.go_on(std::move(logged));
}

void Member::greet_all_members(Turn& turn) {
  const auto& induct = std::get<NewMemberInduct>(*hearing_.letter);
  for (const MemberRecord& member : induct.members) {
    if (cluster_.members.find(member.id) == nullptr) add_member(turn, member);
  }
  cluster_.members.joined_at(induct.last_join);
  cluster_.services.merge(induct.services);
  follow_members(turn);
  unwelcomed_ = cluster_.members.others(cluster_.self);
  // What the senior said about the dead goes to all: some may not know of them.
  const std::vector<Departure> dead = cluster_.members.recently_dead(turn.now());
  if (!dead.empty()) cluster_.tell_others(turn, letter(MemberLeft{dead}));
  cluster_.tell_others(turn, letter(NewMemberWelcomeRequest{}));
}

void Member::check_welcomes(Turn& turn) {
  if (machine_.state != JoinState::Welcoming || !unwelcomed_.empty()) return;
  if (is_welcome_closed_) return;
  is_welcome_closed_ = true;
  Work closed;
  closed.kind = Work::Kind::AllWelcomed;
  closed.received = turn.now();
  thread_.go_on(std::move(closed));
}

void Member::start_services(Turn& turn) {
  monitor_phase_ = turn.now() + monitors_.between({0ms, 5s});
  monitor_offset_ = monitors_.between(parameters_.monitor_offset);
  startup_.begin(turn);
}

void Member::stop_start(Turn& turn, bool hangs) {
  if (!hangs) return exit_process(turn, "failure to join a cluster");
  turn.observe(kStopped, record_.id.value, 0, "removed from the cluster during its start");
  turn.observe(kHung, record_.id.value);
  end_cluster_service(turn);
}

void Member::report_waiting(Turn& turn) {
  if (machine_.state == JoinState::Running && startup_.is_complete()) return;
  std::string what;
  switch (machine_.state) {
    case JoinState::Announce: what = "an answer or well-known nodes"; break;
    case JoinState::Joining: what = "an id"; break;
    case JoinState::Welcoming:
      what = "welcome of member";
      for (const MemberId id : unwelcomed_) what += " " + std::to_string(id.value);
      break;
    case JoinState::Running: what = "services"; break;
    case JoinState::Stopped:
    case JoinState::Hung: return;
  }
  const std::string names = wka_.unresolved();
  if (machine_.state == JoinState::Announce && !names.empty()) what += "; unresolved: " + names;
  turn.observe(kWaiting, record_.id.value, 0, what);
  turn.wake(AlarmKind::Waiting, Duration{5s});
}

void Member::hear(Turn& turn, const Work&, const NewMemberAnnounce& m) {
  if (machine_.state == JoinState::Announce) {
    const bool is_older = m.from.uuid < record_.uuid;
    const bool is_well_known = wka_.contains(m.from.uuid.address, m.from.uuid.port);
    if (is_older && is_well_known && m.attempt > kSeriousAttempt) {
      take(turn, JoinInput::OlderHeard);
    }
    return;
  }
  if (machine_.state != JoinState::Running) return;
  if (cluster_.is_senior()) return take(turn, JoinInput::AnnounceHeardAsSenior);
  const MemberRecord* senior = cluster_.members.find(cluster_.members.senior());
  if (m.from.id || senior == nullptr) return;
  const bool is_hidden = !wka_.contains(senior->uuid.address, senior->uuid.port);
  if (m.attempt > kHelpAttempt || is_hidden) take(turn, JoinInput::AnnounceHeardAsJunior);
}

void Member::hear(Turn& turn, const Work&, const NewMemberAnnounceReply& m) {
  take(turn, is_to_me(m.to) ? JoinInput::SeniorReplied : JoinInput::ClusterHeard);
}

void Member::hear(Turn& turn, const Work&, const NewMemberAnnounceWait& m) {
  const Uuid& senior = m.senior.uuid;
  const SocketAddress where{senior.address, senior.port};
  const bool is_new = std::find(dynamic_.begin(), dynamic_.end(), where) == dynamic_.end();
  if (machine_.state == JoinState::Announce && is_new &&
      !wka_.contains(senior.address, senior.port)) {
    dynamic_.push_back(where);
  }
  take(turn, JoinInput::ClusterHeard);
}

void Member::hear(Turn& turn, const Work&, const NewMemberRequestId& m) {
  if (machine_.state == JoinState::Joining) {
    if (m.from.uuid < record_.uuid) take(turn, JoinInput::OlderHeard);
    return;
  }
  take(turn, is_member() ? JoinInput::RequestHeard : JoinInput::ClusterHeard);
}

void Member::hear(Turn& turn, const Work&, const NewMemberRequestIdReject& m) {
  if (!is_to_me(m.to)) return;
  take(turn, m.reason == RejectReason::Restart ? JoinInput::RejectedRestart : JoinInput::Rejected);
}

void Member::hear(Turn& turn, const Work&, const NewMemberRequestIdReply& m) {
  if (machine_.state == JoinState::Announce) return take(turn, JoinInput::ClusterHeard);
  const bool is_for_this_life = is_to_me(m.to) && m.to.uuid == record_.uuid;
  if (is_for_this_life) take(turn, JoinInput::IdGiven);
}

void Member::hear(Turn& turn, const Work&, const NewMemberRequestIdWait&) {
  if (machine_.state == JoinState::Announce) take(turn, JoinInput::ClusterHeard);
}

void Member::hear(Turn& turn, const Work&, const NewMemberInduct&) {
  take(turn, JoinInput::Inducted);
}

void Member::hear(Turn& turn, const Work& work, const NewMemberWelcome& m) {
  cluster_.services.merge(m.services);
  std::erase(unwelcomed_, work.from);
  check_welcomes(turn);
}

}  // namespace meshsim::coherence
