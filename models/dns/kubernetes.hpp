// The kubernetes plugin: names of Services, endpoints and pods out of the cluster's watches.
// Source: dns.md section 2.3. Left out: ExternalName, IPv6, `pods verified`, several
// EndpointSlices.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/dns/config.hpp"
#include "models/dns/message.hpp"
#include "models/k8s/messages.hpp"

namespace meshsim::dns {

struct ServicePort {
  std::string name;
  std::string protocol = "TCP";
  std::uint16_t number = 0;
};

// A Service as it is known when the world is built; its place in the list is its ServiceIndex.
struct ServiceSpec {
  std::string namespace_name;
  std::string name;
  bool headless = false;
  Ipv4 cluster_ip{};  // of a Service that is not headless
  std::vector<ServicePort> ports{};
  // Host names that endpoints have by their address (pod.spec.hostname with this subdomain).
  std::vector<std::pair<Ipv4, std::string>> hostnames{};
  bool exists = false;  // from the start, without a ServiceChange
};

// What one CoreDNS process knows of its cluster; shared by its server blocks.
class ClusterNames {
 public:
  ClusterNames() = default;
  ClusterNames(std::vector<ServiceSpec> services, std::vector<std::string> namespaces);

  void on(const k8s::ServiceChange& change);
  void on(const k8s::EndpointChange& change);

  // The plugin's answer; nothing if the query is to go on to the next plugin (no zone of the
  // plugin, or NXDOMAIN and fallthrough).
  std::optional<DnsMessage> answer(const KubernetesConfig& config, const DnsMessage& query) const;

  void archive(Snapshot& snapshot) { snapshot.fixed(services_); }

 private:
  struct Endpoint {
    Ipv4 address;
    std::string name;  // host name, or the address with dashes
    bool ready = false;
  };
  struct Service {
    ServiceSpec spec;
    std::vector<Endpoint> endpoints;  // in the order they came
    bool exists = false;
    auto state() { return std::tie(endpoints, exists); }
  };
  enum class Found { Nothing, Name, Records };  // NXDOMAIN, NODATA, an answer

  bool has_namespace(std::string_view name) const;
  const Service* find(std::string_view namespace_name, std::string_view name) const;
  Found fill(const KubernetesConfig& config, std::string_view zone, const DnsMessage& query,
             DnsMessage& reply) const;
  Found fill_service(const KubernetesConfig& config, std::string_view zone,
                     const std::vector<std::string_view>& labels, const DnsMessage& query,
                     DnsMessage& reply) const;
  Found fill_reverse(const KubernetesConfig& config, const DnsMessage& query,
                     DnsMessage& reply) const;
  void add_service_records(const KubernetesConfig& config, std::string_view zone,
                           const Service& service, const std::vector<const Endpoint*>& endpoints,
                           const ServicePort* port, const DnsMessage& query,
                           DnsMessage& reply) const;

  std::vector<Service> services_;
  std::vector<std::string> namespaces_;
};

}  // namespace meshsim::dns
