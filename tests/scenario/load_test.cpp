// Scenarios load with their topology, and every broken one says what is wrong and where.
#include "sim/scenario/load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "sim/config/schema.hpp"
#include "sim/scenario/document.hpp"

namespace meshsim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kHeader = "apiVersion: meshsim.dev/v1alpha1\nkind: Scenario\n";
constexpr const char* kTopology =
    "topology: {clusters: [{name: c1, region: CDG}, {name: c2, region: AMS}], "
    "peering: {mesh: full}}\n";

// A folder of its own with a scenario in it, gone afterwards.
class LoadScenario : public testing::Test {
 protected:
  LoadScenario() {
    std::string name = (std::filesystem::temp_directory_path() / "meshsim-load-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~LoadScenario() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& content) {
    const std::string path = folder_ + "/" + name;
    std::filesystem::create_directories(std::filesystem::path{path}.parent_path());
    std::ofstream(path) << content;
    return path;
  }
  void load(const std::string& path, const std::string& installed = "") {
    scenario_ = load_scenario(path, sources_, diagnostics_, installed);
  }
  void load_text(const std::string& text) { load(write("s.yaml", kHeader + text)); }
  // Without the folder, whose name is random.
  std::string errors() const {
    std::string text = diagnostics_.text(sources_);
    const std::string prefix = folder_ + "/";
    for (std::size_t at = 0; (at = text.find(prefix, at)) != std::string::npos;) {
      text.erase(at, prefix.size());
    }
    return text;
  }

  std::string folder_;
  Sources sources_;
  Diagnostics diagnostics_;
  std::optional<Scenario> scenario_;
};

TEST_F(LoadScenario, ReadsStepsInTheOrderOfTime) {
  write("m/a.yaml", "a: 1\n");
  load_text(std::string{kTopology} +
            "name: n\nseed: 7\nruns: 20\nuntil: 90s\n"
            "timeline:\n  - {at: 25s, cluster: c2, apply: [m/a.yaml]}\n"
            "  - {at: 5s, cluster: c1, apply: [m/a.yaml]}\n"
            "manifests:\n  - {cluster: c1, files: [m/a.yaml, ./m/a.yaml]}\n");
  ASSERT_TRUE(scenario_) << errors();
  EXPECT_EQ(scenario_->name, "n");
  EXPECT_EQ(scenario_->seed, 7U);
  EXPECT_EQ(scenario_->runs, 20U);
  EXPECT_EQ(scenario_->until, 90s);
  ASSERT_EQ(scenario_->steps.size(), 3U);
  EXPECT_EQ(scenario_->steps[0].files.size(), 2U);
  EXPECT_EQ(scenario_->steps[0].files[1].path, folder_ + "/m/a.yaml");
  EXPECT_EQ(scenario_->steps[1].at, 5s);
  EXPECT_EQ(scenario_->steps[2].cluster, "c2");
  EXPECT_EQ(sources_.text(scenario_->steps[2].files[0].pos), folder_ + "/s.yaml:9:36");
  EXPECT_EQ(scenario_->topology.clusters.size(), 2U);
}

TEST_F(LoadScenario, ExpectationsAreTextsOrPairs) {
  load_text(std::string{kTopology} +
            "expect:\n  - join_time[c2].p95 < 5s\n  - one_senior\n  - members: 6\n"
            "  - join_time.max: '<= 5s'\n  - one_senior: true\n");
  ASSERT_TRUE(scenario_) << errors();
  std::vector<std::string> texts;
  for (const Expectation& one : scenario_->expect) texts.push_back(one.text);
  EXPECT_THAT(texts, ElementsAre("join_time[c2].p95 < 5s", "one_senior", "members == 6",
                                 "join_time.max <= 5s", "one_senior"));
  EXPECT_EQ(scenario_->expect[2].pos.line, 7U);
}

TEST_F(LoadScenario, TheTopologyIsFoundBesideTheScenarioOrAmongTheInstalled) {
  write("installed/two.yaml",
        "apiVersion: meshsim.dev/v1alpha1\nkind: Topology\nclusters: [{name: far, region: AMS}]\n");
  const std::string path = write("s/s.yaml", std::string{kHeader} + "topology: ../t/two.yaml\n");
  load(path);
  EXPECT_FALSE(scenario_);
  EXPECT_THAT(errors(), HasSubstr("s/s.yaml:3:11: error: cannot read 't/two.yaml': No such file"));
  diagnostics_ = {};
  load(path, folder_ + "/installed");
  ASSERT_TRUE(scenario_) << errors();
  EXPECT_EQ(scenario_->topology.clusters[0].name, "far");
  write(
      "t/two.yaml",
      "apiVersion: meshsim.dev/v1alpha1\nkind: Topology\nclusters: [{name: near, region: AMS}]\n");
  load(path, folder_ + "/installed");
  ASSERT_TRUE(scenario_) << errors();
  EXPECT_EQ(scenario_->topology.clusters[0].name, "near");
}

TEST_F(LoadScenario, ReportsAllThatIsWrongInOneGo) {
  load("tests/scenario/broken/unit.yaml");
  EXPECT_FALSE(scenario_);
  const std::string file = "tests/scenario/broken/unit.yaml:";
  const auto expect_line = [&](const std::string& line) {
    EXPECT_THAT(errors(), HasSubstr(file + line));
  };
  expect_line("10:19: error: topology.links[0].round_trip: '40' has no unit; write 40ms\n");
  expect_line("11:7: error: topology.links[0].latncy: unknown; known here are: between, ");
  expect_line("12:8: error: until: '1' has no unit; write 1ms\n");
  expect_line("14:14: error: manifests[0].cluster: the topology has no cluster 'c7'; did you mean");
  expect_line("15:13: error: manifests[0].files[0]: there is no file 'tests/scenario/broken/miss");
  expect_line("15:27: error: manifests[0].files[1]: 'tests/scenario/broken/' is a directory");
  expect_line("17:10: error: timeline[0].at: is after the end of the run; write until: 7200s or");
  expect_line("17:27: error: timeline[0].aply: unknown; did you mean 'apply'?\n");
  expect_line("17:5: error: timeline[0].apply: is missing: files as for kubectl apply");
  expect_line("20:5: error: expect[1]: write one expectation, like 'members == 6'");
  EXPECT_EQ(diagnostics_.errors(), 10U) << errors();
}

TEST_F(LoadScenario, ErrorsOfTheTopologyFileComeWithThoseOfTheScenario) {
  load("tests/scenario/broken/topology-errors.yaml");
  EXPECT_FALSE(scenario_);
  EXPECT_THAT(errors(), HasSubstr("tests/scenario/broken/hub.yaml:6:50: error: "
                                  "clusters[1].vcn_cidr: 10.1.0.0/16 of VCN 'c2' overlaps"));
  EXPECT_THAT(errors(), HasSubstr("tests/scenario/broken/hub.yaml:7:24: error: clusters[2].region: "
                                  "'eu-frankfort-1' is no OCI region; did you mean "
                                  "'eu-frankfurt-1'?"));
  EXPECT_THAT(errors(), HasSubstr("topology-errors.yaml:5:14: error: manifests[0].cluster: the "
                                  "topology has no cluster 'c33'; did you mean 'c3'?"));
  EXPECT_THAT(errors(), HasSubstr("topology-errors.yaml:7:1: error: sed: unknown; did you mean "
                                  "'seed'?"));
  EXPECT_EQ(diagnostics_.errors(), 4U) << errors();
}

struct Broken {
  std::string name;
  std::string content;
  std::string expected;  // the beginning of the errors
};

std::string alias_bomb() {
  std::string text = std::string{kHeader} + "expect:\n  - &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    text += "  - &a" + std::to_string(i) + " [";
    for (int n = 0; n < 10; ++n) text += (n == 0 ? "" : ", ") + below;
    text += "]\n";
  }
  return text;
}

class BrokenScenario : public LoadScenario, public testing::WithParamInterface<Broken> {};

TEST_P(BrokenScenario, IsAnErrorWithItsPlace) {
  load(write("s.yaml", GetParam().content));
  EXPECT_FALSE(scenario_);
  EXPECT_FALSE(diagnostics_.ok());
  EXPECT_THAT(errors(), StartsWith(GetParam().expected));
}

std::string body(const std::string& text) { return std::string{kHeader} + kTopology + text; }

INSTANTIATE_TEST_SUITE_P(
    Scenarios, BrokenScenario,
    testing::Values(
        Broken{"Empty", "", "s.yaml:1:1: error: the file is empty"},
        Broken{"NoMapping", "- 1\n", "s.yaml:1:1: error: a mapping is expected that starts with"},
        Broken{"NoHeader", "topology: x\n",
               "s.yaml:1:1: error: apiVersion: is missing; write apiVersion: meshsim.dev/v1alpha1"},
        Broken{"OtherKind", "apiVersion: meshsim.dev/v1alpha1\nkind: Topology\n",
               "s.yaml:2:7: error: kind: is 'Topology'; 'Scenario' is expected here"},
        Broken{"OtherVersion", "apiVersion: v1\nkind: Scenario\n",
               "s.yaml:1:13: error: apiVersion: is 'v1'; 'meshsim.dev/v1alpha1' is expected here"},
        Broken{"TwoDocuments", body("---\na: 1\n"), "s.yaml:5:1: error: a second document"},
        Broken{"NoTopology", kHeader, "s.yaml:1:1: error: topology: is missing: a file relative"},
        Broken{"EmptyTopology", std::string{kHeader} + "topology:\n",
               "s.yaml:3:1: error: topology: has no value"},
        Broken{"TopologyIsADirectory", std::string{kHeader} + "topology: .\n",
               "s.yaml:3:11: error: cannot read '"},
        Broken{"TopologyIsThisFile", std::string{kHeader} + "topology: s.yaml\n",
               "s.yaml:2:7: error: kind: is 'Scenario'; 'Topology' is expected here"},
        Broken{"BadUnit", body("until: 5 minutes\n"),
               "s.yaml:4:8: error: until: '5 minutes': 'minutes' is no unit of a time; write ns"},
        Broken{"NoUnit", body("until: 60\n"),
               "s.yaml:4:8: error: until: '60' has no unit; write 60ms"},
        Broken{"UnknownKey", body("sed: 1\n"),
               "s.yaml:4:1: error: sed: unknown; did you mean 'seed'?"},
        Broken{"DuplicateKey", body("seed: 1\nseed: 2\n"),
               "s.yaml:5:1: error: key 'seed' is given twice; first at 4:1"},
        Broken{"NegativeSeed", body("seed: -1\n"), "s.yaml:4:7: error: seed: -1 is out of range"},
        Broken{"NoRuns", body("runs: 0\n"),
               "s.yaml:4:7: error: runs: 0 is out of range; write 1 to 1000000"},
        Broken{"ManifestsOfNobody", body("manifests: [{files: []}]\n"),
               "s.yaml:4:13: error: manifests[0].cluster: is missing: a cluster of the topology"},
        Broken{"MissingManifest", body("manifests: [{cluster: c1, files: [no.yaml]}]\n"),
               "s.yaml:4:35: error: manifests[0].files[0]: there is no file 'no.yaml'"},
        Broken{"ManifestIsADirectory", body("manifests: [{cluster: c1, files: [/tmp]}]\n"),
               "s.yaml:4:35: error: manifests[0].files[0]: '/tmp' is a directory"},
        Broken{"ManifestBelowAFile", body("manifests: [{cluster: c1, files: [s.yaml/x]}]\n"),
               "s.yaml:4:35: error: manifests[0].files[0]: "},
        Broken{"UnknownCluster", body("timeline: [{at: 1s, cluster: c3, apply: []}]\n"),
               "s.yaml:4:30: error: timeline[0].cluster: the topology has no cluster 'c3'; did you "
               "mean 'c1'?"},
        Broken{"FilesAreNoList", body("manifests: [{cluster: c1, files: a.yaml}]\n"),
               "s.yaml:4:34: error: manifests[0].files: is a text; write a list"},
        Broken{"UnknownParameter", body("parameters: {coherence: {tick_drif: 1ms}}\n"),
               "s.yaml:4:26: error: parameters.coherence.tick_drif: unknown; did you mean "
               "'tick_drift'?"},
        Broken{"NotUtf8", body("name: caf\xE9\n"),
               "s.yaml:4:10: error: byte 0xe9 is not UTF-8; save the file as UTF-8"},
        Broken{"AliasBomb", alias_bomb(), "s.yaml:9:"},
        Broken{"DeepNesting",
               body("expect: " + std::string(100'000, '[') + std::string(100'000, ']') + "\n"),
               "s.yaml:4:72: error: nested deeper than 64 levels"},
        Broken{"MergeKey", body("x: &x {seed: 1}\nparameters: {<<: *x}\n"),
               "s.yaml:5:14: error: merge keys ('<<') are not read"},
        Broken{"Tab", body("parameters:\n\tdns: {}\n"),
               "s.yaml:5:5: error: indent with spaces, not with tabs"},
        Broken{"OpenQuote", body("name: \"abc\nseed: 3\n"),
               "s.yaml:4:7: error: this quote is not closed"},
        Broken{"OpenApostrophe", body("name: 'it''s\nseed: 3\n"),
               "s.yaml:4:7: error: this quote is not closed"}),
    [](const auto& tested) { return tested.param.name; });

TEST_F(LoadScenario, HugeFilesAreRefusedUnread) {
  const std::string path = write("s.yaml", "a: 1\n");
  std::filesystem::resize_file(path, 100U << 20);
  load(path);
  EXPECT_EQ(errors(), "s.yaml: error: the file has 100 MiB; at most 32 MiB are read\n");
}

TEST_F(LoadScenario, MissingFilesAndDirectoriesAreRefused) {
  load(folder_ + "/none.yaml");
  EXPECT_EQ(errors(), "none.yaml: error: No such file or directory\n");
  diagnostics_ = {};
  load(folder_);
  EXPECT_THAT(errors(), HasSubstr("error: this is a directory; name a file in it"));
  diagnostics_ = {};
  load(write("a.yaml", "x") + "/b.yaml");
  EXPECT_EQ(errors(), "a.yaml/b.yaml: error: Not a directory\n");
}

TEST_F(LoadScenario, UnreadableFilesAreRefused) {
  if (geteuid() == 0) GTEST_SKIP() << "root reads everything";
  const std::string path = write("s.yaml", body(""));
  std::filesystem::permissions(path, std::filesystem::perms::none);
  load(path);
  EXPECT_EQ(errors(), "s.yaml: error: Permission denied\n");
}

TEST(ExplainScenario, ReachesTheKeysOfTheTopology) {
  const std::array roots{ExplainRoot{"scenario", "a run", value_type<ScenarioDocument>}};
  std::string error;
  const auto page = explain("scenario.topology.links", roots, error);
  ASSERT_TRUE(page) << error;
  EXPECT_THAT(*page, HasSubstr("round_trip  time"));
  EXPECT_FALSE(explain("scenario.topology.lniks", roots, error));
  EXPECT_THAT(error, HasSubstr("did you mean 'links'?"));
}

}  // namespace
}  // namespace meshsim
