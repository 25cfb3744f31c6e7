// One VCN: the distributed virtual router and the security of its VNICs.
// A packet from a VNIC meets, in this order: source check, egress rules, its own subnet, the
// subnet's route table, then a gateway or the ingress rules of the target. Source: oci-oke.md
// sections 1.2 and 1.3. Left out: gateway ingress route tables, private IPs as route targets,
// public addresses, local peering; what leaves for the internet ends there with a code of its own.
#pragma once

#include <cstdint>
#include <vector>

#include "meshsim/kernel/context.hpp"
#include "models/fabric/packet.hpp"
#include "models/infra/connection_tracking.hpp"
#include "models/infra/messages.hpp"
#include "models/infra/routing.hpp"
#include "models/infra/security.hpp"

namespace meshsim::infra {

enum class Gateway : std::uint8_t { Local, Drg, Nat, Internet, Service };

struct VcnRoute {
  Prefix prefix{};
  Gateway gateway = Gateway::Drg;
  DecisionId decided_by{};  // the route rule
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

// A node's VNIC or the address of a load balancer.
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
};

class Vcn final : public Accepts<Vcn, Outbound, FromDrg> {
 public:
  explicit Vcn(const VcnSpec& spec);

  Address<Packet> drg{};       // our attachment of the DRG, if there is one
  Address<Packet> resolver{};  // at 169.254.169.254
  // Where packets for a VNIC of the spec go.
  void wire(Ipv4 vnic, Address<Packet> port);

  void on(Context& ctx, const Outbound& from);
  void on(Context& ctx, const FromDrg& from);

  void archive(Snapshot& snapshot) { snapshot.fixed(ports_); }

 private:
  struct Port {
    Vnic spec;
    Address<Packet> address;
    ConnectionTracking tracking;
    auto state() { return std::tie(tracking); }
  };

  Port* port_at(Ipv4 address);
  Port* port_of_source(Ipv4 source);
  void deliver(Context& ctx, const Packet& packet, const Port* sender);
  void leave(Context& ctx, const Packet& packet, const VcnRoute& route);
  bool passes(Context& ctx, const Packet& packet, Direction direction, Port& port,
              const Port* far_end);

  VcnSpec spec_;
  std::vector<std::vector<VcnRoute>> tables_;  // with the local routes, user rules first
  std::vector<RouteIndex> indexes_;            // of the tables
  std::vector<Port> ports_{};                  // by address
};

}  // namespace meshsim::infra
