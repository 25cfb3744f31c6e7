// What dumps say of a cluster that runs, joined over its files: where the planner takes names and
// addresses from instead of giving them out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/import/kubernetes.hpp"

namespace meshsim {

struct Observed {
  bool is_given = false;  // at least one dump
  std::vector<NodeRecord> nodes;
  std::vector<PodRecord> pods;  // with an address of their own, not ended
  std::vector<CiliumNodeRecord> cilium_nodes;
  std::vector<CiliumEndpointRecord> cilium_endpoints;
  std::optional<CiliumValues> cilium;                        // of the ConfigMap cilium-config
  std::optional<std::vector<Located<std::string>>> remotes;  // of the Secret cilium-clustermesh
  std::string coredns_version;  // by the image of its pods; empty if no version
  Pos coredns_image;

  const PodRecord* pod(std::string_view namespace_, std::string_view name) const;
  // Pods of kube-system with that k8s-app.
  std::vector<const PodRecord*> apps(std::string_view app) const;
  // 0 if Cilium's own objects are not among the dumps.
  std::uint32_t identity(std::string_view namespace_, std::string_view pod) const;
  // The pod range of a node: of Kubernetes, or of Cilium if that gives them out.
  Located<Prefix> pod_cidr(const NodeRecord& node) const;
  bool has_pod_at(Ipv4 address) const;
};

// Adds what a file holds; ConfigMaps and Services stay with the manifests.
void observe(const KubernetesManifests& manifests, Observed& observed, Diagnostics& diagnostics);

}  // namespace meshsim
