// Where a file named on the command line is: in the current folder, else among what was installed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "meshsim/base/diagnostics.hpp"

namespace meshsim::tools {

// The path of `name`: as given, else in `folder` ("scenarios") of the data that came with meshsim:
// $MESHSIM_DATA if set, else ../share/meshsim beside the program. Nothing, and an error that lists
// what was tried and the nearest name there is, if it is nowhere.
std::optional<std::string> find_file(std::string_view name, std::string_view folder,
                                     Diagnostics& diagnostics);

}  // namespace meshsim::tools
