// Where the load balancers of a cluster's Services stand.
#pragma once

#include "sim/scenario/plan.hpp"

namespace meshsim {

// One per Service of that type, in the subnet and with the NSGs that its annotations name, at the
// address it asks for, or is known by, or else the first free one.
void place_load_balancers(Plan& plan, PlannedCluster& cluster, PlanFor use,
                          Diagnostics& diagnostics);

}  // namespace meshsim
