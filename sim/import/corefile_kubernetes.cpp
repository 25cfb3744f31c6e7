// Setup of `kubernetes`; source: dns.md section 2.3.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "models/dns/name.hpp"
#include "sim/import/corefile_plugins.hpp"
#include "sim/import/corefile_setup.hpp"

namespace meshsim::corefile {
namespace {

// "app=web,tier!=back,stage,!old"
void label_selector(const Words& line, const Report& report, dns::KubernetesConfig& kubernetes) {
  std::string text;
  for (std::size_t index = 1; index < line.size(); ++index) text += line[index].text;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string term = text.substr(at, end - at);
    at = end + 1;
    using Kind = dns::LabelTerm::Kind;
    if (term.find(" in ") != std::string::npos || term.find('(') != std::string::npos) {
      return report.error(line[1], "sets in a label selector are not modelled yet");
    }
    if (const std::size_t unequal = term.find("!="); unequal != std::string::npos) {
      kubernetes.labels.push_back(
          {Kind::NotEqual, term.substr(0, unequal), term.substr(unequal + 2)});
    } else if (const std::size_t equal = term.find('='); equal != std::string::npos) {
      const std::size_t value = term.find_first_not_of('=', equal);
      kubernetes.labels.push_back({Kind::Equal, term.substr(0, equal),
                                   value == std::string::npos ? "" : term.substr(value)});
    } else if (term.starts_with('!')) {
      kubernetes.labels.push_back({Kind::NotExists, term.substr(1), {}});
    } else {
      kubernetes.labels.push_back({Kind::Exists, term, {}});
    }
  }
}

void kubernetes_option(const Words& line, const Report& report, dns::KubernetesConfig& kubernetes) {
  constexpr std::array kNotModelled{"namespace_labels", "multicluster"};
  constexpr std::array kNoEffect{"endpoint", "tls", "kubeconfig", "apiserver_qps"};
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
      kubernetes.pods = dns::PodMode::Verified;
    } else {
      report.error(line[1], fmt::format("wrong value for pods: {},  must be one of: disabled, "
                                        "verified, insecure",
                                        line[1].text));
    }
  } else if (option == "fallthrough") {
    kubernetes.falls_through = fallthrough(line);
  } else if (option == "ignore") {
    if (line.size() != 2 || line[1].text != "empty_service") {
      return report.argument_count(line.back());
    }
    kubernetes.ignore_empty_service = true;
  } else if (option == "endpoint_pod_names") {
    kubernetes.endpoint_pod_names = true;
  } else if (option == "noendpoints") {
    kubernetes.no_endpoints = true;
  } else if (option == "namespaces") {
    if (line.size() < 2) return report.argument_count(line.back());
    for (std::size_t index = 1; index < line.size(); ++index) {
      kubernetes.namespaces.push_back(line[index].text);
    }
  } else if (option == "labels") {
    if (line.size() < 2) return report.argument_count(line.back());
    label_selector(line, report, kubernetes);
  } else if (option == "startup_timeout") {
    const auto value = line.size() == 2 ? go_duration(line[1].text) : std::nullopt;
    if (!value) return report.argument_count(line.back());  // else no effect: the API is there
  } else if (std::find(kNoEffect.begin(), kNoEffect.end(), option) != kNoEffect.end()) {
    // How the API is reached; here it is always there.
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
