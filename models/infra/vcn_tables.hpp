// What a VCN consists of, and where it sends a packet: addresses, subnets, route tables, gateways.
// Pure functions; the component (vcn.hpp) and `meshsim path` ask the same ones.
// Source: oci-oke.md sections 1.1, 1.2 and 1.4. Left out: public addresses, local peering, tables
// of single VNICs; what leaves for the internet ends there with a code of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "models/fabric/drop.hpp"
#include "models/fabric/flow_life.hpp"
#include "models/fabric/lookup_table.hpp"
#include "models/fabric/packet.hpp"
#include "models/infra/routing.hpp"
#include "models/infra/security.hpp"

namespace meshsim::infra {

// PrivateIp: to a VNIC that forwards. The last three can be closed.
enum class Gateway : std::uint8_t { Local, Drg, PrivateIp, Nat, Internet, Service };

struct VcnRoute {
  Prefix prefix{};
  Gateway gateway = Gateway::Drg;
  DecisionId decided_by{};  // the route rule
  Ipv4 next_hop{};          // of PrivateIp
};

struct VcnRouteTable {
  std::vector<VcnRoute> routes{};  // without the implicit local ones
  DecisionId decided_by{};         // where a missing rule would have to be added
};

struct VcnSubnet {
  Prefix prefix{};
  std::uint16_t route_table = 0;
  DecisionId decided_by{};
};

// The VNIC of a node, a pod, a host or a load balancer.
struct Vnic {
  Ipv4 address{};
  std::uint16_t subnet = 0;
  // Security lists of the subnet and NSGs of the VNIC, as indices of the VCN's groups. The first
  // is the one that a denied packet blames.
  std::vector<std::uint16_t> groups{};
  // Further sources that may appear here (a node's pods); dropped unless skip_source_dest_check.
  std::vector<Prefix> behind{};
  bool skip_source_dest_check = false;
  std::uint32_t tracked_flows = 30'000;
  DecisionId decided_by{};
  std::uint8_t availability_domain = 1;
  BitRate rate{0};  // of each direction; 0: no limit
};

// A gateway that lets nothing through: disabled, or told to block traffic.
struct ClosedGateway {
  Gateway gateway = Gateway::Nat;
  DecisionId decided_by{};
};

struct VcnSpec {
  std::vector<Prefix> prefixes{};
  std::vector<VcnSubnet> subnets{};
  std::vector<VcnRouteTable> route_tables{};
  std::vector<SecurityGroup> groups{};  // security lists and NSGs
  std::vector<Vnic> vnics{};
  std::uint32_t mtu = 9000;  // bytes; source: oci-oke.md section 1.5
  FlowTimeouts tracking{};
  Duration to_vnic = 25us;
  Duration to_drg = 10us;
  DecisionId decided_by{};
  std::vector<ClosedGateway> closed{};
  std::optional<std::uint16_t> ingress_table{};  // of the DRG attachment
  Duration between_domains{};                    // added between two availability domains
};

inline constexpr std::uint32_t kNoVnic = ~std::uint32_t{0};

// Which VNIC a packet from inside the VCN comes from, or what stops it before any rule.
struct VcnEntry {
  std::uint32_t vnic = kNoVnic;
  bool to_resolver = false;  // for the VCN's resolver, past all rules
  std::optional<DropCode> stops{};
  DecisionId decided_by{};
};

// Where the VCN sends a packet: to a VNIC, to its DRG, or nowhere.
struct VcnHop {
  std::uint32_t vnic = kNoVnic;
  bool to_drg = false;
  bool is_routed = false;  // by the virtual router, not within a subnet
  std::optional<DropCode> stops{};
  DecisionId decided_by{};  // the route rule, or what stops the packet
};

class VcnTables {
 public:
  explicit VcnTables(const VcnSpec& spec);

  const VcnSpec& spec() const { return spec_; }
  // In the order of addresses; indices of VNICs are of this list.
  const std::vector<Vnic>& vnics() const { return spec_.vnics; }
  // kNoVnic if no VNIC has it.
  std::uint32_t vnic_at(Ipv4 address) const;

  // Of a packet that a VNIC sends: the source check, the MTU, link-local addresses.
  VcnEntry enter(const Packet& packet) const;
  // Past the egress rules of `sender`: its own subnet, its route table, gateways.
  VcnHop route(const Packet& packet, std::uint32_t sender) const;
  // Of a packet from the DRG: the ingress table, else straight to the VNIC.
  VcnHop route_from_drg(const Packet& packet) const;
  // The VNIC that got the packet as the next hop of a rule and now sends it on, or kNoVnic.
  std::uint32_t forwarder_of(const Packet& packet) const;
  // To the VNIC that has the target address.
  VcnHop local(const Packet& packet) const;

 private:
  // A route table with the local routes, user rules first.
  struct Table {
    explicit Table(std::vector<VcnRoute> made) : routes(std::move(made)), index(routes) {}
    const VcnRoute* match(Ipv4 target) const { return index.match(routes, target); }

    std::vector<VcnRoute> routes;
    RouteIndex index;
  };

  VcnHop follow(const Packet& packet, std::uint16_t table) const;
  VcnHop forward(const VcnRoute& route) const;
  VcnHop leave(const Packet& packet, const VcnRoute& route) const;
  std::uint32_t vnic_of_source(Ipv4 source) const;

  VcnSpec spec_;
  LookupTable<Ipv4, std::uint32_t> places_;  // of VNICs, by address
  std::vector<Table> tables_;
};

// Whether the rules at a VNIC let a packet pass that no tracked flow covers. `far_end`: the VNIC at
// the other end, or kNoVnic if it is outside of the VCN.
Judgement judge_at(const VcnTables& vcn, std::uint32_t vnic, Direction direction,
                   const Packet& packet, std::uint32_t far_end);

}  // namespace meshsim::infra
