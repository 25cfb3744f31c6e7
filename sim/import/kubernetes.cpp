// Sorts documents by their kind and reads each into its struct.
#include "sim/import/kubernetes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "sim/import/ignore_annotation.hpp"
#include "sim/import/keys.hpp"

namespace meshsim {
namespace {

constexpr KeyUse kRead = KeyUse::Read;
constexpr KeyUse kFree = KeyUse::Harmless;
constexpr KeyUse kLater = KeyUse::NotModelled;

constexpr auto kConfigMapKeys = std::to_array<KeyRule>({
    {"apiVersion", kRead},
    {"kind", kRead},
    {"metadata", kRead},
    {"data", kRead},
    {"binaryData", kLater, "content that is not text"},
    {"immutable", kFree},
});

bool is_read_config(const ObjectName& name) {
  return name.namespace_ == "kube-system" &&
         (name.name == "coredns" || name.name == "coredns-custom");
}

ConfigMapManifest read_config_map(const Node& document, const ObjectName& name, bool is_dump,
                                  Diagnostics& diagnostics) {
  survey_keys(document, kConfigMapKeys, name.title, diagnostics);
  ConfigMapManifest map;
  map.name = name.name;
  map.namespace_ = name.namespace_;
  map.pos = name.pos;
  const KeyReader reader{document, name.title, diagnostics};
  if (!is_read_config(name) && !is_dump) {
    diagnostics.warning(name.pos, name.title,
                        "is not read; of ConfigMaps only kube-system's coredns and "
                        "coredns-custom have an effect on the run");
  }
  map.ignores = read_ignores(read_labels(reader.find("metadata.annotations"),
                                         reader.where("metadata.annotations"), diagnostics),
                             name.title, diagnostics);
  const Node* data = reader.find("data");
  if (data == nullptr) return map;
  if (!data->is_mapping()) {
    reader.error(data->pos, "data", "must be a mapping of texts");
    return map;
  }
  for (const Entry& entry : data->entries) {
    if (entry.value.is_scalar()) {
      map.texts.push_back({entry.key, entry.pos, entry.value});
    } else {
      reader.error(
          entry.value.pos, "data",
          fmt::format("'{}' must be a text; write '{}: |' and indent it", entry.key, entry.key));
    }
  }
  return map;
}

WorkloadManifest read_workload(const Node& document, const ObjectName& name,
                               Diagnostics& diagnostics) {
  WorkloadManifest workload;
  workload.kind = name.kind;
  workload.name = name.name;
  workload.namespace_ = name.namespace_;
  workload.pos = name.pos;
  const KeyReader reader{document, name.title, diagnostics};
  reader.read("spec.replicas", workload.replicas, 0, 10'000);
  workload.pod_labels = read_labels(reader.find("spec.template.metadata.labels"),
                                    reader.where("spec.template.metadata.labels"), diagnostics);
  for (const Node& container : reader.items("spec.template.spec.containers")) {
    workload.has_readiness_probe |= container.find("readinessProbe") != nullptr;
  }
  return workload;
}

// Whether a StatefulSet is one of the Coherence operator's.
bool is_operators(const Node& document, Diagnostics& diagnostics) {
  const KeyReader reader{document, "", diagnostics};
  const Node* component = reader.find("spec.template.metadata.labels.coherenceComponent");
  return component != nullptr && component->scalar == "coherencePod";
}

// Kinds that nothing in the simulation depends on.
constexpr auto kHarmlessKinds = std::to_array<std::string_view>(
    {"Namespace", "ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding",
     "CustomResourceDefinition", "PodDisruptionBudget", "PriorityClass", "Event", "Lease",
     "ReplicaSet", "ControllerRevision", "ServiceMonitor"});

// Kinds of a dump that say nothing that its pods, nodes and Services do not say.
constexpr auto kDumpKinds = std::to_array<std::string_view>(
    {"EndpointSlice", "Endpoints", "CiliumIdentity", "CiliumEndpointSlice", "DaemonSet",
     "Deployment", "StatefulSet", "Job", "CronJob", "Secret", "PersistentVolume",
     "PersistentVolumeClaim", "StorageClass"});

template <class List>
bool holds(const List& list, std::string_view kind) {
  return std::find(list.begin(), list.end(), kind) != list.end();
}

class ManifestReader {
 public:
  explicit ManifestReader(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  KubernetesManifests manifests;

  void document(const Node& node) {
    if (looks_like_helm_values(node)) {
      manifests.cilium.push_back(read_cilium_values(node, diagnostics_));
      return;
    }
    if (!node.is_mapping()) {
      diagnostics_.error(node.pos, "", "a manifest must be a mapping");
      return;
    }
    const Node* kind = node.find("kind");
    if (kind == nullptr || !kind->is_scalar() || node.find("apiVersion") == nullptr) {
      diagnostics_.error(node.pos, "",
                         "is neither a Kubernetes object (apiVersion and kind) nor values of the "
                         "Cilium chart");
      return;
    }
    if (kind->scalar.ends_with("List") && node.find("items") != nullptr) {
      manifests.is_dump = true;
      for (const Node& item : KeyReader{node, kind->scalar, diagnostics_}.items("items")) {
        document(item);
      }
      return;
    }
    object(node, *kind);
  }

  // After all documents: what can only be said about the whole.
  void finish() {
    for (const Node* set : coherence_sets_) {
      const ObjectName name = read_object_name(*set, diagnostics_);
      const bool has_resource = std::any_of(
          manifests.coherence.begin(), manifests.coherence.end(), [&](const auto& resource) {
            return resource.name == name.name && resource.namespace_ == name.namespace_;
          });
      if (has_resource) continue;  // the operator will make the same set from the resource
      manifests.coherence.push_back(read_coherence_stateful_set(*set, diagnostics_));
    }
    for (const auto& [kind, seen] : counted_) {
      diagnostics_.warning(seen.first, kind, fmt::format("{} given: {}", seen.count, seen.meaning));
    }
  }

 private:
  struct Seen {
    Pos first;
    std::size_t count = 0;
    std::string_view meaning;
  };

  void object(const Node& node, const Node& kind) {
    const ObjectName name = read_object_name(node, diagnostics_);
    check_unique(name);
    if (name.kind == "Service") {
      manifests.services.push_back(read_service(node, name, diagnostics_));
    } else if (name.kind == "ConfigMap") {
      manifests.config_maps.push_back(read_config_map(node, name, manifests.is_dump, diagnostics_));
    } else if (name.kind == "Coherence") {
      coherence(node);
    } else if (name.kind == "StatefulSet" && is_operators(node, diagnostics_)) {
      coherence_sets_.push_back(&node);
    } else if (name.kind == "Pod") {
      manifests.pods.push_back(read_pod(node, name, diagnostics_));
    } else if (name.kind == "Node") {
      manifests.nodes.push_back(read_node(node, name, diagnostics_));
    } else if (name.kind == "CiliumNode") {
      manifests.cilium_nodes.push_back(read_cilium_node(node, name, diagnostics_));
    } else if (name.kind == "CiliumEndpoint") {
      manifests.cilium_endpoints.push_back(read_cilium_endpoint(node, name, diagnostics_));
    } else if (name.kind == "Secret" && name.name == "cilium-clustermesh") {
      manifests.mesh_remotes = read_clustermesh_secret(node);
      manifests.has_mesh_secret = true;
    } else if (manifests.is_dump && holds(kDumpKinds, name.kind)) {
      // Its pods are in the dump as well.
    } else if (name.kind == "StatefulSet" || name.kind == "Deployment") {
      manifests.workloads.push_back(read_workload(node, name, diagnostics_));
      diagnostics_.warning(name.pos, name.title, "its pods are not modelled yet");
    } else if (name.kind == "EndpointSlice" || name.kind == "Endpoints") {
      count(name, "not used; endpoints follow from Services and pods");
    } else if (!holds(kHarmlessKinds, name.kind)) {
      diagnostics_.warning(kind.pos, name.title,
                           fmt::format("kind {} is not modelled; the run ignores it", name.kind));
    }
  }

  void coherence(const Node& node) {
    const Node& version = *node.find("apiVersion");
    if (version.scalar != "coherence.oracle.com/v1") {
      diagnostics_.error(version.pos, "apiVersion",
                         fmt::format("'{}' of a Coherence resource is not read; write "
                                     "coherence.oracle.com/v1",
                                     version.scalar));
      return;
    }
    manifests.coherence.push_back(read_coherence(node, diagnostics_));
  }

  void check_unique(const ObjectName& name) {
    const auto [first, is_new] = seen_.emplace(name.title, name.pos);
    if (is_new) return;
    diagnostics_.error(
        name.pos, name.title,
        fmt::format("is given twice; first at {}:{}", first->second.line, first->second.column));
  }

  void count(const ObjectName& name, std::string_view meaning) {
    Seen& seen = counted_[name.kind];
    if (seen.count++ == 0) seen = {name.pos, 1, meaning};
  }

  Diagnostics& diagnostics_;
  std::map<std::string, Pos> seen_;
  std::map<std::string, Seen> counted_;
  std::vector<const Node*> coherence_sets_;
};

}  // namespace

ObjectName read_object_name(const Node& document, Diagnostics& diagnostics) {
  ObjectName object;
  const KeyReader reader{document, "", diagnostics};
  Located<std::string> text;
  reader.read("kind", text);
  object.kind = text.value;
  Located<std::string> name;
  Located<std::string> namespace_;
  reader.read("metadata.namespace", namespace_);
  if (namespace_) object.namespace_ = namespace_.value;
  reader.read("metadata.name", name);
  const Node* metadata = reader.find("metadata");
  object.pos = name ? name.pos : metadata != nullptr ? metadata->pos : document.pos;
  object.name = name.value;
  object.title = fmt::format("{} {}/{}", object.kind, object.namespace_, object.name);
  if (object.name.empty()) {
    diagnostics.error(object.pos, object.kind, "metadata.name is missing");
  }
  return object;
}

const ServiceManifest* KubernetesManifests::service(std::string_view namespace_,
                                                    std::string_view name) const {
  for (const ServiceManifest& service : services) {
    if (service.namespace_ == namespace_ && service.name == name) return &service;
  }
  return nullptr;
}

const ConfigMapManifest* KubernetesManifests::config_map(std::string_view namespace_,
                                                         std::string_view name) const {
  for (const ConfigMapManifest& map : config_maps) {
    if (map.namespace_ == namespace_ && map.name == name) return &map;
  }
  return nullptr;
}

KubernetesManifests read_manifests(const std::vector<Node>& documents, Diagnostics& diagnostics) {
  ManifestReader reader{diagnostics};
  for (const Node& document : documents) reader.document(document);
  reader.finish();
  return std::move(reader.manifests);
}

KubernetesManifests read_manifests(const std::string& path, Sources& sources,
                                   Diagnostics& diagnostics, Pos from) {
  return read_manifests(read_yaml_file(path, sources, diagnostics, from), diagnostics);
}

}  // namespace meshsim
