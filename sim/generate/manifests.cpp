// Manifests as of the recorded two-region case, with an entry for each neighbour in each graph.
// Source: samples of oci-oke.md, dns.md and cilium-clustermesh.md. OCIDs are examples.
#include "sim/generate/manifests.hpp"

#include <fmt/format.h>

#include "meshsim/base/check.hpp"

namespace meshsim {
namespace {

constexpr std::uint32_t kApiEndpointHost = 4;     // of the subnet `cp`
constexpr std::uint32_t kDnsHost = 11;            // of the subnet `int_lb`
constexpr std::uint32_t kMeshApiserverHost = 22;  // the same; OCI gives it out
constexpr const char* kClusterPrefix = "coherence-wka.storage.cluster.";

// Addresses of one cluster that its own files and the others' name.
class Site {
 public:
  Site(const Topology& topology, std::uint32_t number)
      : cluster_(topology.clusters[number]), vcn_(*find_named(topology.vcns, cluster_.vcn)) {}

  const std::string& name() const { return cluster_.name; }
  std::string api_endpoint() const { return address("cp", kApiEndpointHost); }
  std::string dns() const { return address("int_lb", kDnsHost); }
  std::string mesh_apiserver() const { return address("int_lb", kMeshApiserverHost); }
  std::string subnet_ocid() const { return ocid("subnet"); }
  std::string nsg_ocid() const { return ocid("networksecuritygroup"); }

 private:
  std::string address(const char* subnet, std::uint32_t host) const {
    const Subnet* const found = find_named(vcn_.subnets, subnet);
    check(found != nullptr, "a generated VCN has the subnets of the module");
    return to_string(Ipv4{found->cidr.base.value + host});
  }
  std::string ocid(const char* kind) const {
    return fmt::format("ocid1.{}.oc1.{}.example{}intlb", kind, cluster_.region, cluster_.name);
  }

  const Cluster& cluster_;
  const Vcn& vcn_;
};

constexpr const char* kCiliumHead =
    R"(# Helm values, Cilium chart 1.14.6, of cluster {0}: helm upgrade cilium cilium/cilium -f FILE
# Decides which other clusters' pods this cluster knows. A remote that is missing below has no
# entries in this cluster's ipcache, so packets to its pods leave the node without a tunnel.
cluster:
  name: {0}
  id: {1}            # 1..255, unique in the mesh: it is part of every security identity
annotateK8sNode: true
ipam:
  mode: kubernetes  # a node's pod range is its spec.podCIDR
k8s:
  requireIPv4PodCIDR: true
kubeProxyReplacement: "false"
k8sServiceHost: {2}
k8sServicePort: 6443
routingMode: tunnel     # the same in every cluster of the mesh
tunnelProtocol: vxlan   # udp 8472 between nodes, 50 bytes more per packet
enableIPv4Masquerade: true
cni:
  install: true
  exclusive: true
operator:
  replicas: 2
hubble:
  relay:
    enabled: true
clustermesh:
  useAPIServer: true
  apiserver:
    replicas: 1
    kvstoremesh:
      enabled: false
    service:
      type: LoadBalancer
      # OCI chooses its address; the other clusters list it under clustermesh.config.clusters[].ips.
      annotations:
        oci.oraclecloud.com/load-balancer-type: "lb"
        service.beta.kubernetes.io/oci-load-balancer-internal: "true"
        service.beta.kubernetes.io/oci-load-balancer-shape: "flexible"
        service.beta.kubernetes.io/oci-load-balancer-shape-flex-min: "50"
        service.beta.kubernetes.io/oci-load-balancer-shape-flex-max: "100"
        service.beta.kubernetes.io/oci-load-balancer-subnet1: "{3}"
        service.beta.kubernetes.io/oci-load-balancer-security-list-management-mode: "None"
        oci.oraclecloud.com/oci-network-security-groups: "{4}"
    tls:
      auto:
        enabled: true
        method: helm
  config:
    enabled: true
    domain: mesh.cilium.io
    # One entry per remote cluster, of which this cluster reads nodes, identities, endpoints and
    # global services. Reading is one way: the remote needs an entry of its own for us.
    clusters:
)";

constexpr const char* kDnsBalancerText =
    R"(# The way from other regions to the CoreDNS of {0}: a network load balancer with udp 53
# on the internal load balancer subnet. The other clusters' coredns-custom forward to its address.
apiVersion: v1
kind: Service
metadata:
  name: kube-dns-nlb
  namespace: kube-system
  annotations:
    oci.oraclecloud.com/load-balancer-type: "nlb"   # the flexible load balancer cannot do udp
    oci-network-load-balancer.oraclecloud.com/internal: "true"
    oci-network-load-balancer.oraclecloud.com/assigned-private-ipv4: "{1}"
    oci-network-load-balancer.oraclecloud.com/subnet: "{2}"
    oci-network-load-balancer.oraclecloud.com/oci-network-security-groups: "{3}"
    oci-network-load-balancer.oraclecloud.com/security-list-management-mode: "None"
    oci-network-load-balancer.oraclecloud.com/backend-policy: "FIVE_TUPLE"
spec:
  type: LoadBalancer
  externalTrafficPolicy: Cluster   # every node takes queries and passes them to a CoreDNS pod
  selector:
    k8s-app: kube-dns
  ports:
    - name: dns-udp
      port: 53
      protocol: UDP
      targetPort: 53
      nodePort: 30053   # the worker NSG must let udp in from the load balancer's NSG
)";

constexpr const char* kCorednsHead =
    R"(# {0}: which other clusters' names resolve here. A name that ends in cluster.<name> is
# answered by the CoreDNS of that cluster, reached through its internal UDP load balancer
# (kube-dns-nlb). A cluster without a server block is asked of the VCN's resolver, which knows no
# such name.
apiVersion: v1
kind: ConfigMap
metadata:
  name: coredns-custom
  namespace: kube-system
data:
)";

constexpr const char* kServerBlock = R"(  {0}.server: |
    cluster.{0}:53 {{
        errors
        cache 10
        rewrite name substring cluster.{0} svc.cluster.local
        forward . {1}
    }}
)";

constexpr const char* kWkaText =
    R"(# Applied unchanged in every cluster: one headless name for all members of its cluster,
# marked global so that Cilium ClusterMesh shares it. A DNS query for it still answers with the
# pods of the own cluster only; the others' are found under cluster.<name> (coredns-custom).
apiVersion: v1
kind: Service
metadata:
  name: coherence-wka
  namespace: storage
  labels:
    coherenceCluster: australis
    coherenceComponent: coherenceWkaService
  annotations:
    service.cilium.io/global: "true"
spec:
  type: ClusterIP
  clusterIP: None                  # headless: one A record per pod
  publishNotReadyAddresses: true   # pods are listed before they are ready, else none ever gets so
  selector:
    coherenceCluster: australis
    coherenceComponent: coherencePod
    coherenceWKAMember: "true"
  ports:
    - { name: coherence,   port: 7,    protocol: TCP, targetPort: 7 }
    - { name: coh-local,   port: 7575, protocol: TCP, targetPort: coh-local }
    - { name: coh-cluster, port: 7574, protocol: TCP, targetPort: coh-cluster }
    - { name: health,      port: 6676, protocol: TCP, targetPort: health }
)";

constexpr const char* kCoherenceText =
    R"(# {0} member set of the stretched Coherence cluster "australis".
# coherence.wka decides whom a starting member looks for: the own cluster's name first, then those
# of other clusters. A name that does not resolve is skipped with one log line.
apiVersion: coherence.oracle.com/v1
kind: Coherence
metadata:
  name: storage-{0}
  namespace: storage
spec:
  cluster: australis   # members join only a cluster of this name
  role: storage
  replicas: {1}
  image: example/coherence-storage:1.0
  coherence:
    storageEnabled: true
  jvm:
    memory:
      heapSize: 2g
    args:
      - "-Dcoherence.wka={2}"
  resources:
    requests: {{ cpu: 500m, memory: 4Gi }}
    limits: {{ memory: 4Gi }}
)";

std::string cilium_values(const MeshPlan& plan, const Topology& topology, std::uint32_t self) {
  const Site site{topology, self};
  std::string text = fmt::format(kCiliumHead, site.name(), self + 1, site.api_endpoint(),
                                 site.subnet_ocid(), site.nsg_ocid());
  for (const std::uint32_t other : neighbours(plan.cilium, plan.clusters, self)) {
    const Site remote{topology, other};
    text += fmt::format("      - name: {}\n        port: 2379\n        ips:\n          - {}\n",
                        remote.name(), remote.mesh_apiserver());
  }
  return text;
}

std::string dns_balancer(const Site& site) {
  return fmt::format(kDnsBalancerText, site.name(), site.dns(), site.subnet_ocid(),
                     site.nsg_ocid());
}

std::string coredns_custom(const MeshPlan& plan, const Topology& topology, std::uint32_t self) {
  std::string text = fmt::format(kCorednsHead, topology.clusters[self].name);
  for (const std::uint32_t other : neighbours(plan.dns, plan.clusters, self)) {
    const Site remote{topology, other};
    text += fmt::format(kServerBlock, remote.name(), remote.dns());
  }
  return text;
}

std::string coherence(const MeshPlan& plan, const Topology& topology, std::uint32_t self) {
  std::string wka = "coherence-wka";
  for (const std::uint32_t other : neighbours(plan.wka, plan.clusters, self)) {
    wka += fmt::format(",{}{}", kClusterPrefix, topology.clusters[other].name);
  }
  return fmt::format(kCoherenceText, topology.clusters[self].name, plan.members, wka);
}

}  // namespace

std::vector<GeneratedFile> cluster_files(const MeshPlan& plan, const Topology& topology,
                                         std::uint32_t self) {
  const Site site{topology, self};
  const auto path = [&](const char* file) { return site.name() + "/" + file; };
  return {{path(kCiliumValues), cilium_values(plan, topology, self)},
          {path(kDnsBalancer), dns_balancer(site)},
          {path(kCorednsCustom), coredns_custom(plan, topology, self)},
          {path(kCoherenceWka), kWkaText},
          {path(kCoherence), coherence(plan, topology, self)}};
}

}  // namespace meshsim
