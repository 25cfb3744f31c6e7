// MS05nn: Cilium's cluster mesh: who knows whom, ids, addresses, tunnels, MTU, global Services.
// Source: cilium-clustermesh.md sections 0, 1, 2.1, 4.1 and 5.2.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "sim/check/pairs.hpp"
#include "sim/check/rules.hpp"
#include "sim/check/subject.hpp"
#include "sim/check/way.hpp"

namespace meshsim::checks {
namespace {

constexpr std::uint32_t kTunnelOverhead = 50;  // VXLAN and Geneve over IPv4
constexpr const char* kApiserver = "clustermesh-apiserver";

Pos place(Pos pos, Pos otherwise) { return pos ? pos : otherwise; }

bool knows(const PlannedCluster& cluster, Findings& findings) {
  if (cluster.has_cilium) return true;
  findings.is_unknown(Unknown::Of::Cluster, name_of(cluster));
  return false;
}

// Every two clusters whose values are known, each pair once.
template <class Use>
void for_pairs(const Subject& subject, Findings& findings, Use&& use) {
  const auto& clusters = subject.clusters();
  for (std::size_t i = 0; i < clusters.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const bool are_known = knows(clusters[j], findings) && knows(clusters[i], findings);
      if (are_known) use(clusters[j], clusters[i]);
    }
  }
}

bool lists_are_known(const PlannedCluster& cluster, Findings& findings) {
  if (cluster.knows_remotes) return true;
  findings.is_unknown(Unknown::Of::Cluster, name_of(cluster));
  return false;
}

void find_no_full_mesh(const Subject& subject, Findings& findings) {
  PairFindings pairs{findings};
  for_pairs(subject, findings, [&](const PlannedCluster& a, const PlannedCluster& b) {
    if (subject.are_meshed(a, b)) return;
    if (!lists_are_known(a, findings) || !lists_are_known(b, findings)) return;
    const auto is_in_mesh = [&](const PlannedCluster& one) {
      return std::any_of(subject.clusters().begin(), subject.clusters().end(),
                         [&](const PlannedCluster& other) {
                           return &other != &one && subject.are_meshed(one, other);
                         });
    };
    if (!is_in_mesh(a) || !is_in_mesh(b)) return;
    const Pos pos = place(a.cilium.remotes_pos, a.cilium.pos);
    pairs.add(
        pos, "mesh", with(a, b), {object(a), object(b)},
        fmt::format("{} and {} have no entry for each other in clustermesh.config.clusters: a "
                    "Cilium mesh is not transitive, so their pods leave the nodes as world",
                    name_of(a), name_of(b)),
        fmt::format("list {} in the values of {} and {} in those of {}", name_of(b), name_of(a),
                    name_of(a), name_of(b)),
        {{place(b.cilium.remotes_pos, b.cilium.pos), "the other list"}});
  });
}

void find_one_way_entries(const Subject& subject, Findings& findings) {
  for (const PlannedCluster& from : subject.clusters()) {
    for (const PlannedCluster& to : subject.clusters()) {
      if (&from == &to || !knows(from, findings) || !knows(to, findings)) continue;
      const CiliumRemote* const entry = subject.entry(from, to);
      if (entry == nullptr || subject.entry(to, from) != nullptr) continue;
      if (!lists_are_known(to, findings)) continue;
      findings.add(
          place(to.cilium.remotes_pos, to.cilium.pos), {object(to), object(from)},
          fmt::format("{} lists {}, but not the reverse: pods of {} answer pods of {} as "
                      "world, outside of the tunnel",
                      name_of(from), name_of(to), name_of(to), name_of(from)),
          fmt::format("add {} to clustermesh.config.clusters of {}", name_of(from), name_of(to)),
          {{entry->pos, "the entry of the other cluster"}});
    }
  }
}

void find_equal_ids(const Subject& subject, Findings& findings) {
  for_pairs(subject, findings, [&](const PlannedCluster& a, const PlannedCluster& b) {
    const Located<std::uint32_t>& id = b.cilium.id;
    if (id.value == 0 || id.value != a.cilium.id.value) return;
    findings.add(place(id.pos, b.cilium.pos), {object(b), object(a)},
                 fmt::format("cluster.id {} of {} is that of {} too: identities of their pods are "
                             "mixed up, and other clusters refuse one of the two",
                             id.value, name_of(b), name_of(a)),
                 "give each cluster an id of its own, 1 to 255, before it runs anything",
                 {{place(a.cilium.id.pos, a.cilium.pos), "the other cluster"}});
  });
}

void find_wrong_names(const Subject& subject, Findings& findings) {
  for (const PlannedCluster& cluster : subject.clusters()) {
    if (!knows(cluster, findings)) continue;
    const Located<std::string>& name = cluster.cilium.name;
    if (name.value == name_of(cluster)) continue;
    findings.add(place(name.pos, cluster.cilium.pos), {object(cluster)},
                 fmt::format("the Helm values of {} say cluster.name: {}; others list it as {}, so "
                             "the connection gets no configuration and is never ready",
                             name_of(cluster), name.value, name_of(cluster)),
                 fmt::format("write cluster.name: {}", name_of(cluster)));
  }
}

// The addresses at which the cluster's apiserver answers, as far as they are known.
bool is_apiserver_address(const Subject& subject, const PlannedCluster& cluster, Ipv4 address) {
  const LoadBalancerAt balancer = subject.load_balancer_at(address);
  if (balancer) return balancer.cluster == &cluster && balancer.service().name == kApiserver;
  const bool is_by_node = cluster.cilium.apiserver.service_type.value == "NodePort";
  return is_by_node && subject.cluster_with_node(address) == &cluster;
}

void find_wrong_addresses(const Subject& subject, Findings& findings) {
  for (const PlannedCluster& from : subject.clusters()) {
    for (const PlannedCluster& to : subject.clusters()) {
      const CiliumRemote* const entry = subject.entry(from, to);
      if (entry == nullptr || !knows(to, findings)) continue;
      for (const Located<Ipv4>& address : entry->ips) {
        if (is_apiserver_address(subject, to, address.value)) continue;
        if (!to.cilium.use_apiserver.value) continue;  // MS0506
        const LoadBalancerAt other = subject.load_balancer_at(address.value);
        if (!other && findings.is_unknown(Unknown::Of::Vcn, to.vcn->name)) continue;
        const std::string whose = other ? fmt::format("it is that of Service {} in {}",
                                                      other.service().name, name_of(*other.cluster))
                                        : "nothing of that cluster has it";
        findings.add(
            address.pos, {object(from), object(to)},
            fmt::format("{} lists {} at {}, which is not the address of its {}: {}", name_of(from),
                        name_of(to), to_string(address.value), kApiserver, whose),
            fmt::format("write the address of the load balancer of {} in {}", kApiserver,
                        name_of(to)));
      }
    }
  }
}

void find_missing_apiservers(const Subject& subject, Findings& findings) {
  PairFindings pairs{findings};
  for (const PlannedCluster& from : subject.clusters()) {
    for (const PlannedCluster& to : subject.clusters()) {
      const CiliumRemote* const entry = subject.entry(from, to);
      if (entry == nullptr || !knows(to, findings) || to.cilium.use_apiserver.value) continue;
      pairs.add(place(to.cilium.use_apiserver.pos, to.cilium.pos), "apiserver",
                meshsim::checks::to(from, to), {object(to), object(from)},
                fmt::format("{} has no clustermesh-apiserver, so {} cannot read it", name_of(to),
                            name_of(from)),
                "write clustermesh.useAPIServer: true",
                {{entry->pos, "the entry that asks for it"}});
    }
  }
}

void find_different_datapaths(const Subject& subject, Findings& findings) {
  PairFindings pairs{findings};
  for_pairs(subject, findings, [&](const PlannedCluster& a, const PlannedCluster& b) {
    if (!subject.are_meshed(a, b)) return;
    const CiliumValues& one = a.cilium;
    const CiliumValues& other = b.cilium;
    std::string what;
    Located<std::string> where = other.routing_mode;
    if (one.routing_mode.value != other.routing_mode.value) {
      what = fmt::format("routingMode {} in {} and {} in {}", one.routing_mode.value, name_of(a),
                         other.routing_mode.value, name_of(b));
    } else if (one.routing_mode.value == "tunnel" &&
               one.tunnel_protocol.value != other.tunnel_protocol.value) {
      what = fmt::format("tunnelProtocol {} in {} and {} in {}", one.tunnel_protocol.value,
                         name_of(a), other.tunnel_protocol.value, name_of(b));
      where = other.tunnel_protocol;
    } else {
      return;
    }
    pairs.add(place(where.pos, other.pos), "datapath", with(a, b), {object(b), object(a)},
              what +
                  ": packets between them are lost in silence, while the mesh says it is "
                  "connected",
              "use the same routingMode and tunnelProtocol in every cluster of the mesh");
  });
}

void find_idle_lists(const Subject& subject, Findings& findings) {
  for (const PlannedCluster& cluster : subject.clusters()) {
    const CiliumValues& cilium = cluster.cilium;
    if (cilium.remotes.empty() || (cilium.config_enabled.value && cilium.id.value != 0)) continue;
    const bool is_off = !cilium.config_enabled.value;
    findings.add(place(is_off ? cilium.config_enabled.pos : cilium.id.pos, cilium.remotes_pos),
                 {object(cluster)},
                 fmt::format("the list of clusters of {} has no effect: {}", name_of(cluster),
                             is_off ? "clustermesh.config.enabled is false" : "cluster.id is 0"),
                 is_off ? "write clustermesh.config.enabled: true" : "write cluster.id: 1 to 255");
  }
}

void find_node_port_apiservers(const Subject& subject, Findings& findings) {
  PairFindings pairs{findings};
  for (const PlannedCluster& from : subject.clusters()) {
    for (const PlannedCluster& to : subject.clusters()) {
      const CiliumRemote* const entry = subject.entry(from, to);
      if (entry == nullptr || !to.has_cilium || entry->ips.size() > 1) continue;
      if (to.cilium.apiserver.service_type.value != "NodePort") continue;
      const CiliumApiserver& apiserver = to.cilium.apiserver;
      const Pos pos = place(place(apiserver.service_type.pos, apiserver.pos), to.cilium.pos);
      pairs.add(pos, "nodeport", meshsim::checks::to(from, to), {object(to), object(from)},
                fmt::format("the clustermesh-apiserver of {} is reached at a NodePort: others know "
                            "one node's address, and lose the mesh with that node",
                            name_of(to)),
                "write clustermesh.apiserver.service.type: LoadBalancer, with an internal one");
    }
  }
}

// The largest packet that all links between two clusters take.
std::uint32_t path_mtu(const Subject& subject, const PlannedCluster& from, const PlannedCluster& to,
                       std::vector<Step>& steps) {
  std::uint32_t mtu = std::min(from.vcn->mtu, to.vcn->mtu);
  steps.push_back({from.vcn->pos, fmt::format("VCN {}: {} bytes", from.vcn->name, from.vcn->mtu)});
  const std::vector<End> nodes = node_ends(to);
  if (from.vcn != to.vcn && !nodes.empty()) {
    const DrgTrace& trace = subject.trace(*from.vcn, nodes.front().address);
    for (const DrgHop& hop : trace.hops) {
      const Rpc* const rpc = subject.routes().wires[hop.drg][hop.exit].rpc;
      if (rpc == nullptr) continue;
      mtu = std::min(mtu, rpc->mtu);
      steps.push_back({rpc->pos, fmt::format("peering {}: {} bytes", rpc->name, rpc->mtu)});
    }
  }
  steps.push_back({to.vcn->pos, fmt::format("VCN {}: {} bytes", to.vcn->name, to.vcn->mtu)});
  return mtu;
}

// What leaves a node at most: the tunnel adds to what the pods' route takes away, so the device's.
std::uint32_t largest_packet(const PlannedCluster& cluster) {
  return cluster.cilium.mtu.value != 0 ? cluster.cilium.mtu.value : cluster.vcn->mtu;
}

void find_mtu_gaps(const Subject& subject, Findings& findings) {
  PairFindings pairs{findings};
  for (const PlannedCluster& from : subject.clusters()) {
    for (const PlannedCluster& to : subject.clusters()) {
      if (&from == &to || !subject.are_meshed(from, to) || !knows(from, findings)) continue;
      std::vector<Step> steps;
      const std::uint32_t mtu = path_mtu(subject, from, to, steps);
      const std::uint32_t largest = largest_packet(from);
      if (largest <= mtu || from.cilium.pmtu_discovery.value) continue;
      const bool is_tunnel = from.cilium.routing_mode.value == "tunnel";
      const Pos pos = place(from.cilium.mtu.pos, from.cilium.pos);
      pairs.add(
          pos, "mtu", meshsim::checks::to(from, to), {object(from), object(to)},
          fmt::format("nodes of {} send packets of up to {} bytes{}, the way to {} takes {}: "
                      "small packets pass, transfers hang",
                      name_of(from), largest,
                      is_tunnel ? fmt::format(" ({} of the tunnel included)", kTunnelOverhead) : "",
                      name_of(to), mtu),
          fmt::format("write MTU: {} in the Helm values of every cluster, or "
                      "pmtuDiscovery.enabled: true",
                      mtu),
          std::move(steps));
    }
  }
}

void find_large_mtu(const Subject& subject, Findings& findings) {
  for (const PlannedCluster& cluster : subject.clusters()) {
    const Located<std::uint32_t>& mtu = cluster.cilium.mtu;
    if (mtu.value <= cluster.vcn->mtu) continue;
    findings.add(mtu.pos, {object(cluster), object(*cluster.vcn)},
                 fmt::format("MTU {} in the values of {} is more than the {} bytes of VCN {}: such "
                             "packets do not even leave the node",
                             mtu.value, name_of(cluster), cluster.vcn->mtu, cluster.vcn->name),
                 fmt::format("write MTU: {} or less", cluster.vcn->mtu));
  }
}

void find_different_cas(const Subject& subject, Findings& findings) {
  PairFindings pairs{findings};
  for_pairs(subject, findings, [&](const PlannedCluster& a, const PlannedCluster& b) {
    if (!subject.are_meshed(a, b)) return;
    const Located<std::string>& one = a.cilium.ca_cert;
    const Located<std::string>& other = b.cilium.ca_cert;
    if (one.value.empty() || other.value.empty() || one.value == other.value) return;
    const auto has_own = [&](const PlannedCluster& from, const PlannedCluster& to) {
      const CiliumRemote* const entry = subject.entry(from, to);
      return entry == nullptr || entry->has_own_tls;
    };
    if (has_own(a, b) && has_own(b, a)) return;
    pairs.add(place(other.pos, b.cilium.pos), "ca", with(a, b), {object(b), object(a)},
              fmt::format("{} and {} have different CAs (tls.ca.cert): neither trusts the other's "
                          "apiserver, which shows only as \"waiting for initial connection\"",
                          name_of(a), name_of(b)),
              "install all clusters with the same tls.ca, or give each entry a tls of its own",
              {{place(one.pos, a.cilium.pos), "the other CA"}});
  });
}

// "v1.34.1" -> 34
std::optional<int> minor_version(std::string_view version) {
  const std::size_t dot = version.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  int minor = 0;
  const char* const begin = version.data() + dot + 1;
  const auto [end, error] = std::from_chars(begin, version.data() + version.size(), minor);
  if (error != std::errc{} || end == begin) return std::nullopt;
  return minor;
}

void find_version_skew(const Subject& subject, Findings& findings) {
  const PlannedCluster* oldest = nullptr;
  const PlannedCluster* newest = nullptr;
  for (const PlannedCluster& cluster : subject.clusters()) {
    const auto minor = minor_version(cluster.topology->kubernetes_version);
    if (!minor) continue;
    if (oldest == nullptr || *minor < *minor_version(oldest->topology->kubernetes_version)) {
      oldest = &cluster;
    }
    if (newest == nullptr || *minor > *minor_version(newest->topology->kubernetes_version)) {
      newest = &cluster;
    }
  }
  if (oldest == nullptr) return;
  const int gap = *minor_version(newest->topology->kubernetes_version) -
                  *minor_version(oldest->topology->kubernetes_version);
  if (gap <= 1) return;
  findings.add(oldest->topology->pos, {object(*oldest), object(*newest)},
               fmt::format("Kubernetes is {} in {} and {} in {}: {} minor versions apart, with "
                           "different defaults of kube-proxy, endpoints and CoreDNS",
                           oldest->topology->kubernetes_version, name_of(*oldest),
                           newest->topology->kubernetes_version, name_of(*newest), gap),
               "upgrade one cluster after the other, not more than one minor version apart",
               {{newest->topology->pos, "the newest"}});
}

void find_small_native_ranges(const Subject& subject, Findings& findings) {
  for (const PlannedCluster& cluster : subject.clusters()) {
    const CiliumValues& cilium = cluster.cilium;
    if (cilium.routing_mode.value != "native" || !cilium.masquerade.value) continue;
    for (const PlannedCluster& other : subject.clusters()) {
      const Prefix& pods = other.topology->pods_cidr;
      const Prefix& native = cilium.native_routing_cidr.value;
      const bool covers = native.contains(pods.base) && native.length <= pods.length;
      if (!subject.are_meshed(cluster, other) || covers || !cilium.native_routing_cidr) continue;
      findings.add(
          cilium.native_routing_cidr.pos, {object(cluster), object(other)},
          fmt::format("ipv4NativeRoutingCIDR {} of {} does not hold the pods of {} ({}): "
                      "packets to them get the node's address, and their identity is lost",
                      to_string(native), name_of(cluster), name_of(other), to_string(pods)),
          "write a range that holds the pods of all clusters, like 10.0.0.0/8");
    }
  }
}

const PlannedService* same_service(const PlannedCluster& cluster, const ServiceManifest& wanted) {
  for (const PlannedService& service : cluster.services) {
    if (service.manifest.name == wanted.name && service.manifest.namespace_ == wanted.namespace_) {
      return &service;
    }
  }
  return nullptr;
}

void find_lone_globals(const Subject& subject, Findings& findings) {
  for (const PlannedCluster& cluster : subject.clusters()) {
    for (const PlannedService& service : cluster.services) {
      const ServiceManifest& manifest = service.manifest;
      if (!manifest.is_global.value || manifest.headless) continue;
      for (const PlannedCluster& other : subject.clusters()) {
        if (&other == &cluster || !subject.are_meshed(cluster, other)) continue;
        if (!subject.has_files(other) &&
            findings.is_unknown(Unknown::Of::Cluster, name_of(other))) {
          continue;
        }
        const PlannedService* const twin = same_service(other, manifest);
        if (twin != nullptr && twin->manifest.is_global.value) continue;
        findings.add(
            manifest.is_global.pos, {object(cluster, manifest), object(cluster)},
            fmt::format("Service {}/{} is global in {}, but {} in {}: pods there cannot use "
                        "its backends",
                        manifest.namespace_, manifest.name, name_of(cluster),
                        twin == nullptr ? "does not exist" : "is not global", name_of(other)),
            fmt::format("apply the Service with service.cilium.io/global in {} too",
                        name_of(other)));
      }
    }
  }
}

void find_headless_globals(const Subject& subject, Findings& findings) {
  for (const PlannedCluster& cluster : subject.clusters()) {
    for (const PlannedService& service : cluster.services) {
      const ServiceManifest& manifest = service.manifest;
      if (!manifest.is_global.value || !manifest.headless) continue;
      findings.add(manifest.is_global.pos, {object(cluster, manifest), object(cluster)},
                   fmt::format("Service {}/{} of {} is headless and global: a DNS query for it "
                               "answers with the pods of this cluster only",
                               manifest.namespace_, manifest.name, name_of(cluster)),
                   "ask for the other clusters' pods by names of their own (coredns-custom)");
    }
  }
}

void find_public_apiservers(const Subject& subject, Findings& findings) {
  for (const PlannedCluster& cluster : subject.clusters()) {
    if (!cluster.cilium.use_apiserver.value) continue;
    const CiliumApiserver& apiserver = cluster.cilium.apiserver;
    const bool is_public = apiserver.service_type.value == "LoadBalancer" &&
                           !apiserver.load_balancer.is_internal.value;
    if (!is_public) continue;
    findings.add(place(place(apiserver.service_type.pos, apiserver.pos), cluster.cilium.pos),
                 {object(cluster)},
                 fmt::format("the clustermesh-apiserver of {} has a public load balancer: its etcd "
                             "is open to the internet",
                             name_of(cluster)),
                 "annotate its Service with service.beta.kubernetes.io/oci-load-balancer-internal: "
                 "\"true\"");
  }
}

void find_captured_node_ports(const Subject& subject, Findings& findings) {
  PairFindings pairs{findings};
  for_pairs(subject, findings, [&](const PlannedCluster& a, const PlannedCluster& b) {
    const auto replaces = [](const PlannedCluster& cluster) {
      const std::string& mode = cluster.cilium.kube_proxy_replacement.value;
      return mode == "true" || mode == "strict";
    };
    if (!subject.are_meshed(a, b) || (!replaces(a) && !replaces(b))) return;
    for (const PlannedService& one : a.services) {
      for (const PlannedService& other : b.services) {
        if (one.manifest.name == other.manifest.name) continue;
        for (const ServicePort& port : one.manifest.ports) {
          for (const ServicePort& taken : other.manifest.ports) {
            if (!port.node_port || port.node_port.value != taken.node_port.value) continue;
            pairs.add(
                taken.node_port.pos, "nodeport", with(a, b),
                {object(b, other.manifest), object(a, one.manifest), object(b)},
                fmt::format("nodePort {} is {} in {} and {} in {}: with kube-proxy replaced, a "
                            "node answers for the other cluster's nodes itself",
                            port.node_port.value, one.manifest.name, name_of(a),
                            other.manifest.name, name_of(b)),
                "use different node ports in the clusters of a mesh");
          }
        }
      }
    }
  });
}

void find_one_sided_encryption(const Subject& subject, Findings& findings) {
  PairFindings pairs{findings};
  for_pairs(subject, findings, [&](const PlannedCluster& a, const PlannedCluster& b) {
    if (!subject.are_meshed(a, b)) return;
    const auto kind = [](const PlannedCluster& cluster) {
      return cluster.cilium.encryption.value ? cluster.cilium.encryption_type.value
                                             : std::string{"none"};
    };
    if (kind(a) == kind(b)) return;
    pairs.add(place(b.cilium.encryption.pos, b.cilium.pos), "encryption", with(a, b),
              {object(b), object(a)},
              fmt::format("encryption between nodes is {} in {} and {} in {}: packets between them "
                          "are lost or go out in the clear",
                          kind(a), name_of(a), kind(b), name_of(b)),
              "use the same encryption in every cluster of the mesh",
              {{place(a.cilium.encryption.pos, a.cilium.pos), "the other cluster"}});
  });
}

constexpr auto kMesh = Needs::Mesh;

constexpr Rule kRules[] = {
    {"MS0501", Level::Warning, "the Cilium mesh is no full mesh", find_no_full_mesh, kMesh},
    {"MS0502", Level::Error, "an entry of the Cilium mesh is one way only", find_one_way_entries,
     kMesh},
    {"MS0503", Level::Error, "two clusters have one cluster.id", find_equal_ids, kMesh},
    {"MS0504", Level::Error, "cluster.name is not the cluster's", find_wrong_names, kMesh},
    {"MS0505", Level::Error, "an entry has the wrong address", find_wrong_addresses, kMesh},
    {"MS0506", Level::Error, "a listed cluster has no clustermesh-apiserver",
     find_missing_apiservers, kMesh},
    {"MS0507", Level::Error, "routing modes or tunnels differ", find_different_datapaths, kMesh},
    {"MS0508", Level::Error, "a list of clusters has no effect", find_idle_lists, kMesh},
    {"MS0509", Level::Warning, "an apiserver is known by the address of one node",
     find_node_port_apiservers, kMesh},
    {"MS0510", Level::Error, "packets are larger than the way between clusters takes",
     find_mtu_gaps, kMesh},
    {"MS0511", Level::Error, "the MTU is larger than the VCN's", find_large_mtu, kMesh},
    {"MS0512", Level::Error, "clusters of a mesh have different CAs", find_different_cas, kMesh},
    {"MS0513", Level::Warning, "Kubernetes versions are far apart", find_version_skew},
    {"MS0514", Level::Error, "the native routing range is too small", find_small_native_ranges,
     kMesh},
    {"MS0515", Level::Warning, "a global Service has no twin", find_lone_globals, kMesh},
    {"MS0516", Level::Note, "a headless Service is global without effect on DNS",
     find_headless_globals, kMesh},
    {"MS0517", Level::Error, "an apiserver is open to the internet", find_public_apiservers, kMesh},
    {"MS0518", Level::Warning, "a node port is used by different Services of a mesh",
     find_captured_node_ports, kMesh},
    {"MS0519", Level::Error, "encryption differs within a mesh", find_one_sided_encryption, kMesh},
};

}  // namespace

std::span<const Rule> mesh_rules() { return kRules; }

}  // namespace meshsim::checks
