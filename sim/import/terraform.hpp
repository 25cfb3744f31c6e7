// Terraform states and plans of OCI networks and OKE clusters as a topology.
// Source: oci-oke.md sections 6.4 to 6.6.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "meshsim/topology/topology.hpp"
#include "meshsim/topology/unknown.hpp"
#include "sim/config/node.hpp"
#include "sim/topology/validate.hpp"

namespace meshsim {

struct ImportedTopology {
  Topology topology;  // in the long form; what OCI makes by itself is added
  std::vector<Unknown> unknowns;
  // The Terraform address of what stands at a place, for people whose state is one long line.
  std::map<Pos, std::string> addresses;
};

// The topology that the documents add up to: one per region or one for all. What is not understood
// is a warning at its place; what the files do not say and would be needed is in `unknowns`.
ImportedTopology read_terraform(std::span<const Node> documents, const Sources& sources,
                                Diagnostics& diagnostics, ValidateFor use = ValidateFor::Run);

}  // namespace meshsim
