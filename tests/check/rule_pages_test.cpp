// Every rule has a page with a bad and a good example, and the rule finds the one and not the
// other: what the documents show is what the program does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "check_support.hpp"
#include "sim/check/pages.hpp"
#include "sim/check/rules.hpp"

namespace meshsim::checks {
namespace {

using testing::HasSubstr;

std::string read(const std::string& path) {
  std::ifstream stream{path};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

// What an example does not show: the real case, or the scenario of three regions.
std::map<std::string, std::string> completed(std::map<std::string, std::string> files) {
  constexpr std::string_view kHeader = "apiVersion: meshsim.dev/v1alpha1\nkind: Topology\n";
  if (!files.contains("topology.yaml")) {
    files["topology.yaml"] = read("topologies/two-region.yaml");
  } else {
    files["topology.yaml"].insert(0, kHeader);
  }
  const bool has_manifests = files.size() > 1;
  const std::string& topology = files["topology.yaml"];
  const bool has_three = topology.find("name: c3") != std::string::npos;
  const std::string base =
      has_three ? "scenarios/manifests/full/" : "scenarios/manifests/two-region/";
  for (const std::string cluster : {"c1", "c2", "c3"}) {
    const bool is_there = topology.find("name: " + cluster) != std::string::npos;
    if (!has_manifests || !is_there || (cluster == "c3" && !has_three)) continue;
    for (const auto& entry : std::filesystem::directory_iterator{base + cluster}) {
      files.emplace(cluster + "/" + entry.path().filename().string(), read(entry.path().string()));
    }
  }
  return files;
}

std::map<std::string, std::string> by_name(const std::vector<ExampleFile>& files) {
  std::map<std::string, std::string> named;
  for (const ExampleFile& file : files) named[file.name] = file.text;
  return named;
}

class RulePages : public testing::TestWithParam<Rule> {};

TEST_P(RulePages, ShowABadInputThatTheRuleFindsAndAGoodOneThatItDoesNot) {
  const std::string id{GetParam().id};
  const RulePage* const page = find_page(id);
  ASSERT_NE(page, nullptr) << "write a section '## " << id << ": ...' in docs/rules";
  EXPECT_EQ(page->title, GetParam().title);
  EXPECT_GT(page->why.size(), 60u);
  ASSERT_FALSE(page->bad.empty());
  ASSERT_FALSE(page->good.empty());

  const Checked bad = check_texts(completed(by_name(page->bad)), {{id}, {}});
  ASSERT_TRUE(bad.plan) << bad.wrong();
  ASSERT_GT(bad.findings_of(id), 0u) << "the bad example is not found\n" << bad.wrong();
  for (const Finding& finding : bad.report.findings) {
    EXPECT_FALSE(finding.message.empty());
    EXPECT_FALSE(finding.remedy.empty());
    EXPECT_FALSE(finding.objects.empty());
    EXPECT_TRUE(finding.pos) << "no line: " << finding.message;
  }

  auto good_files = by_name(page->good);
  for (const auto& [name, text] : by_name(page->bad)) good_files.emplace(name, text);
  const Checked good = check_texts(completed(good_files), {{id}, {}});
  ASSERT_TRUE(good.plan) << good.wrong();
  const std::string found = good.report.findings.empty() ? "" : good.report.findings[0].message;
  EXPECT_EQ(good.findings_of(id), 0u) << found;
  EXPECT_EQ(good.result_of(id)->outcome, Outcome::Clean);
}

INSTANTIATE_TEST_SUITE_P(All, RulePages, testing::ValuesIn(all_rules().begin(), all_rules().end()),
                         [](const auto& one) { return std::string{one.param.id}; });

TEST(RulePages, AreOfRulesThatExist) {
  EXPECT_GE(all_rules().size(), 40u);
  EXPECT_EQ(rule_pages().size(), all_rules().size());
  for (const RulePage& page : rule_pages()) EXPECT_NE(find_rule(page.id), nullptr) << page.id;
}

TEST(Rules, HaveIdsOfTheirOwnAndStandInTheirOrder) {
  for (std::size_t i = 1; i < all_rules().size(); ++i) {
    EXPECT_LT(all_rules()[i - 1].id, all_rules()[i].id);
  }
}

TEST(RulePages, PrintWhyBadAndGood) {
  const std::string text = page_text(*find_page("MS0201"));
  EXPECT_THAT(text, HasSubstr("MS0201 (error)"));
  EXPECT_THAT(text, HasSubstr("peering: {hub: c1}"));
  EXPECT_THAT(text, HasSubstr("transit: true"));
}

}  // namespace
}  // namespace meshsim::checks
