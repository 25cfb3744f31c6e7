// Joins dumps and finds things in them by name.
#include "sim/scenario/observed.hpp"

#include <algorithm>

namespace meshsim {
namespace {

constexpr std::string_view kSystem = "kube-system";

}  // namespace

const PodRecord* Observed::pod(std::string_view namespace_, std::string_view name) const {
  for (const PodRecord& one : pods) {
    if (one.name == name && one.namespace_ == namespace_) return &one;
  }
  return nullptr;
}

std::vector<const PodRecord*> Observed::apps(std::string_view app) const {
  std::vector<const PodRecord*> found;
  for (const PodRecord& one : pods) {
    const Label* const label = find_label(one.labels, "k8s-app");
    if (one.namespace_ == kSystem && label != nullptr && label->value == app) {
      found.push_back(&one);
    }
  }
  return found;
}

std::uint32_t Observed::identity(std::string_view namespace_, std::string_view pod) const {
  for (const CiliumEndpointRecord& one : cilium_endpoints) {
    if (one.name == pod && one.namespace_ == namespace_) return one.identity.value;
  }
  return 0;
}

Located<Prefix> Observed::pod_cidr(const NodeRecord& node) const {
  const bool is_ciliums = cilium && cilium->ipam_mode.value == "cluster-pool";
  for (const CiliumNodeRecord& one : cilium_nodes) {
    if (one.name == node.name && one.pod_cidr && (is_ciliums || !node.pod_cidr)) {
      return one.pod_cidr;
    }
  }
  return is_ciliums ? Located<Prefix>{} : node.pod_cidr;
}

bool Observed::has_pod_at(Ipv4 address) const {
  return std::any_of(pods.begin(), pods.end(),
                     [&](const PodRecord& one) { return one.address.value == address; });
}

void observe(const KubernetesManifests& manifests, Observed& observed, Diagnostics& diagnostics) {
  const auto append = [](const auto& from, auto& to) {
    to.insert(to.end(), from.begin(), from.end());
  };
  observed.is_given |= manifests.is_dump;
  append(manifests.nodes, observed.nodes);
  append(manifests.cilium_nodes, observed.cilium_nodes);
  append(manifests.cilium_endpoints, observed.cilium_endpoints);
  for (const PodRecord& pod : manifests.pods) {
    if (!pod.is_host_network && !pod.has_ended && pod.address) observed.pods.push_back(pod);
  }
  for (const ConfigMapManifest& map : manifests.config_maps) {
    if (map.name == "cilium-config") observed.cilium = read_cilium_config(map, diagnostics);
  }
  if (manifests.has_mesh_secret) observed.remotes = manifests.mesh_remotes;
  for (const PodRecord* pod : observed.apps("kube-dns")) {
    observed.coredns_version = version_of_image(pod->image.value);
    observed.coredns_image = pod->image.pos;
  }
}

}  // namespace meshsim
