// The version of meshsim; CMakeLists.txt reads it from here.
#pragma once

#include <string_view>

namespace meshsim {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace meshsim
