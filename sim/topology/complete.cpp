// Looks figures up in the table of regions.
#include "sim/topology/complete.hpp"

#include "sim/topology/regions.hpp"

namespace meshsim {
namespace {

void add_region(Topology& topology, const std::string& name) {
  const KnownRegion* const known = find_region(name);
  if (known == nullptr || find_named(topology.regions, name) != nullptr) return;
  topology.regions.push_back({name, std::string{known->key}, known->availability_domains, {}});
}

}  // namespace

void complete_peerings(Topology& topology) {
  for (Rpc& rpc : topology.rpcs) {
    const Drg* const a = find_named(topology.drgs, rpc.drg_a);
    const Drg* const b = find_named(topology.drgs, rpc.drg_b);
    if (rpc.round_trip != Duration{} || a == nullptr || b == nullptr) continue;
    const auto known = known_round_trip(a->region, b->region);
    if (!known) continue;
    rpc.round_trip = known->round_trip;
    rpc.round_trip_from = known->source;
    if (rpc.jitter == Duration{}) rpc.jitter = known->round_trip / kRpcJitterShare;
  }
}

void add_regions(Topology& topology) {
  for (const Vcn& vcn : topology.vcns) add_region(topology, vcn.region);
  for (const Drg& drg : topology.drgs) add_region(topology, drg.region);
  for (const Cluster& cluster : topology.clusters) add_region(topology, cluster.region);
}

}  // namespace meshsim
