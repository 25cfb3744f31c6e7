// What the nodes of a planned cluster are made from.
#include <fmt/format.h>

#include <algorithm>

#include "sim/scenario/underlay_specs.hpp"
#include "sim/scenario/world_parts.hpp"

namespace meshsim {
namespace {

// Pod ranges of the other clusters, each with what would have to change to reach it.
std::vector<fabric::Unconnected> unconnected(Build& build, const PlannedCluster& cluster) {
  std::vector<fabric::Unconnected> list;
  if (has_native_pods(cluster)) return list;  // its pods reach what the VCN reaches
  const std::string& name = cluster.topology->name;
  for (const PlannedCluster& other : build.plan.clusters) {
    if (&other == &cluster || has_native_pods(other)) continue;
    const std::string& remote = other.topology->name;
    const auto entry =
        std::find_if(cluster.cilium.remotes.begin(), cluster.cilium.remotes.end(),
                     [&](const CiliumRemote& one) { return one.name.value == remote; });
    const DecisionId decided_by =
        entry == cluster.cilium.remotes.end()
            ? build.decide(cluster.cilium.remotes_pos,
                           fmt::format("Cilium of {} has no clustermesh.config.clusters entry "
                                       "for {}: its pods are not in the ipcache, so packets "
                                       "to them leave the node as world",
                                       name, remote))
            : build.decide(entry->pos,
                           fmt::format("Cilium of {} has an entry for {}, but is not connected "
                                       "to it: its pods are not in the ipcache (yet)",
                                       name, remote));
    list.push_back({other.topology->pods_cidr, decided_by});
  }
  return list;
}

// A named target port is a port of the container; the ones that matter here equal the port.
std::uint16_t target_port(const ServicePort& port) {
  const std::string& text = port.target_port;
  const bool is_number = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return static_cast<std::uint16_t>(is_number ? std::stoul(text) : port.port.value);
}

std::vector<fabric::Service> services(Build& build, const PlannedCluster& cluster) {
  std::vector<fabric::Service> list;
  for (const PlannedService& service : cluster.services) {
    fabric::Service made;
    made.cluster_ip = service.cluster_ip;
    made.exists = service.applied_at == Duration::zero();
    made.decided_by = build.decide(service.manifest.pos,
                                   fmt::format("Service {}/{} of {}", service.manifest.namespace_,
                                               service.manifest.name, cluster.topology->name));
    for (const ServicePort& port : service.manifest.ports) {
      made.ports.push_back({port.protocol == "UDP" ? Protocol::Udp : Protocol::Tcp,
                            static_cast<std::uint16_t>(port.port.value), target_port(port),
                            static_cast<std::uint16_t>(port.node_port.value)});
    }
    list.push_back(std::move(made));
  }
  return list;
}

std::vector<fabric::MeshRemote> remotes(Build& build, const PlannedCluster& cluster) {
  std::vector<fabric::MeshRemote> list;
  const CiliumValues& cilium = cluster.cilium;
  if (!cilium.config_enabled.value || cilium.id.value == 0) return list;
  for (const CiliumRemote& remote : cilium.remotes) {
    if (remote.ips.empty()) continue;  // warned about when the values were read
    list.push_back(
        {remote.name.value, remote.ips.front().value, static_cast<std::uint16_t>(remote.port.value),
         true,
         build.decide(remote.pos, fmt::format("Cilium of {}: entry for {}", cluster.topology->name,
                                              remote.name.value))});
  }
  return list;
}

}  // namespace

NodeParts node_parts(Build& build, const PlannedCluster& cluster) {
  return {services(build, cluster), unconnected(build, cluster), remotes(build, cluster)};
}

fabric::CiliumNodeSpec node_spec(Build& build, const PlannedCluster& cluster,
                                 const NodeParts& parts, std::size_t index) {
  const PlannedNode& node = cluster.nodes[index];
  fabric::CiliumNodeSpec spec;
  spec.address = node.address;
  spec.pod_cidr = node.pod_cidr;
  spec.router = has_native_pods(cluster) ? node.address : Ipv4{node.pod_cidr.base.value + 1};
  spec.services = parts.services;
  spec.unconnected = parts.unconnected;
  spec.masquerade = cluster.cilium.masquerade.value && !has_native_pods(cluster);
  if (cluster.cilium.native_routing_cidr) {
    spec.native_routing = cluster.cilium.native_routing_cidr.value;
  }
  spec.mtu = cluster.vcn->mtu;
  spec.to_vcn = build.parameters().network.node_to_vcn;
  spec.parameters = build.parameters().cilium;
  spec.decided_by = build.decide(cluster.topology->pools[node.pool].pos,
                                 fmt::format("node {} of {}", node.name, cluster.topology->name));
  return spec;
}

}  // namespace meshsim
