// Subnets, routes and stateful NSG rules of one OKE cluster (flannel-style, Cilium in tunnel mode).
// Source: oci-oke.md sections 6.2 and 6.3, after terraform-oci-oke and its example `istio-mc`; the
// rules for the service mesh of that example are left out.
#include "sim/topology/oke_network.hpp"

#include <array>
#include <string_view>

#include "sim/topology/addressing.hpp"

namespace meshsim {
namespace {

constexpr auto kIn = RuleDirection::Ingress;
constexpr auto kOut = RuleDirection::Egress;
constexpr auto kAll = RuleProtocol::All;
constexpr auto kIcmp = RuleProtocol::Icmp;
constexpr auto kTcp = RuleProtocol::Tcp;
constexpr auto kUdp = RuleProtocol::Udp;
constexpr PortRange kAnyPort{0, 65535};
constexpr PortRange kNodePorts{30000, 32767};
constexpr Prefix kAnywhere{};
constexpr std::uint8_t kUnreachable = 3;  // ICMP type of "fragmentation needed"

struct RuleRow {
  std::string_view nsg;
  RuleDirection direction;
  RuleProtocol protocol;
  std::string_view far;  // an NSG, "anywhere" or "services"
  PortRange ports;       // of TCP and UDP
  std::string_view description;
};

constexpr auto kRules = std::to_array<RuleRow>({
    {"cp", kOut, kTcp, "services", kAnyPort, "cp to OCI services"},
    {"cp", kOut, kTcp, "workers", {10250, 10250}, "cp to kubelet"},
    {"cp", kOut, kTcp, "workers", {12250, 12250}, "cp to worker 12250"},
    {"cp", kIn, kTcp, "workers", {12250, 12250}, "worker to cp 12250"},
    {"cp", kIn, kTcp, "workers", {6443, 6443}, "worker to kube-apiserver"},
    {"cp", kIn, kTcp, "cp", {6443, 6443}, "cp to cp 6443"},
    {"cp", kOut, kTcp, "cp", {6443, 6443}, "cp to cp 6443 egress"},
    {"cp", kIn, kTcp, "anywhere", {6443, 6443}, "kube-apiserver from configured CIDR"},
    {"cp", kIn, kTcp, "operator", {6443, 6443}, "operator to kube-apiserver"},
    {"cp", kIn, kIcmp, "workers", kAnyPort, "path MTU from workers"},
    {"cp", kOut, kIcmp, "workers", kAnyPort, "path MTU to workers"},
    {"workers", kOut, kTcp, "services", kAnyPort, "workers to OCI services"},
    {"workers", kOut, kAll, "workers", kAnyPort, "worker to worker egress"},
    {"workers", kIn, kAll, "workers", kAnyPort, "worker to worker ingress"},
    {"workers", kOut, kTcp, "cp", {6443, 6443}, "workers to kube-apiserver"},
    {"workers", kOut, kTcp, "cp", {12250, 12250}, "workers to OKE control plane"},
    {"workers", kOut, kTcp, "cp", {10250, 10250}, "workers to cp 10250"},
    {"workers", kIn, kAll, "cp", kAnyPort, "cp to workers webhooks"},
    {"workers", kOut, kAll, "anywhere", kAnyPort, "workers to anywhere"},
    {"workers", kIn, kIcmp, "anywhere", kAnyPort, "path MTU ingress"},
    {"workers", kOut, kIcmp, "anywhere", kAnyPort, "path MTU egress"},
    {"workers", kIn, kTcp, "int_lb", kNodePorts, "int_lb to NodePort TCP"},
    {"workers", kIn, kUdp, "int_lb", kNodePorts, "int_lb to NodePort UDP"},
    {"workers", kIn, kTcp, "int_lb", {10256, 10256}, "int_lb health check"},
    {"workers", kIn, kTcp, "pub_lb", kNodePorts, "pub_lb to NodePort TCP"},
    {"workers", kIn, kUdp, "pub_lb", kNodePorts, "pub_lb to NodePort UDP"},
    {"workers", kIn, kTcp, "pub_lb", {10256, 10256}, "pub_lb health check"},
    {"workers", kIn, kTcp, "bastion", {22, 22}, "SSH from bastion to workers"},
    {"int_lb", kOut, kTcp, "workers", kNodePorts, "int_lb NodePort TCP egress"},
    {"int_lb", kOut, kUdp, "workers", kNodePorts, "int_lb NodePort UDP egress"},
    {"int_lb", kOut, kTcp, "workers", {10256, 10256}, "int_lb health check egress"},
    {"int_lb", kOut, kIcmp, "workers", kAnyPort, "int_lb path MTU"},
    {"pub_lb", kOut, kTcp, "workers", kNodePorts, "pub_lb NodePort TCP egress"},
    {"pub_lb", kOut, kUdp, "workers", kNodePorts, "pub_lb NodePort UDP egress"},
    {"pub_lb", kOut, kTcp, "workers", {10256, 10256}, "pub_lb health check egress"},
    {"pub_lb", kOut, kIcmp, "workers", kAnyPort, "pub_lb path MTU"},
    {"pub_lb", kIn, kTcp, "anywhere", {80, 80}, "public ingress 80"},
    {"pub_lb", kIn, kTcp, "anywhere", {443, 443}, "public ingress 443"},
    {"bastion", kIn, kTcp, "anywhere", {22, 22}, "SSH to bastion"},
    {"bastion", kOut, kTcp, "operator", {22, 22}, "bastion to operator SSH"},
    {"bastion", kOut, kTcp, "workers", {22, 22}, "bastion to workers SSH"},
    {"operator", kIn, kTcp, "bastion", {22, 22}, "SSH from bastion"},
    {"operator", kOut, kTcp, "cp", {6443, 6443}, "operator to kube-apiserver"},
    {"operator", kOut, kAll, "anywhere", kAnyPort, "operator to anywhere"},
});

// What a cluster in another VCN may open; source: oci-oke.md section 6.3, "extra rules".
// UDP 53 alone: TCP, the fallback for truncated answers, is not open in the recorded case.
struct RemoteRow {
  std::string_view nsg;
  RuleProtocol protocol;
  std::uint16_t port;
  std::string_view description;
};
constexpr auto kRemoteRules = std::to_array<RemoteRow>({
    {"workers", kUdp, 8472, "VXLAN from "},
    {"int_lb", kTcp, 2379, "clustermesh etcd from "},
    {"int_lb", kUdp, 53, "DNS for Coherence WKA from "},
});

SecurityRule security_rule(const RuleRow& row, Pos pos) {
  SecurityRule rule;
  rule.direction = row.direction;
  rule.protocol = row.protocol;
  if (row.far == "anywhere") {
    rule.cidr = kAnywhere;
  } else if (row.far == "services") {
    rule.cidr = kOracleServices;
  } else {
    rule.nsg = row.far;
  }
  if (row.protocol == kTcp || row.protocol == kUdp) rule.ports = row.ports;
  if (row.protocol == kIcmp) rule.icmp_type = kUnreachable;
  rule.description = row.description;
  rule.pos = pos;
  return rule;
}

std::vector<SecurityGroup> security_groups(const std::vector<RemoteVcn>& remotes, Pos pos,
                                           Pos peering) {
  std::vector<SecurityGroup> groups;
  for (const std::string_view name : {"bastion", "operator", "cp", "int_lb", "pub_lb", "workers"}) {
    SecurityGroup group{std::string{name}, {}, pos};
    for (const RuleRow& row : kRules) {
      if (row.nsg == name) group.rules.push_back(security_rule(row, pos));
    }
    for (const RemoteVcn& remote : remotes) {
      for (const RemoteRow& row : kRemoteRules) {
        if (row.nsg != name) continue;
        for (const Prefix& cidr : remote.cidrs) {
          SecurityRule rule;
          rule.protocol = row.protocol;
          rule.cidr = cidr;
          rule.ports = PortRange{row.port, row.port};
          rule.description = std::string{row.description} + remote.name + " VCN";
          rule.pos = peering;
          group.rules.push_back(std::move(rule));
        }
      }
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

std::vector<RouteTable> route_tables(const std::vector<RemoteVcn>& remotes, Pos pos, Pos peering) {
  RouteTable internet{"internet-route", {}, pos};
  internet.rules.push_back({kAnywhere, GatewayKind::Internet, "default to internet gateway", pos});
  RouteTable nat{"nat-route", {}, pos};
  nat.rules.push_back({kAnywhere, GatewayKind::Nat, "default to NAT gateway", pos});
  nat.rules.push_back({kOracleServices, GatewayKind::Service, "regional Oracle services", pos});
  for (const RemoteVcn& remote : remotes) {
    for (const Prefix& cidr : remote.cidrs) {
      nat.rules.push_back(
          {cidr, GatewayKind::Drg, "reach " + remote.name + " VCN through the DRG", peering});
    }
  }
  return {std::move(internet), std::move(nat)};
}

}  // namespace

Vcn oke_network(const std::string& name, const std::string& region, const Prefix& cidr,
                const std::string& drg, const std::vector<RemoteVcn>& remotes, Pos pos,
                Pos peering) {
  Vcn vcn;
  vcn.name = name;
  vcn.region = region;
  vcn.cidrs = {cidr};
  vcn.drg = drg;
  vcn.subnets = cut_subnets(cidr, pos);
  vcn.route_tables = route_tables(remotes, pos, peering);
  // The module empties the default list ("lockdown"): all is decided by the NSGs.
  vcn.security_lists = {{"default", {}, pos}, {"int_lb", {}, pos}, {"pub_lb", {}, pos}};
  vcn.nsgs = security_groups(remotes, pos, peering);
  vcn.pos = pos;
  return vcn;
}

}  // namespace meshsim
