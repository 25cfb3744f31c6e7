// One packet against the union of a VNIC's rules.
#include "models/infra/security.hpp"

#include <algorithm>

namespace meshsim::infra {
namespace {

bool is_far_end(const AllowRule& rule, Direction direction, const Packet& packet,
                const std::vector<std::uint16_t>* far_groups) {
  if (rule.far_group) {
    return far_groups != nullptr &&
           std::find(far_groups->begin(), far_groups->end(), *rule.far_group) != far_groups->end();
  }
  const Ipv4 far = direction == Direction::Egress ? packet.wire_target() : packet.wire_source();
  return rule.far_end.contains(far);
}

}  // namespace

bool allows(const AllowRule& rule, Direction direction, const Packet& packet,
            const std::vector<std::uint16_t>* far_groups) {
  if (rule.direction != direction) return false;
  const Protocol protocol = packet.wire_protocol();
  if (rule.protocol && *rule.protocol != protocol) return false;
  if (!is_far_end(rule, direction, packet, far_groups)) return false;
  if (!rule.protocol) return true;  // a rule for all protocols has neither ports nor types
  if (protocol == Protocol::Icmp) {
    return (!rule.icmp_type || *rule.icmp_type == packet.target_port) &&
           (!rule.icmp_code || *rule.icmp_code == packet.flags);
  }
  const std::uint16_t port = packet.wire_target_port();
  if (port < rule.port_min || port > rule.port_max) return false;
  // A tunnel's source port is a hash, so it is worked out only for rules that look at it.
  if (rule.source_port_min == 0 && rule.source_port_max == 65535) return true;
  const std::uint16_t source = packet.wire_source_port();
  return rule.source_port_min <= source && source <= rule.source_port_max;
}

// If a stateful and a stateless rule both match, the stateless one wins: the flow is not tracked.
Judgement judge(const std::vector<SecurityGroup>& all, const std::vector<std::uint16_t>& groups,
                Direction direction, const Packet& packet,
                const std::vector<std::uint16_t>* far_groups) {
  Judgement judgement;
  if (!groups.empty()) judgement.decided_by = all[groups.front()].decided_by;
  for (const std::uint16_t group : groups) {
    const std::vector<AllowRule>& rules = all[group].rules;
    for (std::uint16_t index = 0; index < rules.size(); ++index) {
      if (!allows(rules[index], direction, packet, far_groups)) continue;
      const bool stateless = rules[index].stateless;
      if (judgement.verdict == Verdict::Allow && !stateless) continue;
      judgement = {stateless ? Verdict::AllowUntracked : Verdict::Allow, group, index,
                   all[group].decided_by};
      if (stateless) return judgement;
    }
  }
  return judgement;
}

}  // namespace meshsim::infra
