// A plan gives everything a place, and finds the mistakes that need more than one file to see.
#include "sim/scenario/plan.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "sim/scenario/load.hpp"

namespace meshsim {
namespace {

using testing::HasSubstr;

struct Planned {
  Sources sources;
  Diagnostics diagnostics;
  std::optional<Plan> plan;

  explicit Planned(const std::string& path) {
    auto scenario = load_scenario(path, sources, diagnostics);
    if (scenario) plan = make_plan(std::move(*scenario), sources, diagnostics);
  }
  std::string messages() const { return diagnostics.text(sources); }
};

// A scenario of two clusters in a folder of its own, with the sample manifests and, in their place,
// some that differ.
class PlanOfTwo : public testing::Test {
 protected:
  PlanOfTwo() {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    folder_ = std::filesystem::path{testing::TempDir()} / ("meshsim-plan-" + name);
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    std::filesystem::copy("scenarios/manifests/two-region", folder_ / "m",
                          std::filesystem::copy_options::recursive);
  }
  ~PlanOfTwo() override { std::filesystem::remove_all(folder_); }

  // Replaces text in a copied manifest.
  void change(const std::string& file, const std::string& from, const std::string& to) {
    std::ifstream in{folder_ / "m" / file};
    std::string text{std::istreambuf_iterator<char>{in}, {}};
    const std::size_t place = text.find(from);
    ASSERT_NE(place, std::string::npos) << file << " has no " << from;
    std::ofstream{folder_ / "m" / file} << text.replace(place, from.size(), to);
  }

  Planned plan(const std::string& files_of_c2 = "m/c2/cilium-values.yaml, m/c2/kube-dns-nlb.yaml") {
    const std::filesystem::path path = folder_ / "scenario.yaml";
    std::ofstream{path} << "apiVersion: meshsim.dev/v1alpha1\nkind: Scenario\nname: two\n"
                        << "topology: " << std::filesystem::absolute("topologies/two-region.yaml")
                        << "\nmanifests:\n"
                        << "  - {cluster: c1, files: [m/c1/cilium-values.yaml]}\n"
                        << "  - {cluster: c2, files: [" << files_of_c2 << "]}\n";
    return Planned{path.string()};
  }

 private:
  std::filesystem::path folder_;
};

std::string address_of(const PlannedCluster& cluster, const std::string& service) {
  for (const PlannedLoadBalancer& balancer : cluster.load_balancers) {
    if (cluster.services[balancer.service].manifest.name == service) {
      return to_string(balancer.address);
    }
  }
  return "none";
}

TEST_F(PlanOfTwo, FindsTheApiserverWhereTheOthersListIt) {
  const Planned planned = plan();
  ASSERT_TRUE(planned.plan) << planned.messages();
  EXPECT_EQ(address_of(planned.plan->clusters[1], "clustermesh-apiserver"), "10.2.2.29");
  EXPECT_EQ(address_of(planned.plan->clusters[1], "kube-dns-nlb"), "10.2.2.11");
}

TEST_F(PlanOfTwo, SpreadsPodsOverNodesInTheirOwnRanges) {
  const Planned planned = plan();
  ASSERT_TRUE(planned.plan) << planned.messages();
  std::vector<Ipv4> seen;
  for (const PlannedCluster& cluster : planned.plan->clusters) {
    for (const PlannedPod& pod : cluster.pods) {
      EXPECT_TRUE(cluster.nodes[pod.node].pod_cidr.contains(pod.address)) << pod.name;
      seen.push_back(pod.address);
    }
  }
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(std::adjacent_find(seen.begin(), seen.end()), seen.end());
}

TEST_F(PlanOfTwo, RefusesAClusterWithoutACni) {
  const Planned planned = plan("m/c2/kube-dns-nlb.yaml");
  EXPECT_FALSE(planned.plan);
  EXPECT_THAT(planned.messages(), HasSubstr("cluster c2: has no CNI"));
}

TEST_F(PlanOfTwo, RefusesValuesOfAnotherCluster) {
  const Planned planned = plan("m/c1/cilium-values.yaml");
  EXPECT_FALSE(planned.plan);
  EXPECT_THAT(planned.messages(), HasSubstr("these Helm values are of cluster 'c1'"));
  EXPECT_THAT(planned.messages(), HasSubstr("cilium-values.yaml:5:9"));
}

TEST_F(PlanOfTwo, RefusesTwoClustersOfOneId) {
  change("c2/cilium-values.yaml", "id: 2", "id: 1");
  const Planned planned = plan();
  EXPECT_FALSE(planned.plan);
  EXPECT_THAT(planned.messages(), HasSubstr("1 is taken by cluster c1"));
}

TEST_F(PlanOfTwo, RefusesALoadBalancerOutsideItsSubnet) {
  change("c2/kube-dns-nlb.yaml", "10.2.2.11", "10.9.2.11");
  const Planned planned = plan();
  EXPECT_FALSE(planned.plan);
  EXPECT_THAT(planned.messages(), HasSubstr("10.9.2.11 lies outside subnet 'int_lb'"));
}

TEST_F(PlanOfTwo, WarnsOfARemoteThatIsNotInTheTopology) {
  change("c1/cilium-values.yaml", "- name: c2", "- name: c9");
  const Planned planned = plan();
  EXPECT_TRUE(planned.plan) << planned.messages();
  EXPECT_THAT(planned.messages(), HasSubstr("warning: clustermesh.config.clusters: cluster 'c9' "
                                            "is not in the topology"));
}

}  // namespace
}  // namespace meshsim
