// `rule: MS0201` among the expectations of a scenario: what `meshsim check` says becomes a verdict
// of the run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "check_support.hpp"
#include "meshsim/scenario/run.hpp"

namespace meshsim::checks {
namespace {

using testing::HasSubstr;

struct Ran {
  std::optional<RunReport> report;
  std::string wrong;

  Holds verdict(std::size_t index) const { return report->runs.front().verdicts[index].holds; }
};

// A hub of three regions with Cilium's values, run for a moment.
Ran run_hub(const std::string& expect, bool with_rules = true) {
  const std::string root = std::filesystem::current_path().string();
  std::string text =
      "apiVersion: meshsim.dev/v1alpha1\nkind: Scenario\nuntil: 1ms\ntopology: " + root +
      "/topologies/three-region-hub.yaml\nmanifests:\n";
  for (const std::string cluster : {"c1", "c2", "c3"}) {
    text += "  - {cluster: " + cluster + ", files: [" + root + "/scenarios/manifests/hub/" +
            cluster + "/cilium-values.yaml]}\n";
  }
  const Folder folder;
  const std::string path = folder.write("scenario.yaml", text + "expect:\n" + expect);
  RunOptions options;
  if (with_rules) options.check = count_findings;
  Ran ran;
  Sources sources;
  Diagnostics diagnostics;
  ran.report = run_scenario(path, options, sources, diagnostics);
  ran.wrong = diagnostics.text(sources);
  return ran;
}

TEST(RuleExpectation, HoldsIfTheRuleFindsNothing) {
  const Ran ran = run_hub("  - rule: MS0502\n  - rule: MS0201\n  - findings[MS0201] == 1\n");
  ASSERT_TRUE(ran.report) << ran.wrong;
  EXPECT_EQ(ran.verdict(0), Holds::Yes);
  EXPECT_EQ(ran.verdict(1), Holds::No);
  EXPECT_EQ(ran.verdict(2), Holds::Yes);
}

TEST(RuleExpectation, IsUnknownWhereNoRulesAreApplied) {
  const Ran ran = run_hub("  - rule: MS0201\n", false);
  ASSERT_TRUE(ran.report) << ran.wrong;
  EXPECT_EQ(ran.verdict(0), Holds::Unknown);
}

TEST(RuleExpectation, OfARuleThatDoesNotExistIsAnErrorWithItsPlace) {
  const Ran ran = run_hub("  - rule: MS0299\n");
  EXPECT_FALSE(ran.report);
  EXPECT_THAT(ran.wrong, HasSubstr("scenario.yaml:10:5: error: expect: there is no rule 'MS0299'"));
}

}  // namespace
}  // namespace meshsim::checks
