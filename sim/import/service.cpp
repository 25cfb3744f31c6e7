// Reads a Service: its own fields, Cilium's annotations, and what its load balancer asks for.
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

constexpr auto kServiceKeys = std::to_array<KeyRule>({
    {"apiVersion", kRead},
    {"kind", kRead},
    {"metadata", kRead},
    {"status", kRead},
    {"spec.type", kRead},
    {"spec.clusterIP", kRead},
    {"spec.clusterIPs", kFree},
    {"spec.publishNotReadyAddresses", kRead},
    {"spec.selector", kRead},
    {"spec.externalTrafficPolicy", kRead},
    {"spec.loadBalancerIP", kRead},
    {"spec.ports[].name", kRead},
    {"spec.ports[].port", kRead},
    {"spec.ports[].protocol", kRead},
    {"spec.ports[].targetPort", kRead},
    {"spec.ports[].nodePort", kRead},
    {"spec.ports[].appProtocol", kFree},
    {"spec.sessionAffinity", kLater, "a client keeps its backend", "None"},
    {"spec.sessionAffinityConfig", kFree},
    {"spec.internalTrafficPolicy", kLater, "only backends on the client's node", "Cluster"},
    {"spec.trafficDistribution", kLater, "which backends are preferred"},
    {"spec.ipFamilyPolicy", kLater, "IPv6 addresses", "SingleStack"},
    {"spec.ipFamilies", kFree},
    {"spec.externalIPs", kLater, "more addresses of the Service"},
    {"spec.externalName", kLater, "an alias in DNS"},
    {"spec.loadBalancerSourceRanges", kLater, "which clients are admitted"},
    {"spec.loadBalancerClass", kLater, "another load balancer controller"},
    {"spec.allocateLoadBalancerNodePorts", kLater, "no node ports", "true"},
    {"spec.healthCheckNodePort", kFree},
});

// Annotations of Cilium on a Service; source: cilium-clustermesh.md section 4.1.
constexpr auto kCiliumAnnotations = std::to_array<std::string_view>(
    {"service.cilium.io/global", "service.cilium.io/shared", "service.cilium.io/affinity",
     "service.cilium.io/global-sync-endpoint-slices", "io.cilium/global-service",
     "io.cilium/shared-service", "io.cilium/service-affinity"});

const Label* either(const Labels& labels, std::string_view name, std::string_view old_name) {
  const Label* label = find_label(labels, name);
  return label != nullptr ? label : find_label(labels, old_name);
}

void read_truth(const Label* label, const std::string& where, Located<bool>& into,
                Diagnostics& diagnostics) {
  if (label == nullptr) return;
  if (label->value != "true" && label->value != "false") {
    diagnostics.error(
        label->pos, where,
        fmt::format("annotation {}: '{}' is neither true nor false", label->key, label->value));
    return;
  }
  into = {label->value == "true", label->pos};
}

void read_cilium_annotations(ServiceManifest& service, const std::string& where,
                             Diagnostics& diagnostics) {
  const Labels& given = service.annotations;
  read_truth(either(given, "service.cilium.io/global", "io.cilium/global-service"), where,
             service.is_global, diagnostics);
  read_truth(either(given, "service.cilium.io/shared", "io.cilium/shared-service"), where,
             service.is_shared, diagnostics);
  const Label* affinity = either(given, "service.cilium.io/affinity", "io.cilium/service-affinity");
  if (affinity != nullptr && affinity->value != "none") {
    diagnostics.warning(affinity->pos, where,
                        fmt::format("annotation {}: not modelled yet: which clusters' backends "
                                    "are preferred; the run ignores it",
                                    affinity->key));
  }
  for (const Label& label : given) {
    if (!label.key.starts_with("service.cilium.io/") && !label.key.starts_with("io.cilium/")) {
      continue;
    }
    const auto known = std::find(kCiliumAnnotations.begin(), kCiliumAnnotations.end(), label.key);
    if (known != kCiliumAnnotations.end()) continue;
    const std::string_view near =
        nearest(label.key, {kCiliumAnnotations.begin(), kCiliumAnnotations.end()});
    diagnostics.warning(label.pos, where,
                        near.empty()
                            ? fmt::format("annotation {}: unknown, so without effect", label.key)
                            : fmt::format("annotation {}: unknown, so without effect; did you "
                                          "mean '{}'?",
                                          label.key, near));
  }
}

void read_service_type(const KeyReader& spec, ServiceManifest& service) {
  Located<std::string> type;
  spec.read("type", type);
  if (!type) return;
  static constexpr auto kTypes = std::to_array<std::pair<std::string_view, ServiceType>>({
      {"ClusterIP", ServiceType::ClusterIp},
      {"NodePort", ServiceType::NodePort},
      {"LoadBalancer", ServiceType::LoadBalancer},
      {"ExternalName", ServiceType::ExternalName},
  });
  std::vector<std::string_view> words;
  for (const auto& [word, value] : kTypes) {
    if (word == type.value) {
      service.type = {value, type.pos};
      return;
    }
    words.push_back(word);
  }
  const std::string_view near = nearest(type.value, words);
  spec.error(type.pos, "type",
             fmt::format("'{}' is not one of {}{}", type.value, fmt::join(words, ", "),
                         near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
}

void read_ports(const KeyReader& spec, ServiceManifest& service) {
  const auto items = spec.items("ports");
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!items[i].is_mapping()) continue;  // reported by the survey
    const KeyReader item = spec.item("ports", i);
    ServicePort& port = service.ports.emplace_back();
    port.pos = items[i].pos;
    Located<std::string> text;
    item.read("name", text);
    port.name = text.value;
    if (item.require("port")) item.read("port", port.port, 1, 65535);
    item.read("nodePort", port.node_port, 1, 65535);
    if (const Node* target = item.find("targetPort")) port.target_port = target->scalar;
    text = {};
    item.read("protocol", text);
    if (!text) continue;
    if (text.value != "TCP" && text.value != "UDP" && text.value != "SCTP") {
      item.error(text.pos, "protocol", fmt::format("'{}' is not TCP, UDP or SCTP", text.value));
    } else {
      port.protocol = text.value;
    }
  }
}

void check_node_ports(const KeyReader& spec, const ServiceManifest& service) {
  for (const ServicePort& port : service.ports) {
    const Located<std::uint32_t>& node_port = port.node_port;
    if (!node_port) continue;
    if (service.type.value == ServiceType::ClusterIp) {
      spec.error(node_port.pos, "ports", "nodePort needs type NodePort or LoadBalancer");
    } else if (node_port.value < 30000 || node_port.value > 32767) {
      spec.error(node_port.pos, "ports",
                 fmt::format("nodePort {} is outside of 30000 to 32767", node_port.value));
    }
  }
}

void read_cluster_ip(const KeyReader& spec, ServiceManifest& service) {
  const Node* address = spec.find("clusterIP");
  if (address == nullptr || address->scalar.empty()) return;
  if (address->scalar == "None") {
    service.headless = true;
    if (service.type.value != ServiceType::ClusterIp) {
      spec.error(address->pos, "clusterIP", "None (headless) needs type ClusterIP");
    }
    return;
  }
  spec.read("clusterIP", service.cluster_ip);
}

void read_load_balancer_of(const KeyReader& reader, const std::string& title,
                           ServiceManifest& service, Diagnostics& diagnostics) {
  if (service.type.value != ServiceType::LoadBalancer) return;
  service.load_balancer = read_load_balancer(service.annotations, title, diagnostics);
  reader.read("spec.loadBalancerIP", service.load_balancer.address);
  // A dump knows what the controller has done; that counts more than what was asked for.
  const auto ingress = reader.items("status.loadBalancer.ingress");
  if (!ingress.empty()) {
    reader.item("status.loadBalancer.ingress", 0).read("ip", service.load_balancer.address);
  }
  const bool has_udp = std::any_of(service.ports.begin(), service.ports.end(),
                                   [](const ServicePort& port) { return port.protocol == "UDP"; });
  if (has_udp && service.load_balancer.kind.value == LoadBalancerRequest::Kind::Lb) {
    const Located<LoadBalancerRequest::Kind>& kind = service.load_balancer.kind;
    reader.error(kind ? kind.pos : service.type.pos, "metadata.annotations",
                 "the flexible load balancer cannot do UDP; write "
                 "oci.oraclecloud.com/load-balancer-type: \"nlb\"");
  }
}

}  // namespace

ServiceManifest read_service(const Node& document, const ObjectName& name,
                             Diagnostics& diagnostics) {
  survey_keys(document, kServiceKeys, name.title, diagnostics);
  ServiceManifest service;
  service.name = name.name;
  service.namespace_ = name.namespace_;
  service.pos = name.pos;
  const KeyReader reader{document, name.title, diagnostics};
  const auto labels_at = [&](std::string_view path) {
    return read_labels(reader.find(path), reader.where(path), diagnostics);
  };
  service.labels = labels_at("metadata.labels");
  service.annotations = labels_at("metadata.annotations");
  service.ignores = read_ignores(service.annotations, name.title, diagnostics);
  service.selector = labels_at("spec.selector");

  const KeyReader spec = reader.below("spec");
  read_service_type(spec, service);
  read_cluster_ip(spec, service);
  spec.read("publishNotReadyAddresses", service.publish_not_ready);
  read_ports(spec, service);
  check_node_ports(spec, service);
  Located<std::string> policy;
  spec.read("externalTrafficPolicy", policy);
  if (policy && policy.value != "Cluster" && policy.value != "Local") {
    spec.error(policy.pos, "externalTrafficPolicy",
               fmt::format("'{}' is not Cluster or Local", policy.value));
  }
  service.local_traffic_only = {policy.value == "Local", policy.pos};
  read_cilium_annotations(service, name.title, diagnostics);
  read_load_balancer_of(reader, name.title, service, diagnostics);
  if (service.type.value == ServiceType::ExternalName) {
    spec.warning(service.type.pos, "type", "ExternalName is not modelled yet");
  }
  return service;
}

}  // namespace meshsim
