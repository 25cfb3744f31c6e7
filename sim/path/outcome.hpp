// Whether a flow got through, by how its legs ended.
#pragma once

#include <optional>

#include "models/fabric/drop.hpp"
#include "sim/path/path.hpp"
#include "sim/scenario/probe.hpp"

namespace meshsim {

struct Outcome {
  bool is_through = true;        // every leg that was asked for has arrived
  std::optional<DropCode> code;  // else why not; neither: it was still under way
};

Outcome outcome_of(const ProbeLog& log, std::uint32_t number, const PathQuery& query);

}  // namespace meshsim
