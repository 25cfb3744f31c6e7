// OKE clusters and node pools with the nodes they have.
#include <fmt/format.h>

#include <algorithm>

#include "sim/import/terraform_build.hpp"

namespace meshsim {
namespace {

constexpr auto kOfCluster = Unknown::Of::Cluster;

std::string subnet_at(TerraformBuild& build, const TerraformResource& resource,
                      const Located<std::string>& id, const std::string& cluster,
                      std::string_view what) {
  const auto found = build.subnets.find(id.value);
  if (found != build.subnets.end()) return found->second.name;
  build.unknown(
      kOfCluster, cluster, fmt::format("{} of {}", what, resource.address),
      id ? id.pos : resource.pos,
      id ? fmt::format("'{}' is in none of the files", id.value) : "not known before apply");
  return {};
}

std::vector<std::string> nsgs_at(TerraformBuild& build, const TerraformResource& resource,
                                 const TerraformBlock& block, const std::string& cluster,
                                 std::string_view key = "nsg_ids") {
  std::vector<std::string> names;
  if (block.is_unknown(key)) {
    build.unknown_attribute(kOfCluster, cluster, resource, block, key);
  }
  for (const Located<std::string>& id : block.texts(key)) {
    const auto found = build.nsgs.find(id.value);
    if (found != build.nsgs.end()) {
      names.push_back(found->second.name);
    } else {
      build.unknown(kOfCluster, cluster, fmt::format("NSGs of {}", resource.address), id.pos,
                    fmt::format("'{}' is in none of the files", id.value));
    }
  }
  return names;
}

void read_range(TerraformBuild& build, const TerraformResource& resource,
                const TerraformBlock& block, std::string_view key, const std::string& cluster,
                Prefix& into) {
  const Located<std::string> text = block.text(key);
  if (!text) return build.unknown_attribute(kOfCluster, cluster, resource, block, key);
  if (const auto prefix = parse_prefix(text.value)) {
    into = *prefix;
  } else {
    build.diagnostics.error(text.pos, resource.address,
                            fmt::format("'{}' is no IPv4 prefix", text.value));
  }
}

void read_lb_subnet(TerraformBuild& build, const TerraformResource& resource,
                    const TerraformBlock& options, Cluster& cluster) {
  const auto ids = options.texts("service_lb_subnet_ids");
  if (!ids.empty()) {
    cluster.lb_subnet =
        subnet_at(build, resource, ids.front(), cluster.name, "service_lb_subnet_ids");
  }
  if (ids.empty() || cluster.lb_subnet.empty()) {
    const Vcn* const vcn = find_named(build.out.topology.vcns, cluster.vcn);
    cluster.lb_subnet = vcn->subnets.empty() ? "" : vcn->subnets.front().name;
    if (ids.empty()) {
      build.unknown_attribute(kOfCluster, cluster.name, resource, options, "service_lb_subnet_ids");
    }
  }
}

// The address of the endpoint: "10.1.0.20:6443" of `endpoints`.
Ipv4 endpoint_address(const TerraformResource& resource) {
  const std::string text = resource.values.block("endpoints").text("private_endpoint").value;
  return parse_ipv4(std::string_view{text}.substr(0, text.find(':'))).value_or(Ipv4{});
}

void read_endpoint(TerraformBuild& build, const TerraformResource& resource, Cluster& cluster) {
  const auto configs = resource.values.blocks("endpoint_config");
  if (configs.empty()) return;
  ApiEndpoint endpoint;
  endpoint.subnet = subnet_at(build, resource, configs.front().text("subnet_id"), cluster.name,
                              "subnet of the endpoint");
  if (endpoint.subnet.empty()) return;
  endpoint.nsgs = nsgs_at(build, resource, configs.front(), cluster.name);
  endpoint.address = endpoint_address(resource);
  endpoint.is_public = configs.front().flag("is_public_ip_enabled").value;
  endpoint.pos = configs.front().pos();
  cluster.endpoint = std::move(endpoint);
}

void add_cluster(TerraformBuild& build, const TerraformResource& resource) {
  Topology& topology = build.out.topology;
  const Located<std::string> vcn_id = resource.values.text("vcn_id");
  const auto vcn = build.vcns.find(vcn_id.value);
  if (vcn == build.vcns.end()) {
    build.unknown(Unknown::Of::Whole, "", fmt::format("the VCN of {}", resource.address),
                  vcn_id ? vcn_id.pos : resource.pos,
                  vcn_id ? fmt::format("'{}' is in none of the files", vcn_id.value)
                         : "not known before apply");
    return;
  }
  Cluster cluster;
  cluster.name = free_name(topology.clusters, terraform_name(resource));
  cluster.vcn = vcn->second.name;
  cluster.region = topology.vcns[vcn->second.owner].region;
  const Located<std::string> version = resource.values.text("kubernetes_version");
  if (version) cluster.kubernetes_version = version.value;
  // Without a type OCI makes a basic one; source: oci-oke.md section 6.1.
  const Located<std::string> type = resource.values.text("type");
  cluster.type = type.value == "ENHANCED_CLUSTER" ? ClusterType::Enhanced : ClusterType::Basic;
  const TerraformBlock options = resource.values.block("options");
  const TerraformBlock network = options.block("kubernetes_network_config");
  read_range(build, resource, network, "pods_cidr", cluster.name, cluster.pods_cidr);
  read_range(build, resource, network, "services_cidr", cluster.name, cluster.services_cidr);
  read_lb_subnet(build, resource, options, cluster);
  // FLANNEL_OVERLAY says little: Cilium is installed in such clusters too.
  const TerraformBlock pods = resource.values.block("cluster_pod_network_options");
  if (pods.text("cni_type").value == "OCI_VCN_IP_NATIVE") cluster.cni = Cni::VcnNative;
  read_endpoint(build, resource, cluster);
  cluster.pos = resource.pos;
  build.clusters[resource.id] = {topology.clusters.size(), cluster.name};
  topology.clusters.push_back(std::move(cluster));
}

void read_instances(TerraformBuild& build, const TerraformResource& resource, NodePool& pool) {
  for (const TerraformBlock& node : resource.values.blocks("nodes")) {
    const Located<std::string> address = node.text("private_ip");
    const std::string state = node.text("state").value;
    if (!address || state == "DELETED" || state == "DELETING") continue;
    const auto parsed = parse_ipv4(address.value);
    if (!parsed) {
      build.diagnostics.error(address.pos, resource.address,
                              fmt::format("'{}' is no IPv4 address", address.value));
      continue;
    }
    pool.instances.push_back({*parsed, node.text("availability_domain").value,
                              node.text("fault_domain").value, address.pos});
  }
}

void read_placement(const std::vector<TerraformBlock>& placements, NodePool& pool) {
  const auto add = [](std::vector<std::uint32_t>& list, std::uint32_t number) {
    const bool is_new = std::find(list.begin(), list.end(), number) == list.end();
    if (number != 0 && is_new) list.push_back(number);
  };
  for (const TerraformBlock& placement : placements) {
    add(pool.availability_domains,
        availability_domain_number(placement.text("availability_domain").value));
    for (const Located<std::string>& domain : placement.texts("fault_domains")) {
      const char digit = domain.value.back();  // "FAULT-DOMAIN-1"
      if (digit >= '1' && digit <= '3') {
        add(pool.fault_domains, static_cast<std::uint32_t>(digit - '0'));
      }
    }
  }
}

// Where the addresses of VCN-native pods are from.
void read_pod_network(TerraformBuild& build, const TerraformResource& resource,
                      const TerraformBlock& details, const std::string& cluster, NodePool& pool) {
  const TerraformBlock pods = details.block("node_pool_pod_network_option_details");
  const auto subnets = pods.texts("pod_subnet_ids");
  if (subnets.empty()) return;
  pool.pod_subnet = subnet_at(build, resource, subnets.front(), cluster, "subnet of the pods");
  pool.pod_nsgs = nsgs_at(build, resource, pods, cluster, "pod_nsg_ids");
}

void add_pool(TerraformBuild& build, const TerraformResource& resource) {
  const Located<std::string> id = resource.values.text("cluster_id");
  const auto owner = build.clusters.find(id.value);
  if (owner == build.clusters.end()) {
    build.unknown(
        Unknown::Of::Whole, "", fmt::format("the cluster of {}", resource.address),
        id ? id.pos : resource.pos,
        id ? fmt::format("'{}' is in none of the files", id.value) : "not known before apply");
    return;
  }
  Cluster& cluster = build.out.topology.clusters[owner->second.owner];
  NodePool pool;
  pool.name = free_name(cluster.pools, terraform_name(resource));
  pool.pos = resource.pos;
  const TerraformBlock details = resource.values.block("node_config_details");
  read_instances(build, resource, pool);
  const Located<std::uint32_t> size = details.number("size");
  pool.nodes = size ? size.value : static_cast<std::uint32_t>(pool.instances.size());
  const Located<std::string> shape = resource.values.text("node_shape");
  if (shape) pool.shape = shape.value;
  const Located<std::uint32_t> ocpus = resource.values.block("node_shape_config").number("ocpus");
  if (ocpus) pool.ocpus = ocpus.value;
  const auto placements = details.blocks("placement_configs");
  pool.subnet =
      subnet_at(build, resource,
                placements.empty() ? Located<std::string>{} : placements.front().text("subnet_id"),
                cluster.name, "subnet of the nodes");
  pool.nsgs = nsgs_at(build, resource, details, cluster.name);
  read_placement(placements, pool);
  read_pod_network(build, resource, details, cluster.name, pool);
  if (pool.nodes != 0 && !pool.subnet.empty()) cluster.pools.push_back(std::move(pool));
}

}  // namespace

void add_oke(TerraformBuild& build) {
  for (const TerraformResource* resource : build.all("oci_containerengine_cluster")) {
    add_cluster(build, *resource);
  }
  for (const TerraformResource* resource : build.all("oci_containerengine_node_pool")) {
    add_pool(build, *resource);
  }
}

}  // namespace meshsim
