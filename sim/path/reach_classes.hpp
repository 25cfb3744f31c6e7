// Which ends of a plan nothing can tell apart.
#pragma once

#include <vector>

#include "sim/path/reach.hpp"

namespace meshsim {

// Of all nodes, or of all pods. An end whose address somebody else has too is a class of its own.
std::vector<ReachClass> node_classes(const Plan& plan, bool by_class);
std::vector<ReachClass> pod_classes(const Plan& plan, bool by_class);
// One per load balancer and listener of that protocol (and port, unless 0).
std::vector<ReachClass> load_balancer_classes(const Plan& plan, Protocol protocol,
                                              std::uint16_t port);

}  // namespace meshsim
