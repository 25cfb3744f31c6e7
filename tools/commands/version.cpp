// meshsim version: which build this is.
#include "meshsim/base/version.hpp"

#include <fmt/format.h>

#include "tools/commands/commands.hpp"
#include "tools/terminal.hpp"

namespace meshsim::tools {
namespace {

ExitCode print_version(const Arguments&) {
  print(fmt::format("meshsim {}\n", kVersion));
  return ExitCode::Holds;
}

}  // namespace

constinit const Verb kVersionVerb{
    .name = "version",
    .operand = "",
    .operand_words = "",
    .summary = "which version this is",
    .text =
        "Prints the version. It is also in the footer of every run: results are equal for\n"
        "equal input, seed and version.\n",
    .options = {},
    .run = print_version,
};

}  // namespace meshsim::tools
