// Stops the program when one of its own promises is broken.
#include "meshsim/base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace meshsim {

void broken_promise(const char* promise, const char* file, int line) {
  std::fprintf(stderr, "meshsim: internal error: broken promise: %s (%s:%d)\n", promise, file,
               line);
  std::fprintf(stderr, "meshsim: this is a bug in meshsim, not in your files; please report it\n");
  std::_Exit(4);  // the exit code for internal errors; see `meshsim explain exit-codes`
}

}  // namespace meshsim
