// One packet against the union of a VNIC's rules.
#include "models/infra/security.hpp"

#include <algorithm>

namespace meshsim::infra {
namespace {

bool matches(const AllowRule& rule, Direction direction, const Packet& packet,
             const std::vector<std::uint16_t>* far_groups) {
  if (rule.direction != direction) return false;
  const Protocol protocol = packet.wire_protocol();
  if (rule.protocol && *rule.protocol != protocol) return false;
  if (rule.far_group) {
    if (far_groups == nullptr) return false;
    if (std::find(far_groups->begin(), far_groups->end(), *rule.far_group) == far_groups->end()) {
      return false;
    }
  } else {
    const Ipv4 far = direction == Direction::Egress ? packet.wire_target() : packet.wire_source();
    if (!rule.far_end.contains(far)) return false;
  }
  if (!rule.protocol) return true;  // a rule for all protocols has neither ports nor types
  if (protocol == Protocol::Icmp) return !rule.icmp_type || *rule.icmp_type == packet.target_port;
  const std::uint16_t port = packet.wire_target_port();
  return rule.port_min <= port && port <= rule.port_max;
}

}  // namespace

// If a stateful and a stateless rule both match, the stateless one wins: the flow is not tracked.
Verdict judge(const std::vector<SecurityGroup>& all, const std::vector<std::uint16_t>& groups,
              Direction direction, const Packet& packet,
              const std::vector<std::uint16_t>* far_groups) {
  Verdict verdict = Verdict::Deny;
  for (const std::uint16_t group : groups) {
    for (const AllowRule& rule : all[group].rules) {
      if (!matches(rule, direction, packet, far_groups)) continue;
      if (rule.stateless) return Verdict::AllowUntracked;
      verdict = Verdict::Allow;
    }
  }
  return verdict;
}

}  // namespace meshsim::infra
