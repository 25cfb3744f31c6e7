// The kubernetes plugin: names of Services, endpoints and pods out of the cluster's watches.
// Source: dns.md section 2.3 (coredns, plugin/kubernetes).
#pragma once

#include <map>
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

// An address that a Service has from the start on; those of workloads come as EndpointChange.
struct ServiceEndpoint {
  std::string address;  // IPv4 or IPv6
  std::string hostname;
  std::string pod;
  bool ready = true;
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
  std::string cluster_ipv6{};
  std::string external_name{};  // of an ExternalName
  std::vector<std::pair<std::string, std::string>> labels{};
  std::vector<ServicePort> endpoint_ports{};  // of the EndpointSlices; none: `ports`
  std::vector<ServiceEndpoint> endpoints{};
};

struct PodAddress {
  std::string namespace_name;
  std::string address;
};

// What one CoreDNS process knows of its cluster; shared by its server blocks.
class ClusterNames {
 public:
  ClusterNames() = default;
  // `pods`: those that `pods verified` and autopath know.
  ClusterNames(std::vector<ServiceSpec> services, std::vector<std::string> namespaces,
               std::vector<PodAddress> pods, std::string_view version);

  void on(const k8s::ServiceChange& change);
  void on(const k8s::EndpointChange& change);

  struct Answer {
    DnsMessage message;
    // An alias whose target is to be looked up through the whole server; its answers follow.
    std::string chase;
    bool refused = false;  // a code is returned instead of a reply: transfers
  };
  // The plugin's answer; nothing if the query is to go on to the next plugin (no zone of the
  // plugin, or NXDOMAIN and fallthrough). `self`: the addresses of this server.
  std::optional<Answer> answer(const KubernetesConfig& config, const DnsMessage& query,
                               const std::vector<std::string>& self) const;

  // The namespace of the pod with that address, for autopath; empty if there is none.
  std::string namespace_of_pod(Ipv4 address) const;

  void archive(Snapshot& snapshot) { snapshot.fixed(services_); }

 private:
  struct Endpoint {
    std::string address;
    std::string hostname;
    std::string pod;
    bool ready = false;
  };
  struct Service {
    ServiceSpec spec;
    std::vector<Endpoint> endpoints;  // in the order they came
    bool exists = false;
    auto state() { return std::tie(endpoints, exists); }
  };
  // One address that answers, with the name and port of an SRV record.
  struct Found {
    std::string host;  // address, or the name of an ExternalName
    std::string name;  // what an SRV record points at
    std::int32_t port = -1;
    std::uint32_t ttl = 0;
  };
  enum class Outcome : std::uint8_t { NameError, NoData, Records };
  struct Request {
    std::string_view kind;  // "svc", "pod" or nothing
    std::string_view namespace_name, service, endpoint, port, protocol;
    bool is_invalid = false;
  };

  static Request parse(std::string_view name, std::string_view zone);
  bool has_namespace(const KubernetesConfig& config, std::string_view name) const;
  bool is_selected(const KubernetesConfig& config, const Service& service) const;
  Outcome records(const KubernetesConfig& config, std::string_view zone, std::string_view name,
                  std::vector<Found>& found) const;
  Outcome find_pods(const KubernetesConfig& config, const Request& request,
                    std::vector<Found>& found) const;
  Outcome find_services(const KubernetesConfig& config, std::string_view zone,
                        const Request& request, std::vector<Found>& found) const;
  void add_endpoints(const KubernetesConfig& config, const Service& service, const Request& request,
                     const std::string& full, std::vector<Found>& found) const;
  Outcome reverse(const KubernetesConfig& config, const DnsMessage& query, DnsMessage& reply) const;
  Outcome addresses(const KubernetesConfig& config, std::string_view zone, const DnsMessage& query,
                    Answer& answer) const;
  Outcome servers(const KubernetesConfig& config, std::string_view zone, const DnsMessage& query,
                  DnsMessage& reply) const;
  Outcome text(const KubernetesConfig& config, std::string_view zone, const DnsMessage& query,
               DnsMessage& reply) const;
  Outcome name_servers(const KubernetesConfig& config, std::string_view zone,
                       const std::vector<std::string>& self, DnsMessage& reply) const;
  std::string endpoint_name(const KubernetesConfig& config, const Endpoint& endpoint) const;

  std::vector<Service> services_;
  std::vector<std::string> namespaces_;
  std::vector<PodAddress> pods_;
  bool pads_ipv6_names_ = false;  // since 1.14.7
};

}  // namespace meshsim::dns
