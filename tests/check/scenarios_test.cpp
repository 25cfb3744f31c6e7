// What a check says of every scenario that comes with meshsim: those that work are clean, those
// that do not are told why, before anything runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "check_support.hpp"

namespace meshsim::checks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// Rules that found something which is no note and not accepted.
std::vector<std::string> found_in(const Checked& checked) {
  std::set<std::string> rules;
  for (const Finding& finding : checked.report.findings) {
    if (finding.level != Level::Note && !finding.is_accepted()) rules.insert(finding.rule);
  }
  return {rules.begin(), rules.end()};
}

std::string scenario(const std::string& name) { return "scenarios/" + name + ".yaml"; }

class Working : public testing::TestWithParam<const char*> {};

TEST_P(Working, ScenariosAreClean) {
  const Checked checked = check_files({scenario(GetParam())});
  ASSERT_TRUE(checked.plan) << checked.wrong();
  EXPECT_THAT(found_in(checked), IsEmpty());
  for (const RuleResult& result : checked.report.rules) {
    EXPECT_TRUE(result.unknowns.empty()) << result.rule->id;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Working,
                         testing::Values("paris-amsterdam", "three-region", "far-regions",
                                         "three-region-hub-names", "three-region-hub-transit"));

// The same two regions as Terraform and kubectl see them.
TEST(Imported, ScenarioIsClean) {
  const Checked checked = check_files({"scenarios/imported/two-region/scenario.yaml"});
  ASSERT_TRUE(checked.plan) << checked.wrong();
  EXPECT_THAT(found_in(checked), IsEmpty());
}

struct Broken {
  const char* name;
  std::vector<std::string> rules;
  const char* because;  // of the finding that members do not reach each other
};

class BrokenHub : public testing::TestWithParam<Broken> {};

TEST_P(BrokenHub, ScenariosAreToldWhatBreaksThem) {
  const Checked checked = check_files({scenario(GetParam().name)});
  ASSERT_TRUE(checked.plan) << checked.wrong();
  EXPECT_EQ(found_in(checked), GetParam().rules);
  std::string messages;
  for (const Finding& finding : checked.report.findings) {
    if (finding.rule == "MS0601") messages += finding.message + "\n";
  }
  EXPECT_THAT(messages, HasSubstr(GetParam().because));
}

constexpr const char* kNoEntry = "Cilium of c2 has no clustermesh.config.clusters entry for c3";
constexpr const char* kNoImport = "imports VCN attachments only";

INSTANTIATE_TEST_SUITE_P(
    All, BrokenHub,
    testing::Values(
        Broken{"three-region-hub", {"MS0201", "MS0501", "MS0601"}, kNoEntry},
        Broken{"three-region-hub-rpc-mesh", {"MS0501", "MS0601"}, kNoEntry},
        Broken{"three-region-hub-cilium-mesh", {"MS0201", "MS0601"}, kNoImport},
        Broken{"three-region-hub-dns-mesh", {"MS0201", "MS0501", "MS0601"}, kNoEntry},
        Broken{"three-region-hub-wka-mesh", {"MS0201", "MS0501", "MS0601", "MS0605"}, kNoEntry}));

// A scenario that is added has to be put into one of the lists above.
TEST(Scenarios, AreAllChecked) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator{"scenarios"}) {
    count += entry.path().extension() == ".yaml" ? 1 : 0;
  }
  EXPECT_EQ(count, 10u);
}

TEST(Topologies, ThatAreFullMeshesAreClean) {
  for (const std::string name : {"two-region", "three-region", "eight-region"}) {
    const Checked checked = check_files({"topologies/" + name + ".yaml"});
    ASSERT_TRUE(checked.plan) << checked.wrong();
    EXPECT_THAT(found_in(checked), IsEmpty()) << name;
  }
}

}  // namespace
}  // namespace meshsim::checks
