// The members that one member knows, the dead it remembers, and what follows from both: who is
// senior, which id is free, what came last. Source: coherence.md sections 3.5 and 6.
#pragma once

#include <optional>
#include <vector>

#include "meshsim/kernel/snapshot.hpp"
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
  MemberId senior() const { return senior_; }
  // The oldest but the senior.
  MemberId successor() const { return successor_; }
  // The newest timestamp that joined here.
  ClusterTime last_join() const { return last_join_; }
  void joined_at(ClusterTime timestamp);

  // The lowest id not in use and not of a member dead for less than 20 min; none if all are taken.
  std::optional<MemberId> free_id(Time now) const;
  std::vector<Departure> recently_dead(Time now) const;

  void archive(Snapshot& snapshot) {
    snapshot.all(members_, dead_, last_join_);
    rank();
  }

 private:
  struct Dead {
    Departure who;
    Time since{};
  };

  void rank();

  std::vector<MemberRecord> members_;
  std::vector<Dead> dead_;
  ClusterTime last_join_{};
  MemberId senior_;
  MemberId successor_;
};

}  // namespace meshsim::coherence
