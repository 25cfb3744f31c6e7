// Standard streams through write(2), so that every failure is seen.
#include "tools/terminal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>

#include "meshsim/base/check.hpp"

namespace meshsim::tools {
namespace {

bool is_open(int stream) { return fcntl(stream, F_GETFD) != -1; }

// 0, or the errno of the failure.
int write_all(int stream, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(stream, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

bool claim_streams() {
  std::signal(SIGPIPE, SIG_IGN);  // a broken pipe is reported by write()
  const bool has_output = is_open(STDOUT_FILENO);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    // The lowest free number is the one that was closed.
    if (!is_open(stream) && open("/dev/null", O_RDWR) != stream) return false;
  }
  return has_output;
}

void print(std::string_view text) {
  const int failure = write_all(STDOUT_FILENO, text);
  if (failure == EPIPE) throw IoError("");
  if (failure != 0) {
    throw IoError(fmt::format("cannot write to standard output: {}", std::strerror(failure)));
  }
}

void tell(std::string_view text) { (void)write_all(STDERR_FILENO, text); }

bool wants_colour() {
  return isatty(STDOUT_FILENO) == 1 && environment("NO_COLOR").empty() &&
         environment("TERM") != "dumb";
}

bool is_watched() { return isatty(STDERR_FILENO) == 1; }

}  // namespace meshsim::tools
