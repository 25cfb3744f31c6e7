// What members say to each other, with the exact sizes on the wire; source: coherence.md section
// 11. One struct per message type, named as the product names it. Left out: types that only
// split-brain resolution, quorum, witnesses or licences use.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "models/coherence/identity.hpp"
#include "models/coherence/partition_table.hpp"

namespace meshsim::coherence {

struct ServiceMember {
  MemberId id;
  std::int64_t join_number = 0;  // given by the cluster senior; order is service seniority
  friend constexpr bool operator==(const ServiceMember&, const ServiceMember&) = default;
};

// A service as the members know it.
struct ServiceRecord {
  std::string name;
  std::vector<ServiceMember> members;  // in the order of joining
};

// Unreliable, to the WKA list or to one address.
struct NewMemberAnnounce {
  MemberRecord from;
  std::uint32_t attempt = 0;
  ClusterTime sent{};
};
struct NewMemberAnnounceReply {
  MemberRecord from;
  MemberRecord to;
  ClusterTime echoed{};  // when the announce was sent, by its sender's clock
  ClusterTime replied{};
};
struct NewMemberAnnounceWait {
  MemberRecord from;
  MemberRecord to;
  MemberRecord senior;
};
struct NewMemberRequestId {
  MemberRecord from;
  std::uint32_t attempt = 0;
};
enum class RejectReason : std::uint8_t { Restart, Cluster };
struct NewMemberRequestIdReject {
  MemberRecord from;
  MemberRecord to;
  RejectReason reason{};
};
struct NewMemberRequestIdReply {
  MemberRecord from;
  MemberRecord to;
};  // to.id is the new id
struct NewMemberRequestIdWait {
  MemberRecord from;
  MemberRecord to;
  MemberRecord senior;
};
struct SeniorMemberHeartbeat {
  MemberRecord from;
  std::vector<MemberId> members;
  ClusterTime last_join{};
  bool to_isolated = false;
};
struct NewMemberWelcomeAnnounce {
  MemberRecord from;
  MemberRecord senior;
};

// Reliable, of the cluster service.
struct MemberJoined {
  MemberRecord who;
};
struct NewMemberInduct {
  std::vector<MemberRecord> members;
  std::vector<ServiceRecord> services;
  ClusterTime last_join{};
};
struct Departure {
  MemberId id;
  Uuid uuid;
};
struct MemberLeft {
  std::vector<Departure> dead;
};
struct MemberHeartbeat {};
struct NewMemberWelcomeRequest {
  std::uint32_t poll = 0;
};
struct NewMemberWelcome {
  std::uint32_t poll = 0;
  std::vector<ServiceRecord> services;
};
struct ServiceRegisterRequest {
  std::string service;
};
struct ServiceRegister {
  std::string service;
};
struct ServiceJoinRequest {
  std::string service;
  bool is_partitioned = false;
};
struct ServiceJoining {
  std::string service;
  MemberId joiner;
  std::uint32_t poll = 0;  // to be answered by ServiceUpdateResponse
  bool is_partitioned = false;
  bool is_grant = false;  // to the joiner itself: it is in
  std::int64_t join_number = 0;
  std::vector<ServiceMember> members;  // of a grant: those already in, oldest first
};
struct ServiceUpdateResponse {
  std::uint32_t poll = 0;
};
struct ServiceJoined {
  std::string service;
  std::int64_t join_number = 0;
};

// On the message bus (TMB).
struct BusHello {
  std::uint32_t round = 0;
  bool is_answer = false;
};
struct MemberWelcomeRequest {
  std::string service;
};
struct MemberWelcome {
  std::string service;
  std::uint32_t plan = 0;
  std::shared_ptr<const PartitionTable> table;  // of a partitioned service
};
struct DistributionPlanUpdate {
  std::string service;
  std::uint32_t plan = 0;                       // counts on
  std::shared_ptr<const PartitionTable> table;  // as the coordinator knows it, backups promoted
  std::shared_ptr<const PartitionTable> target;
};
struct OwnershipChange {
  std::uint16_t partition = 0;
  Ownership ownership;
};
struct DistributionRequest {
  std::string service;
  std::vector<std::uint16_t> partitions;
};
struct TransferRequest {
  std::string service;
  std::vector<OwnershipChange> changes;
};
struct TransferReject {
  std::string service;
};
struct BackupTransfer {
  std::string service;
  std::vector<std::uint16_t> partitions;
};
struct BackupTaken {
  std::string service;
  std::vector<std::uint16_t> partitions;
};
struct OwnershipUpdate {
  std::string service;
  std::vector<OwnershipChange> changes;
};
// After a death: the coordinator asks who owns what, then tells the owners to restore.
struct OwnershipRequest {
  std::string service;
  std::uint32_t poll = 0;
  MemberId gone;
};
struct OwnershipResponse {
  std::string service;
  std::uint32_t poll = 0;
};

using Body =
    std::variant<NewMemberAnnounce, NewMemberAnnounceReply, NewMemberAnnounceWait,
                 NewMemberRequestId, NewMemberRequestIdReject, NewMemberRequestIdReply,
                 NewMemberRequestIdWait, SeniorMemberHeartbeat, NewMemberWelcomeAnnounce,
                 MemberJoined, NewMemberInduct, MemberLeft, MemberHeartbeat,
                 NewMemberWelcomeRequest, NewMemberWelcome, ServiceRegisterRequest, ServiceRegister,
                 ServiceJoinRequest, ServiceJoining, ServiceUpdateResponse, ServiceJoined, BusHello,
                 MemberWelcomeRequest, MemberWelcome, DistributionPlanUpdate, DistributionRequest,
                 TransferRequest, TransferReject, BackupTransfer, BackupTaken, OwnershipUpdate,
                 OwnershipRequest, OwnershipResponse>;

// Immutable and shared by all who still have to send, resend or handle it.
using Letter = std::shared_ptr<const Body>;

template <class T>
Letter letter(T body) {
  return std::make_shared<const Body>(std::move(body));
}

// Bytes of UDP or TCP payload. `cluster`: length of the cluster's name; `addressees`: members
// that a reliable message is addressed to.
std::uint32_t wire_bytes(const Body& body, std::uint32_t cluster, std::uint32_t addressees = 1);

// An acknowledgement; source: section 4.
inline constexpr std::uint32_t kAckBytes = 36;

// What a UDP datagram or a TCP segment between members carries.
struct Datagram {
  MemberId from;  // none: the letter names its sender in full
  MemberId to;
  std::uint32_t sequence = 0;  // of reliable packets from 1 on, per pair; 0: unreliable
  std::vector<std::uint32_t> acked;
  std::vector<std::uint32_t> missing;  // of a nack
  Letter letter;  // none: an ack, a nack, or a part but the last of a long message
};

}  // namespace meshsim::coherence
