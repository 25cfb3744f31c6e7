// Counts what the generated topology and answers would contain.
#include "sim/generate/limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/topology/oci_limits.hpp"

namespace meshsim {
namespace {

// A records of a forwarded WKA name in a UDP answer of 512 bytes; source: dns.md section 5.2.
constexpr std::uint32_t kWkaAnswers = 26;

std::size_t most_rules(const Topology& topology, std::size_t& most_routes) {
  std::size_t most = 0;
  for (const Vcn& vcn : topology.vcns) {
    for (const SecurityGroup& nsg : vcn.nsgs) most = std::max(most, nsg.rules.size());
    for (const RouteTable& table : vcn.route_tables) {
      most_routes = std::max(most_routes, table.rules.size());
    }
  }
  return most;
}

template <class Names>
std::size_t most_alike(const Names& names) {
  std::map<std::string, std::size_t> counts;
  std::size_t most = 0;
  for (const std::string& name : names) most = std::max(most, ++counts[name]);
  return most;
}

}  // namespace

std::vector<std::string> exceeded_limits(const MeshPlan& plan, const Topology& topology) {
  std::vector<std::string> exceeded;
  const auto over = [&](std::size_t has, std::size_t limit, auto&& sentence) {
    if (has > limit) exceeded.push_back(sentence);
  };
  std::size_t routes = 0;
  const std::size_t rules = most_rules(topology, routes);
  over(rules, kRulesPerNsg,
       fmt::format("an NSG needs {} rules, and OCI allows {}; let the other clusters in by a few "
                   "prefixes that hold many VCNs, or give the load balancers two NSGs",
                   rules, kRulesPerNsg));
  over(routes, kRulesPerRouteTable,
       fmt::format("a VCN route table needs {} rules, and OCI allows {} by default; route to the "
                   "DRG by prefixes that hold many VCNs",
                   routes, kRulesPerRouteTable));
  std::vector<std::string> rpc_ends;
  std::vector<std::string> drg_regions;
  for (const Rpc& rpc : topology.rpcs) {
    for (const std::string& drg : {rpc.drg_a, rpc.drg_b}) {
      rpc_ends.push_back(find_named(topology.drgs, drg)->region);
    }
  }
  for (const Drg& drg : topology.drgs) drg_regions.push_back(drg.region);
  const std::size_t rpcs = most_alike(rpc_ends);
  const std::size_t drgs = most_alike(drg_regions);
  over(rpcs, kPeeringsPerRegion,
       fmt::format("a region needs {} remote peerings, and {} are the default; have the limit "
                   "raised before you apply this",
                   rpcs, kPeeringsPerRegion));
  over(drgs, kDrgsPerRegion,
       fmt::format("a region needs {} DRGs, and {} are the default; let clusters of a region share "
                   "one, or have the limit raised",
                   drgs, kDrgsPerRegion));
  over(plan.members, kWkaAnswers,
       fmt::format("{} members of a cluster do not fit into a UDP answer for its WKA name ({} do): "
                   "the answer is truncated, and the load balancer has no TCP listener; label only "
                   "some pods coherenceWKAMember",
                   plan.members, kWkaAnswers));
  return exceeded;
}

}  // namespace meshsim
