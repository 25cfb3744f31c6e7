// The way of a first packet through VCNs, DRGs and security rules, decided from the topology alone.
// It answers what rules ask of a pair of ends; left out: what nodes and load balancers do to the
// packet, which the callers see to by asking for each part.
#pragma once

#include <string>
#include <vector>

#include "sim/check/rule.hpp"
#include "sim/check/subject.hpp"

namespace meshsim::checks {

struct Flow {
  RuleProtocol protocol = RuleProtocol::Tcp;
  std::uint16_t port = 0;  // target port; of ICMP the type
};
std::string text(Flow flow);  // "udp 8472"

// A VNIC, or all that have the same subnet and NSGs.
struct End {
  const Vcn* vcn = nullptr;
  const Subnet* subnet = nullptr;
  const std::vector<std::string>* nsgs = nullptr;
  Ipv4 address;
  std::string what;  // "nodes of c1 (pool np1)"
};

// One per pool, at the address of its first node. None where the subnet is missing.
std::vector<End> node_ends(const PlannedCluster& cluster);
// Where the cluster's load balancers stand; also if it has none yet.
std::vector<End> load_balancer_ends(const PlannedCluster& cluster);
End end_of(const PlannedCluster& cluster, const PlannedLoadBalancer& balancer);

struct Permission {
  const SecurityRule* rule = nullptr;  // that lets it pass; nullptr: none does
  bool stateless = false;
};

// What the lists of the end's subnet and its NSGs say of a packet from or to `far`.
Permission permission(const End& end, RuleDirection direction, Flow flow, const End& far);
// Where a missing rule would have to be added: the first NSG, else the first list, else the subnet.
Pos rules_pos(const End& end);
std::string rules_name(const End& end);  // "NSG 'workers' of VCN c1"

// Which route table rule of the end's subnet takes a packet to `target`; nullptr: none.
const RouteRule* route_of(const End& end, Ipv4 target);

enum class Stop : std::uint8_t { None, Route, Drg, Egress, Ingress, Unknown };

struct Way {
  Stop stop = Stop::None;
  std::vector<Step> steps;
  Pos pos;              // what would have to change
  std::string because;  // why it stops
};

// Follows the packet. What is unknown and would matter is noted in `findings`.
Way find_way(const Subject& subject, const End& from, const End& to, Flow flow, Findings& findings);
// The same without security rules: routes alone.
Way find_route_way(const Subject& subject, const End& from, const End& to, Findings& findings);

}  // namespace meshsim::checks
