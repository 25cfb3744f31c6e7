// Reads the objects of a dump that no manifest holds. Their keys are not surveyed: a dump has what
// the cluster put there, not what somebody may have misspelled.
#include "sim/import/kubectl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "sim/import/keys.hpp"
#include "sim/import/kubernetes.hpp"

namespace meshsim {
namespace {

std::string label_of(const Labels& labels, std::string_view key) {
  const Label* const label = find_label(labels, key);
  return label == nullptr ? std::string{} : label->value;
}

Labels labels_at(const KeyReader& reader, std::string_view path, Diagnostics& diagnostics) {
  return read_labels(reader.find(path), reader.where(path), diagnostics);
}

// A key of the ConfigMap, or nullptr; empty texts count as not set.
const ConfigText* text_at(const ConfigMapManifest& map, std::string_view key) {
  for (const ConfigText& text : map.texts) {
    if (text.key == key && !text.text.scalar.empty()) return &text;
  }
  return nullptr;
}

void take(const ConfigMapManifest& map, std::string_view key, Located<std::string>& into) {
  if (const ConfigText* const text = text_at(map, key)) into = {text->text.scalar, text->text.pos};
}

void take(const ConfigMapManifest& map, std::string_view key, Located<bool>& into) {
  if (const ConfigText* const text = text_at(map, key)) {
    into = {text->text.scalar == "true", text->text.pos};
  }
}

void take(const ConfigMapManifest& map, std::string_view key, Located<std::uint32_t>& into,
          Diagnostics& diagnostics) {
  const ConfigText* const text = text_at(map, key);
  if (text == nullptr) return;
  const std::string& digits = text->text.scalar;
  std::uint32_t number = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (failed != std::errc{} || end != digits.data() + digits.size()) {
    diagnostics.error(text->text.pos, std::string{key},
                      fmt::format("'{}' is no whole number", digits));
    return;
  }
  into = {number, text->text.pos};
}

}  // namespace

PodRecord read_pod(const Node& document, const ObjectName& name, Diagnostics& diagnostics) {
  PodRecord pod;
  pod.name = name.name;
  pod.namespace_ = name.namespace_;
  pod.pos = name.pos;
  const KeyReader reader{document, name.title, diagnostics};
  pod.labels = labels_at(reader, "metadata.labels", diagnostics);
  Located<std::string> text;
  Located<bool> host_network;
  reader.read("spec.nodeName", text);
  pod.node = text.value;
  reader.read("spec.hostNetwork", host_network);
  pod.is_host_network = host_network.value;
  reader.read("status.podIP", pod.address);
  text = {};
  reader.read("status.phase", text);
  pod.has_ended = text.value == "Succeeded" || text.value == "Failed";
  if (!reader.items("spec.containers").empty()) {
    reader.item("spec.containers", 0).read("image", pod.image);
  }
  return pod;
}

NodeRecord read_node(const Node& document, const ObjectName& name, Diagnostics& diagnostics) {
  NodeRecord node;
  node.name = name.name;
  node.pos = name.pos;
  const KeyReader reader{document, name.title, diagnostics};
  reader.read("spec.podCIDR", node.pod_cidr);
  const auto addresses = reader.items("status.addresses");
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const Node* type = addresses[i].find("type");
    if (type == nullptr || type->scalar != "InternalIP") continue;
    reader.item("status.addresses", i).read("address", node.address);
  }
  const Labels labels = labels_at(reader, "metadata.labels", diagnostics);
  node.region = label_of(labels, "topology.kubernetes.io/region");
  node.zone = label_of(labels, "topology.kubernetes.io/zone");
  node.fault_domain = label_of(labels, "oci.oraclecloud.com/fault-domain");
  return node;
}

CiliumNodeRecord read_cilium_node(const Node& document, const ObjectName& name,
                                  Diagnostics& diagnostics) {
  CiliumNodeRecord node;
  node.name = name.name;
  node.pos = name.pos;
  const KeyReader reader{document, name.title, diagnostics};
  const auto ranges = reader.items("spec.ipam.podCIDRs");
  for (const Node& range : ranges) {
    const auto prefix = range.is_scalar() ? parse_prefix(range.scalar) : std::nullopt;
    if (prefix && !node.pod_cidr) node.pod_cidr = {*prefix, range.pos};
  }
  return node;
}

CiliumEndpointRecord read_cilium_endpoint(const Node& document, const ObjectName& name,
                                          Diagnostics& diagnostics) {
  CiliumEndpointRecord endpoint;
  endpoint.name = name.name;
  endpoint.namespace_ = name.namespace_;
  endpoint.pos = name.pos;
  const KeyReader reader{document, name.title, diagnostics};
  reader.read("status.identity.id", endpoint.identity, 0, (1U << 24) - 1);
  return endpoint;
}

std::vector<Located<std::string>> read_clustermesh_secret(const Node& document) {
  std::vector<Located<std::string>> names;
  const Node* const data = document.find("data");
  if (data == nullptr) return names;
  for (const Entry& entry : data->entries) {
    // Beside each remote "c2" stand its certificates, "c2.etcd-client.crt" and so on.
    const bool is_certificate = entry.key.find('.') != std::string::npos;
    if (!is_certificate && cluster_name_problem(entry.key).empty()) {
      names.push_back({entry.key, entry.pos});
    }
  }
  return names;
}

CiliumValues read_cilium_config(const ConfigMapManifest& map, Diagnostics& diagnostics) {
  CiliumValues values;
  values.pos = map.pos;
  values.remotes_pos = map.pos;
  take(map, "cluster-name", values.name);
  take(map, "cluster-id", values.id, diagnostics);
  take(map, "routing-mode", values.routing_mode);
  take(map, "tunnel-protocol", values.tunnel_protocol);
  // Of Cilium 1.13 and before: one key for both.
  Located<std::string> tunnel;
  take(map, "tunnel", tunnel);
  if (tunnel && tunnel.value == "disabled") values.routing_mode = {"native", tunnel.pos};
  if (tunnel && tunnel.value != "disabled") values.tunnel_protocol = tunnel;
  take(map, "ipam", values.ipam_mode);
  take(map, "enable-ipv4-masquerade", values.masquerade);
  take(map, "kube-proxy-replacement", values.kube_proxy_replacement);
  take(map, "mtu", values.mtu, diagnostics);
  Located<std::string> range;
  take(map, "ipv4-native-routing-cidr", range);
  if (const auto prefix = parse_prefix(range.value)) {
    values.native_routing_cidr = {*prefix, range.pos};
  }
  return values;
}

std::string version_of_image(std::string_view image) {
  std::string_view tag = image.substr(0, image.find('@'));
  const std::size_t colon = tag.rfind(':');
  if (colon == std::string_view::npos) return {};
  tag.remove_prefix(colon + 1);
  if (tag.starts_with('v')) tag.remove_prefix(1);
  tag = tag.substr(0, tag.find_first_not_of("0123456789."));
  return std::count(tag.begin(), tag.end(), '.') == 2 ? std::string{tag} : std::string{};
}

}  // namespace meshsim
