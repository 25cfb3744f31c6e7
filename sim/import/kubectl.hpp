// What a dump (`kubectl get -o json`) says of things that run: nodes, pods, and what Cilium knows
// of them. Manifests, which say what somebody wants, are read in kubernetes.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "meshsim/base/ip.hpp"
#include "sim/config/located.hpp"
#include "sim/config/node.hpp"
#include "sim/import/helm_values.hpp"
#include "sim/import/labels.hpp"

namespace meshsim {

struct ObjectName;
struct ConfigMapManifest;

struct PodRecord {
  std::string name;
  std::string namespace_ = "default";
  Labels labels;
  std::string node;
  Located<Ipv4> address;
  bool is_host_network = false;
  bool has_ended = false;      // phase Succeeded or Failed
  Located<std::string> image;  // of the first container
  Pos pos;
};

struct NodeRecord {
  std::string name;
  Located<Ipv4> address;  // InternalIP
  Located<Prefix> pod_cidr;
  std::string region;
  std::string zone;
  std::string fault_domain;
  Pos pos;
};

// A CiliumNode: the pod range if Cilium gives it out and not Kubernetes.
struct CiliumNodeRecord {
  std::string name;
  Located<Prefix> pod_cidr;
  Pos pos;
};

// A CiliumEndpoint: the identity of a pod.
struct CiliumEndpointRecord {
  std::string name;  // of the pod
  std::string namespace_ = "default";
  Located<std::uint32_t> identity;
  Pos pos;
};

PodRecord read_pod(const Node& document, const ObjectName& name, Diagnostics& diagnostics);
NodeRecord read_node(const Node& document, const ObjectName& name, Diagnostics& diagnostics);
CiliumNodeRecord read_cilium_node(const Node& document, const ObjectName& name,
                                  Diagnostics& diagnostics);
CiliumEndpointRecord read_cilium_endpoint(const Node& document, const ObjectName& name,
                                          Diagnostics& diagnostics);

// The names of the remote clusters in the Secret `cilium-clustermesh`: its keys. What the Secret
// holds is not looked at.
std::vector<Located<std::string>> read_clustermesh_secret(const Node& document);

// What the running Cilium was installed with, by its ConfigMap `cilium-config`. It does not say
// which clusters Cilium is connected to.
CiliumValues read_cilium_config(const ConfigMapManifest& map, Diagnostics& diagnostics);

// The version in an image's tag ("1.11.3" of "coredns:v1.11.3-5"), or empty if the tag is none.
std::string version_of_image(std::string_view image);

}  // namespace meshsim
