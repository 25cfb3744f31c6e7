// From planned clusters to nodes, control planes, CoreDNS, the cluster mesh and members.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <memory>

#include "models/coherence/member.hpp"
#include "models/dns/coredns.hpp"
#include "models/fabric/cilium_node.hpp"
#include "models/fabric/mesh_agent.hpp"
#include "models/fabric/mesh_exporter.hpp"
#include "models/k8s/control_plane.hpp"
#include "sim/scenario/world_parts.hpp"

namespace meshsim {
namespace {

// A process tells its kubelet, and the kubelet the API server; the delay of the report itself is
// the control plane's.
constexpr Duration kReadinessWire = 1ms;

std::vector<k8s::Label> k8s_labels(const Labels& labels) {
  std::vector<k8s::Label> made;
  for (const Label& label : labels) made.push_back({label.key, label.value});
  return made;
}

// The zone as OKE labels nodes; source: samples of oci-oke.md section 3.1.
std::string zone_of(const std::string& region, std::uint32_t availability_domain) {
  std::string zone = fmt::format("{}-ad-{}", region, availability_domain);
  std::transform(zone.begin(), zone.end(), zone.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
  return zone;
}

// Builds one cluster. Pods are built by kind; their process ends up in `processes_`.
class ClusterBuilder {
 public:
  ClusterBuilder(Build& build, const Underlay& underlay, const PlannedCluster& planned)
      : build_(build),
        vcn_(underlay.of(build.plan, planned)),
        planned_(planned),
        name_(planned.topology->name),
        parts_(node_parts(build, planned)),
        processes_(planned.pods.size()) {}

  void add() {
    for (std::size_t index = 0; index < planned_.nodes.size(); ++index) add_node(index);
    add_control_plane();
    for (std::size_t index = 0; index < planned_.pods.size(); ++index) {
      switch (planned_.pods[index].kind) {
        case PodKind::CoreDns: add_coredns(index); break;
        case PodKind::MeshApiserver: add_exporter(index); break;
        case PodKind::Member: add_member(index); break;
        case PodKind::Other: break;  // of a plan to look at, which is not built
      }
    }
  }

  // Asks that the simulation has been sealed.
  void wire() {
    wire_nodes();
    wire_control_plane();
    schedule();
  }

 private:
  // What the control plane and the node need of a pod's process.
  struct Process {
    Address<Packet> network;
    Address<k8s::StartProcess> start;
    Address<k8s::StopProcess> stop;
  };

  const Parameters& parameters() const { return build_.parameters(); }
  Simulation& simulation() { return build_.simulation(); }

  CellId node_cell(std::size_t node) {
    return build_.cell(name_ + "/node/" + planned_.nodes[node].name, planned_.topology->region);
  }
  k8s::PodIndex pod_index(std::size_t pod) const { return {static_cast<std::uint32_t>(pod)}; }

  template <class P>
  void note_process(std::size_t pod, P& process) {
    build_.wiring.push_back([this, pod, &process] {
      processes_[pod] = {process.template address<Packet>(),
                         process.template address<k8s::StartProcess>(),
                         process.template address<k8s::StopProcess>()};
    });
  }

  void add_node(std::size_t index) {
    const PlannedNode& node = planned_.nodes[index];
    const std::string path = name_ + "/node/" + node.name;
    nodes_.push_back(&simulation().add<fabric::CiliumNode>(
        path, node_cell(index), node_spec(build_, planned_, parts_, index),
        build_.stream(path, "node")));
    const std::string agent_path = path + "/cilium-agent";
    agents_.push_back(&simulation().add<fabric::MeshAgent>(
        agent_path, node_cell(index),
        fabric::MeshAgentSpec{node.address, parts_.remotes, parameters().cilium},
        build_.stream(agent_path, "agent")));
  }

  void add_control_plane() {
    k8s::ControlPlaneSpec spec;
    spec.parameters = parameters().kubernetes;
    for (const PlannedService& service : planned_.services) {
      spec.services.push_back(
          {service.manifest.namespace_, service.manifest.name,
           k8s_labels(service.manifest.selector), service.manifest.publish_not_ready.value,
           service.applied_at == Duration::zero(),
           build_.decide(service.manifest.pos, fmt::format("Service {}", service.manifest.name))});
    }
    for (const PlannedPod& pod : planned_.pods) {
      k8s::PodSpec made;
      made.namespace_ = pod.namespace_;
      made.name = pod.name;
      made.labels = k8s_labels(pod.labels);
      made.address = pod.address;
      made.identity = pod.identity;
      made.has_readiness_probe = pod.has_readiness_probe;
      made.runs_from_start = pod.kind != PodKind::Member;
      spec.pods.push_back(std::move(made));
    }
    const std::string path = name_ + "/control-plane";
    control_plane_ =
        &simulation().add<k8s::ControlPlane>(path, build_.cell(path, planned_.topology->region),
                                             std::move(spec), simulation().seed(), path);
  }

  void add_coredns(std::size_t index) {
    const PlannedPod& pod = planned_.pods[index];
    dns::CoreDnsSpec spec;
    spec.path = name_ + "/" + pod.name;
    spec.version = planned_.coredns_version;
    for (const PlannedCorefile& corefile : planned_.corefiles) {
      dns::Config config = corefile.config;
      dns::register_decisions(config, build_.world.decisions);
      spec.configs.emplace_back(std::move(config));
    }
    for (const PlannedService& service : planned_.services) {
      dns::ServiceSpec made;
      made.namespace_name = service.manifest.namespace_;
      made.name = service.manifest.name;
      made.headless = service.manifest.headless;
      made.cluster_ip = service.cluster_ip;
      made.exists = service.applied_at == Duration::zero();
      for (const ServicePort& port : service.manifest.ports) {
        made.ports.push_back(
            {port.name, port.protocol, static_cast<std::uint16_t>(port.port.value)});
      }
      spec.services.push_back(std::move(made));
    }
    spec.pod = pod_index(index);
    spec.uplink_delay = parameters().cilium.pod_to_node;
    spec.readiness_delay = kReadinessWire;
    spec.parameters = parameters().dns;
    auto& server = simulation().add<dns::CoreDns>(
        spec.path, node_cell(pod.node), spec, simulation().seed(), simulation().meter(spec.path));
    coredns_.push_back(&server);
    note_process(index, server);
    build_.wiring.push_back([this, &server, node = pod.node] {
      server.uplink = nodes_[node]->address<Outbound>();
      server.control_plane = control_plane_->address<k8s::ReadinessChange>();
    });
  }

  void add_exporter(std::size_t index) {
    const PlannedPod& pod = planned_.pods[index];
    const std::string path = name_ + "/" + pod.name;
    auto& exporter = simulation().add<fabric::MeshExporter>(
        path, node_cell(pod.node), fabric::MeshExporterSpec{pod_index(index), parameters().cilium},
        build_.stream(path, "exporter"));
    exporter_ = &exporter;
    note_process(index, exporter);
    build_.wiring.push_back([this, &exporter, node = pod.node] {
      exporter.uplink = nodes_[node]->address<Outbound>();
      exporter.control_plane = control_plane_->address<k8s::ReadinessChange>();
    });
  }

  coherence::MemberSpec member_spec(const PlannedPod& pod) {
    const CoherenceManifest& manifest = planned_.coherence[pod.coherence].manifest;
    const JvmSettings& jvm = manifest.jvm;
    const auto given_or = [](const Located<std::string>& value, std::string otherwise) {
      return value ? value.value : otherwise;
    };
    const PlannedNode& node = planned_.nodes[pod.node];
    coherence::MemberSpec spec;
    spec.cluster = given_or(jvm.cluster, given_or(manifest.cluster, manifest.name));
    spec.member = pod.name;
    spec.role = given_or(jvm.role, given_or(manifest.role, manifest.name));
    spec.site = given_or(jvm.site, zone_of(planned_.topology->region, node.availability_domain));
    spec.rack = given_or(jvm.rack, node.fault_domain);
    spec.machine = given_or(jvm.machine, node.name);
    spec.process = "1";
    for (const Located<std::string>& wka : jvm.wka) spec.wka.push_back(wka.value);
    spec.cluster_port = static_cast<std::uint16_t>(jvm.cluster_port.value);
    spec.local_port = static_cast<std::uint16_t>(jvm.local_port.value);
    const std::uint16_t overhead = has_native_pods(planned_) ? 0 : kVxlanOverhead;
    spec.mtu = static_cast<std::uint16_t>(planned_.vcn->mtu - overhead);
    if (parameters().coherence.concurrent_module) {
      spec.services = coherence::concurrent_services();
    }
    spec.resolver = resolver_spec(pod, jvm);
    return spec;
  }

  // The pod's resolv.conf (dnsPolicy ClusterFirst); source: dns.md section 4.1.
  dns::ResolverSpec resolver_spec(const PlannedPod& pod, const JvmSettings& jvm) {
    const dns::Parameters& dns = parameters().dns;
    dns::ResolverSpec spec;
    spec.nameservers = {planned_.dns_address};
    spec.search = {pod.namespace_ + ".svc.cluster.local", "svc.cluster.local", "cluster.local"};
    spec.timeout = dns.resolver_timeout;
    spec.attempts = dns.resolver_attempts;
    spec.libc = dns.libc;
    spec.ipv4_only = jvm.prefers_ipv4 ? jvm.prefers_ipv4.value : dns.ipv4_only;
    spec.positive_ttl =
        jvm.dns_ttl_s ? std::chrono::seconds{jvm.dns_ttl_s.value} : dns.jvm_positive_ttl;
    spec.negative_ttl = jvm.dns_negative_ttl_s ? std::chrono::seconds{jvm.dns_negative_ttl_s.value}
                                               : dns.jvm_negative_ttl;
    return spec;
  }

  void add_member(std::size_t index) {
    const PlannedPod& pod = planned_.pods[index];
    const std::string path = name_ + "/" + pod.name;
    const coherence::MemberSpec spec = member_spec(pod);
    auto& member = simulation().add<coherence::Member>(
        path, node_cell(pod.node), spec, parameters().coherence, simulation().seed(), path);
    note_process(index, member);
    build_.wiring.push_back([this, &member, index, site = spec.site] {
      const PlannedPod& planned = planned_.pods[index];
      member.uplink = nodes_[planned.node]->address<Outbound>();
      member.uplink_delay = parameters().cilium.pod_to_node;
      member.readiness = control_plane_->address<k8s::ReadinessChange>();
      member.readiness_wire = kReadinessWire;
      member.pod = pod_index(index);
      build_.world.members.push_back({member.id(), planned.name, name_, site, &member});
    });
  }

  void wire_nodes() {
    std::vector<Address<Outbound>>& uplinks = build_.world.uplinks.emplace_back();
    for (const fabric::CiliumNode* node : nodes_) uplinks.push_back(node->address<Outbound>());
    for (std::size_t index = 0; index < nodes_.size(); ++index) {
      fabric::CiliumNode& node = *nodes_[index];
      node.vcn = vcn_.address<Outbound>();
      node.host = agents_[index]->address<Packet>();
      vcn_.wire(planned_.nodes[index].address, node.address<Packet>());
      agents_[index]->uplink = node.address<Outbound>();
      agents_[index]->node = node.address<fabric::IpcacheChange>();
      if (has_native_pods(planned_)) {
        wire_native_pods(index);
        continue;  // no node has to know where a pod is
      }
      for (fabric::CiliumNode* other : nodes_) {
        if (other != &node) {
          node.endpoint_watchers.push_back(other->address<fabric::IpcacheChange>());
        }
      }
      if (exporter_ != nullptr) {
        node.endpoint_watchers.push_back(exporter_->address<fabric::IpcacheChange>());
      }
    }
  }

  // Their VNICs are the node's.
  void wire_native_pods(std::size_t node) {
    for (const PlannedPod& pod : planned_.pods) {
      if (pod.node == node) vcn_.wire(pod.address, nodes_[node]->address<Packet>());
    }
  }

  void wire_control_plane() {
    control_plane_->wires.resize(planned_.pods.size());
    for (std::size_t pod = 0; pod < planned_.pods.size(); ++pod) {
      fabric::CiliumNode& node = *nodes_[planned_.pods[pod].node];
      control_plane_->wires[pod] = {processes_[pod].network, node.address<k8s::PodAttached>(),
                                    node.address<k8s::PodDetached>(), processes_[pod].start,
                                    processes_[pod].stop};
    }
    const auto watch = [&](auto& watcher) {
      control_plane_->endpoint_watchers.push_back(watcher.template address<k8s::EndpointChange>());
      control_plane_->service_watchers.push_back(watcher.template address<k8s::ServiceChange>());
    };
    for (dns::CoreDns* server : coredns_) watch(*server);
    for (fabric::CiliumNode* node : nodes_) watch(*node);
  }

  // What happens when: the cluster runs from the start, manifests are applied at their times.
  void schedule() {
    // Node pod ranges are known before anything starts.
    for (const PlannedNode& planned : planned_.nodes) {
      if (has_native_pods(planned_)) break;
      const fabric::IpcacheChange range{planned.pod_cidr, planned.address, fabric::kIdentityWorld,
                                        false};
      for (fabric::CiliumNode* node : nodes_) {
        simulation().send(node->address<fabric::IpcacheChange>(), range, kStart);
      }
      if (exporter_ != nullptr) {
        simulation().send(exporter_->address<fabric::IpcacheChange>(), range, kStart);
      }
    }
    simulation().send(control_plane_->address<k8s::StartCluster>(), k8s::StartCluster{}, kStart);
    // Agents start when the nodes have heard of the Services and endpoints that are there.
    const Duration heard = parameters().kubernetes.watch_delay.max + 1ms;
    for (std::size_t index = 0; index < agents_.size(); ++index) {
      simulation().send(agents_[index]->address<k8s::StartProcess>(),
                        k8s::StartProcess{planned_.nodes[index].address}, at(heard));
    }
    for (std::size_t index = 0; index < planned_.services.size(); ++index) {
      const Duration applied_at = planned_.services[index].applied_at;
      if (applied_at == Duration::zero()) continue;
      simulation().send(control_plane_->address<k8s::ApplyService>(),
                        k8s::ApplyService{{static_cast<std::uint32_t>(index)}}, at(applied_at));
    }
    for (std::size_t version = 1; version < planned_.corefiles.size(); ++version) {
      for (dns::CoreDns* server : coredns_) {
        simulation().send(server->address<dns::ApplyConfig>(),
                          dns::ApplyConfig{static_cast<std::uint32_t>(version)},
                          at(planned_.corefiles[version].applied_at));
      }
    }
    for (const PlannedCoherence& coherence : planned_.coherence) {
      simulation().send(control_plane_->address<k8s::ApplyWorkload>(),
                        k8s::ApplyWorkload{pod_index(coherence.first_pod),
                                           static_cast<std::uint32_t>(coherence.pods)},
                        at(coherence.applied_at));
    }
  }

  Build& build_;
  infra::Vcn& vcn_;
  const PlannedCluster& planned_;
  std::string name_;
  NodeParts parts_;
  std::vector<Process> processes_;
  std::vector<fabric::CiliumNode*> nodes_;
  std::vector<fabric::MeshAgent*> agents_;
  k8s::ControlPlane* control_plane_ = nullptr;
  std::vector<dns::CoreDns*> coredns_;
  fabric::MeshExporter* exporter_ = nullptr;
};

}  // namespace

void build_clusters(Build& build, const Underlay& underlay) {
  for (const PlannedCluster& planned : build.plan.clusters) {
    // Shared with the wiring step, which runs after the simulation is sealed.
    const auto builder = std::make_shared<ClusterBuilder>(build, underlay, planned);
    builder->add();
    build.wiring.push_back([builder] { builder->wire(); });
  }
}

}  // namespace meshsim
