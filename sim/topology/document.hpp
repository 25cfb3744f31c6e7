// A topology as people write it: the long form, and the short forms that stand for it.
#pragma once

#include <array>
#include <optional>
#include <tuple>

#include "meshsim/topology/topology.hpp"
#include "sim/config/value_type.hpp"
#include "sim/topology/addressing.hpp"
#include "sim/topology/topology_fields.hpp"

namespace meshsim {

inline constexpr const char* kApiVersion = "meshsim.dev/v1alpha1";

// Who is peered with whom.
enum class Mesh : std::uint8_t { Full, Hub, Chain, Ring };

template <>
struct Words<Mesh> {
  static constexpr std::array list{std::pair{std::string_view{"full"}, Mesh::Full},
                                   std::pair{std::string_view{"hub"}, Mesh::Hub},
                                   std::pair{std::string_view{"chain"}, Mesh::Chain},
                                   std::pair{std::string_view{"ring"}, Mesh::Ring}};
};

// With `vcn` it names a VCN of the long form; without, a VCN with its subnets, NSGs and DRG is
// made.
struct ClusterSpec {
  std::string name;
  Located<std::string> region;
  Located<std::string> vcn;
  Located<Prefix> vcn_cidr;
  Located<Prefix> pods_cidr;
  Located<Prefix> services_cidr;
  Located<std::uint32_t> nodes;
  Located<std::string> shape;
  Located<std::uint32_t> ocpus;
  std::vector<NodePool> pools;
  std::uint8_t node_pod_bits = Cluster{}.node_pod_bits;
  ClusterType type = Cluster{}.type;
  std::string kubernetes_version = Cluster{}.kubernetes_version;
  std::string coredns_version = Cluster{}.coredns_version;
  std::uint32_t coredns_replicas = Cluster{}.coredns_replicas;
  std::string lb_subnet = Cluster{}.lb_subnet;
  std::vector<std::string> lb_nsgs;
  std::optional<Cni> cni;
  std::optional<ApiEndpoint> endpoint;
  Located<bool> bastion;
  Located<bool> operator_host;
  std::vector<Ignore> ignores;
  Pos pos;
};

template <>
struct Fields<ClusterSpec> {
  static constexpr auto list = std::tuple{
      field("name", &ClusterSpec::name, "unique among clusters").required(),
      field("region", &ClusterSpec::region, "identifier or key, like eu-paris-1 or CDG"),
      field("vcn", &ClusterSpec::vcn, "a VCN of `vcns`; one is made if not given"),
      field("vcn_cidr", &ClusterSpec::vcn_cidr, "of the VCN that is made, /16 to /20"),
      field("pods_cidr", &ClusterSpec::pods_cidr, "of all pods of the cluster"),
      field("services_cidr", &ClusterSpec::services_cidr, "of its ClusterIPs"),
      field("nodes", &ClusterSpec::nodes, "nodes of its one pool").range(1, 1000),
      field("shape", &ClusterSpec::shape, "of its nodes"),
      field("ocpus", &ClusterSpec::ocpus, "of each node").range(1, 256),
      field("pools", &ClusterSpec::pools, "node pools, instead of nodes, shape and ocpus"),
      field("node_pod_bits", &ClusterSpec::node_pod_bits, "prefix length of a node's pod CIDR")
          .range(16, 30),
      field("type", &ClusterSpec::type, "basic ones lose changes of CoreDNS now and then"),
      field("kubernetes_version", &ClusterSpec::kubernetes_version, "of control plane and nodes"),
      field("coredns_version", &ClusterSpec::coredns_version, "decides which plugins it knows"),
      field("coredns_replicas", &ClusterSpec::coredns_replicas, "CoreDNS pods").range(1, 100),
      field("lb_subnet", &ClusterSpec::lb_subnet, "of internal load balancers"),
      field("lb_nsgs", &ClusterSpec::lb_nsgs, "of internal load balancers"),
      field("cni", &ClusterSpec::cni, "what connects the pods; by Cilium's values if not given"),
      field("endpoint", &ClusterSpec::endpoint, "where the API server answers"),
      field("bastion", &ClusterSpec::bastion, "a host CLUSTER-bastion in the VCN that is made"),
      field("operator", &ClusterSpec::operator_host, "a host CLUSTER-operator, likewise"),
      field("ignore", &ClusterSpec::ignores, "findings that are known, like 'MS0305 because ...'"),
  };
};

// Clusters c1 to cN, one region each; regions in the order of regions_by_choice().
struct GeneratorSpec {
  std::uint32_t count = 2;
  Located<Mesh> mesh;
  Located<bool> transit;
  std::vector<Located<std::string>> regions;
  std::uint32_t nodes = NodePool{}.nodes;
  std::string shape = NodePool{}.shape;
  std::uint32_t ocpus = NodePool{}.ocpus;
  std::string kubernetes_version = Cluster{}.kubernetes_version;
  std::string coredns_version = Cluster{}.coredns_version;
  std::uint32_t coredns_replicas = Cluster{}.coredns_replicas;
  Pos pos;
};

template <>
struct Fields<GeneratorSpec> {
  static constexpr auto list = std::tuple{
      field("count", &GeneratorSpec::count, "how many clusters").range(1, kMaxClusters).required(),
      field("mesh", &GeneratorSpec::mesh, "who is peered with whom; the hub is c1"),
      field("transit", &GeneratorSpec::transit, "DRGs in the middle pass packets on"),
      field("regions", &GeneratorSpec::regions, "one after the other, and again from the first"),
      field("nodes", &GeneratorSpec::nodes, "of each cluster").range(1, 1000),
      field("shape", &GeneratorSpec::shape, "of each node"),
      field("ocpus", &GeneratorSpec::ocpus, "of each node").range(1, 256),
      field("kubernetes_version", &GeneratorSpec::kubernetes_version, "of each cluster"),
      field("coredns_version", &GeneratorSpec::coredns_version, "of each cluster"),
      field("coredns_replicas", &GeneratorSpec::coredns_replicas, "of each cluster").range(1, 100),
  };
};

using PairSpec = Located<std::vector<Located<std::string>>>;

struct PeeringSpec {
  Located<Mesh> mesh;
  Located<std::string> hub;
  std::vector<PairSpec> pairs;
  Located<bool> transit;
  Pos pos;
};

template <>
struct Fields<PeeringSpec> {
  static constexpr auto list = std::tuple{
      field("mesh", &PeeringSpec::mesh, "a remote peering for each pair of this shape"),
      field("hub", &PeeringSpec::hub, "the cluster that all others are peered with, and only it"),
      field("pairs", &PeeringSpec::pairs, "pairs of clusters, like [[c1, c2], [c2, c3]]"),
      field("transit", &PeeringSpec::transit,
            "a DRG with several peerings passes packets on, by a route table of its own"),
  };
};

struct LinkSpec {
  PairSpec between;
  std::optional<Duration> round_trip;
  std::optional<Duration> jitter;
  std::optional<Ratio> loss;
  std::optional<BitRate> rate;
  std::optional<std::uint32_t> mtu;
  Pos pos;
};

template <>
struct Fields<LinkSpec> {
  static constexpr auto list = std::tuple{
      field("between", &LinkSpec::between, "two clusters that are peered, like [c1, c2]")
          .required(),
      field("round_trip", &LinkSpec::round_trip, "between VMs, instead of the table's figure"),
      field("jitter", &LinkSpec::jitter, "standard deviation of one direction"),
      field("loss", &LinkSpec::loss, "share of packets lost in one direction"),
      field("rate", &LinkSpec::rate, "of each direction"),
      field("mtu", &LinkSpec::mtu, "bytes of the largest packet").range(576, 9000),
  };
};

struct TopologyDocument {
  std::string api_version;
  std::string kind;
  std::string name;
  std::string description;
  Either<std::vector<ClusterSpec>, GeneratorSpec> clusters;
  std::optional<PeeringSpec> peering;
  std::vector<LinkSpec> links;
  std::vector<Vcn> vcns;
  std::vector<Drg> drgs;
  std::vector<Rpc> rpcs;
  std::vector<Host> hosts;
  std::vector<OnPremises> on_premises;
  std::vector<Ignore> ignores;
  Pos pos;
};

template <>
struct Fields<TopologyDocument> {
  static constexpr auto list = std::tuple{
      field("apiVersion", &TopologyDocument::api_version, "meshsim.dev/v1alpha1"),
      field("kind", &TopologyDocument::kind, "Topology"),
      field("name", &TopologyDocument::name, "for people"),
      field("description", &TopologyDocument::description, "for people"),
      field("clusters", &TopologyDocument::clusters, "OKE clusters, or how many to generate")
          .required(),
      field("peering", &TopologyDocument::peering, "short form of `rpcs`: who is peered with whom"),
      field("links", &TopologyDocument::links, "delay, loss and rate of single peerings"),
      field("vcns", &TopologyDocument::vcns, "virtual cloud networks, in the long form"),
      field("drgs", &TopologyDocument::drgs, "dynamic routing gateways, in the long form"),
      field("rpcs", &TopologyDocument::rpcs, "remote peerings, in the long form"),
      field("hosts", &TopologyDocument::hosts, "plain virtual machines in VCNs"),
      field("on_premises", &TopologyDocument::on_premises, "networks behind circuits and tunnels"),
      field("ignore", &TopologyDocument::ignores,
            "findings that are known, like 'MS0305 because ...'"),
  };
};

// Of all its tables this takes the compiler seconds, so it is made in load.cpp alone.
extern template const ValueType& value_type<TopologyDocument>();

}  // namespace meshsim
