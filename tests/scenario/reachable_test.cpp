// `reachable` and `topology` under `expect`: probes during the run, and the shape of the four
// graphs.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "meshsim/scenario/run.hpp"
#include "sim/scenario/load.hpp"
#include "sim/scenario/mesh_shape.hpp"

namespace meshsim {
namespace {

using testing::HasSubstr;

// A copy of a scenario with other expectations, run for a while.
struct Ran {
  Sources sources;
  Diagnostics diagnostics;
  std::optional<RunReport> report;

  Ran(const std::string& scenario, const std::string& expect, Duration until) {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    const auto path = std::filesystem::path{testing::TempDir()} / ("meshsim-reachable-" + name);
    std::ifstream in{scenario};
    std::string text{std::istreambuf_iterator<char>{in}, {}};
    text = text.substr(0, text.find("\nexpect:")) + "\nexpect:\n" + expect;
    // Files beside the original stay where they are.
    for (const std::string& from : {std::string{"manifests/"}, std::string{"../topologies/"}}) {
      const auto to =
          std::filesystem::absolute(std::filesystem::path{scenario}.parent_path() / from)
              .lexically_normal()
              .string();
      for (std::size_t at = text.find(from); at != std::string::npos;
           at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
      }
    }
    std::ofstream{path.string() + ".yaml"} << text;
    RunOptions options;
    options.until = until;
    report = run_scenario(path.string() + ".yaml", options, sources, diagnostics);
  }
  const Verdict& verdict(std::size_t index) const { return report->runs[0].verdicts[index]; }
};

TEST(Reachable, IsJudgedByProbesDuringTheRun) {
  const Ran ran{
      "scenarios/three-region-hub.yaml",
      "  - reachable: {from: pod/c1/coredns-0, to: pod/c2/coredns-0, port: 53, proto: udp, "
      "during: 10s..20s}\n"
      "  - reachable: {from: pod/c2/coredns-0, to: pod/c3/coredns-0, port: 53}\n"
      "  - reachable[pod/c2/coredns-0 > pod/c3/coredns-0 tcp 53] == false\n"
      "  - reachable: {from: pod/c1/coredns-0, to: pod/c2/coredns-0, proto: icmp, "
      "during: 0s..20s}\n",
      22s};
  ASSERT_TRUE(ran.report) << ran.diagnostics.text(ran.sources);
  EXPECT_EQ(ran.verdict(0).holds, Holds::Yes) << ran.verdict(0).actual;
  EXPECT_EQ(ran.verdict(1).holds, Holds::No);
  EXPECT_EQ(ran.verdict(1).actual, "false: nat-private-target at 21s");
  EXPECT_EQ(ran.verdict(2).holds, Holds::Yes);
  EXPECT_EQ(ran.verdict(3).holds, Holds::No) << "at 0s the mesh is not connected";
  EXPECT_THAT(ran.verdict(3).actual, HasSubstr("at 0s"));
}

TEST(Reachable, CountsTheProbesOfTheRunThatWasMade) {
  const Ran ran{"scenarios/three-region-hub.yaml",
                "  - reachable: {from: pod/c1/coredns-0, to: pod/c2/coredns-0, port: 53, "
                "during: 10s..90s}\n"
                "  - reachable: {from: pod/c1/coredns-0, to: pod/c2/coredns-0, port: 53, "
                "during: 40s..50s}\n",
                20s};
  ASSERT_TRUE(ran.report) << ran.diagnostics.text(ran.sources);
  EXPECT_EQ(ran.verdict(0).holds, Holds::Yes) << ran.verdict(0).actual;
  EXPECT_EQ(ran.report->runs[0].reachable[0].probes, 10U) << "the last a second before the end";
  EXPECT_EQ(ran.verdict(1).holds, Holds::Unknown) << ran.verdict(1).actual;
}

TEST(Reachable, LeavesTheDropsOfTheScenarioAlone) {
  const Ran ran{"scenarios/three-region.yaml",
                "  - reachable: {from: pod/c1/coredns-0, to: 10.77.0.1, port: 53}\n"
                "  - drops[nat-private-target] == 0\n",
                5s};
  ASSERT_TRUE(ran.report) << ran.diagnostics.text(ran.sources);
  EXPECT_EQ(ran.verdict(0).actual, "false: nat-private-target at 4s");
  EXPECT_EQ(ran.verdict(1).holds, Holds::Yes);
}

TEST(Reachable, SaysWhatIsWrongWithTheQuestion) {
  const struct {
    const char* expect;
    const char* message;
  } kCases[] = {
      {"  - reachable: {from: pod/c1/coredns-0, to: pod/c9/x, port: 53}\n",
       "there is no cluster 'c9'"},
      {"  - reachable: {from: lb/c1/kube-dns-nlb, to: pod/c1/coredns-0, port: 53}\n",
       "sends nothing by itself"},
      {"  - reachable: {from: pod/c1/coredns-0, to: pod/c2/coredns-0}\n", "'0' is no port"},
      {"  - reachable: {from: pod/c1/coredns-0, to: pod/c2/coredns-0, port: 53, proto: sctp}\n",
       "'sctp' is no protocol"},
      {"  - reachable: {from: pod/c1/coredns-0, to: pod/c2/coredns-0, port: 53, during: "
       "1s..900s}\n",
       "the scenario ends before that"},
      {"  - reachable: {from: pod/c1/coredns-0, too: pod/c2/coredns-0, port: 53}\n",
       "did you mean 'to'"},
  };
  for (const auto& one : kCases) {
    const Ran ran{"scenarios/three-region.yaml", one.expect, 5s};
    EXPECT_FALSE(ran.report);
    EXPECT_THAT(ran.diagnostics.text(ran.sources), HasSubstr(one.message));
  }
}

TEST(MeshShape, OfTheFourGraphsIsAsTheScenariosSay) {
  const struct {
    const char* scenario;
    const char* rpc;
    const char* cilium;
    const char* dns;
    const char* wka;
  } kCases[] = {
      {"scenarios/three-region.yaml", "full-mesh", "full-mesh", "full-mesh", "full-mesh"},
      {"scenarios/three-region-hub.yaml", "hub", "hub", "hub", "hub"},
      {"scenarios/three-region-hub-rpc-mesh.yaml", "full-mesh", "hub", "hub", "hub"},
      {"scenarios/three-region-hub-cilium-mesh.yaml", "hub", "full-mesh", "hub", "hub"},
      {"scenarios/three-region-hub-dns-mesh.yaml", "hub", "hub", "full-mesh", "hub"},
      {"scenarios/three-region-hub-names.yaml", "full-mesh", "full-mesh", "hub", "hub"},
  };
  for (const auto& one : kCases) {
    Sources sources;
    Diagnostics diagnostics;
    auto scenario = load_scenario(one.scenario, sources, diagnostics);
    const auto plan = make_plan(std::move(*scenario), sources, diagnostics);
    ASSERT_TRUE(plan);
    const auto shape = [&](const char* graph) { return shape_of(mesh_edges(*plan, graph)); };
    EXPECT_EQ(shape("rpc"), one.rpc) << one.scenario;
    EXPECT_EQ(shape("cilium"), one.cilium) << one.scenario;
    EXPECT_EQ(shape("dns"), one.dns) << one.scenario;
    EXPECT_EQ(shape("wka"), one.wka) << one.scenario;
  }
}

TEST(MeshShape, HasAWordForEveryGraph) {
  const auto edges = [](std::size_t size, std::vector<std::pair<std::size_t, std::size_t>> pairs,
                        bool both = true) {
    MeshEdges made(size, std::vector<bool>(size, false));
    for (const auto& [a, b] : pairs) {
      made[a][b] = true;
      if (both) made[b][a] = true;
    }
    return made;
  };
  EXPECT_EQ(shape_of(edges(3, {})), "none");
  EXPECT_EQ(shape_of(edges(2, {{0, 1}})), "full-mesh");
  EXPECT_EQ(shape_of(edges(2, {{0, 1}}, false)), "asymmetric");
  EXPECT_EQ(shape_of(edges(4, {{0, 1}, {0, 2}, {0, 3}})), "hub");
  EXPECT_EQ(shape_of(edges(4, {{0, 1}, {1, 2}, {2, 3}})), "chain");
  EXPECT_EQ(shape_of(edges(4, {{0, 1}, {1, 2}, {2, 3}, {3, 0}})), "ring");
  EXPECT_EQ(shape_of(edges(4, {{0, 1}, {2, 3}})), "islands");
  EXPECT_EQ(shape_of(edges(4, {{0, 1}, {1, 2}, {2, 3}, {3, 0}, {0, 2}})), "partial");
}

TEST(MeshShape, IsAnExpectation) {
  const Ran ran{"scenarios/three-region-hub.yaml",
                "  - topology: {graph: cilium, shape: hub}\n"
                "  - topology: {graph: rpc, shape: full-mesh}\n"
                "  - topology: {graph: dsn, shape: hub}\n",
                1s};
  ASSERT_TRUE(ran.report) << ran.diagnostics.text(ran.sources);
  EXPECT_EQ(ran.verdict(0).holds, Holds::Yes);
  EXPECT_EQ(ran.verdict(1).holds, Holds::No);
  EXPECT_EQ(ran.verdict(1).actual, "hub");
  EXPECT_EQ(ran.verdict(2).holds, Holds::Unknown);
}

}  // namespace
}  // namespace meshsim
