// The files that people have already, as Terraform and kubectl write them: names, addresses and
// places of the plan are the real ones.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "meshsim/scenario/run.hpp"
#include "sim/import/dump_topology.hpp"
#include "sim/scenario/input.hpp"

namespace meshsim {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Json = nlohmann::ordered_json;

const std::string kImported = "scenarios/imported/two-region/";
const std::string kState = kImported + "state.json";
const std::string kDump1 = kImported + "kubectl-c1.json";
const std::string kDump2 = kImported + "kubectl-c2.json";
const std::string kValues1 = "scenarios/manifests/two-region/c1/cilium-values.yaml";
const std::string kValues2 = "scenarios/manifests/two-region/c2/cilium-values.yaml";

struct Loaded {
  Sources sources;
  Diagnostics diagnostics;
  std::optional<Plan> plan;

  explicit Loaded(const std::vector<std::string>& files)
      : plan(load_input(files, sources, diagnostics)) {}
  std::string messages() const { return diagnostics.text(sources); }
  std::vector<std::string> unknowns() const {
    std::vector<std::string> texts;
    for (const Unknown& one : plan->unknowns) texts.push_back(one.name + ": " + one.what);
    return texts;
  }
};

Loaded everything() { return Loaded{{kState, kDump1, kDump2, kValues1, kValues2}}; }

const PlannedPod* pod_of(const PlannedCluster& cluster, std::string_view name) {
  return find_named(cluster.pods, name);
}

TEST(ImportedInput, OfStateDumpsAndHelmValuesLeavesNothingUnknown) {
  const Loaded loaded = everything();
  ASSERT_TRUE(loaded.plan) << loaded.messages();
  EXPECT_THAT(loaded.unknowns(), IsEmpty());
  EXPECT_TRUE(loaded.plan->clusters[0].knows_remotes);
}

TEST(ImportedInput, HasNodesAndPodsWhereTheDumpsShowThem) {
  const Loaded loaded = everything();
  ASSERT_TRUE(loaded.plan) << loaded.messages();
  const PlannedCluster& c2 = loaded.plan->clusters[1];
  ASSERT_THAT(c2.nodes, SizeIs(2));
  EXPECT_EQ(c2.nodes[0].name, "10.2.73.222");
  EXPECT_EQ(to_string(c2.nodes[1].pod_cidr), "10.202.0.128/25");
  EXPECT_EQ(c2.nodes[0].fault_domain, "FAULT-DOMAIN-3");
  const PlannedPod* const member = pod_of(c2, "storage-c2-2");
  ASSERT_NE(member, nullptr);
  EXPECT_EQ(member->kind, PodKind::Member);
  EXPECT_EQ(member->node, 1U);
  EXPECT_EQ(to_string(member->address), "10.202.0.194");
  const PlannedPod* const dns = pod_of(c2, "coredns-6c5f8d7b9-z8wtd");
  ASSERT_NE(dns, nullptr);
  EXPECT_EQ(dns->kind, PodKind::CoreDns);
  ASSERT_NE(pod_of(c2, "clustermesh-apiserver-7d9c6b5f4-m2v9p"), nullptr);
  EXPECT_THAT(c2.pods, SizeIs(6));  // the agents of Cilium have their node's address
}

TEST(ImportedInput, HasServicesWithTheirAddressesOnce) {
  const Loaded loaded = everything();
  ASSERT_TRUE(loaded.plan) << loaded.messages();
  const PlannedCluster& c1 = loaded.plan->clusters[0];
  EXPECT_THAT(c1.services, SizeIs(7));
  EXPECT_EQ(to_string(c1.dns_address), "10.101.5.5");
  ASSERT_THAT(c1.load_balancers, SizeIs(2));
  // The annotations name subnet and NSG by OCID; the cluster's own default is the public one.
  EXPECT_EQ(to_string(c1.load_balancers[0].address), "10.1.2.11");
  EXPECT_EQ(c1.load_balancers[0].subnet, "int_lb");
  EXPECT_THAT(c1.load_balancers[0].nsgs, ElementsAre("int_lb"));
  EXPECT_EQ(c1.topology->lb_subnet, "pub_lb");
}

TEST(ImportedInput, WithoutHelmValuesKnowsCiliumButNotItsRemotes) {
  const Loaded loaded{{kState, kDump1, kDump2}};
  ASSERT_TRUE(loaded.plan) << loaded.messages();
  EXPECT_TRUE(loaded.plan->clusters[0].has_cilium);
  EXPECT_FALSE(loaded.plan->clusters[0].knows_remotes);
  EXPECT_EQ(loaded.plan->clusters[1].cilium.id.value, 2U);
  EXPECT_THAT(loaded.unknowns(), ElementsAre("c1: which clusters Cilium is connected to",
                                             "c2: which clusters Cilium is connected to"));
}

TEST(ImportedInput, OfAStateAloneHasItsNodesAndNoCni) {
  const Loaded loaded{{kState}};
  ASSERT_TRUE(loaded.plan) << loaded.messages();
  EXPECT_EQ(loaded.plan->clusters[1].nodes[1].name, "10.2.91.83");
  EXPECT_THAT(loaded.unknowns(), Contains("c1: which CNI connects the pods"));
}

TEST(ImportedInput, SaysThatTheTagOfAnImageIsNoVersion) {
  EXPECT_THAT(
      everything().messages(),
      HasSubstr("kubectl-c1.json:979:16: warning: cluster c1: the image's tag is no version "
                "of CoreDNS; 1.12.2 is taken, of the topology"));
}

TEST(ImportedInput, OfDumpsAloneKnowsPodsButNotTheNetwork) {
  const Loaded loaded{{kDump1, kDump2}};
  ASSERT_TRUE(loaded.plan) << loaded.messages();
  const PlannedCluster& c1 = loaded.plan->clusters[0];
  EXPECT_EQ(c1.topology->region, "eu-paris-1");
  EXPECT_EQ(to_string(c1.topology->pods_cidr), "10.201.0.0/24");
  EXPECT_EQ(to_string(pod_of(c1, "storage-c1-1")->address), "10.201.0.237");
  EXPECT_TRUE(depends_on_unknown(loaded.plan->unknowns, Unknown::Of::Vcn, "c1"));
  EXPECT_TRUE(depends_on_unknown(loaded.plan->unknowns, Unknown::Of::Vcn, "c2"));
}

TEST(ImportedInput, OfDumpsGivesAsSmallRangesAsHoldThem) {
  const std::vector<Prefix> parts{*parse_prefix("10.1.64.0/25"), *parse_prefix("10.1.66.128/25")};
  EXPECT_EQ(to_string(covering(parts, 30)), "10.1.64.0/22");
  const std::vector<Prefix> one{*parse_prefix("10.1.64.7/32")};
  EXPECT_EQ(to_string(covering(one, 30)), "10.1.64.4/30");
}

TEST(ImportedInput, RunsAsAScenario) {
  Sources sources;
  Diagnostics diagnostics;
  const auto report = run_scenario(kImported + "scenario.yaml", {}, sources, diagnostics);
  ASSERT_TRUE(report) << diagnostics.text(sources);
  EXPECT_EQ(report->holds(), Holds::Yes);
}

// A dump of c1 that differs, in a folder of its own.
class ChangedDump : public testing::Test {
 protected:
  ChangedDump() {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    folder_ = std::filesystem::path{testing::TempDir()} / ("meshsim-dump-" + name);
    std::filesystem::create_directories(folder_);
    std::ifstream file{kDump1};
    dump = Json::parse(file);
  }
  ~ChangedDump() override { std::filesystem::remove_all(folder_); }

  Json& item(const std::string& kind, const std::string& name) {
    for (Json& one : dump["items"]) {
      if (one["kind"] == kind && one["metadata"]["name"] == name) return one;
    }
    throw std::runtime_error{name};
  }
  Loaded load() {
    const std::string path = (folder_ / "c1.json").string();
    std::ofstream{path} << dump.dump(1);
    return Loaded{{kState, path, kDump2, kValues2}};
  }

  Json dump;

 private:
  std::filesystem::path folder_;
};

TEST_F(ChangedDump, KnowsRemotesByTheSecretsKeys) {
  dump["items"].push_back(Json::parse(R"({"apiVersion": "v1", "kind": "Secret",
      "metadata": {"name": "cilium-clustermesh", "namespace": "kube-system"},
      "data": {"c2": "", "c2.etcd-client.key": ""}})"));
  const Loaded loaded = load();
  ASSERT_TRUE(loaded.plan) << loaded.messages();
  ASSERT_THAT(loaded.plan->clusters[0].cilium.remotes, SizeIs(1));
  EXPECT_EQ(loaded.plan->clusters[0].cilium.remotes[0].name.value, "c2");
  EXPECT_THAT(loaded.unknowns(), IsEmpty());
}

TEST_F(ChangedDump, IsOfTheClusterWhoseVcnHoldsItsNodes) {
  item("ConfigMap", "cilium-config")["metadata"]["name"] = "other";
  const Loaded loaded = load();
  ASSERT_TRUE(loaded.plan) << loaded.messages();
  EXPECT_EQ(loaded.plan->clusters[0].nodes[0].name, "10.1.124.240");
  EXPECT_THAT(loaded.unknowns(), ElementsAre("c1: which CNI connects the pods"));
}

TEST_F(ChangedDump, HasAPodOnANodeThatItDoesNotShow) {
  item("Pod", "storage-c1-0")["spec"]["nodeName"] = "10.1.64.99";
  EXPECT_THAT(load().messages(), HasSubstr("pod storage/storage-c1-0 runs on node '10.1.64.99', "
                                           "which is not among the Nodes of the dump"));
}

TEST_F(ChangedDump, HasANodeOutsideEverySubnet) {
  for (Json& address : item("Node", "10.1.68.8")["status"]["addresses"]) {
    address["address"] = "10.1.0.3";
  }
  const Loaded loaded = load();
  EXPECT_THAT(loaded.messages(), HasSubstr("node 10.1.0.3 lies outside the subnets of all pools"));
  EXPECT_THAT(loaded.messages(), HasSubstr("state.json:"));
  EXPECT_THAT(loaded.messages(),
              HasSubstr("Terraform has a node 10.1.68.8 that the dump does not show"));
}

TEST_F(ChangedDump, OfANodeWithoutAPodRangeDoesNotGuessOne) {
  item("Node", "10.1.68.8")["spec"].erase("podCIDR");
  EXPECT_THAT(load().unknowns(), Contains("c1: the pod range of node 10.1.68.8"));
}

TEST_F(ChangedDump, TakesThePodRangeOfCiliumWhereItGivesThemOut) {
  for (Json& one : dump["items"]) {
    if (one["metadata"]["name"] == "cilium-config") one["data"]["ipam"] = "cluster-pool";
  }
  dump["items"].push_back(Json::parse(R"({"apiVersion": "cilium.io/v2", "kind": "CiliumNode",
      "metadata": {"name": "10.1.68.8"}, "spec": {"ipam": {"podCIDRs": ["10.201.7.0/24"]}}})"));
  const Loaded loaded = load();
  ASSERT_TRUE(loaded.plan) << loaded.messages();
  EXPECT_EQ(to_string(loaded.plan->clusters[0].nodes[1].pod_cidr), "10.201.7.0/24");
  EXPECT_THAT(loaded.unknowns(), Contains("c1: the pod range of node 10.1.124.240"));
}

TEST_F(ChangedDump, AnnotationsThatNameNothingOfTheVcnAreUnknown) {
  Json& annotations = item("Service", "kube-dns-nlb")["metadata"]["annotations"];
  annotations["oci-network-load-balancer.oraclecloud.com/oci-network-security-groups"] = "nsg-x";
  const Loaded loaded = load();
  ASSERT_TRUE(loaded.plan) << loaded.messages();
  EXPECT_THAT(loaded.unknowns(),
              Contains("c1: an NSG of the load balancer of Service kube-system/kube-dns-nlb"));
}

}  // namespace
}  // namespace meshsim
