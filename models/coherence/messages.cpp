// Sizes of the messages; brackets in the comments are the measured values of the lab's names.
#include "models/coherence/messages.hpp"

namespace meshsim::coherence {
namespace {

struct Sizer {
  std::uint32_t c;  // length of the cluster's name
  std::uint32_t addressees;

  // "+ 5-6 for 2 addressees, + 3 each further", source: section 11.
  std::uint32_t further(std::uint32_t first = 5) const {
    return addressees < 2 ? 0 : first + 3 * (addressees - 2);
  }
  static std::uint32_t size(std::size_t count) { return static_cast<std::uint32_t>(count); }

  std::uint32_t operator()(const NewMemberAnnounce& m) const { return 35 + c + m.from.bytes(); }
  std::uint32_t operator()(const NewMemberAnnounceReply& m) const {
    return 53 + c + m.from.bytes() + m.to.bytes();  // 216
  }
  std::uint32_t operator()(const NewMemberAnnounceWait& m) const {
    return 21 + c + m.from.bytes() + m.to.bytes() + m.senior.bytes();  // 261
  }
  std::uint32_t operator()(const NewMemberRequestId& m) const { return 41 + c + m.from.bytes(); }
  std::uint32_t operator()(const NewMemberRequestIdReject& m) const {
    return 24 + c + m.from.bytes() + m.to.bytes();  // 187
  }
  std::uint32_t operator()(const NewMemberRequestIdReply& m) const {
    return 40 + c + m.from.bytes() + m.to.bytes();  // 203
  }
  std::uint32_t operator()(const NewMemberRequestIdWait& m) const {
    return 21 + c + m.from.bytes() + m.to.bytes() + m.senior.bytes();  // about 420 with M = 130
  }
  std::uint32_t operator()(const SeniorMemberHeartbeat& m) const {
    if (m.to_isolated) return 46 + c + 2 * m.from.bytes();         // 209
    return m.from.bytes() + c + (m.members.size() > 1 ? 51 : 45);  // 137
  }
  std::uint32_t operator()(const NewMemberWelcomeAnnounce& m) const {
    return 32 + c + m.from.bytes() + m.senior.bytes();  // 195
  }
  std::uint32_t operator()(const MemberJoined& m) const { return m.who.bytes() + 45 + further(); }
  std::uint32_t operator()(const NewMemberInduct& m) const {
    std::uint32_t bytes = 38 + 29 * size(m.services.size());  // 28..35 a service
    for (const MemberRecord& member : m.members) bytes += member.bytes() + 10;
    return bytes;  // 643 with 4 members and 9 services
  }
  std::uint32_t operator()(const MemberLeft& m) const {
    return 33 + 42 * size(m.dead.size()) + further();
  }
  std::uint32_t operator()(const MemberHeartbeat&) const { return 36; }
  std::uint32_t operator()(const NewMemberWelcomeRequest&) const { return 56 + further(); }
  std::uint32_t operator()(const NewMemberWelcome& m) const {
    return 126 + 201 * size(m.services.size());  // 1935 with 9 services
  }
  std::uint32_t operator()(const ServiceRegisterRequest& m) const {
    return 38 + size(m.service.size());  // 45-67
  }
  std::uint32_t operator()(const ServiceRegister& m) const {
    return 43 + size(m.service.size()) + further();  // 50-72
  }
  std::uint32_t operator()(const ServiceJoinRequest& m) const {
    return (m.is_partitioned ? 640 : 180) + size(m.service.size());
  }
  std::uint32_t operator()(const ServiceJoining& m) const {
    return (m.is_partitioned ? 680 : 225) + size(m.service.size()) + further();
  }
  std::uint32_t operator()(const ServiceUpdateResponse&) const { return 32; }
  std::uint32_t operator()(const ServiceJoined&) const { return 30 + further(3); }
  // The bus; estimates of section 11 except where the table's size decides.
  std::uint32_t operator()(const BusHello&) const { return 64; }
  std::uint32_t operator()(const MemberWelcomeRequest&) const { return 60; }
  std::uint32_t operator()(const MemberWelcome& m) const {
    return m.table ? 100 + 8 * size(kPartitions) : 100;
  }
  std::uint32_t operator()(const DistributionPlanUpdate&) const { return 8 * kPartitions; }
  std::uint32_t operator()(const DistributionRequest& m) const {
    return 60 + 2 * size(m.partitions.size());
  }
  std::uint32_t operator()(const TransferRequest& m) const {
    return 60 + 16 * size(m.changes.size());
  }
  std::uint32_t operator()(const TransferReject&) const { return 60; }
  std::uint32_t operator()(const BackupTransfer& m) const {
    return 60 + 16 * size(m.partitions.size());
  }
  std::uint32_t operator()(const BackupTaken& m) const {
    return 60 + 2 * size(m.partitions.size());
  }
  std::uint32_t operator()(const OwnershipUpdate& m) const {
    return 40 + 8 * size(m.changes.size());
  }
  std::uint32_t operator()(const OwnershipRequest&) const { return 60; }
  std::uint32_t operator()(const OwnershipResponse&) const { return 8 * kPartitions; }
};

}  // namespace

std::uint32_t wire_bytes(const Body& body, std::uint32_t cluster, std::uint32_t addressees) {
  return std::visit(Sizer{cluster, addressees}, body);
}

}  // namespace meshsim::coherence
