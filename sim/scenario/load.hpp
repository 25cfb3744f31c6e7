// A scenario file with its topology, checked whole.
#pragma once

#include <optional>
#include <string>

#include "meshsim/base/diagnostics.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/topology/validate.hpp"

namespace meshsim {

// The scenario of a file of `kind: Scenario`, or nothing and all that is wrong in it and in its
// topology. Files are found relative to the scenario's folder; a topology that is not there is
// looked for in `installed_topologies`, if given. Manifests must exist; they are not read here.
std::optional<Scenario> load_scenario(const std::string& path, Sources& sources,
                                      Diagnostics& diagnostics,
                                      const std::string& installed_topologies = "",
                                      ValidateFor use = ValidateFor::Run);

}  // namespace meshsim
