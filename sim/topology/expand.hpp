// Short forms to the long form: clusters to VCNs and DRGs, `peering` to RPCs, `links` to figures.
#pragma once

#include <string>

#include "meshsim/topology/topology.hpp"
#include "sim/topology/document.hpp"

namespace meshsim {

// Every object that is made carries the position of what it was made from. Names and references
// are checked as far as the expansion needs them; validate() does the rest.
Topology expand(const TopologyDocument& document, Diagnostics& diagnostics,
                const std::string& path = "");

// The long form of a topology as a document, for printing; expanding it gives the topology again.
TopologyDocument long_form(const Topology& topology);

}  // namespace meshsim
