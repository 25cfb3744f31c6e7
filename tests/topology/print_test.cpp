// Topologies are printed for people, and every file in topologies/ loads.
#include "sim/topology/print.hpp"

#include <gmock/gmock.h>

#include <filesystem>

#include "tests/topology/topology_support.hpp"

namespace meshsim {
namespace {

using testing::HasSubstr;

TEST(PrintTopology, TheTableSaysWhoReachesWhomAndWhatStopsTheRest) {
  const LoadedTopology hub{std::string{kThreeClusters} + "peering:\n  hub: c1\n"};
  const std::string text = print_topology(*hub, TopologyFormat::Table, &hub.sources);
  EXPECT_THAT(text, HasSubstr("c2    c1  10ms        c2-drg > c1-drg\n"));
  EXPECT_THAT(text, HasSubstr("c2    c3  -           no route\n"));
  EXPECT_THAT(text, HasSubstr("c2 to c3: DRG c2-drg has no route to VCN c3: DRG c1-drg"));
  EXPECT_THAT(text, HasSubstr("  decided at in.yaml:6:8\n"));
}

TEST(PrintTopology, PicturesHoldEveryDrgAndPeering) {
  const LoadedTopology hub{std::string{kThreeClusters} + "peering: {hub: c1}\n"};
  const std::string dot = print_topology(*hub, TopologyFormat::Dot);
  EXPECT_THAT(dot, HasSubstr("\"c1-drg\" -- \"c2-drg\" [label=\"10ms\"];"));
  EXPECT_THAT(dot, HasSubstr("label=\"eu-frankfurt-1 (FRA)\""));
  const std::string mermaid = print_topology(*hub, TopologyFormat::Mermaid);
  EXPECT_THAT(mermaid, HasSubstr("graph LR\n"));
  EXPECT_THAT(mermaid, HasSubstr("d0 ---|\"9ms\"| d2\n"));
}

TEST(Topologies, EveryFileLoadsAndItsLongFormLoadsToTheSame) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator("topologies")) {
    if (entry.path().extension() != ".yaml") continue;
    ++files;
    Sources sources;
    Diagnostics diagnostics;
    const auto topology = load_topology(entry.path().string(), sources, diagnostics);
    ASSERT_TRUE(topology) << diagnostics.text(sources);
    EXPECT_EQ(diagnostics.warnings(), 0U) << diagnostics.text(sources);
    const std::string text = print_topology(*topology, TopologyFormat::Yaml);
    const LoadedTopology again{text};
    ASSERT_TRUE(again.topology) << again.errors();
    EXPECT_EQ(print_topology(*again, TopologyFormat::Yaml), text);
  }
  EXPECT_GE(files, 5);
}

}  // namespace
}  // namespace meshsim
