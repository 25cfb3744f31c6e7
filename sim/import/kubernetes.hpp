// Kubernetes manifests and `kubectl get -o yaml|json` dumps, read as they are. A document becomes
// the struct of its kind; a kind without effect on the simulation is a warning with its place.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "meshsim/base/ip.hpp"
#include "meshsim/topology/topology.hpp"
#include "sim/config/located.hpp"
#include "sim/config/node.hpp"
#include "sim/import/coherence_resource.hpp"
#include "sim/import/helm_values.hpp"
#include "sim/import/kubectl.hpp"
#include "sim/import/load_balancer.hpp"

namespace meshsim {

enum class ServiceType : std::uint8_t { ClusterIp, NodePort, LoadBalancer, ExternalName };

struct ServicePort {
  std::string name;
  Located<std::uint32_t> port;
  std::string protocol = "TCP";
  std::string target_port;           // number or name of a container port; empty: as `port`
  Located<std::uint32_t> node_port;  // not given: the API server picks one
  Pos pos;
};

struct ServiceManifest {
  std::string name;
  std::string namespace_ = "default";
  Labels labels;
  Labels annotations;
  std::vector<Ignore> ignores;  // meshsim.dev/ignore
  Labels selector;
  Located<ServiceType> type{ServiceType::ClusterIp, {}};
  Located<Ipv4> cluster_ip;  // not given: the API server picks one (unless headless)
  bool headless = false;     // clusterIP: None
  Located<bool> publish_not_ready{false, {}};
  Located<bool> local_traffic_only{false, {}};  // externalTrafficPolicy: Local
  Located<bool> is_global{false, {}};           // service.cilium.io/global
  Located<bool> is_shared{true, {}};            // service.cilium.io/shared
  std::vector<ServicePort> ports;
  LoadBalancerRequest load_balancer;  // if the type is LoadBalancer
  Pos pos;                            // of the name
};

// One key of a ConfigMap. `text` keeps its place: text_pos(text, line, column) says where a
// position inside the text stands in the file.
struct ConfigText {
  std::string key;
  Pos pos;  // of the key
  Node text;
};

struct ConfigMapManifest {
  std::string name;
  std::string namespace_ = "default";
  std::vector<ConfigText> texts;  // in the order of the file
  std::vector<Ignore> ignores;    // meshsim.dev/ignore
  Pos pos;
};

// A StatefulSet or Deployment that is not one of the operator's.
struct WorkloadManifest {
  std::string kind;
  std::string name;
  std::string namespace_ = "default";
  Located<std::uint32_t> replicas{1, {}};
  Labels pod_labels;
  bool has_readiness_probe = false;
  Pos pos;
};

// Who an object is; `title` names it in messages: "Service storage/coherence-wka".
struct ObjectName {
  std::string kind;
  std::string name;
  std::string namespace_ = "default";
  std::string title;
  Pos pos;  // of the name, or of what should hold it
};
ObjectName read_object_name(const Node& document, Diagnostics& diagnostics);

ServiceManifest read_service(const Node& document, const ObjectName& name,
                             Diagnostics& diagnostics);

struct KubernetesManifests {
  std::vector<ServiceManifest> services;
  std::vector<ConfigMapManifest> config_maps;
  std::vector<CoherenceManifest> coherence;
  std::vector<WorkloadManifest> workloads;
  std::vector<PodRecord> pods;
  std::vector<NodeRecord> nodes;
  std::vector<CiliumValues> cilium;  // Helm values that stood among the manifests

  // From dumps: a List of what runs. Its pods have addresses and its Services status.
  bool is_dump = false;
  std::vector<CiliumNodeRecord> cilium_nodes;
  std::vector<CiliumEndpointRecord> cilium_endpoints;
  std::vector<Located<std::string>> mesh_remotes;  // of the Secret cilium-clustermesh
  bool has_mesh_secret = false;

  const ServiceManifest* service(std::string_view namespace_, std::string_view name) const;
  const ConfigMapManifest* config_map(std::string_view namespace_, std::string_view name) const;
};

// Reads all documents of a file; a List is unwrapped. An object that is given twice is an error.
KubernetesManifests read_manifests(const std::string& path, Sources& sources,
                                   Diagnostics& diagnostics, Pos from = {});
KubernetesManifests read_manifests(const std::vector<Node>& documents, Diagnostics& diagnostics);

}  // namespace meshsim
