// Reads case files and runs each case once per release.
#include "sim/resolve/cases.hpp"

#include <fmt/format.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "sim/resolve/case_chain.hpp"
#include "sim/resolve/case_compare.hpp"
#include "sim/resolve/case_world.hpp"

namespace meshsim {
namespace {

using resolve::Json;

// What the release did: the case itself, or its entry in `differs`; null if it is not on record.
Json recorded(const Json& one, const std::string& version) {
  for (const Json& same : one.at("versions")) {
    if (same == version) return one;
  }
  if (one.contains("differs") && one.at("differs").contains(version)) {
    return one.at("differs").at(version);
  }
  return {};
}

std::vector<std::string> versions_of(const Json& one) {
  std::vector<std::string> versions;
  for (const Json& version : one.at("versions")) versions.push_back(version);
  if (one.contains("differs")) {
    for (const auto& [version, result] : one.at("differs").items()) versions.push_back(version);
  }
  return versions;
}

void run_case(const std::string& path, const Json& file, const Json& one,
              const std::string& version, CaseSummary& summary) {
  ++summary.total;
  const auto name = one.at("id").get<std::string>();
  const auto fail = [&](std::string where, std::string expected, std::string got) {
    summary.failed.push_back(
        {path, name, version, std::move(where), std::move(expected), std::move(got)});
  };
  std::vector<std::string> random;
  if (one.contains("random")) random = one.at("random").get<std::vector<std::string>>();
  try {
    const Json got = resolve::run_steps_case(file, one, version);
    const auto difference = resolve::first_difference(recorded(one, version), got, random);
    if (!difference) {
      ++summary.passed;
    } else {
      fail(difference->where, difference->expected, difference->got);
    }
  } catch (const std::exception& error) {
    fail("", "", error.what());
  }
}

// The questions of one topology depend on each other, so all are put even if only some are held.
void run_chain_file(const std::string& path, const Json& file, const CaseOptions& options,
                    CaseSummary& summary) {
  std::map<std::pair<std::string, std::string>, Json> results;  // by topology and release
  for (const Json& one : file.at("cases")) {
    const auto name = one.at("id").get<std::string>();
    if (name.find(options.only) == std::string::npos) continue;
    for (const std::string& version : versions_of(one)) {
      if (!options.version.empty() && version != options.version) continue;
      const auto topology = one.at("topology").get<std::string>();
      ++summary.total;
      const auto fail = [&](std::string where, std::string expected, std::string got) {
        summary.failed.push_back(
            {path, name, version, std::move(where), std::move(expected), std::move(got)});
      };
      try {
        auto [entry, is_new] = results.try_emplace({topology, version});
        if (is_new) entry->second = resolve::run_chain(file, topology, version);
        Json expected = recorded(one, version);
        const Json latencies = one.value("latency_ms", Json::object());
        if (latencies.contains(version)) expected["latency_ms"] = latencies.at(version);
        const auto difference = resolve::first_chain_difference(expected, entry->second.at(name));
        if (difference) fail(difference->where, difference->expected, difference->got);
        summary.passed += difference ? 0 : 1;
      } catch (const std::exception& error) {
        fail("", "", error.what());
      }
    }
  }
}

}  // namespace

CaseSummary run_case_files(const std::vector<std::string>& paths, const CaseOptions& options) {
  CaseSummary summary;
  for (const std::string& path : paths) {
    std::ifstream stream{path};
    if (!stream) {
      summary.errors.push_back(fmt::format("{}: cannot be read", path));
      continue;
    }
    const Json file = Json::parse(stream, nullptr, false);
    if (file.is_discarded() || !file.contains("kind") || !file.contains("cases")) {
      summary.errors.push_back(
          fmt::format("{}: no file of recorded cases: it needs 'kind' and "
                      "'cases'",
                      path));
      continue;
    }
    if (file.at("kind") == "chain") {
      run_chain_file(path, file, options, summary);
      continue;
    }
    if (file.at("kind") != "steps") {
      summary.errors.push_back(
          fmt::format("{}: cases of kind {} are not modelled yet; kinds "
                      "\"steps\" and \"chain\" are",
                      path, file.at("kind").dump()));
      continue;
    }
    for (const Json& one : file.at("cases")) {
      if (one.at("id").get<std::string>().find(options.only) == std::string::npos) continue;
      for (const std::string& version : versions_of(one)) {
        if (!options.version.empty() && version != options.version) continue;
        run_case(path, file, one, version, summary);
      }
    }
  }
  return summary;
}

std::string case_table(const CaseSummary& summary) {
  std::string text;
  for (const CaseFailure& failure : summary.failed) {
    text += fmt::format("{} {} {}: {}\n  expected {}\n  got      {}\n", failure.file, failure.name,
                        failure.version, failure.where, failure.expected, failure.got);
  }
  return text + fmt::format("{} of {} passed\n", summary.passed, summary.total);
}

std::string case_json(const CaseSummary& summary) {
  Json failed = Json::array();
  for (const CaseFailure& failure : summary.failed) {
    failed.push_back({{"file", failure.file},
                      {"case", failure.name},
                      {"version", failure.version},
                      {"where", failure.where},
                      {"expected", failure.expected},
                      {"got", failure.got}});
  }
  return Json{{"total", summary.total}, {"passed", summary.passed}, {"failed", failed}}.dump(2) +
         "\n";
}

}  // namespace meshsim
