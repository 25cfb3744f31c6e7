// Saved and gone on with, every scenario of the tree gives the bytes of the run that was not
// interrupted; a changed scenario goes on from there; what does not fit is said.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "meshsim/scenario/run.hpp"
#include "sim/report/report.hpp"

namespace meshsim {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

// A folder of its own, gone with the test.
class Scratch {
 public:
  Scratch() {
    std::string name = (fs::temp_directory_path() / "meshsim-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Scratch() { fs::remove_all(path_); }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

std::string bytes_of(const std::string& path) {
  std::ifstream stream{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{stream}, {}};
}
void write(const std::string& path, const std::string& bytes) {
  std::ofstream{path, std::ios::binary} << bytes;
}

// A run that must be possible; warnings stay in the report.
RunReport run(const std::string& file, const RunOptions& options = {}) {
  Sources sources;
  Diagnostics diagnostics;
  RunOptions one = options;
  one.runs = 1;
  const auto report = run_scenario(file, one, sources, diagnostics);
  EXPECT_TRUE(report) << diagnostics.text(sources);
  return report.value_or(RunReport{{RunResult{}}, {}});
}

std::string error_of(const std::string& file, const RunOptions& options) {
  Sources sources;
  Diagnostics diagnostics;
  EXPECT_FALSE(run_scenario(file, options, sources, diagnostics));
  return diagnostics.text(sources);
}

// Runs up to `at`, saves there, and stops.
void save(const std::string& file, const std::string& snapshot, Duration at,
          RunOptions options = {}) {
  options.until = at;
  options.save = SaveAt{at, snapshot};
  run(file, options);
}

RunReport go_on(const std::string& file, const std::string& snapshot, RunOptions options = {}) {
  options.from = snapshot;
  return run(file, options);
}

std::string all_formats(const RunReport& report) {
  return report_json(report) + report_yaml(report) + report_csv(report) +
         report_table(report, true, {}) + report_table(report, false, {});
}

// The start, the cluster meshes' first words, and the middles of what members go through: names
// that are looked up, announces, joins, welcomes; the first drops; the end.
std::set<Duration> interesting_times(const RunResult& result) {
  std::set<Duration> times{0s, 1us, 30ms, 400ms, result.simulated - kStart - 1ns};
  for (const MemberResult& member : result.members) {
    if (member.process_at) times.insert(*member.process_at - kStart + 1770ms);
    if (member.announced_at && member.joined_at) {
      times.insert((*member.announced_at - kStart + (*member.joined_at - kStart)) / 2);
    }
    if (member.started_at) times.insert(*member.started_at - kStart - 300us);
  }
  if (!result.drops.empty()) times.insert(result.drops.front().first_at - kStart + 1s);
  std::erase_if(times, [&](Duration time) { return at(time) > result.simulated; });
  return times;
}

std::vector<std::string> scenario_files() {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator{"scenarios"}) {
    const bool is_scenario =
        entry.path().extension() == ".yaml" &&
        bytes_of(entry.path().string()).find("kind: Scenario") != std::string::npos;
    if (is_scenario) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class SavedScenario : public testing::TestWithParam<std::string> {};

TEST_P(SavedScenario, GoesOnWithTheBytesOfTheWholeRun) {
  const Scratch scratch;
  const std::string snapshot = scratch / "snapshot";
  const RunReport whole = run(GetParam());
  const std::string wanted = all_formats(whole);
  // Of many times every few, so that all kinds take part.
  const std::set<Duration> times = interesting_times(whole.runs.front());
  const std::size_t step = std::max<std::size_t>(1, times.size() / 6);
  std::size_t index = 0;
  for (const Duration time : times) {
    if (index++ % step != 0) continue;
    RunOptions before;
    RunOptions after;
    (index % 2 == 0 ? before : after).executor = ExecutorKind::Serial;
    (index % 3 == 0 ? before : after).jobs = 2;
    save(GetParam(), snapshot, time, before);
    ASSERT_EQ(all_formats(go_on(GetParam(), snapshot, after)), wanted)
        << GetParam() << " saved at " << time.count() << " ns";
  }
}

INSTANTIATE_TEST_SUITE_P(Tree, SavedScenario, testing::ValuesIn(scenario_files()),
                         [](const auto& instance) {
                           std::string name = instance.param;
                           name = std::regex_replace(name, std::regex{"[^a-z0-9]+"}, "_");
                           return name;
                         });

constexpr const char* kParis = "scenarios/paris-amsterdam.yaml";

TEST(Snapshot, OfManyTimesGoesOnAlike) {
  const Scratch scratch;
  const std::string wanted = all_formats(run(kParis));
  for (Duration time = 137ms; time < 40s; time = time * 3 / 2 + 171us) {
    save(kParis, scratch / "snapshot", time);
    ASSERT_EQ(all_formats(go_on(kParis, scratch / "snapshot")), wanted) << time.count() << " ns";
  }
}

TEST(Snapshot, IsTheSameFileWhateverRanIt) {
  const Scratch scratch;
  const Duration time = 8s;
  save(kParis, scratch / "windowed", time);
  const std::string bytes = bytes_of(scratch / "windowed");
  ASSERT_FALSE(bytes.empty());
  RunOptions other;
  other.executor = ExecutorKind::Serial;
  save(kParis, scratch / "serial", time, other);
  EXPECT_TRUE(bytes_of(scratch / "serial") == bytes);
  other.executor = ExecutorKind::Windowed;
  other.jobs = 2;
  save(kParis, scratch / "jobs", time, other);
  EXPECT_TRUE(bytes_of(scratch / "jobs") == bytes);
}

TEST(Snapshot, IsTheSameFileWhenGoneOnWithAndSavedAtOnce) {
  const Scratch scratch;
  const Duration time = 8s;
  save(kParis, scratch / "first", time);
  RunOptions options;
  options.from = scratch / "first";
  save(kParis, scratch / "second", time, options);
  EXPECT_TRUE(bytes_of(scratch / "second") == bytes_of(scratch / "first"));
}

TEST(Snapshot, GoesOnToASecondOne) {
  const Scratch scratch;
  save(kParis, scratch / "first", 5s);
  RunOptions options;
  options.from = scratch / "first";
  save(kParis, scratch / "second", 20s, options);
  EXPECT_EQ(all_formats(go_on(kParis, scratch / "second")), all_formats(run(kParis)));
}

TEST(Snapshot, OfAnotherSeedBringsItsSeed) {
  const Scratch scratch;
  RunOptions options;
  options.seed = 7;
  save(kParis, scratch / "snapshot", 6s, options);
  EXPECT_EQ(all_formats(go_on(kParis, scratch / "snapshot")), all_formats(run(kParis, options)));
}

// A copy of the tree's scenarios and topologies in which one file can be changed.
class ChangedTree {
 public:
  ChangedTree() {
    for (const char* folder : {"scenarios", "topologies"}) {
      fs::copy(folder, scratch_ / folder, fs::copy_options::recursive);
    }
  }
  std::string operator/(const std::string& name) const { return scratch_ / name; }
  // Every match, of which there must be at least one.
  void replace(const std::string& name, const std::string& pattern, const std::string& text) const {
    const std::string before = bytes_of(scratch_ / name);
    const std::string after = std::regex_replace(before, std::regex{pattern}, text);
    EXPECT_NE(after, before) << pattern << " is not in " << name;
    write(scratch_ / name, after);
  }

 private:
  Scratch scratch_;
};

TEST(Snapshot, ForksUnderAnotherTimeline) {
  const ChangedTree tree;
  const std::string file = tree / "scenarios/three-region.yaml";
  save(file, tree / "snapshot", 50s);
  const RunResult whole = run(file).runs.front();
  tree.replace("scenarios/three-region.yaml", "at: 60s", "at: 70s");
  const RunResult fork = go_on(file, tree / "snapshot").runs.front();
  ASSERT_EQ(fork.members.size(), whole.members.size());
  for (std::size_t index = 0; index < fork.members.size(); ++index) {
    const MemberResult& before = whole.members[index];
    const MemberResult& after = fork.members[index];
    if (after.cluster == "c3") {
      // Drawn from the same streams: all comes ten seconds later.
      EXPECT_GE(*after.process_at, at(70s)) << after.pod;
      EXPECT_TRUE(after.joined_at) << after.pod;
    } else {
      EXPECT_EQ(after.pod, before.pod);
      EXPECT_EQ(after.joined_at, before.joined_at) << after.pod;
    }
  }
  ASSERT_EQ(fork.warnings.size(), 1U);
  EXPECT_THAT(fork.warnings.front(), HasSubstr("is of a run of other files"));
}

TEST(Snapshot, OfAForkIsWhatTheChangedScenarioGivesIfTheChangeComesLater) {
  const ChangedTree tree;
  const std::string file = tree / "scenarios/three-region.yaml";
  save(file, tree / "snapshot", 50s);
  tree.replace("scenarios/three-region.yaml", "at: 60s", "at: 70s");
  RunResult fork = go_on(file, tree / "snapshot").runs.front();
  const RunResult whole = run(file).runs.front();
  EXPECT_EQ(fork.fingerprint, whole.fingerprint);
  EXPECT_EQ(fork.events, whole.events);
}

// Further manifests of c1 shift the numbers of what c2 and c3 decide; each drop keeps its line.
TEST(Snapshot, OfAForkBlamesTheLinesThatTheChangedScenarioHas) {
  const ChangedTree tree;
  const std::string name = "scenarios/three-region-hub.yaml";
  save(tree / name, tree / "snapshot", 66s);
  tree.replace(name, "timeline:\n",
               "timeline:\n"
               "  - at: 70s\n"
               "    cluster: c1\n"
               "    apply: [manifests/full/c1/coredns-custom.yaml]\n");
  const RunReport fork = go_on(tree / name, tree / "snapshot");
  const RunReport whole = run(tree / name);
  ASSERT_FALSE(fork.runs.front().drops.empty());
  EXPECT_LT(fork.runs.front().drops.front().first_at, at(66s));
  EXPECT_EQ(report_csv(fork), report_csv(whole));
  const auto words = [](const RunReport& report) {
    std::string text;
    for (const DropResult& drop : report.runs.front().drops) {
      text += drop.where + " " + drop.code + " x" + std::to_string(drop.count) + " " +
              drop.decided_by + " " + drop.decided_at + " " + drop.cause + " " + drop.cause_at +
              "\n";
    }
    return text;
  };
  EXPECT_EQ(words(fork), words(whole));
}

TEST(Snapshot, OfAForkTakesParametersAsTheyAreNow) {
  const ChangedTree tree;
  const std::string file = tree / kParis;
  save(file, tree / "snapshot", 38s);
  tree.replace(kParis, "concurrent_module: true", "concurrent_module: true\n    svc_cpu: 2s");
  const auto start_of_c2 = [](const RunResult& result) {
    Duration longest{};
    for (const MemberResult& member : result.members) {
      if (member.cluster != "c2") continue;
      for (const ServiceJoin& join : member.services) {
        longest = std::max(longest, join.at - *member.process_at);
      }
    }
    return longest;
  };
  const Duration before = start_of_c2(run(kParis).runs.front());
  const Duration after = start_of_c2(go_on(file, tree / "snapshot").runs.front());
  EXPECT_GT(after, before + 5s);
}

TEST(Snapshot, OfAnotherWorldIsRefused) {
  const ChangedTree tree;
  const std::string file = tree / "scenarios/three-region.yaml";
  RunOptions from;
  from.from = tree / "snapshot";
  save(kParis, from.from, 1s);
  EXPECT_THAT(error_of(file, from), AllOf(HasSubstr("another world: the first difference is"),
                                          HasSubstr("the same clusters, nodes and pods only")));
}

// Packets that were sent for the old ones are still under way.
TEST(Snapshot, OfOtherReachableExpectationsIsRefused) {
  const ChangedTree tree;
  const std::string name = "scenarios/three-region-hub-transit.yaml";
  RunOptions from;
  from.from = tree / "snapshot";
  save(tree / name, from.from, 1s);
  tree.replace(name, "- reachable:.*\n", "");
  EXPECT_THAT(error_of(tree / name, from), HasSubstr("for other `reachable` expectations"));
}

TEST(Snapshot, WhoseFileIsNoneIsRefused) {
  const Scratch scratch;
  const std::string good = scratch / "good";
  const std::string bad = scratch / "bad";
  save(kParis, good, 1s);
  const std::string bytes = bytes_of(good);
  const auto refusal = [&](const std::string& content) {
    write(bad, content);
    RunOptions options;
    options.from = bad;
    return error_of(kParis, options);
  };
  EXPECT_THAT(refusal(""), HasSubstr("is no snapshot; write one with"));
  EXPECT_THAT(refusal("kind: Scenario\n"), HasSubstr("is no snapshot; write one with"));
  EXPECT_THAT(refusal(std::regex_replace(bytes.substr(0, 30), std::regex{"format 1"}, "format 9")),
              HasSubstr("is in the format of another version"));
  for (const std::size_t size : {27U, 30U, 43U, 44U, 1000U}) {
    EXPECT_THAT(refusal(bytes.substr(0, size)), HasSubstr("is damaged or not whole")) << size;
  }
  EXPECT_THAT(refusal(bytes.substr(0, bytes.size() - 1)), HasSubstr("is damaged or not whole"));
  std::string flipped = bytes;
  flipped[bytes.size() / 2] ^= 1;
  EXPECT_THAT(refusal(flipped), HasSubstr("is damaged or not whole"));

  RunOptions options;
  options.from = scratch / "nowhere";
  EXPECT_THAT(error_of(kParis, options), HasSubstr("cannot be read"));
}

TEST(Snapshot, IsOfOneRunWithinTheTimeOfTheRun) {
  const Scratch scratch;
  const std::string file = scratch / "snapshot";
  RunOptions many;
  many.runs = 3;
  many.save = SaveAt{1s, file};
  EXPECT_THAT(error_of(kParis, many), HasSubstr("a snapshot is of one run, and this would be 3"));
  RunOptions late;
  late.runs = 1;
  late.until = 10s;
  late.save = SaveAt{11s, file};
  EXPECT_THAT(error_of(kParis, late), HasSubstr("cannot be saved at 11s: the run is from 0"));
  EXPECT_FALSE(fs::exists(file));

  save(kParis, file, 5s);
  RunOptions early;
  early.runs = 1;
  early.from = file;
  early.until = 4s;
  EXPECT_THAT(error_of(kParis, early), HasSubstr("goes on at 5s; the run cannot end at 4s"));
  early.until = {};
  early.seed = 99;
  EXPECT_THAT(error_of(kParis, early), HasSubstr("is of seed 2, which goes with it"));
}

TEST(Snapshot, ThatCannotBeWrittenLeavesNothingBehind) {
  const Scratch scratch;
  RunOptions options;
  options.runs = 1;
  options.save = SaveAt{1s, scratch / "nowhere/snapshot"};
  Sources sources;
  Diagnostics diagnostics;
  EXPECT_THROW(static_cast<void>(run_scenario(kParis, options, sources, diagnostics)), IoError);
  EXPECT_FALSE(fs::exists(scratch / "nowhere"));
}

}  // namespace
}  // namespace meshsim
