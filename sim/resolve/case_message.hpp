// The words of CoreDNS for why it does not start.
#pragma once

#include <string>

#include "meshsim/base/diagnostics.hpp"

namespace meshsim::resolve {

// Of the first error, as CoreDNS prints it: "plugin/forward: Corefile:4 - Error during parsing:
// ...".
std::string coredns_message(const Diagnostics& diagnostics);

}  // namespace meshsim::resolve
