// Prints a check report: for people, for programs, and for the places that show findings beside the
// code (SARIF, JUnit, GitHub). Equal bytes for equal reports.
#pragma once

#include <string>

#include "sim/check/check.hpp"

namespace meshsim::checks {

// Findings, then what is accepted and unknown, then a line that sums up. Wide adds the way of each
// finding, hop by hop, and every rule's outcome.
std::string report_table(const CheckReport& report, const Sources& sources, bool wide, bool colour);

// One document of kind CheckResult. Grows only: keys are never renamed.
std::string report_json(const CheckReport& report, const Sources& sources,
                        const Diagnostics& diagnostics);
// JSON Schema (draft-07) of what report_json prints.
std::string check_schema();

// SARIF 2.1.0: paths as code flows, accepted findings as suppressed, unknowns as notifications.
std::string report_sarif(const CheckReport& report, const Sources& sources);

// JUnit's XML: a test case per rule; an unknown is an error, what was not asked is skipped.
std::string report_junit(const CheckReport& report, const Sources& sources);

// Workflow commands of GitHub, a line per finding that is not accepted.
std::string report_github(const CheckReport& report, const Sources& sources);

}  // namespace meshsim::checks
