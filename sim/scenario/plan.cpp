// One plan of all clusters, and what needs every cluster to see. Addresses are given out in a fixed
// order, so the same files always give the same plan.
#include "sim/scenario/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/scenario/plan_cluster.hpp"
#include "sim/scenario/plan_hosts.hpp"
#include "sim/scenario/plan_load_balancers.hpp"

namespace meshsim {
namespace {

// What needs every cluster to see.
void check_mesh(const Plan& plan, PlanFor use, Diagnostics& diagnostics) {
  std::map<std::uint32_t, const PlannedCluster*> by_id;
  for (const PlannedCluster& cluster : plan.clusters) {
    const CiliumValues& cilium = cluster.cilium;
    // Whoever looks shall find it: `check` has a rule for it.
    if (use == PlanFor::Run && cilium.id.value != 0 &&
        !by_id.emplace(cilium.id.value, &cluster).second) {
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
        plan_cluster(plan.scenario, cluster, use, sources, diagnostics, plan.unknowns));
  }
  for (PlannedCluster& cluster : plan.clusters) {
    place_load_balancers(plan, cluster, use, diagnostics);
  }
  place_hosts(plan, diagnostics);
  check_mesh(plan, use, diagnostics);
  if (!diagnostics.ok()) return std::nullopt;
  return plan;
}

}  // namespace meshsim
