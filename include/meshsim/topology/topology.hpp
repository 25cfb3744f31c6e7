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
  std::optional<std::uint8_t> icmp_type;  // all if not given
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

enum class GatewayKind : std::uint8_t { Drg, Nat, Internet, Service };

// Stands for the regional Oracle services behind a service gateway, whose addresses are not
// modelled: a prefix that no packet goes to.
inline constexpr Prefix kOracleServices{Ipv4{}, 32};

struct RouteRule {
  Prefix destination;
  GatewayKind gateway = GatewayKind::Drg;
  std::string description;
  Pos pos;
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
  Pos pos;
};

// One ACCEPT statement of an import distribution; source: oci-oke.md section 2.1.
struct DistributionStatement {
  enum class Match : std::uint8_t { All, AttachmentType, Attachment };
  std::uint32_t priority = 0;
  Match match = Match::All;
  std::string value;  // "VCN", "REMOTE_PEERING_CONNECTION", or the name of an attachment
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
};

struct DrgAttachment {
  enum class Type : std::uint8_t { Vcn, Rpc };
  std::string name;
  Type type = Type::Vcn;
  std::string target;       // name of the VCN or RPC
  std::string route_table;  // used by packets that enter here
  Pos pos;
};

struct Drg {
  std::string name;
  std::string region;
  std::vector<DrgAttachment> attachments;
  std::vector<DrgRouteTable> route_tables;
  Pos pos;
};

// A remote peering between two DRGs (both of its ends).
struct Rpc {
  std::string name;  // "c1-c2"
  std::string drg_a;
  std::string drg_b;
  Duration round_trip{};        // of the path between VMs of both regions, ns
  std::string round_trip_from;  // where the figure comes from
  Duration jitter{};            // standard deviation of one direction, ns
  Ratio loss{0, 1};             // of one direction
  BitRate rate = gigabits(10);
  std::uint32_t mtu = 9000;  // bytes; source: oci-oke.md section 1.5 ("treat as 9000")
  bool peered = true;
  Pos pos;
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
};

struct Cluster {
  std::string name;
  std::string region;
  std::string vcn;
  Prefix pods_cidr;
  Prefix services_cidr;
  std::uint8_t node_pod_bits = 25;  // prefix length of a node's pod CIDR
  std::string kubernetes_version = "v1.34.1";
  std::string coredns_version = "1.12.2";  // what OKE ships; source: dns.md
  std::uint32_t coredns_replicas = 2;
  std::vector<NodePool> pools;
  std::string lb_subnet = "int_lb";  // internal load balancers without a subnet annotation
  std::vector<std::string> lb_nsgs;  // NSGs of those load balancers
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
  Pos pos;
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
