// Files and documents to topologies: read, expand the short forms, complete, validate.
#pragma once

#include <optional>
#include <string>

#include "meshsim/topology/topology.hpp"
#include "sim/config/node.hpp"
#include "sim/topology/validate.hpp"

namespace meshsim {

struct TopologyDocument;

// The topology of a file of `kind: Topology`, or nothing and all that is wrong. `from`: the line
// that names the file, if a file does.
std::optional<Topology> load_topology(const std::string& path, Sources& sources,
                                      Diagnostics& diagnostics, Pos from = {},
                                      ValidateFor use = ValidateFor::Run);

// The same for a mapping; `path` leads to it in its document ("topology" inside a scenario).
std::optional<Topology> read_topology(const Node& node, Diagnostics& diagnostics,
                                      const std::string& path = "");

// The steps of the above for a reader of a document that holds a topology. `out` becomes what could
// be read, also if it is wrong, so that more can be checked against it; true if nothing is.
bool read_topology_file(const std::string& path, Sources& sources, Diagnostics& diagnostics,
                        Pos from, Topology& out, ValidateFor use = ValidateFor::Run);
bool finish_topology(const TopologyDocument& document, const Node& node, Diagnostics& diagnostics,
                     const std::string& path, Topology& out, ValidateFor use = ValidateFor::Run);

// True if the document is a mapping with our apiVersion and that kind; else an error that says so.
bool check_header(const Node& document, std::string_view kind, Diagnostics& diagnostics);

}  // namespace meshsim
