// Generated scenarios run as the hand-written ones do: all members of a full mesh, and of each hub
// what the README's table says.
#include "sim/generate/mesh.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "meshsim/scenario/run.hpp"
#include "sim/generate/write_files.hpp"
#include "sim/topology/load.hpp"
#include "tests/generate/new_folder.hpp"

namespace meshsim {
namespace {

using testing::ElementsAre;

TEST(Neighbours, AreThoseOfTheGraph) {
  EXPECT_THAT(neighbours(Mesh::Full, 4, 2), ElementsAre(0, 1, 3));
  EXPECT_THAT(neighbours(Mesh::Hub, 4, 0), ElementsAre(1, 2, 3));
  EXPECT_THAT(neighbours(Mesh::Hub, 4, 2), ElementsAre(0));
  EXPECT_THAT(neighbours(Mesh::Chain, 4, 0), ElementsAre(1));
  EXPECT_THAT(neighbours(Mesh::Chain, 4, 2), ElementsAre(1, 3));
  EXPECT_THAT(neighbours(Mesh::Ring, 4, 0), ElementsAre(1, 3));
  EXPECT_THAT(neighbours(Mesh::Ring, 2, 0), ElementsAre(1));
}

RunReport run(const MeshPlan& plan, const std::string& name) {
  const NewFolder folder{name};
  write_files(folder.path(), mesh_files(plan));
  Sources sources;
  Diagnostics diagnostics;
  const auto report = run_scenario(folder.file("scenario.yaml"), {}, sources, diagnostics);
  EXPECT_TRUE(report) << diagnostics.text(sources);
  EXPECT_EQ(diagnostics.warnings(), 0U) << diagnostics.text(sources);
  return report.value_or(RunReport{{RunResult{}}, {}});
}

std::size_t running(const RunReport& report) {
  const auto& members = report.runs.front().members;
  return static_cast<std::size_t>(std::count_if(
      members.begin(), members.end(),
      [](const MemberResult& member) { return member.state == MemberState::Running; }));
}

class FullMesh : public testing::TestWithParam<std::uint32_t> {};

TEST_P(FullMesh, RunsAllMembersUnderOneSenior) {
  MeshPlan plan;
  plan.clusters = GetParam();
  const RunReport report = run(plan, "full");
  EXPECT_EQ(running(report), plan.clusters * plan.members);
  EXPECT_EQ(report.holds(), Holds::Yes);
}
INSTANTIATE_TEST_SUITE_P(Sizes, FullMesh, testing::Values(2U, 3U, 8U));

TEST(GeneratedMesh, OfThreeEndsAsTheHandWrittenOne) {
  MeshPlan plan;
  plan.nodes = 2;
  plan.start_every = 30s;
  const RunReport made = run(plan, "three");
  Sources sources;
  Diagnostics diagnostics;
  const auto written = run_scenario("scenarios/three-region.yaml", {}, sources, diagnostics);
  ASSERT_TRUE(written);
  const auto& members = written->runs.front().members;
  ASSERT_EQ(made.runs.front().members.size(), members.size());
  for (std::size_t i = 0; i < members.size(); ++i) {
    EXPECT_EQ(made.runs.front().members[i].cluster, members[i].cluster);
    EXPECT_EQ(made.runs.front().members[i].state, members[i].state);
    EXPECT_EQ(made.runs.front().members[i].senior, members[i].senior);
  }
}

// The table of the README: who is connected with whom, and whether c3 gets in.
struct Row {
  const char* name;
  Mesh rpc;
  bool transit;
  Mesh cilium;
  Mesh dns;
  Mesh wka;
  bool runs;
};

class HubMesh : public testing::TestWithParam<Row> {};

TEST_P(HubMesh, RunsIfPacketsReachEverybody) {
  const Row& row = GetParam();
  MeshPlan plan;
  plan.nodes = 2;
  plan.rpc = row.rpc;
  plan.transit = row.transit;
  plan.cilium = row.cilium;
  plan.dns = row.dns;
  plan.wka = row.wka;
  plan.start_every = 30s;
  const RunReport report = run(plan, row.name);
  EXPECT_EQ(running(report) == 9, row.runs);
  EXPECT_EQ(report.holds() == Holds::Yes, row.runs);
}

constexpr auto kFull = Mesh::Full;
constexpr auto kHub = Mesh::Hub;
INSTANTIATE_TEST_SUITE_P(Readme, HubMesh,
                         testing::Values(Row{"hub", kHub, false, kHub, kHub, kHub, false},
                                         Row{"rpc", kFull, false, kHub, kHub, kHub, false},
                                         Row{"cilium", kHub, false, kFull, kHub, kHub, false},
                                         Row{"dns", kHub, false, kHub, kFull, kHub, false},
                                         Row{"wka", kHub, false, kHub, kHub, kFull, false},
                                         Row{"names", kFull, false, kFull, kHub, kHub, true},
                                         Row{"transit", kHub, true, kFull, kHub, kHub, true}),
                         [](const auto& instance) { return std::string{instance.param.name}; });

TEST(GeneratedMesh, HasATopologyThatLoadsWithoutAWarning) {
  for (const Mesh mesh : {Mesh::Full, Mesh::Hub, Mesh::Chain, Mesh::Ring}) {
    MeshPlan plan;
    plan.clusters = 20;
    plan.rpc = mesh;
    const NewFolder folder{"topology"};
    write_files(folder.path(), mesh_files(plan));
    Sources sources;
    Diagnostics diagnostics;
    const auto topology = load_topology(folder.file("topology.yaml"), sources, diagnostics);
    ASSERT_TRUE(topology) << diagnostics.text(sources);
    EXPECT_EQ(diagnostics.warnings(), 0U) << diagnostics.text(sources);
    EXPECT_EQ(topology->clusters.size(), 20U);
  }
}

}  // namespace
}  // namespace meshsim
