// Every scenario in the tree: what it expects holds, twice the same, whatever the executor.
#include <gtest/gtest.h>

#include <filesystem>

#include "meshsim/scenario/run.hpp"
#include "sim/report/report.hpp"

namespace meshsim {
namespace {

std::vector<std::string> scenario_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator{"scenarios"}) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

RunReport report_of(const std::string& file, const RunOptions& options = {}) {
  Sources sources;
  Diagnostics diagnostics;
  const auto report = run_scenario(file, options, sources, diagnostics);
  EXPECT_TRUE(report) << diagnostics.text(sources);
  EXPECT_EQ(diagnostics.warnings(), 0U) << diagnostics.text(sources);
  return report.value_or(RunReport{{RunResult{}}, {}});
}

class Scenario : public testing::TestWithParam<std::string> {};

TEST_P(Scenario, HoldsWhatItExpects) {
  const RunReport report = report_of(GetParam());
  EXPECT_FALSE(report.expectations.empty());
  for (const ExpectationSummary& expectation : report.expectations) {
    EXPECT_EQ(expectation.holds(), Holds::Yes)
        << expectation.position << ": " << expectation.expression << ": " << expectation.actual;
  }
}

TEST_P(Scenario, GivesTheSameBytesOnAnyNumberOfThreads) {
  const std::string once = report_json(report_of(GetParam()));
  for (const std::uint32_t jobs : {2U, 3U, 8U}) {
    RunOptions options;
    options.jobs = jobs;
    EXPECT_EQ(once, report_json(report_of(GetParam(), options))) << jobs << " jobs";
  }
}

TEST_P(Scenario, GivesTheSameBytesTwiceAndWithTheSerialExecutor) {
  const RunReport first = report_of(GetParam());
  const RunReport second = report_of(GetParam());
  const std::string once = report_json(first);
  EXPECT_EQ(once, report_json(second));
  EXPECT_EQ(report_table(first, true, {}), report_table(second, true, {}));
  RunOptions serial;
  serial.executor = ExecutorKind::Serial;
  EXPECT_EQ(once, report_json(report_of(GetParam(), serial)));
}

INSTANTIATE_TEST_SUITE_P(Tree, Scenario, testing::ValuesIn(scenario_files()),
                         [](const auto& instance) {
                           std::string name = std::filesystem::path{instance.param}.stem();
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(ParisAmsterdam, HoldsForTwentySeeds) {
  RunOptions options;
  options.runs = 20;
  const RunReport report = report_of("scenarios/paris-amsterdam.yaml", options);
  for (const ExpectationSummary& expectation : report.expectations) {
    EXPECT_EQ(expectation.held, 20U) << expectation.expression << ": " << expectation.actual;
  }
}

TEST(ParisAmsterdam, GivesTheSameBytesWhenRunsAreSharedOut) {
  RunOptions options;
  options.runs = 5;
  const std::string once = report_json(report_of("scenarios/paris-amsterdam.yaml", options));
  options.jobs = 3;
  EXPECT_EQ(once, report_json(report_of("scenarios/paris-amsterdam.yaml", options)));
}

TEST(ThreeRegionHub, NamesTheLineThatWouldHaveToChange) {
  const RunReport report = report_of("scenarios/three-region-hub.yaml");
  const DropResult* of_c3 = nullptr;
  for (const DropResult& drop : report.runs.front().drops) {
    if (drop.where == "vcn/c3") of_c3 = &drop;
  }
  ASSERT_NE(of_c3, nullptr);
  EXPECT_EQ(of_c3->code, "nat-private-target");
  // The list of clusters in c3's Helm values, which has no entry for c2.
  EXPECT_TRUE(of_c3->cause_at.starts_with("scenarios/manifests/hub/c3/cilium-values.yaml:"))
      << of_c3->cause_at;
}

TEST(ThreeRegionHub, StopsAtTheHubWhereOnlyTheUnderlayIsAHub) {
  const RunReport report = report_of("scenarios/three-region-hub-cilium-mesh.yaml");
  const DropResult& first = report.runs.front().drops.front();
  EXPECT_EQ(first.code, "drg-no-route");
  EXPECT_TRUE(first.decided_at.starts_with("topologies/three-region-hub.yaml:"))
      << first.decided_at;
}

TEST(RunScenario, GivesAnotherRunForAnotherSeed) {
  RunOptions options;
  options.seed = 2;
  EXPECT_NE(report_of("scenarios/three-region.yaml").runs.front().fingerprint,
            report_of("scenarios/three-region.yaml", options).runs.front().fingerprint);
}

}  // namespace
}  // namespace meshsim
