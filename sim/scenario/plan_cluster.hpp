// The plan of one cluster.
#pragma once

#include <vector>

#include "sim/scenario/plan.hpp"

namespace meshsim {

// Reads what is applied to the cluster and places it; load balancers follow when all clusters are
// there. What nobody says and cannot be given out is an error of a run, and else unknown.
PlannedCluster plan_cluster(const Scenario& scenario, const Cluster& cluster, PlanFor use,
                            Sources& sources, Diagnostics& diagnostics,
                            std::vector<Unknown>& unknowns);

}  // namespace meshsim
