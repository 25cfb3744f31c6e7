// Look-ups by cluster address and by node port; a cluster has few Services, so lists will do.
#include "models/fabric/service_table.hpp"

#include <algorithm>

#include "meshsim/base/check.hpp"

namespace meshsim::fabric {

ServiceTable::ServiceTable(std::vector<Service> services) {
  for (Service& service : services) rows_.push_back({std::move(service), {}});
}

void ServiceTable::apply(const k8s::ServiceChange& change) {
  check(change.service.value < rows_.size(), "a change names a Service of the cluster");
  rows_[change.service.value].service.exists = change.exists;
}

void ServiceTable::apply(const k8s::EndpointChange& change) {
  check(change.service.value < rows_.size(), "a change names a Service of the cluster");
  std::vector<Ipv4>& ready = rows_[change.service.value].ready;
  const auto found = std::lower_bound(ready.begin(), ready.end(), change.address);
  const bool listed = found != ready.end() && *found == change.address;
  const bool wanted = change.ready && !change.removed;
  if (wanted && !listed) ready.insert(found, change.address);
  if (!wanted && listed) ready.erase(found);
}

std::optional<Frontend> ServiceTable::at_cluster_ip(const Packet& packet) const {
  for (std::uint32_t index = 0; index < rows_.size(); ++index) {
    const Service& service = rows_[index].service;
    if (!service.exists || !service.cluster_ip || service.cluster_ip != packet.target) continue;
    for (const ServicePort& port : service.ports) {
      if (port.protocol == packet.protocol && port.port == packet.target_port) {
        return Frontend{{index}, port.target_port};
      }
    }
  }
  return std::nullopt;
}

std::optional<Frontend> ServiceTable::at_node_port(const Packet& packet) const {
  for (std::uint32_t index = 0; index < rows_.size(); ++index) {
    const Service& service = rows_[index].service;
    if (!service.exists) continue;
    for (const ServicePort& port : service.ports) {
      if (port.node_port != 0 && port.protocol == packet.protocol &&
          port.node_port == packet.target_port) {
        return Frontend{{index}, port.target_port};
      }
    }
  }
  return std::nullopt;
}

Ipv4 ServiceTable::choose(k8s::ServiceIndex service, RandomStream& random) const {
  const std::vector<Ipv4>& ready = rows_[service.value].ready;
  return ready.empty() ? Ipv4{} : ready[random.below(ready.size())];
}

DecisionId ServiceTable::decided_by(k8s::ServiceIndex service) const {
  return rows_[service.value].service.decided_by;
}

}  // namespace meshsim::fabric
