// Fair shares first for primaries, then for backups under the strongest attainable safety.
#include "models/coherence/partition_table.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "meshsim/base/check.hpp"

namespace meshsim::coherence {
namespace {

// Members of one group would fail together: of a site, a rack, a machine, or each alone. Numbers
// that are equal for members of the same group.
std::vector<std::size_t> groups_of(const std::vector<StorageMember>& members, Safety safety) {
  std::vector<std::size_t> groups;
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> numbers;
  for (const StorageMember& member : members) {
    std::pair<std::string_view, std::string_view> group{member.site, {}};
    if (safety == Safety::Rack) group.second = member.rack;
    if (safety == Safety::Machine) group.second = member.machine;
    const bool is_alone = safety == Safety::Node;
    groups.push_back(is_alone ? groups.size()
                              : numbers.emplace(group, numbers.size()).first->second);
  }
  return groups;
}

// Works on places in the member list; kNobody is an owner that is none of them.
class Planner {
 public:
  Planner(const PartitionTable& current, const std::vector<StorageMember>& members)
      : members_(members), groups_(groups_of(members, attainable_safety(members))) {
    for (std::size_t m = 0; m < members.size(); ++m) {
      const std::size_t id = members[m].id.value;
      if (id >= places_.size()) places_.resize(id + 1, kNobody);
      if (id != 0) places_[id] = m;
    }
    for (std::size_t p = 0; p < kPartitions; ++p) {
      primary_[p] = place_of(current[p].primary);
      backup_[p] = place_of(current[p].backup);
    }
  }

  void share_primaries() {
    std::vector<std::size_t> quota = shares(kPartitions);
    std::vector<std::size_t> held(members_.size());
    for (std::size_t p = 0; p < kPartitions; ++p) {
      std::size_t& owner = primary_[p];
      if (owner != kNobody && held[owner] == quota[owner]) owner = kNobody;
      if (owner != kNobody) ++held[owner];
    }
    std::size_t next = 0;
    for (std::size_t& owner : primary_) {
      if (owner != kNobody) continue;
      while (held[next] == quota[next]) next = (next + 1) % members_.size();
      owner = next;
      ++held[next];
      next = (next + 1) % members_.size();
    }
  }

  void share_backups() {
    if (members_.size() < 2) return backup_.fill(kNobody);
    quota_ = shares(kPartitions);
    // Whoever holds the odd primary holds no odd backup: totals stay even.
    std::reverse(quota_.begin(), quota_.end());
    held_.assign(members_.size(), 0);
    for (std::size_t p = 0; p < kPartitions; ++p) {
      std::size_t& holder = backup_[p];
      if (holder != kNobody && (!may_hold(p, holder) || held_[holder] == quota_[holder])) {
        holder = kNobody;
      }
      if (holder != kNobody) ++held_[holder];
    }
    for (std::size_t p = 0; p < kPartitions; ++p) {
      if (backup_[p] == kNobody) place_backup(p);
    }
  }

  PartitionTable table(const PartitionTable& current) const {
    PartitionTable target = current;
    for (std::size_t p = 0; p < kPartitions; ++p) {
      target[p].primary = members_[primary_[p]].id;
      target[p].backup = backup_[p] == kNobody ? MemberId{} : members_[backup_[p]].id;
    }
    return target;
  }

 private:
  static constexpr std::size_t kNobody = ~std::size_t{0};

  std::size_t place_of(MemberId id) const {
    return id.value < places_.size() ? places_[id.value] : kNobody;
  }

  std::vector<std::size_t> shares(std::size_t total) const {
    std::vector<std::size_t> quota(members_.size(), total / members_.size());
    for (std::size_t m = 0; m < total % members_.size(); ++m) ++quota[m];
    return quota;
  }

  bool may_hold(std::size_t partition, std::size_t holder) const {
    return groups_[primary_[partition]] != groups_[holder];
  }

  // To a member with room; if none may hold it, one backup moves on to make room.
  void place_backup(std::size_t partition) {
    for (std::size_t m = 0; m < members_.size(); ++m) {
      if (held_[m] < quota_[m] && may_hold(partition, m)) return give(partition, m);
    }
    for (std::size_t m = 0; m < members_.size(); ++m) {
      if (may_hold(partition, m) && move_one_away(m)) return give(partition, m);
    }
    for (std::size_t m = 0; m < members_.size(); ++m) {  // safety before fair shares
      if (may_hold(partition, m)) return give(partition, m);
    }
  }

  bool move_one_away(std::size_t holder) {
    for (std::size_t p = 0; p < kPartitions; ++p) {
      if (backup_[p] != holder) continue;
      for (std::size_t m = 0; m < members_.size(); ++m) {
        if (held_[m] >= quota_[m] || !may_hold(p, m)) continue;
        --held_[holder];
        give(p, m);
        return true;
      }
    }
    return false;
  }

  void give(std::size_t partition, std::size_t holder) {
    backup_[partition] = holder;
    ++held_[holder];
  }

  const std::vector<StorageMember>& members_;
  std::vector<std::size_t> groups_;  // by place
  std::vector<std::size_t> places_;  // by member id
  std::array<std::size_t, kPartitions> primary_{};
  std::array<std::size_t, kPartitions> backup_{};
  std::vector<std::size_t> quota_;
  std::vector<std::size_t> held_;
};

// Whether each member has enough others apart from it: no group holds more than half.
bool holds(const std::vector<StorageMember>& members, Safety safety) {
  if (members.size() < 2) return safety == Safety::Node;
  std::vector<std::size_t> sizes(members.size());
  for (const std::size_t group : groups_of(members, safety)) ++sizes[group];
  return 2 * *std::max_element(sizes.begin(), sizes.end()) <= members.size();
}

}  // namespace

Safety attainable_safety(const std::vector<StorageMember>& members) {
  for (const Safety safety : {Safety::Site, Safety::Rack, Safety::Machine}) {
    if (holds(members, safety)) return safety;
  }
  return Safety::Node;
}

PartitionTable plan_distribution(const PartitionTable& current,
                                 const std::vector<StorageMember>& members) {
  check(!members.empty(), "partitions are planned for somebody");
  Planner planner(current, members);
  planner.share_primaries();
  planner.share_backups();
  return planner.table(current);
}

std::size_t promote_backups(PartitionTable& table, MemberId gone) {
  std::size_t restored = 0;
  for (Ownership& partition : table) {
    if (partition.backup == gone) {
      partition.backup = {};
      ++partition.version;
    }
    if (partition.primary == gone) {
      partition.primary = partition.backup;
      partition.backup = {};
      ++partition.version;
      restored += partition.primary ? 1 : 0;
    }
  }
  return restored;
}

bool same_places(const PartitionTable& table, const PartitionTable& target) {
  return std::equal(table.begin(), table.end(), target.begin(), [](const auto& a, const auto& b) {
    return a.primary == b.primary && a.backup == b.backup;
  });
}

}  // namespace meshsim::coherence
