// Who owns which partition, and where each should be: the assignment strategy as a pure function.
// Source: coherence.md section 9.3. Left out: data volumes, more than one backup.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "models/coherence/identity.hpp"

namespace meshsim::coherence {

inline constexpr std::size_t kPartitions = 257;

struct Ownership {
  MemberId primary;  // none: orphaned
  MemberId backup;   // none: endangered
  std::uint32_t version = 0;
};

using PartitionTable = std::array<Ownership, kPartitions>;

// A storage-enabled member of the service, with what its safety is judged by.
struct StorageMember {
  MemberId id;
  std::string site;
  std::string rack;
  std::string machine;
};

enum class Safety : std::uint8_t { Site, Rack, Machine, Node };

// The strongest safety that these members can hold with fair shares: no site (rack, machine) may
// hold more than half of them, else its backups do not fit elsewhere.
Safety attainable_safety(const std::vector<StorageMember>& members);

// Fair shares with little movement: what is placed well stays. `members`: oldest first, not empty.
PartitionTable plan_distribution(const PartitionTable& current,
                                 const std::vector<StorageMember>& members);

// After `gone` left: backups become primaries; version counts on. Returns how many were restored.
std::size_t promote_backups(PartitionTable& table, MemberId gone);

// Whether each partition is where `target` has it.
bool same_places(const PartitionTable& table, const PartitionTable& target);

}  // namespace meshsim::coherence
