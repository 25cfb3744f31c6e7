// Helm values of the Cilium chart: who this cluster is, how pods of other clusters are reached,
// and which other clusters are known. Keys of other subsystems are told apart into harmless and
// not modelled (helm_values.cpp holds the table).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "meshsim/base/ip.hpp"
#include "sim/config/located.hpp"
#include "sim/import/load_balancer.hpp"

namespace meshsim {

struct Node;

// One entry of clustermesh.config.clusters: a remote cluster that this one reads from.
struct CiliumRemote {
  Located<std::string> name;
  Located<std::uint32_t> port{2379, {}};
  std::vector<Located<Ipv4>> ips;  // of the remote's clustermesh-apiserver
  Located<std::string> address;    // instead of ips: a DNS name
  bool has_own_tls = false;        // a certificate of its own is given
  Pos pos;
};

// The Service and Deployment of this cluster's clustermesh-apiserver.
struct CiliumApiserver {
  Located<std::uint32_t> replicas{1, {}};
  Located<bool> kvstoremesh{false, {}};  // source: cilium-clustermesh.md section 13, <=1.15
  Located<std::string> service_type{"NodePort", {}};
  Located<std::uint32_t> node_port{32379, {}};
  LoadBalancerRequest load_balancer;  // if service_type is LoadBalancer
  Located<bool> tls_auto{true, {}};
  Located<std::string> tls_method{"helm", {}};
  Pos pos;
};

struct CiliumValues {
  Located<std::string> name{"default", {}};
  Located<std::uint32_t> id;  // 0: not set, so no cluster mesh
  Located<std::string> routing_mode{"tunnel", {}};
  Located<std::string> tunnel_protocol{"vxlan", {}};
  Located<std::string> ipam_mode{"cluster-pool", {}};
  Located<bool> masquerade{true, {}};  // enableIPv4Masquerade
  Located<Prefix> native_routing_cidr;
  Located<std::string> kube_proxy_replacement{"false", {}};
  Located<std::uint32_t> mtu;  // 0: found from the device
  Located<bool> pmtu_discovery{false, {}};
  // For `meshsim check`; a run does as if there were none.
  Located<bool> encryption{false, {}};
  Located<std::string> encryption_type{"ipsec", {}};
  Located<std::string> ca_cert;  // tls.ca.cert, as given

  Located<bool> use_apiserver{false, {}};
  CiliumApiserver apiserver;
  Located<bool> config_enabled{false, {}};  // without it the list of clusters has no effect
  Located<std::string> domain{"mesh.cilium.io", {}};
  std::vector<CiliumRemote> remotes;

  // Where a missing remote would have to be added: the list of clusters, or what would hold it.
  Pos remotes_pos;
  Pos pos;
};

// True if a document without apiVersion and kind has top-level keys of the Cilium chart.
bool looks_like_helm_values(const Node& document);

// Reads the values and checks what one file can tell: id and name rules, the ends of remotes,
// remotes named twice or like the cluster itself.
CiliumValues read_cilium_values(const Node& document, Diagnostics& diagnostics);
CiliumValues read_cilium_values(const std::string& path, Sources& sources, Diagnostics& diagnostics,
                                Pos from = {});

// Empty if `name` may name a cluster, else what is wrong.
std::string cluster_name_problem(std::string_view name);

}  // namespace meshsim
