// Loads topologies from text, for the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "sim/topology/load.hpp"

namespace meshsim {

struct LoadedTopology {
  Sources sources;
  Diagnostics diagnostics;
  std::optional<Topology> topology;

  // The text without its header.
  explicit LoadedTopology(std::string_view text) {
    const auto documents = parse_yaml(text, sources.add("in.yaml"), diagnostics);
    if (!documents.empty()) topology = read_topology(documents[0], diagnostics);
  }
  std::string errors() const { return diagnostics.text(sources); }
  const Topology& operator*() const { return topology.value(); }
  const Topology* operator->() const { return &topology.value(); }
};

inline constexpr std::string_view kThreeClusters =
    "clusters:\n"
    "  - {name: c1, region: eu-paris-1}\n"
    "  - {name: c2, region: AMS}\n"
    "  - {name: c3, region: eu-frankfurt-1}\n";

}  // namespace meshsim
