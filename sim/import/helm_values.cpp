// Reads Helm values of the Cilium chart 1.14 to 1.19. The table below sorts the chart's keys; its
// sources are cilium-clustermesh.md sections 1.1, 1.3, 2.1, 2.3 and 13.
#include "sim/import/helm_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/config/node.hpp"
#include "sim/import/keys.hpp"

namespace meshsim {
namespace {

constexpr KeyUse kRead = KeyUse::Read;
constexpr KeyUse kFree = KeyUse::Harmless;
constexpr KeyUse kLater = KeyUse::NotModelled;

constexpr auto kKeys = std::to_array<KeyRule>({
    {"cluster.name", kRead},
    {"cluster.id", kRead},
    {"routingMode", kRead},
    {"tunnelProtocol", kRead},
    {"ipam.mode", kRead},
    {"ipam.operator", kLater, "pod ranges come from the operator, not from the nodes' podCIDR"},
    {"enableIPv4Masquerade", kRead},
    {"ipv4NativeRoutingCIDR", kRead},
    {"kubeProxyReplacement", kRead},
    {"MTU", kRead},
    {"pmtuDiscovery.enabled", kRead},
    {"tls.ca.cert", kRead},
    {"encryption.type", kRead},
    {"clustermesh.useAPIServer", kRead},
    {"clustermesh.apiserver.replicas", kRead},
    {"clustermesh.apiserver.kvstoremesh.enabled", kRead},
    {"clustermesh.apiserver.kvstoremesh", kFree},
    {"clustermesh.apiserver.service.type", kRead},
    {"clustermesh.apiserver.service.nodePort", kRead},
    {"clustermesh.apiserver.service.annotations", kRead},
    {"clustermesh.apiserver.service.loadBalancerIP", kRead},
    {"clustermesh.apiserver.service.externalTrafficPolicy", kLater,
     "only nodes with an apiserver take connections", "Cluster"},
    {"clustermesh.apiserver.service.internalTrafficPolicy", kFree},
    {"clustermesh.apiserver.service.loadBalancerClass", kFree},
    {"clustermesh.apiserver.service.enableSessionAffinity", kFree},
    {"clustermesh.apiserver.tls.auto.enabled", kRead},
    {"clustermesh.apiserver.tls.auto.method", kRead},
    {"clustermesh.apiserver.tls.auto.certValidityDuration", kLater, "certificates expire", "1095"},
    {"clustermesh.apiserver.tls.auto.certManagerIssuerRef", kFree},
    {"clustermesh.apiserver.tls.auto.schedule", kFree},
    {"clustermesh.apiserver.tls.authMode", kFree},
    {"clustermesh.apiserver.tls.server", kFree},
    {"clustermesh.apiserver.tls.admin", kFree},
    {"clustermesh.apiserver.tls.client", kFree},
    {"clustermesh.apiserver.tls.remote", kFree},
    {"clustermesh.apiserver.tls.ca", kLater, "clusters trust each other only with the same CA"},
    {"clustermesh.apiserver.image", kFree},
    {"clustermesh.apiserver.etcd", kFree},
    {"clustermesh.apiserver.metrics", kFree},
    {"clustermesh.apiserver.resources", kFree},
    {"clustermesh.apiserver.affinity", kFree},
    {"clustermesh.apiserver.nodeSelector", kFree},
    {"clustermesh.apiserver.tolerations", kFree},
    {"clustermesh.apiserver.podAnnotations", kFree},
    {"clustermesh.apiserver.podDisruptionBudget", kFree},
    {"clustermesh.apiserver.priorityClassName", kFree},
    {"clustermesh.apiserver.updateStrategy", kFree},
    {"clustermesh.apiserver.topologySpreadConstraints", kFree},
    {"clustermesh.config.enabled", kRead},
    {"clustermesh.config.domain", kRead},
    {"clustermesh.config.clusters[].name", kRead},
    {"clustermesh.config.clusters[].port", kRead},
    {"clustermesh.config.clusters[].ips", kRead},
    {"clustermesh.config.clusters[].address", kRead},
    {"clustermesh.config.clusters[].tls", kRead},
    {"clustermesh.maxConnectedClusters", kLater, "ids up to 511", "255"},
    {"clustermesh.enableEndpointSliceSynchronization", kLater,
     "headless names would answer with the pods of all clusters", "false"},
    {"clustermesh.enableMCSAPISupport", kLater, "names under clusterset.local", "false"},
    {"clustermesh.mcsapi", kLater, "names under clusterset.local"},
    {"clustermesh.annotations", kFree},
    {"clustermesh.policyDefaultLocalCluster", kFree},
    {"tunnel", kLater, "renamed: write routingMode and tunnelProtocol"},
    {"tunnelPort", kLater, "the UDP port of the tunnel", "8472"},
    {"autoDirectNodeRoutes", kLater, "routes between nodes of one subnet", "false"},
    {"endpointRoutes.enabled", kLater, "a route per pod", "false"},
    {"bpf.masquerade", kLater, "masquerading by eBPF instead of iptables", "false"},
    {"bpf", kFree},
    {"ipMasqAgent.enabled", kLater, "which destinations are not masqueraded", "false"},
    {"encryption.enabled", kLater, "encryption between nodes (port, MTU)", "false"},
    {"encryption", kFree},
    {"ipv6.enabled", kLater, "IPv6", "false"},
    {"ipv4.enabled", kLater, "IPv6 only", "true"},
    {"enableIPv6Masquerade", kFree},
    {"policyEnforcementMode", kLater, "which traffic policies admit", "default"},
    {"loadBalancer", kLater, "how backends of Services are chosen"},
    {"socketLB", kLater, "Services are translated at the socket"},
    {"hostFirewall.enabled", kLater, "policies for nodes", "false"},
    {"egressGateway.enabled", kLater, "pods leave through chosen nodes", "false"},
    {"bgpControlPlane.enabled", kLater, "routes announced by BGP", "false"},
    {"identityAllocationMode", kLater, "where identities are kept", "crd"},
    {"etcd.enabled", kLater, "state kept in an etcd of its own", "false"},
    {"ciliumEndpointSlice", kFree},
    {"clustermesh.apiserver.extraArgs", kFree},
    {"externalWorkloads", kFree},
    {"annotateK8sNode", kFree},
    {"k8s", kFree},
    {"k8sServiceHost", kFree},
    {"k8sServicePort", kFree},
    {"k8sClientRateLimit", kFree},
    {"cni", kFree},
    {"operator", kFree},
    {"hubble", kFree},
    {"envoy", kFree},
    {"l7Proxy", kFree},
    {"prometheus", kFree},
    {"dashboards", kFree},
    {"image", kFree},
    {"imagePullSecrets", kFree},
    {"resources", kFree},
    {"tolerations", kFree},
    {"affinity", kFree},
    {"nodeSelector", kFree},
    {"priorityClassName", kFree},
    {"podAnnotations", kFree},
    {"podLabels", kFree},
    {"securityContext", kFree},
    {"serviceAccounts", kFree},
    {"rollOutCiliumPods", kFree},
    {"updateStrategy", kFree},
    {"debug", kFree},
    {"logSystemLoad", kFree},
    {"healthChecking", kFree},
    {"healthPort", kFree},
    {"monitor", kFree},
    {"nodeinit", kFree},
    {"preflight", kFree},
    {"tls", kFree},
    {"commonLabels", kFree},
    {"upgradeCompatibility", kFree},
    {"extraArgs", kLater, "options of the agent"},
    {"extraConfig", kLater, "options of the agent"},
});

// Keys by which a document without kind is taken for values of this chart.
constexpr std::array<std::string_view, 9> kTellTale{
    "cluster", "clustermesh",          "routingMode",     "tunnelProtocol",
    "ipam",    "enableIPv4Masquerade", "annotateK8sNode", "kubeProxyReplacement",
    "hubble"};

void read_word(const KeyReader& reader, std::string_view path, Located<std::string>& into,
               std::initializer_list<std::string_view> words) {
  Located<std::string> read;
  reader.read(path, read);
  if (!read || read.value.empty()) return;  // the chart reads "" as its default
  if (std::find(words.begin(), words.end(), read.value) == words.end()) {
    reader.error(read.pos, path,
                 fmt::format("'{}' is not one of {}", read.value, fmt::join(words, ", ")));
    return;
  }
  into = read;
}

void read_remote(const KeyReader& entry, CiliumRemote& remote) {
  remote.pos = entry.pos();
  if (entry.require("name")) entry.read("name", remote.name);
  entry.read("port", remote.port, 1, 65535);
  entry.read("address", remote.address);
  remote.has_own_tls = entry.find("tls") != nullptr;
  for (const Node& item : entry.items("ips")) {
    const auto address = item.is_scalar() ? parse_ipv4(item.scalar) : std::nullopt;
    if (address) {
      remote.ips.push_back({*address, item.pos});
    } else {
      entry.error(item.pos, "ips",
                  fmt::format("'{}' is no IPv4 address; write one like 10.2.2.29", item.scalar));
    }
  }
  if (remote.ips.empty() && !remote.address) {
    entry.warning(remote.pos, "", "has neither ips nor address, so it is never reached");
  }
}

void read_mesh(const KeyReader& reader, CiliumValues& values) {
  reader.read("clustermesh.useAPIServer", values.use_apiserver);
  reader.read("clustermesh.config.enabled", values.config_enabled);
  reader.read("clustermesh.config.domain", values.domain);
  values.remotes_pos = values.pos;
  for (const std::string_view path :
       {"clustermesh", "clustermesh.config", "clustermesh.config.clusters"}) {
    if (const Node* node = reader.find(path)) values.remotes_pos = node->pos;
  }
  constexpr std::string_view kClusters = "clustermesh.config.clusters";
  const auto items = reader.items(kClusters);
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].is_mapping()) {  // the survey has reported what is not
      read_remote(reader.item(kClusters, i), values.remotes.emplace_back());
    }
  }
}

void read_apiserver(const KeyReader& reader, CiliumApiserver& apiserver, Diagnostics& diagnostics) {
  apiserver.pos = reader.pos();
  reader.read("replicas", apiserver.replicas, 1, 16);
  reader.read("kvstoremesh.enabled", apiserver.kvstoremesh);
  read_word(reader, "service.type", apiserver.service_type,
            {"NodePort", "LoadBalancer", "ClusterIP"});
  reader.read("service.nodePort", apiserver.node_port, 1, 65535);
  reader.read("tls.auto.enabled", apiserver.tls_auto);
  read_word(reader, "tls.auto.method", apiserver.tls_method, {"helm", "cronJob", "certmanager"});
  const std::string path = reader.where("service.annotations");
  const Labels annotations = read_labels(reader.find("service.annotations"), path, diagnostics);
  apiserver.load_balancer = read_load_balancer(annotations, path, diagnostics);
  reader.read("service.loadBalancerIP", apiserver.load_balancer.address);
}

void check_identity(const CiliumValues& values, Diagnostics& diagnostics) {
  if (values.name) {
    const std::string problem = cluster_name_problem(values.name.value);
    if (!problem.empty()) diagnostics.error(values.name.pos, "cluster.name", problem);
  }
  if (values.id.value != 0 && values.name.value == "default") {
    diagnostics.error(values.name ? values.name.pos : values.id.pos, "cluster.name",
                      "'default' cannot be the name of a cluster with an id; give it one");
  }
  if (values.id.value == 0 && !values.remotes.empty()) {
    diagnostics.error(values.id ? values.id.pos : values.pos, "cluster.id",
                      "is not set, which turns the cluster mesh off; write 1 to 255");
  }
}

void check_remotes(const CiliumValues& values, Diagnostics& diagnostics) {
  for (std::size_t i = 0; i < values.remotes.size(); ++i) {
    const Located<std::string>& name = values.remotes[i].name;
    const std::string path = fmt::format("clustermesh.config.clusters[{}].name", i);
    if (!name) continue;
    const std::string problem = cluster_name_problem(name.value);
    if (!problem.empty()) diagnostics.error(name.pos, path, problem);
    if (name.value == values.name.value) {
      diagnostics.error(name.pos, path,
                        fmt::format("'{}' is this cluster itself; list the others", name.value));
    }
    for (std::size_t first = 0; first < i; ++first) {
      const Located<std::string>& other = values.remotes[first].name;
      if (other && other.value == name.value) {
        diagnostics.error(name.pos, path,
                          fmt::format("'{}' is listed twice; first at {}:{}", name.value,
                                      other.pos.line, other.pos.column));
        break;
      }
    }
  }
}

// What the values say that the simulation does otherwise, or that cancels itself.
void check_effects(const CiliumValues& values, Diagnostics& diagnostics) {
  if (values.ipam_mode.value != "kubernetes") {
    diagnostics.warning(values.ipam_mode ? values.ipam_mode.pos : values.pos, "ipam.mode",
                        fmt::format("'{}' is not modelled yet; pods get addresses from their "
                                    "node's podCIDR, as with 'kubernetes'",
                                    values.ipam_mode.value));
  }
  if (!values.remotes.empty() && !values.config_enabled.value) {
    diagnostics.warning(values.config_enabled ? values.config_enabled.pos : values.remotes_pos,
                        "clustermesh.config.enabled",
                        "is false, so the list of clusters has no effect; write true");
  }
  if (!values.remotes.empty() && !values.use_apiserver.value) {
    diagnostics.warning(values.use_apiserver ? values.use_apiserver.pos : values.remotes_pos,
                        "clustermesh.useAPIServer",
                        "is false, so no other cluster can read this one");
  }
  if (values.routing_mode.value == "native" && values.masquerade.value &&
      !values.native_routing_cidr) {
    diagnostics.error(values.routing_mode.pos, "ipv4NativeRoutingCIDR",
                      "is missing; native routing with masquerading needs the range of all pods");
  }
}

}  // namespace

std::string cluster_name_problem(std::string_view name) {
  // Source: cilium-clustermesh.md section 1.3.
  const auto is_alphanumeric = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
  };
  if (name.empty()) return "is empty";
  if (name.size() > 32) return fmt::format("'{}' has more than 32 characters", name);
  for (const char letter : name) {
    if (!is_alphanumeric(letter) && letter != '-') {
      return fmt::format("'{}' may hold only lower-case letters, digits and '-'", name);
    }
  }
  if (!is_alphanumeric(name.front()) || !is_alphanumeric(name.back())) {
    return fmt::format("'{}' must start and end with a letter or digit", name);
  }
  return {};
}

bool looks_like_helm_values(const Node& document) {
  if (!document.is_mapping()) return false;
  if (document.find("apiVersion") != nullptr || document.find("kind") != nullptr) return false;
  return std::any_of(kTellTale.begin(), kTellTale.end(),
                     [&](std::string_view key) { return document.find(key) != nullptr; });
}

CiliumValues read_cilium_values(const Node& document, Diagnostics& diagnostics) {
  CiliumValues values;
  values.pos = document.pos;
  if (!document.is_mapping()) {
    diagnostics.error(document.pos, "", "Helm values must be a mapping");
    return values;
  }
  survey_keys(document, kKeys, "", diagnostics);
  const KeyReader reader{document, "", diagnostics};
  reader.read("cluster.name", values.name);
  reader.read("cluster.id", values.id, 0, 255);
  read_word(reader, "routingMode", values.routing_mode, {"tunnel", "native"});
  read_word(reader, "tunnelProtocol", values.tunnel_protocol, {"vxlan", "geneve"});
  reader.read("ipam.mode", values.ipam_mode);
  reader.read("enableIPv4Masquerade", values.masquerade);
  const Node* range = reader.find("ipv4NativeRoutingCIDR");
  if (range != nullptr && range->scalar != "") {
    reader.read("ipv4NativeRoutingCIDR", values.native_routing_cidr);
  }
  read_word(reader, "kubeProxyReplacement", values.kube_proxy_replacement,
            {"true", "false", "strict", "partial", "disabled", "probe"});
  reader.read("MTU", values.mtu, 0, 65535);
  reader.read("pmtuDiscovery.enabled", values.pmtu_discovery);
  reader.read("encryption.enabled", values.encryption);
  read_word(reader, "encryption.type", values.encryption_type, {"ipsec", "wireguard"});
  reader.read("tls.ca.cert", values.ca_cert);
  read_mesh(reader, values);
  read_apiserver(reader.below("clustermesh.apiserver"), values.apiserver, diagnostics);

  check_identity(values, diagnostics);
  check_remotes(values, diagnostics);
  check_effects(values, diagnostics);
  return values;
}

CiliumValues read_cilium_values(const std::string& path, Sources& sources, Diagnostics& diagnostics,
                                Pos from) {
  const std::vector<Node> documents = read_yaml_file(path, sources, diagnostics, from);
  if (documents.empty()) return {};
  if (documents.size() > 1) {
    diagnostics.error(documents[1].pos, "", "Helm reads one document of values only; remove '---'");
  }
  return read_cilium_values(documents.front(), diagnostics);
}

}  // namespace meshsim
