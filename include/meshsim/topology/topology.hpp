// What exists before anything happens: regions, VCNs, DRGs, remote peerings, OKE clusters.
// Plain values in the long form; every one knows the line that made it.
// Source for all defaults: docs/models.md, after Oracle's documentation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meshsim/base/diagnostics.hpp"
#include "meshsim/base/ip.hpp"
#include "meshsim/base/units.hpp"

namespace meshsim {

// A finding of `meshsim check` that is known and accepted, with the reason.
struct Ignore {
  std::vector<std::string> rules;  // "MS0305"
  std::string reason;
  Pos pos;
};

struct PortRange {
  std::uint16_t min = 0;
  std::uint16_t max = 65535;
};

enum class RuleDirection : std::uint8_t { Ingress, Egress };
enum class RuleProtocol : std::uint8_t { All = 0, Icmp = 1, Tcp = 6, Udp = 17 };

// One allow rule of a security list or NSG. Exactly one of `cidr` and `nsg` names the far end.
struct SecurityRule {
  RuleDirection direction = RuleDirection::Ingress;
  RuleProtocol protocol = RuleProtocol::All;
  std::optional<Prefix> cidr;
  std::string nsg;                        // of the same VCN
  std::optional<PortRange> ports;         // target ports of TCP and UDP; all if not given
  std::optional<PortRange> source_ports;  // likewise
  std::optional<std::uint8_t> icmp_type;  // all if not given
  std::optional<std::uint8_t> icmp_code;  // of that type; all if not given
  bool stateless = false;
  std::string description;
  Pos pos;
};

struct SecurityGroup {  // an NSG, or a security list
  std::string name;
  std::vector<SecurityRule> rules;
  Pos pos;
  std::string ocid{};  // of an imported one: annotations of Services name it by this
};

// Where a route rule leads. PrivateIp: to a VNIC of the VCN that forwards, a firewall for instance.
enum class GatewayKind : std::uint8_t { Drg, Nat, Internet, Service, PrivateIp };

// Stands for the regional Oracle services behind a service gateway, whose addresses are not
// modelled: a prefix that no packet goes to.
inline constexpr Prefix kOracleServices{Ipv4{}, 32};

struct RouteRule {
  Prefix destination;
  GatewayKind gateway = GatewayKind::Drg;
  std::string description;
  Pos pos;
  Ipv4 next_hop{};  // of PrivateIp
};

struct RouteTable {
  std::string name;
  std::vector<RouteRule> rules;
  Pos pos;
};

struct Subnet {
  std::string name;  // "workers"
  Prefix cidr;
  std::string route_table;
  std::vector<std::string> security_lists;
  bool is_public = false;
  Pos pos;
  std::string ocid{};  // as of an NSG
  std::uint32_t availability_domain = 0;  // 1 to 3; 0 if it is regional
};

// The state of an internet, NAT or service gateway. One that is not listed is there and open.
struct VcnGateway {
  GatewayKind kind = GatewayKind::Nat;
  bool enabled = true;  // internet gateway: is_enabled; the others: not block_traffic
  Pos pos;
};

struct Vcn {
  std::string name;
  std::string region;
  std::vector<Prefix> cidrs;
  std::string drg;  // the one it is attached to; empty if none
  std::vector<Subnet> subnets;
  std::vector<RouteTable> route_tables;
  std::vector<SecurityGroup> security_lists;
  std::vector<SecurityGroup> nsgs;
  std::uint32_t mtu = 9000;  // bytes; source: oci-oke.md section 1.5
  std::vector<Ignore> ignores{};
  Pos pos;
  std::vector<VcnGateway> gateways{};
};

// One ACCEPT statement of an import distribution; source: oci-oke.md section 2.1.
struct DistributionStatement {
  enum class Match : std::uint8_t { All, AttachmentType, Attachment };
  std::uint32_t priority = 0;
  Match match = Match::All;
  std::string value;  // an attachment type of OCI ("VCN"), or the name of an attachment
  Pos pos;
};

struct DrgStaticRule {
  Prefix destination;
  std::string attachment;
  Pos pos;
};

struct DrgRouteTable {
  std::string name;
  std::vector<DistributionStatement> imports;
  std::vector<DrgStaticRule> static_rules;
  bool is_default = false;  // one of the two that a new DRG contains
  Pos pos;
  bool ecmp = false;  // over virtual circuits or IPSec tunnels; source: oci-oke.md section 2.4
};

// What a VCN attachment offers to the DRG: vcn_route_type.
enum class VcnRoutes : std::uint8_t { SubnetCidrs, VcnCidrs };

struct DrgAttachment {
  enum class Type : std::uint8_t { Vcn, Rpc, VirtualCircuit, IpsecTunnel };
  std::string name;
  Type type = Type::Vcn;
  std::string target;       // name of the VCN, RPC or on-premises network
  std::string route_table;  // used by packets that enter here
  Pos pos;
  std::string ingress_table{};  // of a VCN: its route table for packets from the DRG; none if empty
  VcnRoutes vcn_routes = VcnRoutes::SubnetCidrs;
  bool exports = true;  // not of a VCN: false if its export distribution was removed
};

struct Drg {
  std::string name;
  std::string region;
  std::vector<DrgAttachment> attachments;
  std::vector<DrgRouteTable> route_tables;
  Pos pos;
  std::vector<Ignore> ignores{};
};

// A network outside of OCI. DRGs reach it by virtual circuits and IPSec tunnels, over which it
// announces its addresses by BGP.
struct OnPremises {
  std::string name;
  std::vector<Prefix> cidrs;
  Duration round_trip{};     // from a DRG and back, ns
  std::uint32_t mtu = 1500;  // bytes; source: oci-oke.md section 1.5
  Pos pos;
};

// peering_status of the two ends taken together; source: oci-oke.md section 2.5.
enum class PeeringStatus : std::uint8_t { New, Pending, Peered, Revoked, Invalid };

// A remote peering between two DRGs (both of its ends).
struct Rpc {
  std::string name;  // "c1-c2"
  std::string drg_a;
  std::string drg_b;            // empty: no end names a peer (peer_id)
  Duration round_trip{};        // of the path between VMs of both regions, ns
  std::string round_trip_from;  // where the figure comes from
  Duration jitter{};            // standard deviation of one direction, ns
  Ratio loss{0, 1};             // of one direction
  BitRate rate = gigabits(10);
  std::uint32_t mtu = 9000;  // bytes; source: oci-oke.md section 1.5 ("treat as 9000")
  PeeringStatus status = PeeringStatus::Peered;
  std::vector<Ignore> ignores{};
  Pos pos;
  std::string peer_region{};  // peer_region_name of the requestor, the end at drg_a; empty: right
};

// A worker that exists already, as a state or dump knows it.
struct NodeInstance {
  Ipv4 address;
  std::string availability_domain;
  std::string fault_domain;
  Pos pos;
};

struct NodePool {
  std::string name;
  std::uint32_t nodes = 3;
  std::string shape = "VM.Standard.E4.Flex";
  std::uint32_t ocpus = 2;
  std::string subnet = "workers";
  std::vector<std::string> nsgs;
  std::vector<NodeInstance> instances;  // the first of its nodes; the rest are placed
  Pos pos;
  // Its nodes are placed over these in turn; AD 1 and all fault domains if not given.
  std::vector<std::uint32_t> availability_domains{};  // 1 to 3
  std::vector<std::uint32_t> fault_domains{};         // 1 to 3
  // With VCN-native pods: where their addresses are from.
  std::string pod_subnet{};
  std::vector<std::string> pod_nsgs{};
};

// What connects the pods. Unknown until Helm values of Cilium are applied, if not given.
enum class Cni : std::uint8_t { Cilium, Flannel, VcnNative };

// Where the API server of a cluster answers, TCP 6443.
struct ApiEndpoint {
  std::string subnet = "cp";
  std::vector<std::string> nsgs;
  Ipv4 address;            // the first free one of the subnet if none
  bool is_public = false;  // has a public address too
  Pos pos;
};

// Oracle resets what a person changed about CoreDNS in a basic cluster from time to time; source:
// oci-oke.md section 5.
enum class ClusterType : std::uint8_t { Enhanced, Basic };

struct Cluster {
  std::string name;
  std::string region;
  std::string vcn;
  Prefix pods_cidr;
  Prefix services_cidr;
  std::uint8_t node_pod_bits = 25;  // prefix length of a node's pod CIDR
  ClusterType type = ClusterType::Enhanced;
  std::string kubernetes_version = "v1.34.1";
  std::string coredns_version = "1.12.2";  // what OKE ships; source: dns.md
  std::uint32_t coredns_replicas = 2;
  std::vector<NodePool> pools;
  std::string lb_subnet = "int_lb";  // internal load balancers without a subnet annotation
  std::vector<std::string> lb_nsgs;  // NSGs of those load balancers
  std::vector<Ignore> ignores{};
  Pos pos;
  std::optional<Cni> cni{};
  std::optional<ApiEndpoint> endpoint{};
};

// A plain virtual machine: a bastion, the operator's host, a firewall.
struct Host {
  std::string name;
  std::string vcn;
  std::string subnet;
  std::vector<std::string> nsgs;
  Ipv4 address;                          // the first free one of the subnet if none
  bool is_public = false;                // has a public address too
  bool skip_source_dest_check = false;   // forwards packets of others
  std::vector<std::uint16_t> tcp_ports;  // that it listens on
  Pos pos;
};

struct Region {
  std::string name;  // "eu-paris-1"
  std::string key;   // "CDG"
  std::uint32_t availability_domains = 1;
  Pos pos;
};

struct Topology {
  std::string name;
  std::string description;
  std::vector<Region> regions;
  std::vector<Vcn> vcns;
  std::vector<Drg> drgs;
  std::vector<Rpc> rpcs;
  std::vector<Cluster> clusters;
  std::vector<Ignore> ignores{};
  Pos pos;
  std::vector<Host> hosts{};
  std::vector<OnPremises> on_premises{};
};

// The element of that name, or nullptr.
template <class T>
const T* find_named(const std::vector<T>& list, std::string_view name) {
  for (const T& element : list) {
    if (element.name == name) return &element;
  }
  return nullptr;
}

}  // namespace meshsim
