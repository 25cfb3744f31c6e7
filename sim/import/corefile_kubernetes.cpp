// Setup of `kubernetes`; source: dns.md section 2.3.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "models/dns/name.hpp"
#include "sim/import/corefile_plugins.hpp"
#include "sim/import/corefile_setup.hpp"

namespace meshsim::corefile {
namespace {

void kubernetes_option(const Words& line, const Report& report, dns::KubernetesConfig& kubernetes) {
  constexpr std::array kNotModelled{
      "endpoint_pod_names", "namespaces", "namespace_labels", "labels",          "noendpoints",
      "endpoint",           "tls",        "kubeconfig",       "startup_timeout", "multicluster",
      "apiserver_qps"};
  const std::string& option = line[0].text;
  if (option == "ttl") {
    const auto ttl = line.size() == 2 ? integer(line[1].text) : std::nullopt;
    if (!ttl) return report.argument_count(line.back());
    if (*ttl < 0 || *ttl > 3600) {
      return report.error(line[1], fmt::format("ttl must be in range [0, 3600]: {}", *ttl));
    }
    kubernetes.ttl = static_cast<std::uint32_t>(*ttl);
  } else if (option == "pods") {
    if (line.size() != 2) return report.argument_count(line.back());
    if (line[1].text == "disabled") {
      kubernetes.pods = dns::PodMode::Disabled;
    } else if (line[1].text == "insecure") {
      kubernetes.pods = dns::PodMode::Insecure;
    } else if (line[1].text == "verified") {
      report.error(line[1], "'pods verified' is not modelled yet");
    } else {
      report.error(line[1], fmt::format("wrong value for pods: {},  must be one of: disabled, "
                                        "verified, insecure",
                                        line[1].text));
    }
  } else if (option == "fallthrough") {
    kubernetes.falls_through = true;
    for (std::size_t index = 1; index < line.size(); ++index) {
      for (const std::string& zone : corefile_zones(line[index].text)) {
        kubernetes.fallthrough_zones.push_back(dns::lower(zone));
      }
    }
  } else if (option == "ignore") {
    if (line.size() != 2 || line[1].text != "empty_service") {
      return report.argument_count(line.back());
    }
    kubernetes.ignore_empty_service = true;
  } else if (std::find(kNotModelled.begin(), kNotModelled.end(), option) != kNotModelled.end()) {
    report.not_modelled(line[0]);
  } else {
    report.unknown_property(line[0]);
  }
}

}  // namespace

void set_up_kubernetes(const CorefileDirective& directive, const Report& report,
                       dns::ServerBlock& block) {
  dns::KubernetesConfig kubernetes;
  kubernetes.pos = directive.name.pos;
  for (const CorefileToken& word : directive.arguments) {
    const std::vector<std::string> zones = corefile_zones(word.text);
    if (zones.empty()) {
      return report.error(word, fmt::format("unable to normalize '{}'", word.text));
    }
    for (const std::string& zone : zones) kubernetes.zones.push_back(dns::lower(zone));
  }
  if (kubernetes.zones.empty()) {
    for (const dns::ServerKey& key : block.keys) kubernetes.zones.push_back(dns::lower(key.zone));
  }
  for (const Words& line : directive.block) kubernetes_option(line, report, kubernetes);
  block.kubernetes = std::move(kubernetes);
}

}  // namespace meshsim::corefile
