// What a run is asked to do: a topology, the manifests applied to it and when, what must hold.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "meshsim/base/diagnostics.hpp"
#include "meshsim/base/units.hpp"
#include "meshsim/topology/topology.hpp"
#include "meshsim/topology/unknown.hpp"
#include "sim/scenario/parameters.hpp"

namespace meshsim {

// A file as named in the scenario, resolved against the scenario's folder.
struct ManifestFile {
  std::string path;
  Pos pos;
};

// `kubectl apply` (or `helm upgrade`) of files to one cluster at a time after the start.
struct ApplyStep {
  Duration at{};
  std::string cluster;
  std::vector<ManifestFile> files;
  Pos pos;
};

// "members == 6", "join_time[c2].p95 < 5s", "one_senior"; parsed and judged by expect.cpp.
struct Expectation {
  std::string text;
  Pos pos;
};

struct Scenario {
  std::string name;
  std::string description;
  Topology topology;
  std::vector<Unknown> unknowns;  // of an imported topology
  std::uint64_t seed = 1;
  std::uint32_t runs = 1;
  Duration until = 60s;
  std::vector<ApplyStep> steps;  // in the order of time, then of the file
  std::vector<Expectation> expect;
  Parameters parameters;
  std::vector<Ignore> ignores;
  Pos pos;
};

}  // namespace meshsim
