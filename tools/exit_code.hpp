// The exit codes, the same for every verb.
#pragma once

#include <array>
#include <string_view>

namespace meshsim::tools {

enum class ExitCode : int {
  Holds = 0,
  Finding = 1,
  BadInput = 2,
  Unknown = 3,
  Failure = 4,
};

struct ExitCodeRow {
  ExitCode code;
  std::string_view name;
  std::string_view meaning;
};

inline constexpr std::array kExitCodes{
    ExitCodeRow{ExitCode::Holds, "holds", "all went well; every expectation holds"},
    ExitCodeRow{ExitCode::Finding, "finding", "a finding, a failed expectation, a difference"},
    ExitCodeRow{ExitCode::BadInput, "bad input",
                "a wrong command line, or errors in your files (each with its line)"},
    ExitCodeRow{ExitCode::Unknown, "unknown",
                "nothing failed, but an expectation or a rule asks what the input does not say"},
    ExitCodeRow{ExitCode::Failure, "failure",
                "the disk, a pipe or a build failed, or meshsim itself has a bug"},
};

}  // namespace meshsim::tools
