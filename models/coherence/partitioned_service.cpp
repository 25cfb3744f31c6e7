// Distribution checks, transfers and recovery of one partitioned service.
#include "models/coherence/partitioned_service.hpp"

#include <algorithm>

#include "models/coherence/observations.hpp"

namespace meshsim::coherence {
namespace {

constexpr Duration kJoinAnalysisDelay = 1s;  // source: section 9.1
constexpr Duration kCheck = 100ms;           // 2000 / aggressiveness 20; source: section 9.1
constexpr Duration kFirstCheck = 20ms;       // founder: joined to stable 13-60 ms, measured
constexpr Duration kRetry = 500ms;           // conflicting ownership; source: section 9.5

}  // namespace

void PartitionedService::join(Turn& turn, Cluster& cluster) {
  is_joined_ = true;
  if (!peers(cluster).empty()) return;
  for (Ownership& partition : table_) partition = {cluster.self, {}, 1};
  target_ = table_;
  plan_ = 1;
  check_in(turn, kFirstCheck);
}

void PartitionedService::member_joined(Turn& turn, Cluster& cluster) {
  if (!is_joined_ || !is_coordinator(cluster)) return;
  // Further joins within the delay are absorbed: the first one's time stands.
  if (analysis_due_ != kNever) return;
  analysis_due_ = turn.now() + kJoinAnalysisDelay;
  check_in(turn, kCheck);
}

void PartitionedService::member_left(Turn& turn, Cluster& cluster, MemberId gone) {
  if (!is_joined_) return;
  if (asked_ == gone) asked_.reset();
  std::erase(pushed_to_, gone);
  const bool concerns = std::any_of(table_.begin(), table_.end(), [&](const Ownership& one) {
    return one.primary == gone || one.backup == gone;
  });
  if (!concerns || !is_coordinator(cluster)) return;
  recovery_.gone.push_back(gone);
  recover(turn, cluster);
}

void PartitionedService::on_alarm(Turn& turn, Cluster& cluster, std::uint64_t detail) {
  if (!is_joined_ || detail != check_) return;
  if (is_coordinator(cluster) && analysis_due_ <= turn.now()) {
    if (!recovery_.gone.empty()) return recover(turn, cluster);
    analyze(turn, cluster);
  }
  pull(turn, cluster);
  push(turn, cluster);
  const bool is_settled = report_stable(turn, cluster);
  if (!is_settled || analysis_due_ != kNever) check_in(turn, kCheck);
}

void PartitionedService::on(Turn& turn, Cluster& cluster, MemberId from,
                            const MemberWelcomeRequest&) {
  MemberWelcome welcome{name_, 0, nullptr};
  if (is_joined_) {
    welcome.plan = plan_;
    welcome.table = std::make_shared<const PartitionTable>(table_);
  }
  cluster.bus_tell(turn, from, letter(std::move(welcome)));
}

void PartitionedService::on(Turn&, Cluster&, MemberId, const MemberWelcome& welcome) {
  if (!welcome.table) return;
  merge(*welcome.table);
  plan_ = std::max(plan_, welcome.plan);
  reported_plan_ = plan_;
  target_ = table_;
}

void PartitionedService::on(Turn& turn, Cluster&, MemberId, const DistributionPlanUpdate& update) {
  if (update.plan <= plan_) return;
  merge(*update.table);
  plan_ = update.plan;
  target_ = *update.target;
  if (is_joined_) check_in(turn, Duration::zero());
}

void PartitionedService::on(Turn& turn, Cluster& cluster, MemberId from,
                            const DistributionRequest& request) {
  // A member that is itself taking partitions does not give any away meanwhile.
  if (asked_) return cluster.bus_tell(turn, from, letter(TransferReject{name_}));
  TransferRequest transfer{name_, {}};
  for (const std::uint16_t p : request.partitions) {
    Ownership& partition = table_[p];
    if (partition.primary != cluster.self) continue;
    if (partition.backup == from) partition.backup = cluster.self;  // they change places
    partition.primary = from;
    ++partition.version;
    transfer.changes.push_back({p, partition});
  }
  cluster.bus_tell(turn, from, letter(std::move(transfer)));
  check_in(turn, kCheck);
}

void PartitionedService::on(Turn& turn, Cluster& cluster, MemberId from,
                            const TransferRequest& transfer) {
  if (asked_ == from) asked_.reset();
  for (const OwnershipChange& change : transfer.changes) {
    table_[change.partition] = change.ownership;
  }
  publish(turn, cluster, transfer.changes);
  check_in(turn, kCheck);
}

void PartitionedService::on(Turn& turn, Cluster&, MemberId from, const TransferReject&) {
  if (asked_ == from) asked_.reset();
  check_in(turn, kCheck);
}

void PartitionedService::on(Turn& turn, Cluster& cluster, MemberId from,
                            const BackupTransfer& transfer) {
  cluster.bus_tell(turn, from, letter(BackupTaken{name_, transfer.partitions}));
}

void PartitionedService::on(Turn& turn, Cluster& cluster, MemberId from, const BackupTaken& taken) {
  std::erase(pushed_to_, from);
  std::vector<OwnershipChange> changes;
  for (const std::uint16_t p : taken.partitions) {
    Ownership& partition = table_[p];
    if (partition.primary != cluster.self) continue;
    partition.backup = from;
    ++partition.version;
    changes.push_back({p, partition});
  }
  publish(turn, cluster, changes);
  check_in(turn, kCheck);
}

void PartitionedService::on(Turn&, Cluster&, MemberId, const OwnershipUpdate& update) {
  for (const OwnershipChange& change : update.changes) {
    Ownership& mine = table_[change.partition];
    if (change.ownership.version > mine.version) mine = change.ownership;
  }
}

void PartitionedService::on(Turn& turn, Cluster& cluster, MemberId from,
                            const OwnershipRequest& request) {
  // A view that still counts the dead one answers when it has caught up.
  const bool is_behind = cluster.members.find(request.gone) != nullptr;
  if (is_behind) return;
  cluster.bus_tell(turn, from, letter(OwnershipResponse{name_, request.poll}));
}

void PartitionedService::on(Turn& turn, Cluster& cluster, MemberId from,
                            const OwnershipResponse& response) {
  if (response.poll != recovery_.poll) return;
  std::erase(recovery_.outstanding, from);
  if (recovery_.outstanding.empty()) restore(turn, cluster);
}

bool PartitionedService::is_coordinator(const Cluster& cluster) const {
  return cluster.services.senior(name_) == cluster.self;
}

std::vector<MemberId> PartitionedService::peers(const Cluster& cluster) const {
  std::vector<MemberId> ids;
  for (const ServiceMember& member : cluster.services.members(name_)) {
    if (member.id != cluster.self) ids.push_back(member.id);
  }
  return ids;
}

void PartitionedService::tell_peers(Turn& turn, Cluster& cluster, const Letter& message) const {
  for (const MemberId peer : peers(cluster)) cluster.bus_tell(turn, peer, message);
}

void PartitionedService::check_in(Turn& turn, Duration after) {
  turn.wake(AlarmKind::Distribution, after, index_, ++check_);
}

void PartitionedService::analyze(Turn& turn, Cluster& cluster) {
  analysis_due_ = kNever;
  std::vector<StorageMember> storage;
  for (const ServiceMember& in : cluster.services.members(name_)) {
    const MemberRecord* member = cluster.members.find(in.id);
    if (member == nullptr) continue;
    storage.push_back({in.id, member->names->site, member->names->rack, member->names->machine});
  }
  target_ = plan_distribution(table_, storage);
  ++plan_;
  DistributionPlanUpdate update{name_, plan_, std::make_shared<const PartitionTable>(table_),
                                std::make_shared<const PartitionTable>(target_)};
  tell_peers(turn, cluster, letter(std::move(update)));
}

// Asks everybody; views that are behind do not answer and are asked again.
void PartitionedService::recover(Turn& turn, Cluster& cluster) {
  ++recovery_.poll;
  recovery_.outstanding = peers(cluster);
  if (recovery_.outstanding.empty()) return restore(turn, cluster);
  for (const MemberId gone : recovery_.gone) {
    tell_peers(turn, cluster, letter(OwnershipRequest{name_, recovery_.poll, gone}));
  }
  analysis_due_ = turn.now() + kRetry;
  check_in(turn, kRetry);
}

void PartitionedService::restore(Turn& turn, Cluster& cluster) {
  for (const MemberId gone : recovery_.gone) promote_backups(table_, gone);
  recovery_.gone.clear();
  analyze(turn, cluster);
  check_in(turn, Duration::zero());
}

void PartitionedService::pull(Turn& turn, Cluster& cluster) {
  if (asked_) return;
  std::map<MemberId, std::vector<std::uint16_t>> wanted;
  for (std::uint16_t p = 0; p < kPartitions; ++p) {
    const MemberId owner = table_[p].primary;
    if (target_[p].primary != cluster.self || owner == cluster.self) continue;
    if (owner && cluster.members.find(owner) == nullptr) continue;  // until it is restored
    wanted[table_[p].primary].push_back(p);
  }
  if (wanted.empty()) return;
  if (const auto orphaned = wanted.find(MemberId{}); orphaned != wanted.end()) {
    // No copy is left anywhere: assigned empty, its data is lost.
    std::vector<OwnershipChange> changes;
    for (const std::uint16_t p : orphaned->second) {
      table_[p] = {cluster.self, {}, table_[p].version + 1};
      changes.push_back({p, table_[p]});
    }
    publish(turn, cluster, changes);
    wanted.erase(orphaned);
  }
  if (wanted.empty()) return;
  auto owner = wanted.begin();
  std::advance(owner, static_cast<std::ptrdiff_t>(owners_.below(wanted.size())));
  asked_ = owner->first;
  cluster.bus_tell(turn, owner->first, letter(DistributionRequest{name_, owner->second}));
}

void PartitionedService::push(Turn& turn, Cluster& cluster) {
  std::map<MemberId, std::vector<std::uint16_t>> missing;
  for (std::uint16_t p = 0; p < kPartitions; ++p) {
    if (table_[p].primary != cluster.self || target_[p].primary != cluster.self) continue;
    if (target_[p].backup == table_[p].backup || !target_[p].backup) continue;
    missing[target_[p].backup].push_back(p);
  }
  for (auto& [holder, partitions] : missing) {
    if (std::find(pushed_to_.begin(), pushed_to_.end(), holder) != pushed_to_.end()) continue;
    pushed_to_.push_back(holder);
    cluster.bus_tell(turn, holder, letter(BackupTransfer{name_, std::move(partitions)}));
  }
}

void PartitionedService::publish(Turn& turn, Cluster& cluster,
                                 const std::vector<OwnershipChange>& changes) const {
  if (!changes.empty()) tell_peers(turn, cluster, letter(OwnershipUpdate{name_, changes}));
}

void PartitionedService::merge(const PartitionTable& newer) {
  for (std::size_t p = 0; p < kPartitions; ++p) {
    if (newer[p].version > table_[p].version) table_[p] = newer[p];
  }
}

// "Partition ownership has stabilized with N nodes", once for each plan.
bool PartitionedService::report_stable(Turn& turn, const Cluster& cluster) {
  if (analysis_due_ != kNever || asked_ || !pushed_to_.empty()) return false;
  if (!same_places(table_, target_)) return false;
  if (plan_ > reported_plan_) {
    reported_plan_ = plan_;
    turn.observe(kStable, static_cast<std::int64_t>(cluster.services.members(name_).size()), 0,
                 name_);
  }
  return true;
}

}  // namespace meshsim::coherence
