// Builds the world and plays its control planes.
#include "sim/path/converged_world.hpp"

#include <algorithm>
#include <set>

#include "models/fabric/mesh_messages.hpp"
#include "sim/scenario/underlay_specs.hpp"

namespace meshsim {
namespace {

// As in a run; see build.cpp.
constexpr Duration kWindow = 10us;
// Longer than any packet can be under way: 64 hops, each through the slowest peering.
constexpr Duration kUnderWay = 30s;
constexpr std::uint16_t kFirstPort = 33'000;
constexpr std::uint16_t kLastPort = 60'000;
// An agent tries again and again, each time from another port, so a load balancer that has one way
// that works will be passed. Most need one attempt; who fails is given more.
constexpr std::size_t kAttempts[] = {1, 8, 64};
// Connected is who gets the lists too, so the probes are as large as the segments of those.
constexpr std::uint16_t kStoreSegment =
    kIpTcpHeader + fabric::kMeshAnswerBytes + fabric::kMeshKeysPerSegment * fabric::kMeshKeyBytes;
// An unknown range: no packet goes to it.
constexpr Prefix kNoRange{Ipv4{}, 32};

// Ports from here on are those of a load balancer's own flows, in the model.
constexpr std::uint32_t kFirstFlowPort = 10'000;

// The model has no load balancers with such ports, and none of the same name in two namespaces.
void leave_out_odd_balancers(PlannedCluster& cluster, std::vector<Unknown>& unknowns) {
  std::set<std::string> names;
  std::erase_if(cluster.load_balancers, [&](const PlannedLoadBalancer& balancer) {
    const ServiceManifest& service = cluster.services[balancer.service].manifest;
    const bool has_odd_port =
        std::any_of(service.ports.begin(), service.ports.end(),
                    [](const ServicePort& port) { return port.port.value >= kFirstFlowPort; });
    if (names.insert(service.name).second && !has_odd_port) return false;
    unknowns.push_back(
        {Unknown::Of::Cluster, cluster.topology->name,
         "what the load balancer of Service " + service.namespace_ + "/" + service.name + " does",
         service.pos,
         has_odd_port ? "ports from 10000 on are not modelled" : "another one has the same name"});
    return true;
  });
}

// The plan with links that neither lose nor jitter, and with pointers to its own topology.
Plan calm(const Plan& plan) {
  Plan copy = plan;
  Topology& topology = copy.scenario.topology;
  const Topology& original = plan.scenario.topology;
  for (Rpc& rpc : topology.rpcs) {
    rpc.jitter = {};
    rpc.loss = {0, 1};
  }
  for (PlannedCluster& cluster : copy.clusters) {
    leave_out_odd_balancers(cluster, copy.unknowns);
    cluster.topology =
        &topology.clusters[static_cast<std::size_t>(cluster.topology - original.clusters.data())];
    cluster.vcn = &topology.vcns[static_cast<std::size_t>(cluster.vcn - original.vcns.data())];
    for (PlannedNode& node : cluster.nodes) {
      if (node.pod_cidr.length == 0) node.pod_cidr = kNoRange;
    }
  }
  for (PlannedHost& host : copy.hosts) {
    host.host = &topology.hosts[static_cast<std::size_t>(host.host - original.hosts.data())];
    host.vcn = &topology.vcns[static_cast<std::size_t>(host.vcn - original.vcns.data())];
  }
  return copy;
}

bool selects(const ServiceManifest& service, const PlannedPod& pod) {
  if (service.selector.empty() || service.namespace_ != pod.namespace_) return false;
  return std::all_of(service.selector.begin(), service.selector.end(), [&](const Label& wanted) {
    return std::any_of(pod.labels.begin(), pod.labels.end(), [&](const Label& label) {
      return label.key == wanted.key && label.value == wanted.value;
    });
  });
}

}  // namespace

void NodeProcesses::on(Context& ctx, const Packet& packet) {
  if (!packet.watched()) return ctx.payloads().release(packet.payload);
  if (keeps) taken.push_back({mark_of(ctx, packet), packet});
  if (const auto answer = take_probe(ctx, packet, true)) ctx.send(uplink, Outbound{*answer}, 1us);
}

ConvergedWorld::ConvergedWorld(const Plan& plan) : plan_(calm(plan)), port_(kFirstPort) {
  world_.simulation = std::make_unique<Simulation>(1, kWindow);
  Build build{plan_, world_, {}};
  const Underlay underlay = build_underlay(build);
  clusters_.resize(plan_.clusters.size());
  for (std::size_t cluster = 0; cluster < clusters_.size(); ++cluster) {
    add_nodes(build, underlay, cluster);
  }
  world_.simulation->seal();
  for (const auto& wire : build.wiring) wire();
  world_.simulation->add_sink(relay_);
}

void ConvergedWorld::add_nodes(Build& build, const Underlay& underlay, std::size_t at) {
  const PlannedCluster& cluster = plan_.clusters[at];
  const std::string& name = cluster.topology->name;
  ClusterParts& made = clusters_[at];
  made.parts = node_parts(build, cluster);
  for (std::size_t index = 0; index < cluster.nodes.size(); ++index) {
    const std::string path = name + "/node/" + cluster.nodes[index].name;
    const CellId cell = build.cell(path, cluster.topology->region);
    Node& node = made.nodes.emplace_back();
    node.data_path = &build.simulation().add<fabric::CiliumNode>(
        path, cell, node_spec(build, cluster, made.parts, index), build.stream(path, "node"));
    node.processes = &build.simulation().add<NodeProcesses>(path + "/processes", cell);
  }
  build.wiring.push_back([this, at, &vcn = underlay.of(plan_, cluster)] {
    std::vector<Address<Outbound>>& uplinks = world_.uplinks.emplace_back();
    for (std::size_t index = 0; index < clusters_[at].nodes.size(); ++index) {
      const Node& node = clusters_[at].nodes[index];
      node.data_path->vcn = vcn.address<Outbound>();
      node.data_path->host = node.processes->address<Packet>();
      node.processes->uplink = node.data_path->address<Outbound>();
      vcn.wire(plan_.clusters[at].nodes[index].address, node.data_path->address<Packet>());
      uplinks.push_back(node.data_path->address<Outbound>());
    }
    if (!has_native_pods(plan_.clusters[at])) return;
    for (const PlannedPod& pod : plan_.clusters[at].pods) {
      vcn.wire(pod.address, clusters_[at].nodes[pod.node].data_path->address<Packet>());
    }
  });
}

// Where the pods of the cluster are, unless the VCN knows it.
void ConvergedWorld::tell_of(const Node& node, const PlannedCluster& cluster) {
  if (has_native_pods(cluster)) return;
  for (const PlannedNode& far : cluster.nodes) {
    tell(*node.data_path,
         fabric::IpcacheChange{far.pod_cidr, far.address, fabric::kIdentityWorld, false});
  }
  for (const PlannedPod& pod : cluster.pods) {
    tell(*node.data_path,
         fabric::IpcacheChange{
             {pod.address, 32}, cluster.nodes[pod.node].address, pod.identity, false});
  }
}

void ConvergedWorld::learn(std::size_t at) {
  ClusterParts& parts = clusters_[at];
  if (parts.has_learned) return;
  parts.has_learned = true;
  now_ += kWindow;
  const PlannedCluster& cluster = plan_.clusters[at];
  for (const Node& node : parts.nodes) {
    tell_of(node, cluster);
    for (std::uint32_t service = 0; service < cluster.services.size(); ++service) {
      tell(*node.data_path, k8s::ServiceChange{{service}, true});
      for (const PlannedPod& pod : cluster.pods) {
        if (!selects(cluster.services[service].manifest, pod)) continue;
        tell(*node.data_path, k8s::EndpointChange{{service}, pod.address, true, false});
      }
    }
  }
  for (const PlannedPod& pod : cluster.pods) {
    const Node& node = parts.nodes[pod.node];
    tell(*node.data_path,
         k8s::PodAttached{pod.address, node.processes->address<Packet>(), pod.identity});
  }
  world_.simulation->run_until(now_);
}

void ConvergedWorld::connect(std::size_t at, std::size_t index) {
  if (clusters_[at].nodes[index].has_tried) return;
  clusters_[at].nodes[index].has_tried = true;
  for (std::size_t other = 0; other < clusters_.size(); ++other) learn(other);
  const std::vector<fabric::MeshRemote>& remotes = clusters_[at].parts.remotes;
  std::vector<bool> is_done(remotes.size(), false);
  for (const std::size_t attempts : kAttempts) {
    std::vector<std::size_t> remote_of;
    std::vector<Probe> probes;
    for (std::size_t remote = 0; remote < remotes.size(); ++remote) {
      for (std::size_t attempt = 0; attempt < attempts && !is_done[remote]; ++attempt) {
        probes.push_back(connection(at, index, remotes[remote]));
        remote_of.push_back(remote);
      }
    }
    if (probes.empty()) break;
    keep_taken(true);
    ProbeLog log{ProbeLog::Keep::Ends};
    send(probes, log);
    now_ += kWindow;
    for (std::size_t other = 0; other < clusters_.size(); ++other) {
      const std::vector<std::uint32_t> handshakes = handshakes_at(other);
      for (const std::uint32_t number : handshakes) is_done[remote_of[number - 1]] = true;
      if (!handshakes.empty()) tell_of(clusters_[at].nodes[index], plan_.clusters[other]);
    }
    keep_taken(false);
  }
  clusters_[at].nodes[index].is_connected = is_done;
  world_.simulation->run_until(now_);
}

std::optional<PathQuery> ConvergedWorld::failed_connection(std::size_t at, std::size_t node,
                                                           std::size_t other) const {
  const std::vector<fabric::MeshRemote>& remotes = clusters_[at].parts.remotes;
  const std::vector<bool>& is_connected = clusters_[at].nodes[node].is_connected;
  for (std::size_t remote = 0; remote < is_connected.size(); ++remote) {
    if (is_connected[remote]) continue;
    if (remotes[remote].cluster != plan_.clusters[other].topology->name) continue;
    PathQuery query;
    query.from = node_end(plan_, at, node);
    query.to = end_at(plan_, remotes[remote].address);
    query.port = remotes[remote].port;
    query.size = kStoreSegment;
    query.wants_answer = true;
    return query;
  }
  return std::nullopt;
}

Probe ConvergedWorld::connection(std::size_t at, std::size_t node,
                                 const fabric::MeshRemote& remote) {
  Probe probe;
  probe.from = node_end(plan_, at, node);
  probe.target = remote.address;
  probe.port = remote.port;
  probe.source_port = next_port();
  probe.size = kStoreSegment;
  probe.wants_answer = true;
  return probe;
}

// Numbers of the probes whose handshake was completed at the cluster's store.
std::vector<std::uint32_t> ConvergedWorld::handshakes_at(std::size_t at) const {
  std::vector<std::uint32_t> numbers;
  for (const PlannedPod& pod : plan_.clusters[at].pods) {
    if (pod.kind != PodKind::MeshApiserver) continue;
    for (const TakenProbe& one : clusters_[at].nodes[pod.node].processes->taken) {
      const bool is_ack = one.mark.leg == 2 && one.packet.target == pod.address &&
                          one.packet.target_port == fabric::kMeshPort;
      if (is_ack) numbers.push_back(one.mark.number);
    }
  }
  return numbers;
}

void ConvergedWorld::keep_taken(bool keeps) {
  for (ClusterParts& parts : clusters_) {
    for (const Node& node : parts.nodes) {
      node.processes->keeps = keeps;
      node.processes->taken.clear();
    }
  }
}

void ConvergedWorld::send(std::vector<Probe>& probes, ProbeLog& log, Duration gap) {
  relay_.log = &log;
  Time at = now_ + 1us;
  for (std::uint32_t index = 0; index < probes.size(); ++index, at += gap) {
    probes[index].at = at;
    send_probe(world_, probes[index], index + 1);
  }
  now_ = at + kUnderWay;
  world_.simulation->run_until(now_);
  relay_.log = nullptr;
}

std::uint16_t ConvergedWorld::next_port() {
  port_ = port_ == kLastPort ? kFirstPort : static_cast<std::uint16_t>(port_ + 1);
  return port_;
}

}  // namespace meshsim
