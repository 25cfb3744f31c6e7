// The name grammar of the kubernetes plugin; source: dns.md section 2.3.
#include "models/dns/kubernetes.hpp"

#include <algorithm>

#include "models/dns/name.hpp"

namespace meshsim::dns {
namespace {

std::string dashed(Ipv4 address) {
  std::string text = to_string(address);
  std::replace(text.begin(), text.end(), '.', '-');
  return text;
}

std::optional<Ipv4> from_dashed(std::string_view text) {
  if (text.find('.') != text.npos) return std::nullopt;
  std::string dotted{text};
  std::replace(dotted.begin(), dotted.end(), '-', '.');
  return parse_ipv4(dotted);
}

// The labels of `name` before `zone`, from the left.
std::vector<std::string_view> labels_before(std::string_view name, std::string_view zone) {
  std::string_view rest = name.substr(0, name.size() - zone.size());
  std::vector<std::string_view> labels;
  while (!rest.empty()) {
    const std::size_t dot = rest.find('.');
    labels.push_back(rest.substr(0, dot));
    rest.remove_prefix(std::min(rest.size(), labels.back().size() + 1));
  }
  return labels;
}

// "4.3.1.10.in-addr.arpa." is 10.1.3.4.
std::optional<Ipv4> reversed_address(std::string_view name) {
  constexpr std::string_view kSuffix = ".in-addr.arpa.";
  if (!name.ends_with(kSuffix)) return std::nullopt;
  const auto backwards = parse_ipv4(name.substr(0, name.size() - kSuffix.size()));
  if (!backwards) return std::nullopt;
  return Ipv4{__builtin_bswap32(backwards->value)};
}

// "_pg" and "pg" name the same port.
bool matches_port_label(std::string_view label, std::string_view value) {
  if (label.starts_with('_')) label.remove_prefix(1);
  return same_name(label, value);
}

Record soa(std::string_view zone, std::uint32_t ttl) {
  constexpr std::uint32_t kLongest = 300;  // of the header's TTL
  return {.owner = std::string{zone},
          .type = RecordType::Soa,
          .ttl = std::min(ttl, kLongest),
          .target = "ns.dns." + std::string{zone},
          .minimum = ttl};
}

std::string_view longest_zone(const std::vector<std::string>& zones, std::string_view name) {
  std::string_view best;
  for (const std::string& zone : zones) {
    if (is_in_zone(name, zone) && zone.size() > best.size()) best = zone;
  }
  return best;
}

bool is_reverse(std::string_view zone) {
  return zone.ends_with("in-addr.arpa.") || zone.ends_with("ip6.arpa.");
}

}  // namespace

ClusterNames::ClusterNames(std::vector<ServiceSpec> services, std::vector<std::string> namespaces)
    : namespaces_(std::move(namespaces)) {
  for (ServiceSpec& spec : services) {
    Service service;
    service.exists = spec.exists;
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
  const auto known =
      std::find_if(service.endpoints.begin(), service.endpoints.end(),
                   [&](const Endpoint& endpoint) { return endpoint.address == change.address; });
  if (change.removed) {
    if (known != service.endpoints.end()) service.endpoints.erase(known);
    return;
  }
  if (known != service.endpoints.end()) {
    known->ready = change.ready;
    return;
  }
  Endpoint endpoint{change.address, dashed(change.address), change.ready};
  for (const auto& [address, hostname] : service.spec.hostnames) {
    if (address == change.address) endpoint.name = hostname;
  }
  service.endpoints.push_back(std::move(endpoint));
}

std::optional<DnsMessage> ClusterNames::answer(const KubernetesConfig& config,
                                               const DnsMessage& query) const {
  const std::string_view zone = longest_zone(config.zones, query.name);
  if (zone.empty()) return std::nullopt;
  DnsMessage reply = reply_to(query, Rcode::NoError);
  reply.authoritative = true;
  const Found found =
      is_reverse(zone) ? fill_reverse(config, query, reply) : fill(config, zone, query, reply);
  if (found == Found::Records) return reply;
  if (found == Found::Nothing) {
    const bool falls_through =
        config.falls_through && (config.fallthrough_zones.empty() ||
                                 !longest_zone(config.fallthrough_zones, query.name).empty());
    if (falls_through) return std::nullopt;
    reply.rcode = Rcode::NxDomain;
  }
  reply.authority.push_back(soa(zone, config.ttl));
  return reply;
}

bool ClusterNames::has_namespace(std::string_view name) const {
  const bool listed = std::any_of(namespaces_.begin(), namespaces_.end(),
                                  [&](const std::string& known) { return same_name(known, name); });
  return listed || std::any_of(services_.begin(), services_.end(), [&](const Service& service) {
           return service.exists && same_name(service.spec.namespace_name, name);
         });
}

const ClusterNames::Service* ClusterNames::find(std::string_view namespace_name,
                                                std::string_view name) const {
  const auto found = std::find_if(services_.begin(), services_.end(), [&](const Service& service) {
    return service.exists && same_name(service.spec.namespace_name, namespace_name) &&
           same_name(service.spec.name, name);
  });
  return found == services_.end() ? nullptr : &*found;
}

ClusterNames::Found ClusterNames::fill(const KubernetesConfig& config, std::string_view zone,
                                       const DnsMessage& query, DnsMessage& reply) const {
  const std::vector<std::string_view> labels = labels_before(query.name, zone);
  if (labels.empty()) {
    if (query.type != RecordType::Soa) return Found::Name;
    reply.answer.push_back(soa(zone, config.ttl));
    return Found::Records;
  }
  const std::string_view kind = labels.back();
  const bool is_service = same_name(kind, "svc");
  if (!is_service && !same_name(kind, "pod")) return Found::Nothing;
  if (labels.size() == 1) return Found::Name;
  const std::string_view namespace_name = labels[labels.size() - 2];
  if (!has_namespace(namespace_name)) return Found::Nothing;
  if (labels.size() == 2) return Found::Name;
  if (is_service) return fill_service(config, zone, labels, query, reply);

  // Pod names: `insecure` answers any well-formed address without looking for the pod.
  const auto address = labels.size() == 3 ? from_dashed(labels[0]) : std::nullopt;
  if (!address || config.pods == PodMode::Disabled) return Found::Nothing;
  if (query.type != RecordType::A) return Found::Name;
  reply.answer.push_back({.owner = query.name, .ttl = config.ttl, .address = *address});
  return Found::Records;
}

// `labels`: [port proto] service namespace svc, or endpoint service namespace svc.
ClusterNames::Found ClusterNames::fill_service(const KubernetesConfig& config,
                                               std::string_view zone,
                                               const std::vector<std::string_view>& labels,
                                               const DnsMessage& query, DnsMessage& reply) const {
  constexpr std::size_t kPlain = 3;
  if (labels.size() > kPlain + 2) return Found::Nothing;
  const Service* service = find(labels[labels.size() - 2], labels[labels.size() - 3]);
  if (service == nullptr) return Found::Nothing;

  const ServicePort* port = nullptr;
  if (labels.size() == kPlain + 2) {
    for (const ServicePort& each : service->spec.ports) {
      const bool matches =
          matches_port_label(labels[0], each.name) && matches_port_label(labels[1], each.protocol);
      if (matches && port == nullptr) port = &each;
    }
    if (port == nullptr) return Found::Nothing;
  }
  const bool of_endpoint = labels.size() == kPlain + 1;
  std::vector<const Endpoint*> ready;
  for (const Endpoint& endpoint : service->endpoints) {
    if (!endpoint.ready) continue;
    if (of_endpoint && !same_name(endpoint.name, labels[0])) continue;
    ready.push_back(&endpoint);
  }
  const bool needs_endpoints = service->spec.headless || of_endpoint || config.ignore_empty_service;
  if (needs_endpoints && ready.empty()) return Found::Nothing;
  if (!service->spec.headless && !of_endpoint) ready.clear();  // the cluster IP answers

  add_service_records(config, zone, *service, ready, port, query, reply);
  return reply.answer.empty() ? Found::Name : Found::Records;
}

// `endpoints`: whose addresses answer; none: the cluster IP does.
void ClusterNames::add_service_records(const KubernetesConfig& config, std::string_view zone,
                                       const Service& service,
                                       const std::vector<const Endpoint*>& endpoints,
                                       const ServicePort* port, const DnsMessage& query,
                                       DnsMessage& reply) const {
  const std::string full =
      service.spec.name + "." + service.spec.namespace_name + ".svc." + std::string{zone};
  struct Target {
    std::string name;
    Ipv4 address;
  };
  std::vector<Target> targets;
  if (endpoints.empty()) targets.push_back({full, service.spec.cluster_ip});
  for (const Endpoint* endpoint : endpoints) {
    targets.push_back({endpoint->name + "." + full, endpoint->address});
  }
  if (query.type == RecordType::A) {
    for (const Target& target : targets) {
      reply.answer.push_back({.owner = query.name, .ttl = config.ttl, .address = target.address});
    }
  }
  if (query.type != RecordType::Srv) return;
  std::vector<const ServicePort*> ports;
  if (port != nullptr) ports.push_back(port);
  if (port == nullptr) {
    for (const ServicePort& each : service.spec.ports) ports.push_back(&each);
  }
  if (ports.empty()) return;
  const auto weight = static_cast<std::uint16_t>(100 / (targets.size() * ports.size()));
  for (const Target& target : targets) {
    for (const ServicePort* each : ports) {
      reply.answer.push_back({.owner = query.name,
                              .type = RecordType::Srv,
                              .ttl = config.ttl,
                              .target = target.name,
                              .port = each->number,
                              .weight = weight});
    }
    reply.additional.push_back(
        {.owner = target.name, .ttl = config.ttl, .address = target.address});
  }
}

ClusterNames::Found ClusterNames::fill_reverse(const KubernetesConfig& config,
                                               const DnsMessage& query, DnsMessage& reply) const {
  const auto address = reversed_address(lower(query.name));
  if (!address) return Found::Nothing;
  const auto forward_zone = std::find_if(config.zones.begin(), config.zones.end(),
                                         [](const std::string& zone) { return !is_reverse(zone); });
  if (forward_zone == config.zones.end()) return Found::Nothing;
  const auto add = [&](const std::string& target) {
    if (query.type != RecordType::Ptr) return;
    reply.answer.push_back(
        {.owner = query.name, .type = RecordType::Ptr, .ttl = config.ttl, .target = target});
  };
  bool known = false;
  for (const Service& service : services_) {
    if (!service.exists) continue;
    const std::string full =
        service.spec.name + "." + service.spec.namespace_name + ".svc." + *forward_zone;
    if (!service.spec.headless && service.spec.cluster_ip == *address) {
      add(full);
      return reply.answer.empty() ? Found::Name : Found::Records;
    }
    for (const Endpoint& endpoint : service.endpoints) {
      if (!endpoint.ready || endpoint.address != *address) continue;
      known = true;
      add(endpoint.name + "." + full);
    }
  }
  if (!known) return Found::Nothing;
  return reply.answer.empty() ? Found::Name : Found::Records;
}

}  // namespace meshsim::dns
