// From the steps of a probe to the hops of a path, in words.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/path/path.hpp"
#include "sim/scenario/build.hpp"
#include "sim/scenario/probe.hpp"
#include "sim/topology/routes.hpp"

namespace meshsim {

// What the words are taken from.
struct PathWords {
  const Plan& plan;
  const World& world;
};

// The legs that have begun. `start`: when the probe left its sender; the first leg's hops count
// from there, each other leg's from its own first step.
std::vector<PathLeg> legs_of(const PathWords& words, const PathQuery& query,
                             const std::vector<ProbeStep>& steps, Time start);

// What the files leave open and the path depends on.
std::vector<Unknown> unknowns_of(const Plan& plan, const Path& path);

// The probe that asks what the query asks; `source_port`: if the query names none.
Probe probe_of(const PathQuery& query, std::uint16_t source_port);

}  // namespace meshsim
