// The Services of a cluster as a node sees them: cluster addresses, node ports, ready endpoints.
// A plain class inside the node. Left out: session affinity, externalTrafficPolicy Local.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "meshsim/base/decisions.hpp"
#include "meshsim/kernel/random.hpp"
#include "models/fabric/packet.hpp"
#include "models/k8s/messages.hpp"

namespace meshsim::fabric {

struct ServicePort {
  Protocol protocol = Protocol::Tcp;
  std::uint16_t port = 0;
  std::uint16_t target_port = 0;
  std::uint16_t node_port = 0;  // 0: none
};

struct Service {
  Ipv4 cluster_ip{};  // none if headless
  std::vector<ServicePort> ports{};
  bool exists = false;  // at the start of the run; later by ServiceChange
  DecisionId decided_by{};
};

// A Service's port that a packet is addressed to.
struct Frontend {
  k8s::ServiceIndex service;
  std::uint16_t target_port = 0;
};

class ServiceTable {
 public:
  // `services`: the cluster's list, in the order of its ServiceIndex.
  explicit ServiceTable(std::vector<Service> services);

  void apply(const k8s::ServiceChange& change);
  void apply(const k8s::EndpointChange& change);

  // Nothing if no existing Service has this address and port.
  std::optional<Frontend> at_cluster_ip(const Packet& packet) const;
  std::optional<Frontend> at_node_port(const Packet& packet) const;
  // A ready endpoint by chance, as kube-proxy and the eBPF data path choose; none if there is none.
  Ipv4 choose(k8s::ServiceIndex service, RandomStream& random) const;
  DecisionId decided_by(k8s::ServiceIndex service) const;

  void archive(Snapshot& snapshot) { snapshot.fixed(rows_); }

 private:
  struct Row {
    Service service;
    std::vector<Ipv4> ready{};  // sorted
    auto state() { return std::tie(service.exists, ready); }
  };
  std::vector<Row> rows_;
};

}  // namespace meshsim::fabric
