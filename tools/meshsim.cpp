// The command line: parse, call one verb, turn what went wrong into an exit code.
#include <fmt/format.h>

#include <exception>

#include "meshsim/base/check.hpp"
#include "tools/commands/commands.hpp"
#include "tools/terminal.hpp"

namespace meshsim::tools {
namespace {

ExitCode run(int argc, const char* const* argv) {
  const CommandLine line = CommandLine::parse(argc, argv, kVerbs);
  const std::string name =
      line.verb == nullptr ? "meshsim" : fmt::format("meshsim {}", line.verb->name);
  if (!line.error.empty()) {
    tell(fmt::format("{}: {}\nTry '{} --help'.\n", name, line.error, name));
    return ExitCode::BadInput;
  }
  if (line.version) return kVersionVerb.run(line.arguments);
  if (line.help) {
    print(line.verb == nullptr ? help_text(kVerbs) : help_text(*line.verb));
    return ExitCode::Holds;
  }
  if (line.verb == nullptr) {
    tell(help_text(kVerbs));
    return ExitCode::BadInput;
  }
  return line.verb->run(line.arguments);
}

}  // namespace
}  // namespace meshsim::tools

int main(int argc, char** argv) {
  using namespace meshsim::tools;
  if (!claim_streams()) {
    tell("meshsim: standard output is closed\n");
    return static_cast<int>(ExitCode::Failure);
  }
  try {
    return static_cast<int>(run(argc, argv));
  } catch (const meshsim::IoError& failure) {
    if (*failure.what() != '\0') tell(fmt::format("meshsim: {}\n", failure.what()));
  } catch (const std::exception& mistake) {
    tell(fmt::format("meshsim: internal error: {}\n", mistake.what()));
  }
  return static_cast<int>(ExitCode::Failure);
}
