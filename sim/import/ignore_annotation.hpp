// The annotation meshsim.dev/ignore of a manifest: findings that its author knows and accepts.
#pragma once

#include <string>
#include <vector>

#include "meshsim/topology/topology.hpp"
#include "sim/import/labels.hpp"

namespace meshsim {

// `where` names the object in messages: "Service storage/coherence-wka".
std::vector<Ignore> read_ignores(const Labels& annotations, const std::string& where,
                                 Diagnostics& diagnostics);

}  // namespace meshsim
