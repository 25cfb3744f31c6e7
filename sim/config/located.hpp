// A value read from a user's file, and where it stands there.
#pragma once

#include "meshsim/base/diagnostics.hpp"

namespace meshsim {

// What the file does not give keeps its default and has no place.
template <class T>
struct Located {
  T value{};
  Pos pos;
  explicit operator bool() const { return bool{pos}; }
};

}  // namespace meshsim
