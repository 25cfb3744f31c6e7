// What a check says of whole inputs: hubs, real dumps, what is not known, and the reports.
#include "sim/check/check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "check_support.hpp"
#include "sim/check/report.hpp"
#include "sim/check/rules.hpp"

namespace meshsim::checks {
namespace {

using testing::Contains;
using testing::Each;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kHub = "topologies/three-region-hub.yaml";

const Finding* first_of(const CheckReport& report, const std::string& rule) {
  for (const Finding& finding : report.findings) {
    if (finding.rule == rule) return &finding;
  }
  return nullptr;
}

TEST(Check, OfAHubNamesTheTableThatDoesNotImport) {
  const Checked hub = check_files({kHub});
  ASSERT_TRUE(hub.plan) << hub.wrong();
  const Finding* const finding = first_of(hub.report, "MS0201");
  ASSERT_NE(finding, nullptr);
  EXPECT_THAT(finding->message, HasSubstr("DRG c1-drg"));
  EXPECT_THAT(finding->message, HasSubstr("imports VCN attachments only"));
  EXPECT_EQ(hub.sources.text(finding->pos), std::string{kHub} + ":16:8");
  EXPECT_THAT(finding->steps, Contains(Field(&Step::text, HasSubstr("goes to the DRG"))));
}

TEST(Check, OfAHubWithTransitFindsTheWay) {
  const Checked transit = check_files({"topologies/three-region-hub-transit.yaml"});
  EXPECT_EQ(transit.findings_of("MS0201"), 0u);
  EXPECT_EQ(transit.findings_of("MS0211"), 1u);
}

// A topology alone says nothing of Cilium: rules about it are not asked, not guessed.
TEST(Check, OfATopologyAloneAsksNoRuleOfTheMesh) {
  const Checked network = check_files({"topologies/three-region.yaml"});
  EXPECT_EQ(network.result_of("MS0501")->outcome, Outcome::NotAsked);
  EXPECT_EQ(network.result_of("MS0201")->outcome, Outcome::Clean);
}

TEST(Check, CannotTellOfTheMeshWhereOneClustersValuesAreMissing) {
  const Checked half = check_files(
      {"topologies/two-region.yaml", "c1=scenarios/manifests/two-region/c1/cilium-values.yaml"});
  ASSERT_TRUE(half.plan) << half.wrong();
  const RuleResult& result = *half.result_of("MS0502");
  EXPECT_EQ(result.outcome, Outcome::Unknown);
  ASSERT_FALSE(result.unknowns.empty());
  EXPECT_EQ(result.unknowns.front().name, "c2");
}

// What stands in a VCN whose cluster no file was given of is not known to be missing.
TEST(Check, CannotTellWhatAClusterWithoutFilesRuns) {
  std::vector<std::string> files{"topologies/two-region.yaml"};
  for (const auto& entry :
       std::filesystem::directory_iterator{"scenarios/manifests/two-region/c1"}) {
    files.push_back("c1=" + entry.path().string());
  }
  const Checked half = check_files(files);
  ASSERT_TRUE(half.plan) << half.wrong();
  for (const std::string rule : {"MS0402", "MS0502", "MS0605"}) {
    EXPECT_EQ(half.result_of(rule)->outcome, Outcome::Unknown) << rule;
  }
  EXPECT_EQ(half.report.count(Level::Error), 0u);
  EXPECT_EQ(half.report.count(Level::Warning), 0u);
}

TEST(Check, LooksAtOverlapsThatARunRefuses) {
  const std::string text =
      "apiVersion: meshsim.dev/v1alpha1\nkind: Topology\n"
      "clusters:\n  - {name: c1, region: eu-paris-1, vcn_cidr: 10.1.0.0/16}\n"
      "  - {name: c2, region: eu-amsterdam-1, vcn_cidr: 10.1.0.0/16}\npeering: {mesh: full}\n";
  const Checked checked = check_texts({{"topology.yaml", text}});
  ASSERT_TRUE(checked.plan) << checked.wrong();
  EXPECT_EQ(checked.findings_of("MS0101"), 1u);
}

TEST(Check, MergesPairsThatOneLineIsToBlameFor) {
  const std::string text =
      "apiVersion: meshsim.dev/v1alpha1\nkind: Topology\n"
      "clusters: {count: 12, mesh: hub, nodes: 1}\n";
  const Checked checked = check_texts({{"topology.yaml", text}}, {{"MS0201"}, {}});
  ASSERT_EQ(checked.findings_of("MS0201"), 1u);
  EXPECT_THAT(checked.report.findings[0].message, HasSubstr("and 104 more pairs"));
}

TEST(Check, TakesTheBeginningOfIdsForAllOfThem) {
  EXPECT_TRUE(is_chosen("MS0401", {{"MS04"}, {}}));
  EXPECT_FALSE(is_chosen("MS0501", {{"MS04"}, {}}));
  EXPECT_FALSE(is_chosen("MS0401", {{"MS04"}, {"MS0401"}}));
  EXPECT_EQ(wrong_choice({{"MS0499"}, {}}), "MS0499");
  EXPECT_EQ(wrong_choice({{"MS04"}, {"MS0101"}}), "");
}

// ---- reports

TEST(CheckReports, GiveEqualBytesForEqualInput) {
  const Checked one = check_files({kHub});
  const Checked other = check_files({kHub});
  EXPECT_EQ(report_sarif(one.report, one.sources), report_sarif(other.report, other.sources));
  EXPECT_EQ(report_junit(one.report, one.sources), report_junit(other.report, other.sources));
  EXPECT_EQ(report_table(one.report, one.sources, true, false),
            report_table(other.report, other.sources, true, false));
}

TEST(CheckReports, PutTheWayIntoACodeFlow) {
  const Checked hub = check_files({kHub});
  const auto sarif = nlohmann::json::parse(report_sarif(hub.report, hub.sources));
  for (const auto& result : sarif["runs"][0]["results"]) {
    if (result["ruleId"] != "MS0201") continue;
    const auto& steps = result["codeFlows"][0]["threadFlows"][0]["locations"];
    EXPECT_GE(steps.size(), 3u);
    EXPECT_EQ(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], kHub);
    return;
  }
  FAIL() << "MS0201 is not among the results";
}

TEST(CheckReports, EscapeWhatGitHubWouldTakeForTheEnd) {
  const Checked hub = check_files({kHub}, {{"MS0201"}, {}});
  const std::string text = report_github(hub.report, hub.sources);
  EXPECT_THAT(text, HasSubstr("::error file=topologies/three-region-hub.yaml,line=16,col=8,"));
  EXPECT_THAT(text, HasSubstr("%0Aremedy: "));
}

TEST(CheckReports, ShowTheHopsInTheWideTableOnly) {
  const Checked hub = check_files({kHub});
  EXPECT_THAT(report_table(hub.report, hub.sources, true, false), HasSubstr("the way:"));
  EXPECT_THAT(report_table(hub.report, hub.sources, false, false), Not(HasSubstr("the way:")));
}

}  // namespace
}  // namespace meshsim::checks
