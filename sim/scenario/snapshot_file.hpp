// A run on disk: what it is a run of, then all it consists of, so that it can be gone on with, also
// under a changed scenario. Left out: what the scenario says; the world is built from it anew.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "meshsim/base/diagnostics.hpp"
#include "meshsim/base/units.hpp"
#include "sim/scenario/build.hpp"
#include "sim/scenario/observe.hpp"
#include "sim/scenario/reachable.hpp"

namespace meshsim {

struct SnapshotHeader {
  std::string version;  // of the meshsim that wrote it
  std::string scenario_hash;
  std::uint64_t seed = 0;
  Time at{};  // the end of what has been run
};

struct SnapshotFile {
  std::string path;
  SnapshotHeader header;
  std::string body;
};

// A run under way.
struct RunState {
  World& world;
  Observer& observer;
  ReachableProbes& reachable;
  std::uint64_t& events;  // handled so far
  const Sources& sources;
};

// Writes beside `path` and renames, so that there is never half a file. Throws IoError.
void write_snapshot(const std::string& path, const std::string& scenario_hash, RunState run);

// Nothing, and an error, if the file is no whole snapshot of this version.
std::optional<SnapshotFile> read_snapshot(const std::string& path, Diagnostics& diagnostics);

// `run`: just built. Throws SnapshotError if it has other components than the one that was saved.
void restore(const SnapshotFile& file, RunState run);

}  // namespace meshsim
