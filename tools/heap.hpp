// The heap of the program.
#pragma once

#include <cstdint>

namespace meshsim::tools {

// Bytes that are allocated and not freed.
std::uint64_t heap_in_use();

}  // namespace meshsim::tools
