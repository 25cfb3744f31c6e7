// What the verbs that ask about a plan share: reading files where they are, and small words.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "models/fabric/packet.hpp"
#include "sim/scenario/plan.hpp"
#include "sim/topology/validate.hpp"

namespace meshsim::tools {

// Files read for one answer. Each FILE is looked for as given, then among the scenarios and the
// topologies that came with meshsim.
struct Look {
  Sources sources;
  Diagnostics diagnostics;

  // Of any files, to look at; nothing, and what is wrong, if they cannot be used. `use`: as of
  // load_input.
  std::optional<Plan> plan_look(std::span<const std::string> files,
                                ValidateFor use = ValidateFor::Run);
  // Of one scenario, to run.
  std::optional<Plan> plan_run(std::span<const std::string> files);
};

Protocol protocol_named(std::string_view name);

}  // namespace meshsim::tools
