// One case of one CoreDNS server as a small world: built, run, and told.
#pragma once

#include <string>

#include "sim/resolve/case_json.hpp"

namespace meshsim::resolve {

// What the server of that release does: {starts, message, listens, process, steps}, as in a case.
// `file`: the whole case file, for its fixtures. Throws std::runtime_error if the case is wrong.
Json run_steps_case(const Json& file, const Json& one, const std::string& version);

}  // namespace meshsim::resolve
