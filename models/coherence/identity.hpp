// Who a member is: its UUID, whose order is age, its id, and the names in its record.
// Source: coherence.md section 6.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>

#include "meshsim/base/ip.hpp"
#include "meshsim/base/units.hpp"

namespace meshsim::coherence {

// 0: no id yet.
struct MemberId {
  std::uint16_t value = 0;
  constexpr explicit operator bool() const { return value != 0; }
  friend constexpr auto operator<=>(MemberId, MemberId) = default;
};

// Cluster time has whole milliseconds, as in the product; ties are broken by address and port.
using ClusterTime = std::chrono::duration<std::int64_t, std::milli>;

constexpr ClusterTime cluster_time(Time now) {
  return std::chrono::duration_cast<ClusterTime>(now.time_since_epoch());
}

struct Uuid {
  ClusterTime timestamp{};
  Ipv4 address;
  std::uint16_t port = 0;
  friend constexpr auto operator<=>(const Uuid&, const Uuid&) = default;
};

struct SocketAddress {
  Ipv4 address;
  std::uint16_t port = 0;
  friend constexpr auto operator<=>(const SocketAddress&, const SocketAddress&) = default;
};

struct MemberNames {
  std::string cluster;
  std::string site;
  std::string rack;
  std::string machine;
  std::string process;
  std::string member;
  std::string role;
};

struct MemberRecord {
  Uuid uuid;
  MemberId id;
  std::shared_ptr<const MemberNames> names;

  // Bytes on the wire; source: coherence.md section 0, measured exactly.
  std::uint32_t bytes() const {
    const MemberNames& n = *names;
    return static_cast<std::uint32_t>(45 + n.cluster.size() + n.site.size() + n.rack.size() +
                                      n.machine.size() + n.process.size() + n.member.size() +
                                      n.role.size());
  }
};

}  // namespace meshsim::coherence
