// Puts generated files into a new folder, all of them or none.
#pragma once

#include <string>
#include <vector>

#include "sim/generate/mesh.hpp"

namespace meshsim {

// What is in the way of a new folder `folder`, and what to do; empty if nothing is. An empty
// folder is not in the way.
std::string in_the_way(const std::string& folder);

// Throws IoError, and leaves nothing behind, if it cannot. Asks that nothing is in the way.
void write_files(const std::string& folder, const std::vector<GeneratedFile>& files);

}  // namespace meshsim
