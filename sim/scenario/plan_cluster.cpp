// Places the nodes, pods and Services of a cluster. Dumps say where things are; what they do not
// say is given out in a fixed order.
#include "sim/scenario/plan_cluster.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "models/fabric/well_known.hpp"
#include "sim/import/corefile.hpp"
#include "sim/scenario/observed.hpp"

namespace meshsim {
namespace {

constexpr std::uint32_t kFirstNodeHost = 10;        // nodes stand from .10 of the workers' subnet
constexpr std::uint32_t kFirstPodHost = 10;         // pods from .10 of the node's range
constexpr std::uint32_t kFirstLocalIdentity = 256;  // source: cilium-clustermesh.md section 2.8
constexpr std::uint32_t kDnsServiceOffset = 5 * 256 + 5;  // source: oci-oke.md section 5
constexpr std::uint32_t kFirstServiceOffset = 10 * 256;
constexpr const char* kSystem = "kube-system";
constexpr const char* kDns = "kube-dns";
constexpr const char* kApiserver = "clustermesh-apiserver";

constexpr Prefix kNoPods{{}, 32};                 // VCN-native pods have no range of their node

Ipv4 offset(Ipv4 base, std::uint32_t by) { return {base.value + by}; }

// What one step applies to the cluster, read.
struct Applied {
  const ApplyStep* step;
  const ManifestFile* file;
  KubernetesManifests manifests;
};

// Plans one cluster; the steps follow the order of plan().
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
    planned_.coredns_version = cluster().coredns_version;
    std::vector<Applied> applied = read_files();
    if (observed_.nodes.empty()) {
      place_nodes();
    } else {
      take_nodes();
    }
    add_coredns();
    for (Applied& one : applied) apply(one);
    finish_cilium();
    add_corefiles();
    for (PlannedCoherence& coherence : planned_.coherence) place_members(coherence);
    if (use_ == PlanFor::Look) add_other_pods();
    assign_identities();
    return std::move(planned_);
  }

 private:
  const Cluster& cluster() const { return *planned_.topology; }
  std::string title() const { return "cluster " + cluster().name; }

  void error(Pos pos, std::string message) { diagnostics_.error(pos, title(), std::move(message)); }
  // What a rule of `meshsim check` says is an error only for a run.
  void refuse_run(Pos pos, std::string message) {
    if (use_ == PlanFor::Run) error(pos, std::move(message));
  }
  void warn(Pos pos, std::string message) {
    diagnostics_.warning(pos, title(), std::move(message));
  }
  void unknown(std::string what, Pos pos, std::string why) {
    unknowns_.push_back(
        {Unknown::Of::Cluster, cluster().name, std::move(what), pos, std::move(why)});
  }

  // --- files

  std::vector<Applied> read_files() {
    std::vector<Applied> applied;
    for (const ApplyStep& step : scenario_.steps) {
      if (step.cluster != cluster().name) continue;
      for (const ManifestFile& file : step.files) {
        applied.push_back(
            {&step, &file, read_manifests(file.path, sources_, diagnostics_, file.pos)});
        const KubernetesManifests& manifests = applied.back().manifests;
        if (step.at == Duration::zero()) {
          observe(manifests, observed_, diagnostics_);
        } else if (!manifests.nodes.empty() || !manifests.pods.empty()) {
          warn(file.pos,
               "the nodes and pods of a dump count at 0s only; its manifests are applied");
        }
      }
    }
    return applied;
  }

  // --- nodes

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
        place_in_domains(pool, index, number, node);
        node.pool = pool_index;
        if (!cluster().pods_cidr.contains(node.pod_cidr.base)) {
          return refuse_run(pool.pos, fmt::format("pods_cidr {} has no range left for node {}",
                                                  to_string(cluster().pods_cidr), number + 1));
        }
        if (!subnet->cidr.contains(node.address)) {
          return refuse_run(pool.pos, fmt::format("subnet '{}' has no address left for node {}",
                                                  subnet->name, number + 1));
        }
        if (cluster().cni == Cni::VcnNative) node.pod_cidr = kNoPods;
        planned_.nodes.push_back(std::move(node));
      }
    }
    if (planned_.nodes.empty()) error(cluster().pos, "has no nodes");
  }

  // Over the availability domains in turn, and within each of them over the fault domains.
  static void place_in_domains(const NodePool& pool, std::uint32_t index, std::uint32_t number,
                               PlannedNode& node) {
    if (index < pool.instances.size()) {
      const NodeInstance& instance = pool.instances[index];
      node.fault_domain = instance.fault_domain;
      // "Xyzz:EU-FRANKFURT-1-AD-2"
      const std::string& domain = instance.availability_domain;
      if (!domain.empty() && domain.back() >= '1' && domain.back() <= '3') {
        node.availability_domain = static_cast<std::uint32_t>(domain.back() - '0');
      }
      return;
    }
    const auto& domains = pool.availability_domains;
    const auto rounds = static_cast<std::uint32_t>(std::max<std::size_t>(domains.size(), 1));
    if (!domains.empty()) node.availability_domain = domains[index % rounds];
    const std::uint32_t turn = domains.size() > 1 ? index / rounds : number;
    const auto& faults = pool.fault_domains;
    const std::uint32_t fault = faults.empty() ? turn % 3 + 1 : faults[turn % faults.size()];
    node.fault_domain = fmt::format("FAULT-DOMAIN-{}", fault);
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

  // The nodes that a dump shows, instead of those of the pools.
  void take_nodes() {
    for (const NodeRecord& record : observed_.nodes) {
      if (!record.address) {
        unknown(fmt::format("the address of node {}", record.name), record.pos,
                "the dump shows no InternalIP");
        continue;
      }
      const auto pool = pool_of(record.address.value);
      if (!pool) {
        error(record.address.pos, fmt::format("node {} lies outside the subnets of all pools",
                                              to_string(record.address.value)));
        continue;
      }
      const Located<Prefix> range = observed_.pod_cidr(record);
      if (!range) {
        unknown(fmt::format("the pod range of node {}", record.name), record.pos,
                "neither spec.podCIDR nor a CiliumNode says it");
      }
      planned_.nodes.push_back(
          {record.name, record.address.value, range.value, record.fault_domain, *pool});
    }
    for (const NodePool& pool : cluster().pools) {
      for (const NodeInstance& instance : pool.instances) {
        if (node_at(instance.address) != nullptr) continue;
        warn(instance.pos, fmt::format("Terraform has a node {} that the dump does not show",
                                       to_string(instance.address)));
      }
    }
    if (planned_.nodes.empty()) error(cluster().pos, "has no nodes");
  }

  // The pool that has this instance, or else the first one whose subnet holds the address.
  std::optional<std::size_t> pool_of(Ipv4 address) const {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < cluster().pools.size(); ++i) {
      const NodePool& pool = cluster().pools[i];
      for (const NodeInstance& instance : pool.instances) {
        if (instance.address == address) return i;
      }
      const Subnet* const subnet = find_named(planned_.vcn->subnets, pool.subnet);
      if (!found && subnet != nullptr && subnet->cidr.contains(address)) found = i;
    }
    return found;
  }

  const PlannedNode* node_at(Ipv4 address) const {
    for (const PlannedNode& node : planned_.nodes) {
      if (node.address == address) return &node;
    }
    return nullptr;
  }

  // --- what every OKE cluster has before anything is applied

  void add_coredns() {
    ServiceManifest service;
    service.name = kDns;
    service.namespace_ = kSystem;
    service.selector = {{"k8s-app", kDns, {}}};
    service.cluster_ip.value = planned_.dns_address;
    for (const char* protocol : {"UDP", "TCP"}) {
      ServicePort port;
      port.port.value = 53;
      port.protocol = protocol;
      service.ports.push_back(std::move(port));
    }
    planned_.services.push_back({std::move(service), planned_.dns_address, {}});
    const auto running = observed_.apps(kDns);
    for (const PodRecord* record : running) add_pod(pod_of(*record, PodKind::CoreDns), record);
    if (!running.empty()) return note_coredns_version();
    for (std::uint32_t index = 0; index < cluster().coredns_replicas; ++index) {
      add_pod(system_pod(fmt::format("coredns-{}", index), kDns, PodKind::CoreDns));
    }
  }

  void note_coredns_version() {
    if (!observed_.coredns_version.empty()) {
      planned_.coredns_version = observed_.coredns_version;
      return;
    }
    warn(observed_.coredns_image,
         fmt::format("the image's tag is no version of CoreDNS; {} is taken, of the topology",
                     planned_.coredns_version));
  }

  static PlannedPod system_pod(std::string name, const char* app, PodKind kind) {
    return {std::move(name), kSystem, {{"k8s-app", app, {}}}, kind, 0, {}, 0, 0, false};
  }
  static PlannedPod pod_of(const PodRecord& record, PodKind kind) {
    return {record.name, record.namespace_, record.labels, kind, 0, {}, 0, 0, false};
  }

  // --- what is applied

  void apply(Applied& applied) {
    const ApplyStep& step = *applied.step;
    KubernetesManifests& manifests = applied.manifests;
    for (CiliumValues& values : manifests.cilium) {
      apply_cilium(step, *applied.file, std::move(values));
    }
    for (ServiceManifest& service : manifests.services) {
      apply_service(step.at, std::move(service), false);
    }
    for (ConfigMapManifest& map : manifests.config_maps) {
      apply_config(step, manifests.is_dump, std::move(map));
    }
    for (CoherenceManifest& coherence : manifests.coherence) {
      apply_coherence(step, std::move(coherence));
    }
    for (const WorkloadManifest& workload : manifests.workloads) {
      warn(workload.pos,
           fmt::format("{} {}: its pods are not simulated yet", workload.kind, workload.name));
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
      refuse_run(values.name.pos ? values.name.pos : values.pos,
                 fmt::format("these Helm values are of cluster '{}'", values.name.value));
    }
    planned_.cilium = std::move(values);
  }

  PlannedService* service_named(const std::string& namespace_, const std::string& name) {
    for (PlannedService& known : planned_.services) {
      if (known.manifest.name == name && known.manifest.namespace_ == namespace_) return &known;
    }
    return nullptr;
  }

  // `is_implied`: it follows from something else, and what is written out goes before it.
  void apply_service(Duration at, ServiceManifest service, bool is_implied) {
    if (PlannedService* const known = service_named(service.namespace_, service.name)) {
      const bool is_dns = service.name == kDns && service.namespace_ == kSystem;
      if (is_dns && !known->manifest.pos && service.cluster_ip) {
        planned_.dns_address = service.cluster_ip.value;
        *known = {std::move(service), planned_.dns_address, at};
      } else if (!is_implied) {
        warn(service.pos, fmt::format("Service {}/{} is applied again; the first one stays",
                                      service.namespace_, service.name));
      }
      return;
    }
    if (service.local_traffic_only.value) {
      warn(service.local_traffic_only.pos, "externalTrafficPolicy: Local is treated as Cluster");
    }
    Ipv4 cluster_ip;
    if (!service.headless) {
      cluster_ip =
          service.cluster_ip
              ? service.cluster_ip.value
              : offset(cluster().services_cidr.base,
                       kFirstServiceOffset + static_cast<std::uint32_t>(planned_.services.size()));
    }
    planned_.services.push_back({std::move(service), cluster_ip, at});
  }

  void apply_config(const ApplyStep& step, bool is_dump, ConfigMapManifest map) {
    if (map.namespace_ != kSystem || (map.name != "coredns-custom" && map.name != "coredns")) {
      if (is_dump) return;
      warn(map.pos, fmt::format("ConfigMap {}/{} has no effect on the simulation", map.namespace_,
                                map.name));
      return;
    }
    planned_.dns_ignores.insert(planned_.dns_ignores.end(), map.ignores.begin(), map.ignores.end());
    config_maps_.push_back({step.at, std::move(map)});
  }

  void apply_coherence(const ApplyStep& step, CoherenceManifest coherence) {
    for (ServiceManifest& service : operator_services(coherence)) {
      apply_service(step.at, std::move(service), coherence.from_stateful_set);
    }
    planned_.coherence.push_back({std::move(coherence), step.at, 0, 0});
  }

  // --- Cilium

  void finish_cilium() {
    if (!planned_.has_cilium) take_cilium_of_dump();
    if (!planned_.has_cilium) return no_cilium();
    const CiliumValues& cilium = planned_.cilium;
    if (cilium.routing_mode.value != "tunnel") {
      refuse_run(cilium.routing_mode.pos,
                 fmt::format("routingMode '{}' is not modelled yet; use tunnel",
                             cilium.routing_mode.value));
    }
    const auto running = observed_.apps(kApiserver);
    if (cilium.use_apiserver.value) {
      apply_service({}, apiserver_service(cilium.apiserver), observed_.is_given);
      if (cilium.apiserver.replicas.value > 1) {
        warn(cilium.apiserver.replicas.pos, "one replica of clustermesh-apiserver is simulated");
      }
      if (running.empty()) add_pod(system_pod(kApiserver, kApiserver, PodKind::MeshApiserver));
    }
    if (!running.empty()) {
      add_pod(pod_of(*running.front(), PodKind::MeshApiserver), running.front());
    }
  }

  // The ConfigMap says who the cluster is and how pods are reached; whom Cilium is connected to
  // only the Secret says, which few people put into a dump.
  void take_cilium_of_dump() {
    if (!observed_.cilium) return;
    planned_.cilium = *observed_.cilium;
    planned_.has_cilium = true;
    planned_.cilium.use_apiserver.value = !observed_.apps(kApiserver).empty();
    planned_.knows_remotes = observed_.remotes.has_value();
    if (!planned_.knows_remotes) {
      const char* const why =
          "neither Cilium's Helm values nor the Secret cilium-clustermesh are given";
      if (use_ == PlanFor::Run) {
        error(planned_.cilium.pos, fmt::format("which clusters Cilium is connected to: {}", why));
      } else {
        unknown("which clusters Cilium is connected to", planned_.cilium.pos, why);
      }
      return;
    }
    planned_.cilium.config_enabled.value = true;
    for (const Located<std::string>& name : *observed_.remotes) {
      CiliumRemote& remote = planned_.cilium.remotes.emplace_back();
      remote.name = name;
      remote.pos = name.pos;
    }
  }

  static ServiceManifest apiserver_service(const CiliumApiserver& apiserver) {
    ServiceManifest service;
    service.name = kApiserver;
    service.namespace_ = kSystem;
    service.selector = {{"k8s-app", kApiserver, {}}};
    service.type = {apiserver.service_type.value == "LoadBalancer" ? ServiceType::LoadBalancer
                                                                   : ServiceType::NodePort,
                    apiserver.pos};
    ServicePort port;
    port.port.value = 2379;
    port.node_port.value = apiserver.node_port.value;
    service.ports.push_back(std::move(port));
    service.load_balancer = apiserver.load_balancer;
    service.pos = apiserver.pos;
    return service;
  }

  void no_cilium() {
    const auto cni = cluster().cni;
    if (cni == Cni::Flannel || cni == Cni::VcnNative) return;  // its pods need no more
    if (use_ == PlanFor::Look) {
      return unknown("which CNI connects the pods", cluster().pos,
                     "no Helm values of the Cilium chart are given");
    }
    error(cluster().pos, "has no CNI: give the Helm values of the Cilium chart under manifests");
  }

  // --- DNS

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
          oke_corefile_input(base, custom, planned_.coredns_version, {kVcnResolver}), diagnostics_);
      if (config) planned_.corefiles.push_back({at, std::move(*config)});
      if (next < config_maps_.size()) at = config_maps_[next].first;
    } while (next < config_maps_.size() && diagnostics_.ok());
  }

  static CorefileText corefile_text(const ConfigText& text) {
    const Pos start = text_pos(text.text, 1, 1);
    // In a JSON dump the whole Corefile is one quoted line of the file.
    return {text.text.scalar, start.file, start.line, start.column - 1, text.text.quoted};
  }

  // --- pods

  void place_members(PlannedCoherence& coherence) {
    coherence.first_pod = planned_.pods.size();
    coherence.pods = coherence.manifest.replicas.value;
    const auto index = static_cast<std::size_t>(&coherence - planned_.coherence.data());
    for (std::size_t ordinal = 0; ordinal < coherence.pods; ++ordinal) {
      std::string name = fmt::format("{}-{}", coherence.manifest.name, ordinal);
      const PodRecord* const record = observed_.pod(coherence.manifest.namespace_, name);
      add_pod({std::move(name),
               coherence.manifest.namespace_,
               coherence.manifest.pod_labels,
               PodKind::Member,
               0,
               {},
               0,
               index,
               coherence.manifest.has_readiness_probe},
              record);
    }
  }

  void add_other_pods() {
    for (const PodRecord& record : observed_.pods) {
      const bool is_placed =
          std::any_of(planned_.pods.begin(), planned_.pods.end(), [&](const PlannedPod& pod) {
            return pod.name == record.name && pod.namespace_ == record.namespace_;
          });
      if (!is_placed) add_pod(pod_of(record, PodKind::Other), &record);
    }
  }

  // Where the dump shows it; else pods go to the nodes in turn, members and the rest alike.
  void add_pod(PlannedPod pod, const PodRecord* record = nullptr) {
    if (planned_.nodes.empty()) return;
    if (record != nullptr) {
      pod.node = node_named(record->node);
      pod.address = record->address.value;
      if (pod.node == planned_.nodes.size()) {
        return error(record->pos, fmt::format("pod {}/{} runs on node '{}', which is not among the "
                                              "Nodes of the dump",
                                              pod.namespace_, pod.name, record->node));
      }
      planned_.pods.push_back(std::move(pod));
      return;
    }
    pod.node = planned_.pods.size() % planned_.nodes.size();
    if (cluster().cni == Cni::VcnNative) return add_native_pod(std::move(pod));
    const PlannedNode& node = planned_.nodes[pod.node];
    auto host =
        kFirstPodHost + static_cast<std::uint32_t>(planned_.pods.size() / planned_.nodes.size());
    while (observed_.has_pod_at(offset(node.pod_cidr.base, host))) ++host;
    if (host + 1 >= node.pod_cidr.size()) {
      return refuse_run(cluster().pos, fmt::format("node {} has no pod address left", node.name));
    }
    pod.address = offset(node.pod_cidr.base, host);
    planned_.pods.push_back(std::move(pod));
  }

  // The next address of the subnet that the pods of its node's pool are in.
  void add_native_pod(PlannedPod pod) {
    const NodePool& pool = cluster().pools[planned_.nodes[pod.node].pool];
    const Subnet* const subnet = find_named(planned_.vcn->subnets, pool.pod_subnet);
    if (subnet == nullptr) return;  // reported when the topology was read
    Ipv4 address = offset(subnet->cidr.base, kFirstPodHost);
    const auto is_taken = [&](Ipv4 wanted) {
      return std::any_of(planned_.pods.begin(), planned_.pods.end(),
                         [&](const PlannedPod& one) { return one.address == wanted; });
    };
    while (is_taken(address)) address = offset(address, 1);
    if (address.value + 1 >= subnet->cidr.base.value + subnet->cidr.size()) {
      return refuse_run(pool.pos, fmt::format("pod subnet '{}' has no address left for pod {}",
                                              subnet->name, pod.name));
    }
    pod.address = address;
    planned_.pods.push_back(std::move(pod));
  }

  // One behind the last if there is no such node.
  std::size_t node_named(std::string_view name) const {
    std::size_t index = 0;
    while (index < planned_.nodes.size() && planned_.nodes[index].name != name) ++index;
    return index;
  }

  // Cilium's own, if a dump has them; else one per namespace and set of labels, numbered within
  // the cluster's range.
  void assign_identities() {
    std::map<std::string, std::uint32_t> numbers;
    for (PlannedPod& pod : planned_.pods) {
      std::string labels = pod.namespace_;
      for (const Label& label : pod.labels) labels += "," + label.key + "=" + label.value;
      const auto next = kFirstLocalIdentity + static_cast<std::uint32_t>(numbers.size());
      const std::uint32_t local = numbers.emplace(labels, next).first->second;
      const std::uint32_t known = observed_.identity(pod.namespace_, pod.name);
      pod.identity = known != 0 ? known : (planned_.cilium.id.value << 16) | local;
    }
  }

  const Scenario& scenario_;
  PlanFor use_;
  Sources& sources_;
  Diagnostics& diagnostics_;
  std::vector<Unknown>& unknowns_;
  PlannedCluster planned_;
  Observed observed_;
  std::vector<std::pair<Duration, ConfigMapManifest>> config_maps_;
};

}  // namespace

PlannedCluster plan_cluster(const Scenario& scenario, const Cluster& cluster, PlanFor use,
                            Sources& sources, Diagnostics& diagnostics,
                            std::vector<Unknown>& unknowns) {
  return ClusterPlanner{scenario, cluster, use, sources, diagnostics, unknowns}.plan();
}

}  // namespace meshsim
