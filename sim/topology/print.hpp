// A topology for people: `meshsim topology FILE -o yaml|json|table|dot|mermaid`.
#pragma once

#include <string>

#include "meshsim/topology/topology.hpp"

namespace meshsim {

enum class TopologyFormat : std::uint8_t { Yaml, Json, Table, Dot, Mermaid };

// Yaml and Json: the long form, which loads to the same topology. Table: clusters, peerings, and
// who reaches whom through the DRGs' route tables, with what stops the rest and, with `sources`,
// the line that would have to change. Dot and Mermaid: a picture.
std::string print_topology(const Topology& topology, TopologyFormat format,
                           const Sources* sources = nullptr);

}  // namespace meshsim
