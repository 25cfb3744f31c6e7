// One partitioned service on one member: its view of who owns what, the coordinator's analysis,
// pulling primaries, pushing backups, restoring after a death. Source: coherence.md section 9.
// Left out: data (its volume is zero, so a cycle moves all of an owner's partitions), persistence.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/coherence/cluster.hpp"
#include "models/coherence/partition_table.hpp"

namespace meshsim::coherence {

class PartitionedService {
 public:
  PartitionedService() = default;
  // `index`: which alarm subject is its own.
  PartitionedService(std::string name, std::uint32_t index, RandomStream owners)
      : name_(std::move(name)), index_(index), owners_(owners) {}

  const std::string& name() const { return name_; }
  bool is_joined() const { return is_joined_; }
  const PartitionTable& table() const { return table_; }

  // This member's own join is complete.
  void join(Turn& turn, Cluster& cluster);
  // Another member has joined the service, or has left the cluster.
  void member_joined(Turn& turn, Cluster& cluster);
  void member_left(Turn& turn, Cluster& cluster, MemberId gone);
  void on_alarm(Turn& turn, Cluster& cluster, std::uint64_t detail);

  void on(Turn& turn, Cluster& cluster, MemberId from, const MemberWelcomeRequest& request);
  void on(Turn& turn, Cluster& cluster, MemberId from, const MemberWelcome& welcome);
  void on(Turn& turn, Cluster& cluster, MemberId from, const DistributionPlanUpdate& update);
  void on(Turn& turn, Cluster& cluster, MemberId from, const DistributionRequest& request);
  void on(Turn& turn, Cluster& cluster, MemberId from, const TransferRequest& transfer);
  void on(Turn& turn, Cluster& cluster, MemberId from, const TransferReject& reject);
  void on(Turn& turn, Cluster& cluster, MemberId from, const BackupTransfer& transfer);
  void on(Turn& turn, Cluster& cluster, MemberId from, const BackupTaken& taken);
  void on(Turn& turn, Cluster& cluster, MemberId from, const OwnershipUpdate& update);
  void on(Turn& turn, Cluster& cluster, MemberId from, const OwnershipRequest& request);
  void on(Turn& turn, Cluster& cluster, MemberId from, const OwnershipResponse& response);

  auto state() {
    return std::tie(name_, index_, owners_, is_joined_, table_, target_, plan_, reported_plan_,
                    analysis_due_, asked_, pushed_to_, recovery_, check_);
  }

 private:
  // The coordinator's question to all owners after a death.
  struct Recovery {
    std::uint32_t poll = 0;
    std::vector<MemberId> gone;
    std::vector<MemberId> outstanding;
  };

  bool is_coordinator(const Cluster& cluster) const;
  std::vector<MemberId> peers(const Cluster& cluster) const;
  void tell_peers(Turn& turn, Cluster& cluster, const Letter& message) const;
  void check_in(Turn& turn, Duration after);
  void analyze(Turn& turn, Cluster& cluster);
  void recover(Turn& turn, Cluster& cluster);
  void restore(Turn& turn, Cluster& cluster);
  void pull(Turn& turn, Cluster& cluster);
  void push(Turn& turn, Cluster& cluster);
  void publish(Turn& turn, Cluster& cluster, const std::vector<OwnershipChange>& changes) const;
  void merge(const PartitionTable& newer);
  bool report_stable(Turn& turn, const Cluster& cluster);

  std::string name_;
  std::uint32_t index_ = 0;
  RandomStream owners_;
  bool is_joined_ = false;
  PartitionTable table_{};
  PartitionTable target_{};
  std::uint32_t plan_ = 0;           // number of the plan in force
  std::uint32_t reported_plan_ = 0;  // the last one reported as stable
  Time analysis_due_ = kNever;       // coordinator only
  std::optional<MemberId> asked_;    // the owner whose primaries were requested
  std::vector<MemberId> pushed_to_;  // holders whose answers are outstanding
  Recovery recovery_;
  std::uint64_t check_ = 0;  // number of the next check; earlier alarms are void
};

}  // namespace meshsim::coherence
