// Reads the manifests of each cluster and places what they ask for. Addresses are given out in a
// fixed order, so the same files always give the same plan.
#include "sim/scenario/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "models/fabric/well_known.hpp"
#include "sim/import/corefile.hpp"

namespace meshsim {
namespace {

constexpr std::uint32_t kFirstNodeHost = 10;        // nodes stand from .10 of the workers' subnet
constexpr std::uint32_t kFirstPodHost = 10;         // pods from .10 of the node's range
constexpr std::uint32_t kFirstLbHost = 11;          // load balancers without a stated address
constexpr std::uint32_t kFirstLocalIdentity = 256;  // source: cilium-clustermesh.md section 2.8
constexpr std::uint32_t kDnsServiceOffset = 5 * 256 + 5;  // source: oci-oke.md section 5
constexpr std::uint32_t kFirstServiceOffset = 10 * 256;
constexpr const char* kApiserver = "clustermesh-apiserver";

Ipv4 offset(Ipv4 base, std::uint32_t by) { return {base.value + by}; }

// Plans one cluster; the steps follow the order of its public functions.
class ClusterPlanner {
 public:
  ClusterPlanner(const Scenario& scenario, const Cluster& cluster, PlanFor use, Sources& sources,
                 Diagnostics& diagnostics, std::vector<Unknown>& unknowns)
      : scenario_(scenario),
        use_(use),
        sources_(sources),
        diagnostics_(diagnostics),
        unknowns_(unknowns) {
    planned_.topology = &cluster;
    planned_.vcn = find_named(scenario.topology.vcns, cluster.vcn);
  }

  PlannedCluster plan() {
    planned_.dns_address = offset(cluster().services_cidr.base, kDnsServiceOffset);
    place_nodes();
    add_coredns();
    for (const ApplyStep& step : scenario_.steps) {
      if (step.cluster == cluster().name) apply(step);
    }
    finish_cilium();
    add_corefiles();
    for (PlannedCoherence& coherence : planned_.coherence) place_members(coherence);
    assign_identities();
    return std::move(planned_);
  }

 private:
  const Cluster& cluster() const { return *planned_.topology; }

  void error(Pos pos, std::string message) {
    diagnostics_.error(pos, "cluster " + cluster().name, std::move(message));
  }

  void place_nodes() {
    std::uint32_t number = 0;
    for (std::size_t pool_index = 0; pool_index < cluster().pools.size(); ++pool_index) {
      const NodePool& pool = cluster().pools[pool_index];
      const Subnet* subnet = find_named(planned_.vcn->subnets, pool.subnet);
      if (subnet == nullptr) continue;  // reported when the topology was read
      for (std::uint32_t index = 0; index < pool.nodes; ++index, ++number) {
        PlannedNode node;
        const bool exists = index < pool.instances.size();
        node.address = exists ? pool.instances[index].address
                              : free_node_address(*subnet, kFirstNodeHost + number);
        node.name = to_string(node.address);
        const std::uint32_t block = 1U << (32 - cluster().node_pod_bits);
        node.pod_cidr = {offset(cluster().pods_cidr.base, number * block), cluster().node_pod_bits};
        node.fault_domain = exists ? pool.instances[index].fault_domain
                                   : fmt::format("FAULT-DOMAIN-{}", number % 3 + 1);
        node.pool = pool_index;
        if (!cluster().pods_cidr.contains(node.pod_cidr.base)) {
          return error(pool.pos, fmt::format("pods_cidr {} has no range left for node {}",
                                             to_string(cluster().pods_cidr), number + 1));
        }
        if (!subnet->cidr.contains(node.address)) {
          return error(pool.pos, fmt::format("subnet '{}' has no address left for node {}",
                                             subnet->name, number + 1));
        }
        planned_.nodes.push_back(std::move(node));
      }
    }
    if (planned_.nodes.empty()) error(cluster().pos, "has no nodes");
  }

  // The address at `host` of the subnet, or the first one behind it that no instance has.
  Ipv4 free_node_address(const Subnet& subnet, std::uint32_t host) const {
    Ipv4 address = offset(subnet.cidr.base, host);
    const auto is_taken = [&](Ipv4 wanted) {
      for (const NodePool& pool : cluster().pools) {
        for (const NodeInstance& instance : pool.instances) {
          if (instance.address == wanted) return true;
        }
      }
      return false;
    };
    while (is_taken(address)) address = offset(address, 1);
    return address;
  }

  // Every OKE cluster has these before anything is applied.
  void add_coredns() {
    ServiceManifest service;
    service.name = "kube-dns";
    service.namespace_ = "kube-system";
    service.selector = {{"k8s-app", "kube-dns", {}}};
    service.cluster_ip.value = planned_.dns_address;
    for (const char* protocol : {"UDP", "TCP"}) {
      ServicePort port;
      port.port.value = 53;
      port.protocol = protocol;
      service.ports.push_back(std::move(port));
    }
    planned_.services.push_back({std::move(service), planned_.dns_address, {}});
    for (std::uint32_t index = 0; index < cluster().coredns_replicas; ++index) {
      add_pod({fmt::format("coredns-{}", index),
               "kube-system",
               {{"k8s-app", "kube-dns", {}}},
               PodKind::CoreDns,
               0,
               {},
               0,
               0,
               false});
    }
  }

  void apply(const ApplyStep& step) {
    for (const ManifestFile& file : step.files) {
      KubernetesManifests manifests = read_manifests(file.path, sources_, diagnostics_, file.pos);
      for (CiliumValues& values : manifests.cilium) apply_cilium(step, file, std::move(values));
      for (ServiceManifest& service : manifests.services) {
        apply_service(step, std::move(service));
      }
      for (ConfigMapManifest& map : manifests.config_maps) apply_config(step, std::move(map));
      for (CoherenceManifest& coherence : manifests.coherence) {
        apply_coherence(step, std::move(coherence));
      }
      for (const WorkloadManifest& workload : manifests.workloads) {
        diagnostics_.warning(
            workload.pos, "cluster " + cluster().name,
            fmt::format("{} {}: its pods are not simulated yet", workload.kind, workload.name));
      }
    }
  }

  void apply_cilium(const ApplyStep& step, const ManifestFile& file, CiliumValues values) {
    if (planned_.has_cilium) {
      return error(file.pos,
                   "Cilium's Helm values are given a second time; changing them in a "
                   "run is not modelled yet");
    }
    planned_.has_cilium = true;
    planned_.knows_remotes = true;
    if (step.at != Duration::zero()) {
      error(file.pos, "Cilium's Helm values must be applied at 0s: pods need the CNI");
    }
    if (values.name.value != cluster().name) {
      error(values.name.pos ? values.name.pos : values.pos,
            fmt::format("these Helm values are of cluster '{}'", values.name.value));
    }
    planned_.cilium = std::move(values);
  }

  void apply_service(const ApplyStep& step, ServiceManifest service) {
    for (const PlannedService& known : planned_.services) {
      if (known.manifest.name == service.name && known.manifest.namespace_ == service.namespace_) {
        diagnostics_.warning(service.pos, "cluster " + cluster().name,
                             fmt::format("Service {}/{} is applied again; the first one stays",
                                         service.namespace_, service.name));
        return;
      }
    }
    if (service.local_traffic_only.value) {
      diagnostics_.warning(service.local_traffic_only.pos, "cluster " + cluster().name,
                           "externalTrafficPolicy: Local is treated as Cluster");
    }
    Ipv4 cluster_ip;
    if (!service.headless) {
      cluster_ip =
          service.cluster_ip
              ? service.cluster_ip.value
              : offset(cluster().services_cidr.base,
                       kFirstServiceOffset + static_cast<std::uint32_t>(planned_.services.size()));
    }
    planned_.services.push_back({std::move(service), cluster_ip, step.at});
  }

  void apply_config(const ApplyStep& step, ConfigMapManifest map) {
    if (map.namespace_ != "kube-system" ||
        (map.name != "coredns-custom" && map.name != "coredns")) {
      diagnostics_.warning(
          map.pos, "cluster " + cluster().name,
          fmt::format("ConfigMap {}/{} has no effect on the simulation", map.namespace_, map.name));
      return;
    }
    config_maps_.push_back({step.at, std::move(map)});
  }

  void apply_coherence(const ApplyStep& step, CoherenceManifest coherence) {
    for (ServiceManifest& service : operator_services(coherence)) {
      apply_service(step, std::move(service));
    }
    planned_.coherence.push_back({std::move(coherence), step.at, 0, 0});
  }

  void finish_cilium() {
    if (!planned_.has_cilium) return no_cilium();
    const CiliumValues& cilium = planned_.cilium;
    if (cilium.routing_mode.value != "tunnel") {
      error(cilium.routing_mode.pos, fmt::format("routingMode '{}' is not modelled yet; use tunnel",
                                                 cilium.routing_mode.value));
    }
    if (!cilium.use_apiserver.value) return;
    ServiceManifest service;
    service.name = kApiserver;
    service.namespace_ = "kube-system";
    service.selector = {{"k8s-app", kApiserver, {}}};
    service.type = {cilium.apiserver.service_type.value == "LoadBalancer"
                        ? ServiceType::LoadBalancer
                        : ServiceType::NodePort,
                    cilium.apiserver.pos};
    ServicePort port;
    port.port.value = 2379;
    port.node_port.value = cilium.apiserver.node_port.value;
    service.ports.push_back(std::move(port));
    service.load_balancer = cilium.apiserver.load_balancer;
    service.pos = cilium.apiserver.pos;
    apply_service({{}, cluster().name, {}, {}}, std::move(service));
    if (cilium.apiserver.replicas.value > 1) {
      diagnostics_.warning(cilium.apiserver.replicas.pos, "cluster " + cluster().name,
                           "one replica of clustermesh-apiserver is simulated");
    }
    add_pod({"clustermesh-apiserver",
             "kube-system",
             {{"k8s-app", kApiserver, {}}},
             PodKind::MeshApiserver,
             0,
             {},
             0,
             0,
             false});
  }

  void no_cilium() {
    if (use_ == PlanFor::Look) {
      unknowns_.push_back({Unknown::Of::Cluster, cluster().name, "which CNI connects the pods",
                           cluster().pos, "no Helm values of the Cilium chart are given"});
      return;
    }
    error(cluster().pos, "has no CNI: give the Helm values of the Cilium chart under manifests");
  }

  // One version of the configuration per time at which a ConfigMap was applied.
  void add_corefiles() {
    std::optional<CorefileText> base;
    std::map<std::string, CorefileText> custom;
    std::size_t next = 0;
    Duration at{};
    do {
      for (; next < config_maps_.size() && config_maps_[next].first <= at; ++next) {
        const ConfigMapManifest& map = config_maps_[next].second;
        if (map.name == "coredns-custom") custom.clear();
        for (const ConfigText& text : map.texts) {
          if (map.name == "coredns-custom") {
            custom[text.key] = corefile_text(text);
          } else if (text.key == "Corefile") {
            base = corefile_text(text);
          }
        }
      }
      auto config = parse_corefile(
          oke_corefile_input(base, custom, cluster().coredns_version, {kVcnResolver}),
          diagnostics_);
      if (config) planned_.corefiles.push_back({at, std::move(*config)});
      if (next < config_maps_.size()) at = config_maps_[next].first;
    } while (next < config_maps_.size() && diagnostics_.ok());
  }

  static CorefileText corefile_text(const ConfigText& text) {
    const Pos start = text_pos(text.text, 1, 1);
    // In a JSON dump the whole Corefile is one quoted line of the file.
    return {text.text.scalar, start.file, start.line, start.column - 1, text.text.quoted};
  }

  void place_members(PlannedCoherence& coherence) {
    coherence.first_pod = planned_.pods.size();
    coherence.pods = coherence.manifest.replicas.value;
    const auto index = static_cast<std::size_t>(&coherence - planned_.coherence.data());
    for (std::size_t ordinal = 0; ordinal < coherence.pods; ++ordinal) {
      add_pod({fmt::format("{}-{}", coherence.manifest.name, ordinal),
               coherence.manifest.namespace_,
               coherence.manifest.pod_labels,
               PodKind::Member,
               0,
               {},
               0,
               index,
               coherence.manifest.has_readiness_probe});
    }
  }

  // Pods go to the nodes in turn, members and the rest alike.
  void add_pod(PlannedPod pod) {
    if (planned_.nodes.empty()) return;
    pod.node = planned_.pods.size() % planned_.nodes.size();
    const PlannedNode& node = planned_.nodes[pod.node];
    const auto before = static_cast<std::uint32_t>(planned_.pods.size() / planned_.nodes.size());
    if (kFirstPodHost + before + 1 >= node.pod_cidr.size()) {
      return error(cluster().pos, fmt::format("node {} has no pod address left", node.name));
    }
    pod.address = offset(node.pod_cidr.base, kFirstPodHost + before);
    planned_.pods.push_back(std::move(pod));
  }

  // One identity per namespace and set of labels, numbered within the cluster's range.
  void assign_identities() {
    std::map<std::string, std::uint32_t> numbers;
    for (PlannedPod& pod : planned_.pods) {
      std::string labels = pod.namespace_;
      for (const Label& label : pod.labels) labels += "," + label.key + "=" + label.value;
      const auto next = kFirstLocalIdentity + static_cast<std::uint32_t>(numbers.size());
      const std::uint32_t local = numbers.emplace(labels, next).first->second;
      pod.identity = (planned_.cilium.id.value << 16) | local;
    }
  }

  const Scenario& scenario_;
  PlanFor use_;
  Sources& sources_;
  Diagnostics& diagnostics_;
  std::vector<Unknown>& unknowns_;
  PlannedCluster planned_;
  std::vector<std::pair<Duration, ConfigMapManifest>> config_maps_;
};

// The address under which the other clusters' Helm values list this cluster's apiserver. OCI gives
// it out, and nothing among this cluster's own files states it; whoever wrote the others has seen
// it.
Located<Ipv4> listed_address(const Plan& plan, const PlannedCluster& cluster,
                             const Subnet& subnet) {
  for (const PlannedCluster& other : plan.clusters) {
    for (const CiliumRemote& remote : other.cilium.remotes) {
      if (remote.name.value != cluster.topology->name) continue;
      for (const Located<Ipv4>& address : remote.ips) {
        if (subnet.cidr.contains(address.value)) return address;
      }
    }
  }
  return {};
}

// One load balancer per Service of that type, at the address it asks for, or is known by, or else
// the first free one of the subnet.
class LoadBalancerPlacer {
 public:
  LoadBalancerPlacer(const Plan& plan, PlannedCluster& cluster, Diagnostics& diagnostics)
      : plan_(plan),
        cluster_(cluster),
        subnet_(find_named(cluster.vcn->subnets, cluster.topology->lb_subnet)),
        diagnostics_(diagnostics) {}

  void place() {
    if (subnet_ == nullptr) return;  // reported when the topology was read
    std::vector<std::size_t> anywhere;
    for (std::size_t index = 0; index < cluster_.services.size(); ++index) {
      const ServiceManifest& service = cluster_.services[index].manifest;
      if (service.type.value != ServiceType::LoadBalancer) continue;
      Located<Ipv4> address = service.load_balancer.address;
      if (!address && service.name == kApiserver) {
        address = listed_address(plan_, cluster_, *subnet_);
      }
      if (address) {
        add(index, address);
      } else {
        anywhere.push_back(index);
      }
    }
    for (const std::size_t index : anywhere) {
      add(index, {first_free(), cluster_.services[index].manifest.pos});
    }
  }

 private:
  const PlannedLoadBalancer* at(Ipv4 address) const {
    for (const PlannedLoadBalancer& balancer : cluster_.load_balancers) {
      if (balancer.address == address) return &balancer;
    }
    return nullptr;
  }

  Ipv4 first_free() const {
    Ipv4 address = offset(subnet_->cidr.base, kFirstLbHost);
    while (at(address) != nullptr) address = offset(address, 1);
    return address;
  }

  void add(std::size_t service, const Located<Ipv4>& address) {
    const std::string name = "cluster " + cluster_.topology->name;
    const std::string text = to_string(address.value);
    if (!subnet_->cidr.contains(address.value)) {
      diagnostics_.error(address.pos, name,
                         fmt::format("load balancer address {} lies outside subnet '{}' {}", text,
                                     subnet_->name, to_string(subnet_->cidr)));
    }
    if (const PlannedLoadBalancer* other = at(address.value)) {
      diagnostics_.error(address.pos, name,
                         fmt::format("load balancer address {} is taken by Service {}", text,
                                     cluster_.services[other->service].manifest.name));
    }
    cluster_.load_balancers.push_back(
        {service, address.value, subnet_->name, cluster_.topology->lb_nsgs});
  }

  const Plan& plan_;
  PlannedCluster& cluster_;
  const Subnet* subnet_;
  Diagnostics& diagnostics_;
};

// What needs every cluster to see.
void check_mesh(const Plan& plan, Diagnostics& diagnostics) {
  std::map<std::uint32_t, const PlannedCluster*> by_id;
  for (const PlannedCluster& cluster : plan.clusters) {
    const CiliumValues& cilium = cluster.cilium;
    if (cilium.id.value != 0 && !by_id.emplace(cilium.id.value, &cluster).second) {
      diagnostics.error(cilium.id.pos, "cluster.id",
                        fmt::format("{} is taken by cluster {}", cilium.id.value,
                                    by_id[cilium.id.value]->topology->name));
    }
    for (const CiliumRemote& remote : cilium.remotes) {
      const bool known =
          std::any_of(plan.clusters.begin(), plan.clusters.end(),
                      [&](const auto& other) { return other.topology->name == remote.name.value; });
      if (!known) {
        diagnostics.warning(remote.name.pos, "clustermesh.config.clusters",
                            fmt::format("cluster '{}' is not in the topology", remote.name.value));
      }
    }
  }
}

}  // namespace

std::optional<Plan> make_plan(Scenario scenario, Sources& sources, Diagnostics& diagnostics,
                              PlanFor use) {
  Plan plan;
  plan.scenario = std::move(scenario);
  plan.unknowns = plan.scenario.unknowns;
  for (const Cluster& cluster : plan.scenario.topology.clusters) {
    plan.clusters.push_back(
        ClusterPlanner{plan.scenario, cluster, use, sources, diagnostics, plan.unknowns}.plan());
  }
  for (PlannedCluster& cluster : plan.clusters) {
    LoadBalancerPlacer{plan, cluster, diagnostics}.place();
  }
  check_mesh(plan, diagnostics);
  if (!diagnostics.ok()) return std::nullopt;
  return plan;
}

}  // namespace meshsim
