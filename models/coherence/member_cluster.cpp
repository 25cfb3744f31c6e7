// Being a member: heartbeats, the house rules of each second, newcomers, deaths.
#include <algorithm>

#include "models/coherence/member.hpp"
#include "models/coherence/observations.hpp"

namespace meshsim::coherence {
namespace {

constexpr Duration kPeerHeartbeat = 37250ms;  // source: section 4
constexpr std::size_t kMostTold = 1024;       // older deaths have reached everybody

}  // namespace

void Member::keep_house(Turn& turn) {
  if (cluster_.is_senior()) {
    SeniorMemberHeartbeat heartbeat;
    heartbeat.from = record_;
    heartbeat.members = cluster_.members.ids();
    heartbeat.last_join = cluster_.members.last_join();
    broadcast(turn, letter(std::move(heartbeat)));
  }
  ring_.on_tick(turn, cluster_.members);
  announce_isolation(turn);
  send_heartbeats(turn);
}

// To one member at most that has not acknowledged anything for long.
void Member::send_heartbeats(Turn& turn) {
  const std::vector<MemberId> quiet = cluster_.tcmp.quiet_since(turn.now() - kPeerHeartbeat);
  if (quiet.empty()) return;
  cluster_.tell(turn, quiet[peers_.below(quiet.size())], letter(MemberHeartbeat{}));
}

// Nobody watches this member by a ring connection: it may have been evicted without knowing.
void Member::announce_isolation(Turn& turn) {
  if (cluster_.members.size() > 1 && !ring_.is_watched()) announce(turn);
}

void Member::answer_announce(Turn& turn) {
  const auto& announce = std::get<NewMemberAnnounce>(*hearing_.letter);
  const SocketAddress to = hearing_.source;
  if (!announce.from.id) {
    const NewMemberAnnounceReply reply{record_, announce.from, announce.sent,
                                       cluster_time(turn.now())};
    return cluster_.tcmp.send_once(turn, to.address, to.port, letter(reply));
  }
  SeniorMemberHeartbeat heartbeat;
  heartbeat.from = record_;
  heartbeat.members = cluster_.members.ids();
  heartbeat.last_join = cluster_.members.last_join();
  heartbeat.to_isolated = true;
  cluster_.tcmp.send_once(turn, to.address, to.port, letter(std::move(heartbeat)));
}

void Member::point_to_senior(Turn& turn) {
  const auto& announce = std::get<NewMemberAnnounce>(*hearing_.letter);
  const MemberRecord* senior = cluster_.members.find(cluster_.members.senior());
  cluster_.tcmp.send_once(turn, hearing_.source.address, hearing_.source.port,
                          letter(NewMemberAnnounceWait{record_, announce.from, *senior}));
}

// The checks of section 3.5, in its order.
void Member::consider_request(Turn& turn) {
  const auto& request = std::get<NewMemberRequestId>(*hearing_.letter);
  const SocketAddress to = hearing_.source;
  const MemberRecord* senior = cluster_.members.find(cluster_.members.senior());
  const auto wait = [&] {
    if (request.attempt <= kHelpAttempt) return;
    cluster_.tcmp.send_once(turn, to.address, to.port,
                            letter(NewMemberRequestIdWait{record_, request.from, *senior}));
  };
  if (!cluster_.is_senior()) return wait();

  for (const MemberRecord& known : cluster_.members.all()) {
    const Uuid& uuid = known.uuid;
    const Uuid& theirs = request.from.uuid;
    if (uuid.address != theirs.address || uuid.port != theirs.port) continue;
    if (uuid != theirs) return declare_dead(turn, {known.id});  // the next request proceeds
    cluster_.tcmp.send_once(turn, to.address, to.port,
                            letter(NewMemberRequestIdReply{record_, known}));
    return;
  }
  if (service_senior_.has_pending_joins(cluster_)) return wait();
  const bool is_late = request.from.uuid.timestamp <= cluster_.members.last_join();
  if (is_late) {
    const NewMemberRequestIdReject reject{record_, request.from, RejectReason::Restart};
    return cluster_.tcmp.send_once(turn, to.address, to.port, letter(reject));
  }
  give_id(turn, request.from);
}

void Member::give_id(Turn& turn, const MemberRecord& requester) {
  const auto id = cluster_.members.free_id(turn.now());
  if (!id) return;
  MemberRecord member = requester;
  member.id = *id;
  const std::vector<MemberId> others = cluster_.members.others(cluster_.self);
  add_member(turn, member);
  const Uuid& uuid = member.uuid;
  cluster_.tcmp.send_once(turn, uuid.address, uuid.port,
                          letter(NewMemberRequestIdReply{record_, member}));
  const std::vector<Departure> dead = cluster_.members.recently_dead(turn.now());
  if (!dead.empty()) cluster_.tell(turn, *id, letter(MemberLeft{dead}));
  cluster_.tell(turn, *id,
                letter(NewMemberInduct{cluster_.members.all(), cluster_.services.all(),
                                       cluster_.members.last_join()}));
  const Letter joined = letter(MemberJoined{member});
  for (const MemberId other : others) cluster_.tell(turn, other, joined);
  follow_members(turn);
}

void Member::add_member(Turn& turn, const MemberRecord& record) {
  cluster_.members.add(record);
  cluster_.tcmp.add(record.id, record.uuid.address, record.uuid.port);
  if (record.id != cluster_.self) turn.observe(kMemberJoined, record.id.value);
}

void Member::remove_member(Turn& turn, MemberId gone) {
  const MemberId senior = cluster_.members.senior();
  if (gone == cluster_.self || !cluster_.members.remove(gone, turn.now())) return;
  turn.observe(kMemberLeft, gone.value);
  cluster_.tcmp.remove(gone);
  cluster_.bus.remove(gone);
  cluster_.services.left(gone);
  std::erase(unwelcomed_, gone);
  check_welcomes(turn);
  follow_members(turn);
  service_senior_.member_left(turn, cluster_, gone);
  for (PartitionedService& service : partitioned_) service.member_left(turn, cluster_, gone);
  service_started(turn, startup_.on_member_left(turn, cluster_, gone, gone == senior));
}

// Whoever finds out tells all others, who obey without checking. Deaths told by the dead one are
// in doubt, since its message may not have reached or moved everybody: they are pushed again.
void Member::declare_dead(Turn& turn, const std::vector<MemberId>& dead) {
  MemberLeft left;
  for (const MemberId id : dead) {
    const MemberRecord* member = cluster_.members.find(id);
    if (member != nullptr) left.dead.push_back({id, member->uuid});
  }
  if (left.dead.empty()) return;
  for (const Departure& departure : left.dead) remove_member(turn, departure.id);
  std::erase_if(told_, [&](const Told& told) {
    const bool is_in_doubt = std::find(dead.begin(), dead.end(), told.by) != dead.end();
    if (is_in_doubt) left.dead.push_back(told.who);
    return is_in_doubt;
  });
  cluster_.tell_others(turn, letter(std::move(left)));
}

void Member::follow_members(Turn& turn) {
  if (!is_member()) return;  // not before the induct
  if (const MemberId senior = cluster_.members.senior(); senior != cluster_.told_senior) {
    cluster_.told_senior = senior;
    turn.observe(kSenior, senior.value, cluster_.self.value);
  }
  ring_.follow(turn, cluster_.members, cluster_.self);
  monitor_.follow(cluster_.members, cluster_.self);
}

void Member::scan(Turn& turn, std::uint64_t detail) {
  const IpMonitor::Failure failure =
      monitor_.on_alarm(turn, detail, cluster_.members, cluster_.tcmp);
  std::vector<MemberId> dead;
  for (const MemberRecord& member : cluster_.members.all()) {
    const Ipv4 where = member.uuid.address;
    if (failure.dead == where) dead.push_back(member.id);
    if (failure.silent == where && failure.dead != where) {
      cluster_.tell(turn, member.id, letter(MemberHeartbeat{}));
    }
  }
  for (const MemberId id : dead) {
    turn.observe(kIpTimeout, id.value, 0, to_string(cluster_.members.find(id)->uuid.address));
  }
  declare_dead(turn, dead);
}

// An eviction shows in the own senior's heartbeat; a senior learns it from its successor's (7.1).
void Member::hear(Turn& turn, const Work&, const SeniorMemberHeartbeat& m) {
  if (!is_member()) return;
  const MemberId authority =
      cluster_.is_senior() ? cluster_.members.successor() : cluster_.members.senior();
  const MemberRecord* known = cluster_.members.find(authority);
  if (known == nullptr || known->uuid != m.from.uuid) return;
  const bool is_in =
      std::find(m.members.begin(), m.members.end(), cluster_.self) != m.members.end();
  const bool is_news = m.last_join >= record_.uuid.timestamp;
  if (!is_in && (is_news || cluster_.is_senior())) take(turn, JoinInput::ToldOut);
}

// Covers a member whose MemberJoined has not come yet.
void Member::hear(Turn& turn, const Work&, const NewMemberWelcomeAnnounce& m) {
  const MemberRecord* senior = cluster_.members.find(cluster_.members.senior());
  if (!is_member() || senior == nullptr || senior->uuid != m.senior.uuid) return;
  if (cluster_.is_senior() || cluster_.members.find(m.from.id) != nullptr) return;
  for (const Departure& dead : cluster_.members.recently_dead(turn.now())) {
    if (dead.uuid == m.from.uuid) return;
  }
  add_member(turn, m.from);
  follow_members(turn);
}

void Member::hear(Turn& turn, const Work&, const MemberJoined& m) {
  if (!is_member() || cluster_.members.find(m.who.id) != nullptr) return;
  add_member(turn, m.who);
  follow_members(turn);
}

void Member::hear(Turn& turn, const Work& work, const MemberLeft& m) {
  for (const Departure& departure : m.dead) {
    if (told_.size() == kMostTold) told_.erase(told_.begin());
    told_.push_back({work.from, departure});
    const MemberRecord* known = cluster_.members.find(departure.id);
    if (known == nullptr) {
      cluster_.members.note_dead(departure, turn.now());
    } else if (known->uuid == departure.uuid) {
      remove_member(turn, departure.id);
    }
  }
}

void Member::hear(Turn&, const Work&, const MemberHeartbeat&) {}  // its acknowledgement is all

void Member::hear(Turn& turn, const Work& work, const NewMemberWelcomeRequest& m) {
  cluster_.tell(turn, work.from, letter(NewMemberWelcome{m.poll, cluster_.services.all()}));
}

}  // namespace meshsim::coherence
