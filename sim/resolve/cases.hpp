// Captured cases of CoreDNS: a Corefile, what stands around the server, questions, and what came of
// them. Each is run with the release's own behaviour and held against the record.
// The format is that of docs/dns-cases.md.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace meshsim {

struct CaseOptions {
  std::string version;  // only this release; empty: every one that the case names
  std::string only;     // only cases whose name contains it; empty: all
};

struct CaseFailure {
  std::string file;
  std::string name;     // of the case
  std::string version;  // of CoreDNS
  std::string where;    // "steps/0/reply/answer/1/ttl"
  std::string expected;
  std::string got;
};

struct CaseSummary {
  std::uint32_t total = 0;  // cases, once per release
  std::uint32_t passed = 0;
  std::vector<CaseFailure> failed;
  std::vector<std::string> errors;  // files that cannot be read, with the reason
};

CaseSummary run_case_files(const std::vector<std::string>& paths, const CaseOptions& options);

// As a table, or as JSON: {total, passed, failed: [{file, case, version, where, expected, got}]}.
std::string case_table(const CaseSummary& summary);
std::string case_json(const CaseSummary& summary);

}  // namespace meshsim
