// Who gets which address of a VCN beside nodes and load balancers: API endpoints and plain hosts.
#pragma once

#include "sim/scenario/plan.hpp"

namespace meshsim {

// Once nodes and load balancers have their addresses.
void place_hosts(Plan& plan, Diagnostics& diagnostics);

}  // namespace meshsim
