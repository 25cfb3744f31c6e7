// Seniority is age, ids are handed out from below.
#include "models/coherence/membership.hpp"

#include <algorithm>

namespace meshsim::coherence {
namespace {

constexpr Duration kRecycle = 1200s;          // 4 x packet timeout; source: section 3.5 (7)
constexpr std::uint16_t kMostMembers = 8160;  // source: section 3.5 (7)

}  // namespace

void Membership::add(const MemberRecord& record) {
  const auto place =
      std::lower_bound(members_.begin(), members_.end(), record.id,
                       [](const MemberRecord& member, MemberId id) { return member.id < id; });
  if (place != members_.end() && place->id == record.id) {
    *place = record;
  } else {
    members_.insert(place, record);
  }
  rank();
  joined_at(record.uuid.timestamp);
}

bool Membership::remove(MemberId id, Time now) {
  const MemberRecord* member = find(id);
  if (member == nullptr) return false;
  note_dead({id, member->uuid}, now);
  std::erase_if(members_, [&](const MemberRecord& record) { return record.id == id; });
  rank();
  return true;
}

void Membership::note_dead(const Departure& departure, Time now) {
  std::erase_if(dead_, [&](const Dead& dead) {
    return now - dead.since >= kRecycle || dead.who.uuid == departure.uuid;
  });
  dead_.push_back({departure, now});
}

const MemberRecord* Membership::find(MemberId id) const {
  const auto place = std::lower_bound(
      members_.begin(), members_.end(), id,
      [](const MemberRecord& member, MemberId wanted) { return member.id < wanted; });
  return place != members_.end() && place->id == id ? &*place : nullptr;
}

const MemberRecord* Membership::find(Ipv4 address) const {
  for (const MemberRecord& member : members_) {
    if (member.uuid.address == address) return &member;
  }
  return nullptr;
}

std::vector<MemberId> Membership::ids() const {
  std::vector<MemberId> ids;
  ids.reserve(members_.size());
  for (const MemberRecord& member : members_) ids.push_back(member.id);
  return ids;
}

std::vector<MemberId> Membership::others(MemberId self) const {
  std::vector<MemberId> ids = this->ids();
  std::erase(ids, self);
  return ids;
}

// Asked for with every letter, and changed only with the members.
void Membership::rank() {
  const MemberRecord* first = nullptr;
  const MemberRecord* second = nullptr;
  for (const MemberRecord& member : members_) {
    if (first == nullptr || member.uuid < first->uuid) {
      second = first;
      first = &member;
    } else if (second == nullptr || member.uuid < second->uuid) {
      second = &member;
    }
  }
  senior_ = first == nullptr ? MemberId{} : first->id;
  successor_ = second == nullptr ? MemberId{} : second->id;
}

void Membership::joined_at(ClusterTime timestamp) { last_join_ = std::max(last_join_, timestamp); }

std::optional<MemberId> Membership::free_id(Time now) const {
  for (std::uint16_t value = 1; value <= kMostMembers; ++value) {
    const MemberId id{value};
    if (find(id) != nullptr) continue;
    const bool is_resting = std::any_of(dead_.begin(), dead_.end(), [&](const Dead& dead) {
      return dead.who.id == id && now - dead.since < kRecycle;
    });
    if (!is_resting) return id;
  }
  return std::nullopt;
}

std::vector<Departure> Membership::recently_dead(Time now) const {
  std::vector<Departure> departures;
  for (const Dead& dead : dead_) {
    if (now - dead.since < kRecycle) departures.push_back(dead.who);
  }
  return departures;
}

}  // namespace meshsim::coherence
