// The name grammar of the kubernetes plugin; source: dns.md section 2.3.
#include "models/dns/kubernetes.hpp"

#include <algorithm>

#include "models/dns/name.hpp"

namespace meshsim::dns {
namespace {

constexpr std::uint32_t kSchemaTtl = 28800;
constexpr std::uint32_t kLongestNegative = 300;  // of the SOA header's TTL
constexpr int kDeepestAlias = 8;

std::string dashed(std::string_view address) {
  std::string text{address};
  std::replace(text.begin(), text.end(), '.', '-');
  std::replace(text.begin(), text.end(), ':', '-');
  return text;
}

// "10-1-3-4" is 10.1.3.4; with more or fewer dashes it is read as IPv6. Empty if it is neither.
std::string from_dashed(std::string_view text) {
  std::string address{text};
  const bool is_v4 = std::count(text.begin(), text.end(), '-') == 3 && text.find("--") == text.npos;
  std::replace(address.begin(), address.end(), '-', is_v4 ? '.' : ':');
  if (!is_v4) return canonical_ipv6(address).empty() ? std::string{} : address;
  return parse_ipv4(address) ? address : std::string{};
}

// "4.3.1.10.in-addr.arpa." is 10.1.3.4, and likewise for ip6.arpa.
std::string reversed_address(std::string_view name) {
  if (!name.ends_with(".ip6.arpa.")) return from_in_addr(name);
  const std::vector<std::string_view> nibbles = labels_of(name);
  if (nibbles.size() != 34) return {};
  std::string address;
  for (std::size_t index = 0; index < 32; ++index) {
    address += nibbles[31 - index];
    if (index % 4 == 3 && index != 31) address += ':';
  }
  return canonical_ipv6(address);
}

std::string_view without_underscore(std::string_view label) {
  if (label.starts_with('_')) label.remove_prefix(1);
  return label;
}

Record soa(std::string_view zone, std::uint32_t ttl) {
  Record record{.owner = std::string{zone}, .type = RecordType::Soa};
  record.ttl = std::min(ttl, kLongestNegative);
  record.target = "ns.dns." + std::string{zone};
  record.text =
      "hostmaster." + std::string{zone} + " SERIAL 7200 1800 86400 " + std::to_string(ttl);
  return record;
}

bool is_reverse(std::string_view zone) {
  return zone.ends_with("in-addr.arpa.") || zone.ends_with("ip6.arpa.");
}

std::string primary_zone(const KubernetesConfig& config) {
  for (const std::string& zone : config.zones) {
    if (!is_reverse(zone)) return zone;
  }
  return config.zones.front();
}

bool is_address(std::string_view host) {
  return parse_ipv4(host).has_value() || (is_ipv6(host) && !canonical_ipv6(host).empty());
}

bool matches(const LabelTerm& term,
             const std::vector<std::pair<std::string, std::string>>& labels) {
  const auto label = std::find_if(labels.begin(), labels.end(),
                                  [&](const auto& one) { return one.first == term.key; });
  const bool exists = label != labels.end();
  switch (term.kind) {
    case LabelTerm::Kind::Equal: return exists && label->second == term.value;
    case LabelTerm::Kind::NotEqual: return !exists || label->second != term.value;
    case LabelTerm::Kind::Exists: return exists;
    case LabelTerm::Kind::NotExists: return !exists;
  }
  return false;
}

}  // namespace

ClusterNames::ClusterNames(std::vector<ServiceSpec> services, std::vector<std::string> namespaces,
                           std::vector<PodAddress> pods, std::string_view version)
    : namespaces_(std::move(namespaces)),
      pods_(std::move(pods)),
      pads_ipv6_names_(at_least(version, 1, 14, 7)) {
  for (ServiceSpec& spec : services) {
    Service service;
    service.exists = spec.exists;
    for (const ServiceEndpoint& endpoint : spec.endpoints) {
      service.endpoints.push_back(
          {endpoint.address, endpoint.hostname, endpoint.pod, endpoint.ready});
    }
    service.spec = std::move(spec);
    services_.push_back(std::move(service));
  }
}

void ClusterNames::on(const k8s::ServiceChange& change) {
  check(change.service.value < services_.size(), "a service index is of this cluster");
  services_[change.service.value].exists = change.exists;
}

void ClusterNames::on(const k8s::EndpointChange& change) {
  check(change.service.value < services_.size(), "a service index is of this cluster");
  Service& service = services_[change.service.value];
  const std::string address = to_string(change.address);
  const auto known =
      std::find_if(service.endpoints.begin(), service.endpoints.end(),
                   [&](const Endpoint& endpoint) { return endpoint.address == address; });
  if (change.removed) {
    if (known != service.endpoints.end()) service.endpoints.erase(known);
    return;
  }
  if (known != service.endpoints.end()) {
    known->ready = change.ready;
    return;
  }
  Endpoint endpoint{address, {}, {}, change.ready};
  for (const auto& [of, hostname] : service.spec.hostnames) {
    if (of == change.address) endpoint.hostname = hostname;
  }
  service.endpoints.push_back(std::move(endpoint));
}

std::string ClusterNames::namespace_of_pod(Ipv4 address) const {
  const std::string text = to_string(address);
  for (const PodAddress& pod : pods_) {
    if (pod.address == text) return pod.namespace_name;
  }
  return {};
}

std::optional<ClusterNames::Answer> ClusterNames::answer(
    const KubernetesConfig& config, const DnsMessage& query,
    const std::vector<std::string>& self) const {
  const std::string* const matched = matching_zone(config.zones, query.name);
  if (matched == nullptr) return std::nullopt;
  // In the letter case of the query.
  const std::string_view zone =
      *matched == "." ? "."
                      : std::string_view{query.name}.substr(query.name.size() - matched->size());
  Answer answer;
  answer.message = reply_to(query, Rcode::NoError);
  answer.message.authoritative = true;
  const bool asks_address = query.type == RecordType::A || query.type == RecordType::Aaaa;
  if (asks_address && same_name(query.name, "ns.dns." + std::string{zone})) {
    for (const std::string& address : self) {
      const RecordType type = is_ipv6(address) ? RecordType::Aaaa : RecordType::A;
      if (address.empty() || type != query.type) continue;
      answer.message.answer.push_back(address_record(query.name, address, config.ttl));
    }
    return answer;
  }
  const bool is_apex = same_name(query.name, zone);
  Outcome outcome = Outcome::NoData;
  std::vector<Found> found;
  switch (query.type) {
    case RecordType::A:
    case RecordType::Aaaa:
    case RecordType::Cname: outcome = addresses(config, zone, query, answer); break;
    case RecordType::Srv: outcome = servers(config, zone, query, answer.message); break;
    case RecordType::Txt: outcome = text(config, zone, query, answer.message); break;
    case RecordType::Ptr: outcome = reverse(config, query, answer.message); break;
    case RecordType::Axfr:
    case RecordType::Ixfr: answer.refused = true; return answer;
    default:
      if (is_apex && query.type == RecordType::Soa) {
        answer.message.answer.push_back(soa(zone, config.ttl));
        outcome = Outcome::Records;
      } else if (is_apex && query.type == RecordType::Ns) {
        outcome = name_servers(config, zone, self, answer.message);
      } else {
        outcome = records(config, zone, query.name, found);
      }
  }
  if (outcome == Outcome::NameError) {
    if (config.falls_through.applies_to(query.name)) return std::nullopt;
    answer.message.rcode = Rcode::NxDomain;
  }
  if (outcome == Outcome::NameError || (answer.message.answer.empty() && answer.chase.empty())) {
    answer.message.authority.push_back(soa(zone, config.ttl));
  }
  return answer;
}

bool ClusterNames::has_namespace(const KubernetesConfig& config, std::string_view name) const {
  const auto is_it = [&](const std::string& known) { return same_name(known, name); };
  if (!config.namespaces.empty() &&
      std::none_of(config.namespaces.begin(), config.namespaces.end(), is_it)) {
    return false;
  }
  return std::any_of(namespaces_.begin(), namespaces_.end(), is_it) ||
         std::any_of(services_.begin(), services_.end(), [&](const Service& service) {
           return service.exists && is_it(service.spec.namespace_name);
         });
}

bool ClusterNames::is_selected(const KubernetesConfig& config, const Service& service) const {
  return service.exists &&
         std::all_of(config.labels.begin(), config.labels.end(),
                     [&](const LabelTerm& term) { return matches(term, service.spec.labels); });
}

ClusterNames::Request ClusterNames::parse(std::string_view name, std::string_view zone) {
  std::vector<std::string_view> labels =
      labels_of(zone == "." ? name : name.substr(0, name.size() - zone.size()));
  Request request;
  const auto take = [&]() {
    const std::string_view label = labels.back();
    labels.pop_back();
    return label;
  };
  if (labels.empty()) return request;
  request.kind = take();
  request.is_invalid = !same_name(request.kind, "svc") && !same_name(request.kind, "pod");
  if (labels.empty()) return request;
  request.namespace_name = take();
  if (labels.empty()) return request;
  request.service = take();
  if (labels.empty()) return request;
  if (labels.size() == 1) {
    request.endpoint = take();
  } else if (labels.size() == 2) {
    request.protocol = without_underscore(take());
    request.port = without_underscore(take());
  } else {
    request.is_invalid = true;
  }
  return request;
}

ClusterNames::Outcome ClusterNames::records(const KubernetesConfig& config, std::string_view zone,
                                            std::string_view name,
                                            std::vector<Found>& found) const {
  const Request request = parse(name, zone);
  if (request.is_invalid) return Outcome::NameError;
  if (request.kind.empty()) return Outcome::NoData;
  if (is_reverse(lower(name))) return Outcome::NameError;
  if (request.namespace_name.empty()) return Outcome::NoData;
  if (!has_namespace(config, request.namespace_name)) return Outcome::NameError;
  if (same_name(request.kind, "pod")) return find_pods(config, request, found);
  return find_services(config, zone, request, found);
}

// `insecure` answers any well-formed address without looking for the pod.
ClusterNames::Outcome ClusterNames::find_pods(const KubernetesConfig& config,
                                              const Request& request,
                                              std::vector<Found>& found) const {
  if (config.pods == PodMode::Disabled) return Outcome::NameError;
  if (request.service.empty()) return Outcome::NoData;
  const std::string address = from_dashed(lower(request.service));
  if (config.pods == PodMode::Insecure) {
    if (address.empty()) return Outcome::NameError;
    found.push_back({address, {}, -1, config.ttl});
    return Outcome::Records;
  }
  for (const PodAddress& pod : pods_) {
    if (pod.address != address || !same_name(pod.namespace_name, request.namespace_name)) continue;
    found.push_back({address, {}, -1, config.ttl});
  }
  return found.empty() ? Outcome::NameError : Outcome::Records;
}

ClusterNames::Outcome ClusterNames::find_services(const KubernetesConfig& config,
                                                  std::string_view zone, const Request& request,
                                                  std::vector<Found>& found) const {
  if (request.service.empty()) return Outcome::NoData;
  for (const Service& service : services_) {
    const ServiceSpec& spec = service.spec;
    if (!is_selected(config, service) || !same_name(spec.name, request.service) ||
        !same_name(spec.namespace_name, request.namespace_name)) {
      continue;
    }
    const std::string full = spec.name + "." + spec.namespace_name + ".svc." + std::string{zone};
    if (!spec.external_name.empty()) {
      if (!request.endpoint.empty() || !request.port.empty()) continue;
      found.push_back({spec.external_name, full, -1, config.ttl});
      continue;
    }
    if (config.ignore_empty_service &&
        std::none_of(service.endpoints.begin(), service.endpoints.end(),
                     [](const Endpoint& endpoint) { return endpoint.ready; })) {
      continue;
    }
    if (spec.headless || !request.endpoint.empty()) {
      add_endpoints(config, service, request, full, found);
      continue;
    }
    static const std::vector<ServicePort> kNoPorts{{{}, {}, 0}};
    for (const ServicePort& port : spec.ports.empty() ? kNoPorts : spec.ports) {
      if (!request.port.empty() &&
          (!same_name(port.name, request.port) || !same_name(port.protocol, request.protocol))) {
        continue;
      }
      const std::int32_t number = spec.ports.empty() ? -1 : port.number;
      if (spec.cluster_ip) found.push_back({to_string(spec.cluster_ip), full, number, config.ttl});
      if (!spec.cluster_ipv6.empty()) {
        found.push_back({spec.cluster_ipv6, full, number, config.ttl});
      }
    }
  }
  return found.empty() ? Outcome::NameError : Outcome::Records;
}

void ClusterNames::add_endpoints(const KubernetesConfig& config, const Service& service,
                                 const Request& request, const std::string& full,
                                 std::vector<Found>& found) const {
  if (config.no_endpoints) return;
  const ServiceSpec& spec = service.spec;
  const std::vector<ServicePort>& ports =
      spec.endpoint_ports.empty() ? spec.ports : spec.endpoint_ports;
  for (const Endpoint& endpoint : service.endpoints) {
    if (!endpoint.ready) continue;
    const std::string name = endpoint_name(config, endpoint);
    if (!request.endpoint.empty() && !same_name(name, request.endpoint)) continue;
    const std::string target = name + "." + full;
    if (ports.empty() && request.port.empty()) {
      found.push_back({endpoint.address, target, -1, config.ttl});
    }
    for (const ServicePort& port : ports) {
      if (!request.port.empty() &&
          (!same_name(port.name, request.port) || !same_name(port.protocol, request.protocol))) {
        continue;
      }
      found.push_back({endpoint.address, target, port.number, config.ttl});
    }
  }
}

std::string ClusterNames::endpoint_name(const KubernetesConfig& config,
                                        const Endpoint& endpoint) const {
  constexpr std::size_t kLongestLabel = 63;
  if (!endpoint.hostname.empty()) return endpoint.hostname;
  if (config.endpoint_pod_names && !endpoint.pod.empty() && endpoint.pod.size() <= kLongestLabel) {
    return endpoint.pod;
  }
  std::string name = dashed(endpoint.address);
  if (pads_ipv6_names_ && name.ends_with('-')) name += '0';
  return name;
}

ClusterNames::Outcome ClusterNames::addresses(const KubernetesConfig& config, std::string_view zone,
                                              const DnsMessage& query, Answer& answer) const {
  std::string name = query.name;
  DnsMessage& reply = answer.message;
  Outcome first = Outcome::NoData;
  std::vector<Record> aliases;
  for (int depth = 0; depth < kDeepestAlias; ++depth) {
    std::vector<Found> found;
    const Outcome outcome = records(config, zone, name, found);
    if (depth == 0) first = outcome;
    if (outcome == Outcome::NameError && depth > 0) return first;
    std::string alias;
    std::vector<std::string> seen;
    for (const Found& one : found) {
      if (!is_address(one.host)) {
        alias = absolute(one.host);
        continue;
      }
      const bool wanted =
          is_ipv6(one.host) ? query.type == RecordType::Aaaa : query.type == RecordType::A;
      if (!wanted || std::find(seen.begin(), seen.end(), one.host) != seen.end()) continue;
      seen.push_back(one.host);
      if (seen.size() == 1) reply.answer = aliases;
      reply.answer.push_back(address_record(name, one.host, one.ttl));
    }
    if (alias.empty() || same_name(alias, name)) return first;
    Record record{.owner = name, .type = RecordType::Cname, .ttl = config.ttl, .target = alias};
    if (query.type == RecordType::Cname) {
      reply.answer.push_back(std::move(record));
      return first;
    }
    aliases.push_back(std::move(record));
    if (!is_in_zone(alias, zone)) {
      // Elsewhere: the whole server is asked.
      reply.answer = aliases;
      answer.chase = alias;
      return first;
    }
    name = alias;
  }
  return first;
}

ClusterNames::Outcome ClusterNames::servers(const KubernetesConfig& config, std::string_view zone,
                                            const DnsMessage& query, DnsMessage& reply) const {
  std::vector<Found> found;
  const Outcome outcome = records(config, zone, query.name, found);
  std::erase_if(found, [](const Found& one) { return !is_address(one.host); });
  if (found.empty()) return outcome;
  const std::size_t share = 100 / found.size();
  const auto weight = static_cast<std::uint16_t>(std::max<std::size_t>(1, share));
  for (const Found& one : found) {
    if (one.port < 0) continue;
    const auto is_known = [&](const Record& record) {
      return record.target == one.name && record.port == one.port;
    };
    if (std::none_of(reply.answer.begin(), reply.answer.end(), is_known)) {
      reply.answer.push_back({.owner = query.name,
                              .type = RecordType::Srv,
                              .ttl = one.ttl,
                              .target = one.name,
                              .port = static_cast<std::uint16_t>(one.port),
                              .weight = weight});
    }
    Record address = address_record(one.name, one.host, one.ttl);
    const auto is_there = [&](const Record& record) {
      return record.owner == address.owner && record.type == address.type &&
             value_of(record) == value_of(address);
    };
    if (std::none_of(reply.additional.begin(), reply.additional.end(), is_there)) {
      reply.additional.push_back(std::move(address));
    }
  }
  return outcome;
}

ClusterNames::Outcome ClusterNames::text(const KubernetesConfig& config, std::string_view zone,
                                         const DnsMessage& query, DnsMessage& reply) const {
  if (same_name(query.name, "dns-version." + std::string{zone == "." ? "" : zone})) {
    reply.answer.push_back(
        {.owner = query.name, .type = RecordType::Txt, .ttl = kSchemaTtl, .text = "\"1.1.0\""});
    return Outcome::Records;
  }
  std::vector<Found> found;
  records(config, zone, query.name, found);
  return found.empty() ? Outcome::NameError : Outcome::NoData;
}

// Without a Service that holds this server, it stands for itself.
ClusterNames::Outcome ClusterNames::name_servers(const KubernetesConfig& config,
                                                 std::string_view zone,
                                                 const std::vector<std::string>& self,
                                                 DnsMessage& reply) const {
  const std::string& own = self.front();
  std::vector<std::pair<std::string, std::string>> servers;
  for (const Service& service : services_) {
    for (const Endpoint& endpoint : service.endpoints) {
      if (!service.exists || endpoint.address != own) continue;
      const std::string full =
          service.spec.name + "." + service.spec.namespace_name + ".svc." + std::string{zone};
      if (service.spec.headless) {
        servers.emplace_back(endpoint_name(config, endpoint) + "." + full, own);
      } else {
        servers.emplace_back(full, to_string(service.spec.cluster_ip));
      }
    }
  }
  if (servers.empty()) {
    for (const std::string& address : self) {
      if (!address.empty()) servers.emplace_back("ns.dns." + std::string{zone}, address);
    }
  }
  for (const auto& [name, address] : servers) {
    const auto is_known = [&, &target = name](const Record& one) { return one.target == target; };
    if (std::none_of(reply.answer.begin(), reply.answer.end(), is_known)) {
      reply.answer.push_back(
          {.owner = std::string{zone}, .type = RecordType::Ns, .ttl = config.ttl, .target = name});
    }
    reply.additional.push_back(address_record(name, address, config.ttl));
  }
  return Outcome::Records;
}

ClusterNames::Outcome ClusterNames::reverse(const KubernetesConfig& config, const DnsMessage& query,
                                            DnsMessage& reply) const {
  const std::string address = reversed_address(lower(query.name));
  if (address.empty()) {
    std::vector<Found> found;
    return records(config, *matching_zone(config.zones, query.name), query.name, found);
  }
  const std::string zone = primary_zone(config);
  const auto add = [&](const std::string& target) {
    reply.answer.push_back(
        {.owner = query.name, .type = RecordType::Ptr, .ttl = config.ttl, .target = target});
  };
  const auto full_name = [&](const Service& service) {
    return service.spec.name + "." + service.spec.namespace_name + ".svc." + zone;
  };
  const auto is_open = [&](const Service& service) {
    return is_selected(config, service) && has_namespace(config, service.spec.namespace_name);
  };
  for (const Service& service : services_) {
    if (!is_open(service) || service.spec.headless) continue;
    const bool is_it = (service.spec.cluster_ip && to_string(service.spec.cluster_ip) == address) ||
                       canonical_ipv6(service.spec.cluster_ipv6) == address;
    if (!is_it) continue;
    add(full_name(service));
    return Outcome::Records;
  }
  for (const Service& service : services_) {
    if (!is_open(service) || config.no_endpoints) continue;
    for (const Endpoint& endpoint : service.endpoints) {
      const std::string own =
          is_ipv6(endpoint.address) ? canonical_ipv6(endpoint.address) : endpoint.address;
      if (!endpoint.ready || own != address) continue;
      add(endpoint_name(config, endpoint) + "." + full_name(service));
    }
  }
  return reply.answer.empty() ? Outcome::NameError : Outcome::Records;
}

}  // namespace meshsim::dns
