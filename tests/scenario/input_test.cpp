// Files of any kind become one plan, and what they do not say is unknown.
#include "sim/scenario/input.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace meshsim {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kTopology = "topologies/two-region.yaml";
constexpr const char* kValues1 = "scenarios/manifests/two-region/c1/cilium-values.yaml";
constexpr const char* kValues2 = "scenarios/manifests/two-region/c2/cilium-values.yaml";

struct Loaded {
  Sources sources;
  Diagnostics diagnostics;
  std::optional<Plan> plan;

  explicit Loaded(const std::vector<std::string>& files)
      : plan(load_input(files, sources, diagnostics)) {}
  std::string messages() const { return diagnostics.text(sources); }
};

TEST(Input, OfATopologyAloneKnowsNodesButNoCni) {
  const Loaded loaded{{kTopology}};
  ASSERT_TRUE(loaded.plan) << loaded.messages();
  EXPECT_EQ(loaded.plan->clusters[0].nodes.size(), 2U);
  EXPECT_FALSE(loaded.plan->clusters[0].has_cilium);
  ASSERT_EQ(loaded.plan->unknowns.size(), 2U);
  EXPECT_EQ(loaded.plan->unknowns[1].name, "c2");
  EXPECT_TRUE(depends_on_unknown(loaded.plan->unknowns, Unknown::Of::Cluster, "c1"));
  EXPECT_FALSE(depends_on_unknown(loaded.plan->unknowns, Unknown::Of::Vcn, "c1"));
}

TEST(Input, OfAScenarioIsItsPlan) {
  const Loaded loaded{{"scenarios/paris-amsterdam.yaml"}};
  ASSERT_TRUE(loaded.plan) << loaded.messages();
  EXPECT_THAT(loaded.plan->unknowns, IsEmpty());
  EXPECT_TRUE(loaded.plan->clusters[1].knows_remotes);
}

TEST(Input, FindsTheClusterOfHelmValuesByTheirClusterName) {
  const Loaded loaded{{kValues2, kTopology, kValues1}};
  ASSERT_TRUE(loaded.plan) << loaded.messages();
  EXPECT_THAT(loaded.plan->unknowns, IsEmpty());
  EXPECT_EQ(loaded.plan->clusters[1].cilium.name.value, "c2");
}

TEST(Input, TakesTheClusterOfAManifestFromThePrefix) {
  const Loaded loaded{
      {kTopology, "c2=scenarios/manifests/two-region/c2/coredns-custom.yaml", kValues1, kValues2}};
  ASSERT_TRUE(loaded.plan) << loaded.messages();
  EXPECT_EQ(loaded.plan->clusters[1].corefiles.size(), 1U);
}

TEST(Input, AsksForTheClusterOfAManifestThatDoesNotSayIt) {
  const Loaded loaded{{kTopology, "scenarios/manifests/two-region/c2/coredns-custom.yaml"}};
  EXPECT_FALSE(loaded.plan);
  EXPECT_THAT(loaded.messages(),
              HasSubstr("error: nothing in this file says which cluster it is of; write "
                        "CLUSTER=scenarios/manifests/two-region/c2/coredns-custom.yaml with one of "
                        "c1, c2"));
}

TEST(Input, RefusesTwoTopologies) {
  const Loaded loaded{{kTopology, "topologies/three-region.yaml"}};
  EXPECT_FALSE(loaded.plan);
  EXPECT_THAT(loaded.messages(),
              HasSubstr("error: a second topology; the first one is 'topologies/two-region.yaml'"));
}

TEST(Input, WithoutANetworkSaysWhatIsMissing) {
  const Loaded loaded{{kValues1}};
  EXPECT_FALSE(loaded.plan);
  EXPECT_THAT(loaded.messages(), HasSubstr("nothing here says what the network is"));
}

}  // namespace
}  // namespace meshsim
