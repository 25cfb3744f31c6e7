// Security lists and NSGs: allow rules only, no order, deny by default. Pure functions.
// Source: oci-oke.md section 1.3. Left out: ZPR attributes, fragments.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "meshsim/base/decisions.hpp"
#include "models/fabric/packet.hpp"

namespace meshsim::infra {

enum class Direction : std::uint8_t { Ingress, Egress };

// One allow rule. The far end is a prefix, or (far_group) the VNICs that are in an NSG of the VCN.
struct AllowRule {
  Direction direction = Direction::Ingress;
  std::optional<Protocol> protocol{};  // all if none
  Prefix far_end{};
  std::optional<std::uint16_t> far_group{};  // index of the VCN's groups; replaces far_end
  std::uint16_t port_min = 0;                // target port of TCP and UDP
  std::uint16_t port_max = 65535;
  std::optional<std::uint8_t> icmp_type{};  // all if none
  bool stateless = false;
  std::optional<std::uint8_t> icmp_code{};  // all if none
  std::uint16_t source_port_min = 0;
  std::uint16_t source_port_max = 65535;
  DecisionId decided_by{};  // the rule
};

// A security list or an NSG. `decided_by` is where a missing rule would have to be added.
struct SecurityGroup {
  std::vector<AllowRule> rules{};
  DecisionId decided_by{};
};

enum class Verdict : std::uint8_t { Deny, Allow, AllowUntracked };

struct Judgement {
  Verdict verdict = Verdict::Deny;
  std::uint16_t group = 0;  // of the list of all, and its rule: who allows it
  std::uint16_t rule = 0;
  DecisionId decided_by{};  // of a denial: the group that lacks a rule
};

// Whether the rule allows the packet. `far_groups`: groups of the VNIC at the far end, none if it
// is outside the VCN, where it has no NSGs.
bool allows(const AllowRule& rule, Direction direction, const Packet& packet,
            const std::vector<std::uint16_t>* far_groups);

// The verdict of the union of `groups` (indices of `all`) on a packet that no tracked flow covers.
Judgement judge(const std::vector<SecurityGroup>& all, const std::vector<std::uint16_t>& groups,
                Direction direction, const Packet& packet,
                const std::vector<std::uint16_t>* far_groups);

}  // namespace meshsim::infra
