// A broken promise of our own code stops the program, in every build, and says where.
// For the user's input there are Diagnostics; for the outside world there is IoError.
#pragma once

#include <stdexcept>
#include <string>

namespace meshsim {

// The outside world failed us: a disk, a socket, a full pipe. Thrown only at the edges (reading and
// writing files) and caught once, in tools; exit code 4.
class IoError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

[[noreturn]] void broken_promise(const char* promise, const char* file, int line);

// Stops with the promise, the file and the line if `kept` is false.
inline void check(bool kept, const char* promise, const char* file = __builtin_FILE(),
                  int line = __builtin_LINE()) {
  if (!kept) [[unlikely]]
    broken_promise(promise, file, line);
}

}  // namespace meshsim
