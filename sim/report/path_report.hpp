// Prints paths and reach: for people, for programs, and as pictures.
#pragma once

#include <string>
#include <vector>

#include "meshsim/base/diagnostics.hpp"
#include "sim/path/path.hpp"
#include "sim/path/reach.hpp"

namespace meshsim {

// Each hop with its time, what was decided and by which line; then the verdict.
std::string path_table(const Path& path, const Sources& sources);
// One document of kind Path. Grows only: keys are never renamed.
std::string path_json(const Path& path, const Sources& sources);
// The components that were passed, with the time at each; the end is marked.
std::string path_dot(const Path& path);
std::string path_mermaid(const Path& path);

// Clusters x clusters, the count per drop code and an example of each. With `from`, the name of a
// cluster, its ends in place of it.
std::string reach_table(const Reach& reach, const std::string& from);
std::string reach_json(const Reach& reach, const std::string& from);
std::string history_table(const std::vector<ReachHistory>& histories);
std::string history_json(const std::vector<ReachHistory>& histories, const ReachQuery& query);

// An answer that cannot be given: what is asked for is not in the files. Kind Path, with the
// verdict Unknown.
std::string unknown_path_json(const std::string& from, const std::string& to,
                              const std::string& what);

// JSON Schemas (draft-07) of the documents above.
std::string path_schema();
std::string reach_schema();

}  // namespace meshsim
