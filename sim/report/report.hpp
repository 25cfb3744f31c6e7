// Prints a run report: as tables for people, as JSON, YAML and CSV for programs.
#pragma once

#include <cstdint>
#include <string>

#include "meshsim/scenario/run.hpp"

namespace meshsim {

enum class ReportFormat : std::uint8_t { Table, Wide, Json, Yaml, Csv };

struct ReportStyle {
  bool colour = false;  // ANSI colours for verdicts
};

// Table and Wide: members, timeline, drops, verdicts, footer. Wide adds columns and every service.
// Equal bytes for equal runs; what depends on the machine is in wall_line().
std::string report_table(const RunReport& report, bool wide, const ReportStyle& style);

// "took 0.025s, 4090006 events/s, peak 7.9 MiB": goes to stderr, beside a table on stdout.
std::string wall_line(const RunReport& report);

// One document per report: kind RunResult for one run, RunResultList for several. Everything that
// depends on the machine is under the key `wall` of each run. Grows only: keys are never renamed.
std::string report_json(const RunReport& report);
std::string report_yaml(const RunReport& report);

// One line per member and run.
std::string report_csv(const RunReport& report);

// The JSON document of a run that could not start: kind Error, with the diagnostics.
std::string error_json(const Diagnostics& diagnostics, const Sources& sources);

// JSON Schema (draft-07) of what report_json prints.
std::string result_schema();

}  // namespace meshsim
