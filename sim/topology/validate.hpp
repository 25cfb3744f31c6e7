// What must hold of a topology before anything can run on it.
#pragma once

#include <cstdint>
#include <string>

#include "meshsim/topology/topology.hpp"
#include "sim/config/node.hpp"

namespace meshsim {

// Look: what a rule of `meshsim check` says (overlaps, full ranges, limits) is left to it.
enum class ValidateFor : std::uint8_t { Run, Look };

// Reports everything that is wrong: names taken twice, references to nothing, addresses that
// overlap or do not fit, unknown regions. An error points at the value in `document`, the mapping
// the topology was read from, if it stands there, else at what the object was made from.
// `path`: what leads to the document. Imported topologies have no document.
void validate(const Topology& topology, const Node* document, const std::string& path,
              Diagnostics& diagnostics, ValidateFor use = ValidateFor::Run);

}  // namespace meshsim
