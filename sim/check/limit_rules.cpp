// MS07nn: default limits of the service, as a paid tenancy has them; all but the fixed ones can be
// raised on request.
// Source: oci-oke.md sections 1.1, 1.3, 2.6, 4.1, 5 and 8.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "sim/check/rules.hpp"
#include "sim/check/subject.hpp"
#include "sim/topology/oci_limits.hpp"

namespace meshsim::checks {
namespace {

constexpr std::size_t kVcnsPerRegion = 50;
constexpr std::size_t kPartsPerVcn = 300;  // subnets, route tables, security lists each
constexpr std::size_t kNsgsPerVcn = 1000;
constexpr std::size_t kRulesPerList = 200;  // of each direction
constexpr std::size_t kDynamicRoutes = 20'000;
constexpr std::size_t kClustersPerRegion = 30;  // 15 basic and 15 enhanced
constexpr std::size_t kClustersOfType = 15;
constexpr std::size_t kNodesOfBasic = 1000;
constexpr std::size_t kNodesOfEnhanced = 5000;
constexpr std::size_t kNodesPerPool = 1000;
constexpr std::size_t kBalancersPerRegion = 50;
constexpr std::size_t kBackendsPerSet = 512;
constexpr std::size_t kListenersPerNlb = 50;

constexpr std::string_view kAskFor = "ask Oracle for a higher limit, or use less";

void exceed(Findings& findings, Pos pos, std::vector<std::string> objects, std::size_t count,
            std::size_t limit, const std::string& what, std::string_view remedy = kAskFor) {
  if (count <= limit) return;
  findings.add(pos, std::move(objects),
               fmt::format("{}: {}; the default limit is {}", what, count, limit),
               std::string{remedy});
}

void find_many_vcns(const Subject& subject, Findings& findings) {
  std::map<std::string, std::vector<const Vcn*>> regions;
  for (const Vcn& vcn : subject.topology().vcns) regions[vcn.region].push_back(&vcn);
  for (const auto& [region, vcns] : regions) {
    exceed(findings, vcns.back()->pos, {object(*vcns.back())}, vcns.size(), kVcnsPerRegion,
           "VCNs in " + region);
  }
}

void find_large_vcns(const Subject& subject, Findings& findings) {
  for (const Vcn& vcn : subject.topology().vcns) {
    const auto look = [&](std::size_t count, std::size_t limit, std::string_view what) {
      exceed(findings, vcn.pos, {object(vcn)}, count, limit,
             fmt::format("{} of VCN {}", what, vcn.name));
    };
    look(vcn.subnets.size(), kPartsPerVcn, "subnets");
    look(vcn.route_tables.size(), kPartsPerVcn, "route tables");
    look(vcn.security_lists.size(), kPartsPerVcn, "security lists");
    look(vcn.nsgs.size(), kNsgsPerVcn, "NSGs");
    look(vcn.cidrs.size(), kCidrsPerVcn, "CIDRs");
  }
}

void find_long_route_tables(const Subject& subject, Findings& findings) {
  for (const Vcn& vcn : subject.topology().vcns) {
    for (const RouteTable& table : vcn.route_tables) {
      exceed(findings, table.pos, {object(vcn)}, table.rules.size(), kRulesPerRouteTable,
             fmt::format("rules of route table '{}' of VCN {}", table.name, vcn.name),
             "use one rule for a range that holds several VCNs");
    }
  }
}

void find_long_lists(const Subject& subject, Findings& findings) {
  for (const Vcn& vcn : subject.topology().vcns) {
    for (const SecurityGroup& list : vcn.security_lists) {
      for (const RuleDirection direction : {RuleDirection::Ingress, RuleDirection::Egress}) {
        const auto count =
            std::count_if(list.rules.begin(), list.rules.end(),
                          [&](const SecurityRule& rule) { return rule.direction == direction; });
        exceed(findings, list.pos, {object(vcn)}, static_cast<std::size_t>(count), kRulesPerList,
               fmt::format("{} rules of security list '{}' of VCN {}",
                           direction == RuleDirection::Ingress ? "ingress" : "egress", list.name,
                           vcn.name),
               "use one rule for a range that holds several VCNs, or several lists");
      }
    }
  }
}

void find_long_nsgs(const Subject& subject, Findings& findings) {
  for (const Vcn& vcn : subject.topology().vcns) {
    for (const SecurityGroup& group : vcn.nsgs) {
      exceed(findings, group.pos, {object(vcn)}, group.rules.size(), kRulesPerNsg,
             fmt::format("rules of NSG '{}' of VCN {}", group.name, vcn.name),
             "use one rule for a range that holds several VCNs, or several NSGs");
    }
  }
}

void find_many_groups(const Subject& subject, Findings& findings) {
  for (const Vcn& vcn : subject.topology().vcns) {
    for (const Subnet& subnet : vcn.subnets) {
      exceed(findings, subnet.pos, {object(vcn)}, subnet.security_lists.size(), kListsPerSubnet,
             fmt::format("security lists of subnet '{}' of VCN {}", subnet.name, vcn.name),
             "join some of them; this limit is fixed");
    }
  }
  for (const PlannedCluster& cluster : subject.clusters()) {
    for (const NodePool& pool : cluster.topology->pools) {
      exceed(findings, pool.pos, {object(cluster)}, pool.nsgs.size(), kNsgsPerVnic,
             fmt::format("NSGs of the nodes of {} (pool {})", name_of(cluster), pool.name),
             "join some of them; this limit is fixed");
    }
    exceed(findings, cluster.topology->pos, {object(cluster)}, cluster.topology->lb_nsgs.size(),
           kNsgsPerVnic, "NSGs of the load balancers of " + name_of(cluster),
           "join some of them; this limit is fixed");
  }
}

void find_many_drgs(const Subject& subject, Findings& findings) {
  std::map<std::string, std::vector<const Drg*>> regions;
  for (const Drg& drg : subject.topology().drgs) regions[drg.region].push_back(&drg);
  for (const auto& [region, drgs] : regions) {
    exceed(findings, drgs.back()->pos, {object(*drgs.back())}, drgs.size(), kDrgsPerRegion,
           "DRGs in " + region, "attach several VCNs of a region to one DRG");
  }
  for (const Drg& drg : subject.topology().drgs) {
    const auto count = std::count_if(
        drg.attachments.begin(), drg.attachments.end(),
        [](const auto& attachment) { return attachment.type == DrgAttachment::Type::Vcn; });
    exceed(findings, drg.pos, {object(drg)}, static_cast<std::size_t>(count), kVcnsPerDrg,
           "VCNs attached to DRG " + drg.name);
  }
}

void find_large_drg_tables(const Subject& subject, Findings& findings) {
  for (std::size_t d = 0; d < subject.topology().drgs.size(); ++d) {
    const Drg& drg = subject.topology().drgs[d];
    exceed(findings, drg.pos, {object(drg)}, drg.route_tables.size(), kTablesPerDrg,
           "route tables of DRG " + drg.name, "share tables; this limit is fixed");
    std::size_t dynamic = 0;
    for (std::size_t t = 0; t < drg.route_tables.size(); ++t) {
      const DrgRouteTable& table = drg.route_tables[t];
      const std::string of = fmt::format("route table '{}' of DRG {}", table.name, drg.name);
      exceed(findings, table.pos, {object(drg)}, table.static_rules.size(), kStaticRulesPerTable,
             "static rules of " + of);
      exceed(findings, table.pos, {object(drg)}, table.imports.size(), kStatementsPerTable,
             "import statements of " + of);
      for (const DrgRoute& route : subject.routes().tables[d][t]) dynamic += !route.is_static;
    }
    exceed(findings, drg.pos, {object(drg)}, dynamic, kDynamicRoutes,
           "routes that DRG " + drg.name + " learns", "use fewer subnets, or announce VCN ranges");
  }
}

void find_many_peerings(const Subject& subject, Findings& findings) {
  std::map<std::string, std::size_t> regions;
  for (const Rpc& rpc : subject.topology().rpcs) {
    for (const std::string* name : {&rpc.drg_a, &rpc.drg_b}) {
      const Drg* const drg = find_named(subject.topology().drgs, *name);
      if (drg != nullptr) ++regions[drg->region];
    }
  }
  for (const auto& [region, count] : regions) {
    const auto drg = std::find_if(subject.topology().drgs.begin(), subject.topology().drgs.end(),
                                  [&](const Drg& one) { return one.region == region; });
    exceed(findings, drg->pos, {object(*drg)}, count, kPeeringsPerRegion,
           "remote peerings in " + region + " (a limit of older pages)",
           "ask Oracle for a higher limit, or let a hub's DRG pass packets on");
  }
}

void find_many_clusters(const Subject& subject, Findings& findings) {
  std::map<std::string, std::vector<const PlannedCluster*>> regions;
  for (const PlannedCluster& cluster : subject.clusters()) {
    regions[cluster.topology->region].push_back(&cluster);
  }
  for (const auto& [region, clusters] : regions) {
    const Pos pos = clusters.back()->topology->pos;
    exceed(findings, pos, {object(*clusters.back())}, clusters.size(), kClustersPerRegion,
           "OKE clusters in " + region);
    for (const ClusterType type : {ClusterType::Basic, ClusterType::Enhanced}) {
      const auto count = std::count_if(clusters.begin(), clusters.end(), [&](const auto* cluster) {
        return cluster->topology->type == type;
      });
      if (clusters.size() > kClustersPerRegion) continue;
      exceed(findings, pos, {object(*clusters.back())}, static_cast<std::size_t>(count),
             kClustersOfType,
             fmt::format("{} OKE clusters in {}", type == ClusterType::Basic ? "basic" : "enhanced",
                         region));
    }
  }
}

void find_many_nodes(const Subject& subject, Findings& findings) {
  for (const PlannedCluster& cluster : subject.clusters()) {
    const Cluster& made = *cluster.topology;
    std::size_t nodes = 0;
    for (const NodePool& pool : made.pools) {
      nodes += pool.nodes;
      exceed(findings, pool.pos, {object(cluster)}, pool.nodes, kNodesPerPool,
             fmt::format("nodes of pool {} of {}", pool.name, made.name), "use several pools");
    }
    const bool is_basic = made.type == ClusterType::Basic;
    exceed(findings, made.pos, {object(cluster)}, nodes,
           is_basic ? kNodesOfBasic : kNodesOfEnhanced,
           fmt::format("nodes of {} cluster {}", is_basic ? "basic" : "enhanced", made.name),
           is_basic ? "make it an enhanced cluster" : kAskFor);
  }
}

void find_many_balancers(const Subject& subject, Findings& findings) {
  std::map<std::string, std::size_t> regions;
  for (const PlannedCluster& cluster : subject.clusters()) {
    for (const PlannedLoadBalancer& balancer : cluster.load_balancers) {
      const ServiceManifest& service = cluster.services[balancer.service].manifest;
      exceed(findings, service.pos, {object(cluster, service), object(cluster)},
             cluster.nodes.size(), kBackendsPerSet,
             fmt::format("backends of the load balancer of Service {} of {}", service.name,
                         name_of(cluster)),
             "choose the nodes with node-label-selector");
      exceed(findings, service.pos, {object(cluster, service), object(cluster)},
             service.ports.size(), kListenersPerNlb,
             fmt::format("listeners of the load balancer of Service {} of {}", service.name,
                         name_of(cluster)),
             "spread the ports over several Services");
      if (service.load_balancer.kind.value == LoadBalancerRequest::Kind::Lb) {
        ++regions[cluster.topology->region];
      }
    }
  }
  for (const auto& [region, count] : regions) {
    const auto owner =
        std::find_if(subject.clusters().begin(), subject.clusters().end(),
                     [&](const auto& cluster) { return cluster.topology->region == region; });
    exceed(findings, owner->topology->pos, {object(*owner)}, count, kBalancersPerRegion,
           "load balancers in " + region, "use network load balancers, or share one");
  }
}

struct ShapeLimit {
  std::string_view prefix;
  std::size_t cores;  // OCPUs per availability domain
};
constexpr ShapeLimit kShapeLimits[] = {{"VM.Standard.E4.", 2000}, {"VM.Standard.E5.", 384}};

void find_many_cores(const Subject& subject, Findings& findings) {
  for (const ShapeLimit& limit : kShapeLimits) {
    std::map<std::string, std::size_t> cores;
    for (const PlannedCluster& cluster : subject.clusters()) {
      for (const NodePool& pool : cluster.topology->pools) {
        if (!std::string_view{pool.shape}.starts_with(limit.prefix)) continue;
        cores[cluster.topology->region] += std::size_t{pool.nodes} * pool.ocpus;
      }
    }
    for (const auto& [name, count] : cores) {
      const Region* const region = find_named(subject.topology().regions, name);
      const std::size_t domains = region == nullptr ? 1 : region->availability_domains;
      const auto owner =
          std::find_if(subject.clusters().begin(), subject.clusters().end(),
                       [&](const auto& cluster) { return cluster.topology->region == name; });
      exceed(findings, owner->topology->pos, {object(*owner)}, count, limit.cores * domains,
             fmt::format("OCPUs of {}* in {}", limit.prefix, name));
    }
  }
}

constexpr auto kWarning = Level::Warning;

constexpr Rule kRules[] = {
    {"MS0701", kWarning, "more VCNs in a region than the limit", find_many_vcns},
    {"MS0702", kWarning, "more parts in a VCN than the limit", find_large_vcns},
    {"MS0703", kWarning, "more rules in a route table than the limit", find_long_route_tables},
    {"MS0704", kWarning, "more rules in a security list than the limit", find_long_lists},
    {"MS0705", kWarning, "more rules in an NSG than the limit", find_long_nsgs},
    {"MS0706", Level::Error, "more lists or NSGs on a VNIC than OCI takes", find_many_groups},
    {"MS0707", kWarning, "more DRGs or attachments than the limit", find_many_drgs},
    {"MS0708", kWarning, "more routes or rules in a DRG than the limit", find_large_drg_tables},
    {"MS0709", kWarning, "more remote peerings in a region than the limit", find_many_peerings},
    {"MS0710", kWarning, "more clusters in a region than the limit", find_many_clusters},
    {"MS0711", kWarning, "more nodes in a cluster or pool than the limit", find_many_nodes},
    {"MS0712", kWarning, "more load balancers, listeners or backends than the limit",
     find_many_balancers},
    {"MS0713", kWarning, "more OCPUs in a region than the limit", find_many_cores},
};

}  // namespace

std::span<const Rule> limit_rules() { return kRules; }

}  // namespace meshsim::checks
