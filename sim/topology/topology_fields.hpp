// How the long form of a topology is written: one table per struct of topology.hpp.
#pragma once

#include <array>
#include <tuple>

#include "meshsim/base/fields.hpp"
#include "meshsim/topology/topology.hpp"
#include "sim/config/quantities.hpp"
#include "sim/topology/ignore.hpp"

namespace meshsim {

// "53" or "30000-32767"
template <>
struct ScalarText<PortRange> {
  static constexpr std::string_view name = "port or range of ports";
  static constexpr std::string_view example = "30000-32767";
  static constexpr std::string_view pattern = "^[0-9]+(-[0-9]+)?$";
  static bool parse(std::string_view text, PortRange& out, std::string& error);
  static std::string print(PortRange value);
};

template <>
struct Words<RuleDirection> {
  static constexpr std::array list{std::pair{std::string_view{"ingress"}, RuleDirection::Ingress},
                                   std::pair{std::string_view{"egress"}, RuleDirection::Egress}};
};

template <>
struct Words<RuleProtocol> {
  static constexpr std::array list{std::pair{std::string_view{"all"}, RuleProtocol::All},
                                   std::pair{std::string_view{"icmp"}, RuleProtocol::Icmp},
                                   std::pair{std::string_view{"tcp"}, RuleProtocol::Tcp},
                                   std::pair{std::string_view{"udp"}, RuleProtocol::Udp}};
};

template <>
struct Words<GatewayKind> {
  static constexpr std::array list{
      std::pair{std::string_view{"drg"}, GatewayKind::Drg},
      std::pair{std::string_view{"nat"}, GatewayKind::Nat},
      std::pair{std::string_view{"internet"}, GatewayKind::Internet},
      std::pair{std::string_view{"service"}, GatewayKind::Service},
      std::pair{std::string_view{"private_ip"}, GatewayKind::PrivateIp}};
};

template <>
struct Words<DrgAttachment::Type> {
  using Type = DrgAttachment::Type;
  static constexpr std::array list{
      std::pair{std::string_view{"vcn"}, Type::Vcn}, std::pair{std::string_view{"rpc"}, Type::Rpc},
      std::pair{std::string_view{"virtual_circuit"}, Type::VirtualCircuit},
      std::pair{std::string_view{"ipsec_tunnel"}, Type::IpsecTunnel}};
};

template <>
struct Words<VcnRoutes> {
  static constexpr std::array list{
      std::pair{std::string_view{"subnet_cidrs"}, VcnRoutes::SubnetCidrs},
      std::pair{std::string_view{"vcn_cidrs"}, VcnRoutes::VcnCidrs}};
};

template <>
struct Words<PeeringStatus> {
  static constexpr std::array list{std::pair{std::string_view{"new"}, PeeringStatus::New},
                                   std::pair{std::string_view{"pending"}, PeeringStatus::Pending},
                                   std::pair{std::string_view{"peered"}, PeeringStatus::Peered},
                                   std::pair{std::string_view{"revoked"}, PeeringStatus::Revoked},
                                   std::pair{std::string_view{"invalid"}, PeeringStatus::Invalid}};
};

template <>
struct Words<Cni> {
  static constexpr std::array list{std::pair{std::string_view{"cilium"}, Cni::Cilium},
                                   std::pair{std::string_view{"flannel"}, Cni::Flannel},
                                   std::pair{std::string_view{"vcn-native"}, Cni::VcnNative}};
};

template <>
struct Words<DistributionStatement::Match> {
  using Match = DistributionStatement::Match;
  static constexpr std::array list{
      std::pair{std::string_view{"all"}, Match::All},
      std::pair{std::string_view{"attachment_type"}, Match::AttachmentType},
      std::pair{std::string_view{"attachment"}, Match::Attachment}};
};

template <>
struct Words<ClusterType> {
  static constexpr std::array list{std::pair{std::string_view{"enhanced"}, ClusterType::Enhanced},
                                   std::pair{std::string_view{"basic"}, ClusterType::Basic}};
};

template <>
struct Fields<SecurityRule> {
  static constexpr auto list = std::tuple{
      field("direction", &SecurityRule::direction, "seen from the VNIC").required(),
      field("protocol", &SecurityRule::protocol, "all, or one"),
      field("cidr", &SecurityRule::cidr, "addresses at the far end; or give nsg"),
      field("nsg", &SecurityRule::nsg, "NSG of the same VCN at the far end; or give cidr"),
      field("ports", &SecurityRule::ports, "target ports of TCP and UDP; all if not given"),
      field("source_ports", &SecurityRule::source_ports, "of TCP and UDP; all if not given"),
      field("icmp_type", &SecurityRule::icmp_type, "of ICMP; all if not given"),
      field("icmp_code", &SecurityRule::icmp_code, "of that type; all if not given"),
      field("stateless", &SecurityRule::stateless, "answers are not let through by themselves"),
      field("description", &SecurityRule::description, "for people"),
  };
};

template <>
struct Fields<SecurityGroup> {
  static constexpr auto list = std::tuple{
      field("name", &SecurityGroup::name, "unique in the VCN").required(),
      field("rules", &SecurityGroup::rules, "what is allowed; without rules nothing is"),
      field("ocid", &SecurityGroup::ocid, "how annotations of Services may name it"),
  };
};

template <>
struct Fields<RouteRule> {
  static constexpr auto list = std::tuple{
      field("destination", &RouteRule::destination, "addresses; 0.0.0.0/32 for Oracle services")
          .required(),
      field("gateway", &RouteRule::gateway, "where to").required(),
      field("next_hop", &RouteRule::next_hop, "of private_ip: the address that forwards"),
      field("description", &RouteRule::description, "for people"),
  };
};

template <>
struct Fields<RouteTable> {
  static constexpr auto list = std::tuple{
      field("name", &RouteTable::name, "unique in the VCN").required(),
      field("rules", &RouteTable::rules, "the longest prefix wins"),
  };
};

template <>
struct Fields<Subnet> {
  static constexpr auto list = std::tuple{
      field("name", &Subnet::name, "unique in the VCN").required(),
      field("cidr", &Subnet::cidr, "inside a CIDR of the VCN").required(),
      field("route_table", &Subnet::route_table, "of the same VCN").required(),
      field("security_lists", &Subnet::security_lists, "of the same VCN"),
      field("public", &Subnet::is_public, "VNICs may have public addresses"),
      field("ocid", &Subnet::ocid, "how annotations of Services may name it"),
      field("availability_domain", &Subnet::availability_domain, "1 to 3; 0 if it is regional")
          .range(0, 3),
  };
};

template <>
struct Fields<VcnGateway> {
  static constexpr auto list = std::tuple{
      field("kind", &VcnGateway::kind, "nat, internet or service").required(),
      field("enabled", &VcnGateway::enabled, "false: it is disabled, or blocks traffic"),
  };
};

template <>
struct Fields<Vcn> {
  static constexpr auto list = std::tuple{
      field("name", &Vcn::name, "unique among VCNs").required(),
      field("region", &Vcn::region, "identifier, like eu-paris-1").required(),
      field("cidrs", &Vcn::cidrs, "its addresses, /16 to /30 each").required(),
      field("drg", &Vcn::drg, "the DRG it is attached to"),
      field("subnets", &Vcn::subnets, "parts of its addresses"),
      field("route_tables", &Vcn::route_tables, "for packets that leave a subnet"),
      field("security_lists", &Vcn::security_lists, "rules of whole subnets"),
      field("nsgs", &Vcn::nsgs, "rules of single VNICs"),
      field("mtu", &Vcn::mtu, "bytes of the largest packet").range(576, 9000),
      field("gateways", &Vcn::gateways, "those that are disabled or block; others are open"),
      field("ignore", &Vcn::ignores, "findings that are known, like 'MS0305 because ...'"),
  };
};

template <>
struct Fields<DistributionStatement> {
  static constexpr auto list = std::tuple{
      field("priority", &DistributionStatement::priority, "unique in the table").range(0, 65535),
      field("match", &DistributionStatement::match, "what is accepted").required(),
      field("value", &DistributionStatement::value,
            "VCN, REMOTE_PEERING_CONNECTION, VIRTUAL_CIRCUIT or IPSEC_TUNNEL, or an attachment"),
  };
};

template <>
struct Fields<DrgStaticRule> {
  static constexpr auto list = std::tuple{
      field("destination", &DrgStaticRule::destination, "addresses").required(),
      field("attachment", &DrgStaticRule::attachment, "next hop").required(),
  };
};

template <>
struct Fields<DrgRouteTable> {
  static constexpr auto list = std::tuple{
      field("name", &DrgRouteTable::name, "unique in the DRG").required(),
      field("imports", &DrgRouteTable::imports, "the import distribution: whose routes it takes"),
      field("static_rules", &DrgRouteTable::static_rules, "beat imported ones"),
      field("default", &DrgRouteTable::is_default, "one of the two that a new DRG contains"),
      field("ecmp", &DrgRouteTable::ecmp, "equal routes over circuits or tunnels share the flows"),
  };
};

template <>
struct Fields<DrgAttachment> {
  static constexpr auto list = std::tuple{
      field("name", &DrgAttachment::name, "unique in the DRG").required(),
      field("type", &DrgAttachment::type, "what is attached").required(),
      field("target", &DrgAttachment::target, "name of the VCN, RPC or on-premises network")
          .required(),
      field("route_table", &DrgAttachment::route_table,
            "used by packets that enter here; the default of its type if not given"),
      field("ingress_table", &DrgAttachment::ingress_table,
            "of a VCN: its route table for packets that come from the DRG"),
      field("vcn_routes", &DrgAttachment::vcn_routes, "of a VCN: what it offers to the DRG"),
      field("exports", &DrgAttachment::exports,
            "not of a VCN: false without an export distribution"),
  };
};

template <>
struct Fields<OnPremises> {
  static constexpr auto list = std::tuple{
      field("name", &OnPremises::name, "unique among on-premises networks").required(),
      field("cidrs", &OnPremises::cidrs, "what it announces by BGP").required(),
      field("round_trip", &OnPremises::round_trip, "from a DRG and back").required(),
      field("mtu", &OnPremises::mtu, "bytes of the largest packet").range(576, 9000),
  };
};

template <>
struct Fields<Drg> {
  static constexpr auto list = std::tuple{
      field("name", &Drg::name, "unique among DRGs").required(),
      field("region", &Drg::region, "identifier, like eu-paris-1").required(),
      field("attachments", &Drg::attachments, "the missing ones are made as the platform does"),
      field("route_tables", &Drg::route_tables, "the two default ones are made if missing"),
      field("ignore", &Drg::ignores, "findings that are known, like 'MS0305 because ...'"),
  };
};

template <>
struct Fields<Rpc> {
  static constexpr auto list = std::tuple{
      field("name", &Rpc::name, "unique among peerings").required(),
      field("drg_a", &Rpc::drg_a, "one end").required(),
      field("drg_b", &Rpc::drg_b, "the other end; none if no peer was named"),
      field("round_trip", &Rpc::round_trip, "between VMs; from the table if not given"),
      field("round_trip_from", &Rpc::round_trip_from, "where the figure comes from"),
      field("jitter", &Rpc::jitter, "standard deviation of one direction"),
      field("loss", &Rpc::loss, "share of packets lost in one direction"),
      field("rate", &Rpc::rate, "of each direction"),
      field("mtu", &Rpc::mtu, "bytes of the largest packet").range(576, 9000),
      field("status", &Rpc::status, "packets pass if it is peered"),
      field("peer_region", &Rpc::peer_region, "the region that drg_a's end names for its peer"),
      field("ignore", &Rpc::ignores, "findings that are known, like 'MS0305 because ...'"),
  };
};

template <>
struct Fields<NodeInstance> {
  static constexpr auto list = std::tuple{
      field("address", &NodeInstance::address, "of its primary VNIC").required(),
      field("availability_domain", &NodeInstance::availability_domain, "where it runs"),
      field("fault_domain", &NodeInstance::fault_domain, "like FAULT-DOMAIN-1"),
  };
};

template <>
struct Fields<NodePool> {
  static constexpr auto list = std::tuple{
      field("name", &NodePool::name, "unique in the cluster").required(),
      field("nodes", &NodePool::nodes, "how many").range(1, 1000),
      field("shape", &NodePool::shape, "of each node"),
      field("ocpus", &NodePool::ocpus, "of each node; 1 Gbps each").range(1, 256),
      field("subnet", &NodePool::subnet, "of the nodes"),
      field("nsgs", &NodePool::nsgs, "of the nodes"),
      field("instances", &NodePool::instances, "nodes that exist; the rest get free addresses"),
      field("availability_domains", &NodePool::availability_domains,
            "its nodes stand in these in turn; 1 if not given"),
      field("fault_domains", &NodePool::fault_domains, "likewise; 1 to 3 if not given"),
      field("pod_subnet", &NodePool::pod_subnet, "of VCN-native pods"),
      field("pod_nsgs", &NodePool::pod_nsgs, "of VCN-native pods"),
  };
};

template <>
struct Fields<ApiEndpoint> {
  static constexpr auto list = std::tuple{
      field("subnet", &ApiEndpoint::subnet, "of the cluster's VCN"),
      field("nsgs", &ApiEndpoint::nsgs, "of its VNIC"),
      field("address", &ApiEndpoint::address, "the first free one if not given"),
      field("public", &ApiEndpoint::is_public, "has a public address too"),
  };
};

template <>
struct Fields<Host> {
  static constexpr auto list = std::tuple{
      field("name", &Host::name, "unique among hosts").required(),
      field("vcn", &Host::vcn, "where it stands").required(),
      field("subnet", &Host::subnet, "of that VCN").required(),
      field("nsgs", &Host::nsgs, "of its VNIC"),
      field("address", &Host::address, "the first free one if not given"),
      field("public", &Host::is_public, "has a public address too"),
      field("skip_source_dest_check", &Host::skip_source_dest_check,
            "sends and takes packets of other addresses"),
      field("tcp_ports", &Host::tcp_ports, "ports it listens on"),
  };
};

}  // namespace meshsim
