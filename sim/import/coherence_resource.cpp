// Reads Coherence resources: the operator's keys, the JVM's arguments, the environment.
// Sources: coherence.md sections 2.1 and 13; the operator's documentation of its resource.
#include "sim/import/coherence_resource.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/import/ignore_annotation.hpp"
#include "sim/import/keys.hpp"
#include "sim/import/kubernetes.hpp"

namespace meshsim {
namespace {

constexpr KeyUse kRead = KeyUse::Read;
constexpr KeyUse kFree = KeyUse::Harmless;
constexpr KeyUse kLater = KeyUse::NotModelled;

constexpr auto kKeys = std::to_array<KeyRule>({
    {"apiVersion", kRead},
    {"kind", kRead},
    {"metadata", kRead},
    {"status", kFree},
    {"spec.cluster", kRead},
    {"spec.role", kRead},
    {"spec.replicas", kRead},
    {"spec.image", kRead},
    {"spec.labels", kRead},
    {"spec.env", kRead},
    {"spec.coherence.storageEnabled", kRead},
    {"spec.coherence.localPort", kRead},
    {"spec.coherence.excludeFromWKA", kRead},
    {"spec.coherence.wka.addresses", kRead},
    {"spec.coherence.wka.deployment", kRead},
    {"spec.coherence.wka.namespace", kRead},
    {"spec.coherence.wka.labels", kFree},
    {"spec.coherence.wka.annotations", kFree},
    {"spec.coherence.logLevel", kFree},
    {"spec.coherence.management", kFree},
    {"spec.coherence.metrics", kFree},
    {"spec.coherence.tracing", kFree},
    {"spec.coherence.skipVersionCheck", kFree},
    {"spec.coherence.allowEndangeredForStatusHA", kFree},
    {"spec.coherence.localPortAdjust", kLater, "another port if the port is taken", "false"},
    {"spec.coherence.enableIpMonitor", kLater, "how the death of a machine is noticed"},
    {"spec.coherence.persistence", kLater, "data on disk and recovery from it"},
    {"spec.coherence.cacheConfig", kLater, "which services a member starts"},
    {"spec.coherence.overrideConfig", kLater, "the cluster's own configuration file"},
    {"spec.jvm.args", kRead},
    {"spec.jvm.memory.heapSize", kRead},
    {"spec.jvm.memory", kFree},
    {"spec.jvm.gc", kFree},
    {"spec.jvm.classpath", kFree},
    {"spec.jvm.useContainerLimits", kFree},
    {"spec.jvm.useJibClasspath", kFree},
    {"spec.jvm.debug.suspend", kLater, "the JVM waits for a debugger", "false"},
    {"spec.jvm.debug", kFree},
    {"spec.resources.requests.cpu", kRead},
    {"spec.resources.limits.memory", kRead},
    {"spec.resources", kFree},
    {"spec.readinessProbe", kLater, "when a pod is ready"},
    {"spec.livenessProbe", kLater, "when a hung pod is restarted"},
    {"spec.startupProbe", kLater, "when the other probes begin"},
    {"spec.suspendProbe", kLater, "services are suspended before a stop"},
    {"spec.suspendServicesOnShutdown", kLater, "services are suspended before a stop"},
    {"spec.healthPort", kLater, "the port of the probes", "6676"},
    {"spec.readinessGates", kLater, "when a pod is ready"},
    {"spec.minReadySeconds", kLater, "when a pod counts as available", "0"},
    {"spec.startQuorum", kLater, "pods wait for members of other sets"},
    {"spec.scaling", kLater, "how replicas are changed"},
    {"spec.haBeforeUpdate", kLater, "how updates roll"},
    {"spec.rollingUpdateStrategy", kLater, "how updates roll"},
    {"spec.network.hostNetwork", kLater, "members use their node's address", "false"},
    {"spec.network.hostAliases", kLater, "names answered from /etc/hosts"},
    {"spec.network.dnsConfig", kLater, "the pods' search list and name servers"},
    {"spec.network.dnsPolicy", kLater, "the pods' name servers", "ClusterFirst"},
    {"spec.network.hostname", kLater, "the pods' host name"},
    {"spec.network.subdomain", kLater, "the pods' DNS name"},
    {"spec.network.setHostnameAsFQDN", kFree},
    {"spec.hostNetwork", kLater, "members use their node's address", "false"},
    {"spec.networkPolicy", kLater, "which traffic reaches the pods"},
    {"spec.nodeSelector", kLater, "which nodes take the pods"},
    {"spec.affinity", kLater, "which nodes take the pods"},
    {"spec.tolerations", kLater, "which nodes take the pods"},
    {"spec.topologySpreadConstraints", kLater, "which nodes take the pods"},
    {"spec.initContainers", kLater, "containers that run before the JVM"},
    {"spec.rackLabel", kLater, "which label names the rack"},
    {"spec.siteLabel", kLater, "which label names the site"},
    {"spec.envFrom", kLater, "settings from a ConfigMap or Secret"},
    {"spec.sideCars", kFree},
    {"spec.application", kFree},
    {"spec.annotations", kFree},
    {"spec.ports", kFree},
    {"spec.imagePullPolicy", kFree},
    {"spec.imagePullSecrets", kFree},
    {"spec.appLabel", kFree},
    {"spec.versionLabel", kFree},
    {"spec.configMapVolumes", kFree},
    {"spec.secretVolumes", kFree},
    {"spec.volumes", kFree},
    {"spec.volumeMounts", kFree},
    {"spec.volumeClaimTemplates", kFree},
    {"spec.securityContext", kFree},
    {"spec.containerSecurityContext", kFree},
    {"spec.shareProcessNamespace", kFree},
    {"spec.serviceAccountName", kFree},
    {"spec.automountServiceAccountToken", kFree},
    {"spec.coherenceUtils", kFree},
    {"spec.enableServiceLinks", kFree},
    {"spec.priorityClassName", kFree},
    {"spec.lifecycle", kFree},
    {"spec.global", kFree},
    {"spec.autoResumeServices", kFree},
    {"spec.operatorRequestTimeout", kFree},
});

void read_environment(const KeyReader& reader, std::string_view path, bool is_operators,
                      CoherenceManifest& coherence, Diagnostics& diagnostics) {
  const auto items = reader.items(path);
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!items[i].is_mapping()) {
      reader.error(items[i].pos, path, "each item must be a mapping");
      continue;
    }
    const KeyReader item = reader.item(path, i);
    Located<std::string> name;
    Located<std::string> value;
    item.read("name", name);
    item.read("value", value);
    const std::string where = item.where("value");
    if (!value) continue;
    const Pos start = start_of_text(*item.find("value"));
    JvmReader{where, is_operators, coherence.jvm, diagnostics}.variable(name.value, value.value,
                                                                        name.pos, start);
  }
}

void read_wka_fields(const KeyReader& spec, CoherenceManifest& coherence) {
  Located<std::string> deployment;
  Located<std::string> namespace_;
  spec.read("coherence.wka.deployment", deployment);
  spec.read("coherence.wka.namespace", namespace_);
  if (deployment) {
    // The operator's name for the other set's Service.
    coherence.jvm.wka = {{fmt::format("{}-wka.{}.svc", deployment.value,
                                      namespace_ ? namespace_.value : coherence.namespace_),
                          deployment.pos}};
  }
  std::vector<Located<std::string>> addresses;
  spec.read("coherence.wka.addresses", addresses);
  if (!addresses.empty()) coherence.jvm.wka = addresses;
}

void read_arguments(const KeyReader& spec, CoherenceManifest& coherence, Diagnostics& diagnostics) {
  const auto arguments = spec.items("jvm.args");
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string path = fmt::format("jvm.args[{}]", i);
    if (arguments[i].is_scalar()) {
      JvmReader{spec.where(path), false, coherence.jvm, diagnostics}.argument(
          arguments[i].scalar, start_of_text(arguments[i]));
    } else {
      spec.error(arguments[i].pos, path, "must be a text");
    }
  }
}

// What the operator fills in when the resource is silent.
void complete(CoherenceManifest& coherence) {
  if (coherence.jvm.cluster) coherence.cluster = coherence.jvm.cluster;
  if (coherence.jvm.role) coherence.role = coherence.jvm.role;
  if (!coherence.cluster) coherence.cluster = {coherence.name, {}};
  if (!coherence.role) coherence.role = {coherence.name, {}};
  if (!coherence.jvm.wka.empty()) {
    coherence.wka_pos = coherence.jvm.wka.front().pos;
  } else {
    coherence.jvm.wka = {{fmt::format("{}-wka.{}.svc", coherence.name, coherence.namespace_), {}}};
  }
}

void add_operator_labels(CoherenceManifest& coherence) {
  const Pos pos = coherence.pos;
  set_label(coherence.pod_labels, {"coherenceCluster", coherence.cluster.value, pos});
  set_label(coherence.pod_labels, {"coherenceDeployment", coherence.name, pos});
  set_label(coherence.pod_labels, {"coherenceRole", coherence.role.value, pos});
  set_label(coherence.pod_labels, {"coherenceComponent", "coherencePod", pos});
  set_label(coherence.pod_labels,
            {"coherenceWKAMember", coherence.is_wka_member ? "true" : "false", pos});
}

}  // namespace

CoherenceManifest read_coherence(const Node& document, Diagnostics& diagnostics) {
  CoherenceManifest coherence;
  const ObjectName name = read_object_name(document, diagnostics);
  coherence.name = name.name;
  coherence.namespace_ = name.namespace_;
  coherence.pos = name.pos;
  survey_keys(document, kKeys, name.title, diagnostics);

  const KeyReader root{document, name.title, diagnostics};
  coherence.ignores = read_ignores(read_labels(root.find("metadata.annotations"),
                                               root.where("metadata.annotations"), diagnostics),
                                   name.title, diagnostics);
  const KeyReader spec = root.below("spec");
  spec.read("coherence.overrideConfig", coherence.override_config);
  spec.read("cluster", coherence.cluster);
  spec.read("role", coherence.role);
  spec.read("replicas", coherence.replicas, 0, 1000);
  spec.read("image", coherence.image);
  spec.read("jvm.memory.heapSize", coherence.heap_size);
  spec.read("resources.requests.cpu", coherence.cpu_request);
  spec.read("resources.limits.memory", coherence.memory_limit);
  spec.read("coherence.storageEnabled", coherence.jvm.storage_enabled);
  spec.read("coherence.localPort", coherence.jvm.local_port, 1, 65535);
  Located<bool> excluded;
  spec.read("coherence.excludeFromWKA", excluded);
  coherence.is_wka_member = !excluded.value;

  // In the order of their strength: a -D argument beats a variable beats the resource's fields.
  read_wka_fields(spec, coherence);
  read_environment(spec, "env", false, coherence, diagnostics);
  read_arguments(spec, coherence, diagnostics);
  complete(coherence);
  coherence.pod_labels = read_labels(spec.find("labels"), spec.where("labels"), diagnostics);
  add_operator_labels(coherence);
  return coherence;
}

CoherenceManifest read_coherence_stateful_set(const Node& document, Diagnostics& diagnostics) {
  CoherenceManifest coherence;
  coherence.from_stateful_set = true;
  const ObjectName name = read_object_name(document, diagnostics);
  coherence.name = name.name;
  coherence.namespace_ = name.namespace_;
  coherence.pos = name.pos;
  const KeyReader spec = KeyReader{document, name.title, diagnostics}.below("spec");
  spec.read("replicas", coherence.replicas, 0, 1000);
  const KeyReader pod = spec.below("template.spec");
  if (!pod.items("containers").empty()) {
    const KeyReader container = pod.item("containers", 0);
    container.read("image", coherence.image);
    container.read("resources.requests.cpu", coherence.cpu_request);
    container.read("resources.limits.memory", coherence.memory_limit);
    read_environment(container, "env", true, coherence, diagnostics);
  }
  complete(coherence);
  coherence.pod_labels = read_labels(spec.find("template.metadata.labels"),
                                     spec.where("template.metadata.labels"), diagnostics);
  const Label* member = find_label(coherence.pod_labels, "coherenceWKAMember");
  coherence.is_wka_member = member != nullptr && member->value == "true";
  return coherence;
}

std::vector<ServiceManifest> operator_services(const CoherenceManifest& coherence) {
  const auto port = [&](std::string_view name, std::uint32_t number_) {
    ServicePort made;
    made.name = name;
    made.port = {number_, coherence.pos};
    made.target_port = name;
    made.pos = coherence.pos;
    return made;
  };
  ServiceManifest wka;
  wka.name = coherence.name + "-wka";
  wka.namespace_ = coherence.namespace_;
  wka.headless = true;
  wka.publish_not_ready = {true, coherence.pos};
  wka.pos = coherence.pos;
  wka.ports = {port("coherence", 7), port("coh-local", coherence.jvm.local_port.value),
               port("coh-cluster", coherence.jvm.cluster_port.value), port("health", 6676)};
  set_label(wka.selector, {"coherenceCluster", coherence.cluster.value, coherence.pos});
  set_label(wka.selector, {"coherenceComponent", "coherencePod", coherence.pos});
  ServiceManifest all = wka;
  all.name = coherence.name + "-sts";
  set_label(wka.selector, {"coherenceWKAMember", "true", coherence.pos});
  set_label(all.selector, {"coherenceDeployment", coherence.name, coherence.pos});
  for (ServiceManifest* service : {&wka, &all}) {
    set_label(service->labels, {"coherenceCluster", coherence.cluster.value, coherence.pos});
    set_label(service->labels, {"coherenceDeployment", coherence.name, coherence.pos});
  }
  return {wka, all};
}

}  // namespace meshsim
