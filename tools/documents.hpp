// The kinds of documents that meshsim reads, for `explain` and `schema`.
#pragma once

#include <span>

#include "sim/config/schema.hpp"

namespace meshsim::tools {

// scenario and topology.
std::span<const ExplainRoot> documents();

}  // namespace meshsim::tools
