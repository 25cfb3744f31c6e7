// What a mesh of this size runs into before anybody applies it: limits of OCI, DNS and Cilium.
#pragma once

#include <string>
#include <vector>

#include "sim/generate/mesh.hpp"

namespace meshsim {

// One sentence for each limit that the plan exceeds: what, how far, and what to do.
std::vector<std::string> exceeded_limits(const MeshPlan& plan, const Topology& topology);

}  // namespace meshsim
