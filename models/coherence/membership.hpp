// The members that one member knows, the dead it remembers, and what follows from both: who is
// senior, which id is free, what came last. Source: coherence.md sections 3.5 and 6.
#pragma once

#include <optional>
#include <vector>

#include "models/coherence/identity.hpp"
#include "models/coherence/messages.hpp"

namespace meshsim::coherence {

class Membership {
 public:
  // Replaces a member of the same id.
  void add(const MemberRecord& record);
  // Moves the member to the dead; false if it is unknown.
  bool remove(MemberId id, Time now);
  // Somebody who is no member here is dead elsewhere.
  void note_dead(const Departure& departure, Time now);

  const std::vector<MemberRecord>& all() const { return members_; }  // by id
  std::size_t size() const { return members_.size(); }
  const MemberRecord* find(MemberId id) const;
  const MemberRecord* find(Ipv4 address) const;
  std::vector<MemberId> ids() const;
  // All but `self`.
  std::vector<MemberId> others(MemberId self) const;

  // The oldest by UUID; none of an empty set.
  MemberId senior() const;
  // The oldest but the senior.
  MemberId successor() const;
  // The newest timestamp that joined here.
  ClusterTime last_join() const { return last_join_; }
  void joined_at(ClusterTime timestamp);

  // The lowest id not in use and not of a member dead for less than 20 min; none if all are taken.
  std::optional<MemberId> free_id(Time now) const;
  std::vector<Departure> recently_dead(Time now) const;

  auto state() { return std::tie(members_, dead_, last_join_); }

 private:
  struct Dead {
    Departure who;
    Time since{};
  };

  std::vector<MemberRecord> members_;
  std::vector<Dead> dead_;
  ClusterTime last_join_{};
};

}  // namespace meshsim::coherence
