// A scenario with its manifests read and everything placed: which nodes, pods, Services and load
// balancers there will be, with which addresses. The builder turns it into components; every
// mistake that needs more than one file to see is found here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "meshsim/base/diagnostics.hpp"
#include "meshsim/base/ip.hpp"
#include "meshsim/topology/unknown.hpp"
#include "models/dns/config.hpp"
#include "sim/import/kubernetes.hpp"
#include "sim/scenario/scenario.hpp"

namespace meshsim {

struct PlannedNode {
  std::string name;  // its address, as OKE names nodes
  Ipv4 address;
  Prefix pod_cidr;
  std::string fault_domain;
  std::size_t pool = 0;  // of the cluster's pools
  std::uint32_t availability_domain = 1;
};

// Other: of a dump, and only to be looked at.
enum class PodKind : std::uint8_t { CoreDns, MeshApiserver, Member, Other };

struct PlannedPod {
  std::string name;
  std::string namespace_;
  Labels labels;
  PodKind kind = PodKind::Member;
  std::size_t node = 0;
  Ipv4 address;
  std::uint32_t identity = 0;  // Cilium security identity
  std::size_t coherence = 0;   // of Member: index of its resource
  bool has_readiness_probe = true;
};

// A Service of the cluster: from a manifest, from the operator, or one that every cluster has.
struct PlannedService {
  ServiceManifest manifest;
  Ipv4 cluster_ip;  // none if headless
  Duration applied_at{};
};

struct PlannedLoadBalancer {
  std::size_t service = 0;
  Ipv4 address;
  std::string subnet;             // of the cluster's VCN
  std::vector<std::string> nsgs;  // of the cluster's VCN
};

struct PlannedCoherence {
  CoherenceManifest manifest;
  Duration applied_at{};
  std::size_t first_pod = 0;
  std::size_t pods = 0;
};

// What CoreDNS is given at a time: the base Corefile with the coredns-custom of then.
struct PlannedCorefile {
  Duration applied_at{};
  dns::Config config;
};

struct PlannedCluster {
  const Cluster* topology = nullptr;  // of Plan::scenario
  const Vcn* vcn = nullptr;
  CiliumValues cilium;
  bool has_cilium = false;     // else the CNI is unknown
  bool knows_remotes = false;  // else which clusters Cilium is connected to is unknown
  Ipv4 dns_address;            // ClusterIP of kube-dns
  std::string coredns_version;
  Ipv4 endpoint;  // of the API server; none if the files do not say where it is
  std::vector<PlannedNode> nodes;
  std::vector<PlannedService> services;
  std::vector<PlannedPod> pods;
  std::vector<PlannedLoadBalancer> load_balancers;
  std::vector<PlannedCoherence> coherence;
  std::vector<PlannedCorefile> corefiles;  // the first one from the start
  std::vector<Ignore> dns_ignores;         // of the ConfigMaps they come from
};

struct PlannedHost {
  const Host* host = nullptr;  // of Plan::scenario
  const Vcn* vcn = nullptr;
  Ipv4 address;
};

struct Plan {
  Scenario scenario;
  std::vector<PlannedCluster> clusters;  // in the order of the topology
  std::vector<PlannedHost> hosts;        // likewise
  std::vector<Unknown> unknowns;         // of the scenario, and of the clusters
};

enum class PlanFor : std::uint8_t {
  Run,   // what is missing for a simulation is an error
  Look,  // what is missing is unknown
};

// Reads the manifests and places everything. Nothing, with errors, if the input cannot be used.
std::optional<Plan> make_plan(Scenario scenario, Sources& sources, Diagnostics& diagnostics,
                              PlanFor use = PlanFor::Run);

}  // namespace meshsim
