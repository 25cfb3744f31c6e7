// Findings that somebody accepts are shown with the reason, and count no more.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "check_support.hpp"
#include "sim/check/report.hpp"

namespace meshsim::checks {
namespace {

using testing::HasSubstr;

std::string hub(const std::string& more) {
  return "apiVersion: meshsim.dev/v1alpha1\nkind: Topology\n"
         "clusters:\n  - {name: c1, region: eu-paris-1}\n"
         "  - {name: c2, region: eu-amsterdam-1}\n"
         "  - {name: c3, region: eu-frankfurt-1}\npeering: {hub: c1}\n" +
         more;
}

TEST(Accepted, FindingsAreShownWithTheirReason) {
  const Checked checked = check_texts(
      {{"topology.yaml", hub("ignore: [\"MS0201 because spokes never talk to each other\"]\n")}},
      {{"MS0201"}, {}});
  ASSERT_TRUE(checked.plan) << checked.wrong();
  ASSERT_EQ(checked.findings_of("MS0201"), 1u);
  EXPECT_EQ(checked.report.findings[0].accepted, "spokes never talk to each other");
  EXPECT_EQ(checked.result_of("MS0201")->outcome, Outcome::Accepted);
  EXPECT_EQ(checked.report.count(Level::Error), 0u);
  const std::string table = report_table(checked.report, checked.sources, false, false);
  EXPECT_THAT(table, HasSubstr("ACCEPTED\nMS0201"));
  EXPECT_THAT(table, HasSubstr("because spokes never talk to each other"));
  const auto sarif = nlohmann::json::parse(report_sarif(checked.report, checked.sources));
  const auto& result = sarif["runs"][0]["results"][0];
  EXPECT_EQ(result["suppressions"][0]["justification"], "spokes never talk to each other");
}

TEST(Accepted, AreFindingsOfOneObjectOnly) {
  const std::string text =
      "apiVersion: meshsim.dev/v1alpha1\nkind: Topology\nclusters:\n"
      "  - {name: c1, region: eu-paris-1, coredns_replicas: 1, ignore: [MS0412 because small]}\n"
      "  - {name: c2, region: eu-amsterdam-1, coredns_replicas: 1}\npeering: {mesh: full}\n";
  const Checked checked = check_texts({{"topology.yaml", text}}, {{"MS0412"}, {}});
  ASSERT_TRUE(checked.plan) << checked.wrong();
  EXPECT_EQ(checked.report.accepted(), 1u);
  EXPECT_EQ(checked.report.count(Level::Warning), 1u);
}

TEST(Accepted, FindingsOfAManifestAreNamedInItsAnnotation) {
  const std::string service =
      "apiVersion: v1\nkind: Service\nmetadata:\n  name: kube-dns-nlb\n  namespace: kube-system\n"
      "  annotations:\n    oci.oraclecloud.com/load-balancer-type: nlb\n"
      "    meshsim.dev/ignore: \"MS0413 because a firewall stands before it; MS0308 because x\"\n"
      "spec:\n  type: LoadBalancer\n  selector: {k8s-app: kube-dns}\n"
      "  ports: [{name: dns, port: 53, protocol: UDP}]\n";
  const std::string topology =
      "apiVersion: meshsim.dev/v1alpha1\nkind: Topology\n"
      "clusters: [{name: c1, region: eu-paris-1}]\n";
  const Checked checked =
      check_texts({{"topology.yaml", topology}, {"c1/nlb.yaml", service}}, {{"MS0413"}, {}});
  ASSERT_TRUE(checked.plan) << checked.wrong();
  ASSERT_EQ(checked.findings_of("MS0413"), 1u);
  EXPECT_EQ(checked.report.findings[0].accepted, "a firewall stands before it");
}

TEST(Accepted, NeedsAReason) {
  const Checked checked = check_texts({{"topology.yaml", hub("ignore: [MS0201]\n")}});
  EXPECT_FALSE(checked.plan);
  EXPECT_THAT(checked.wrong(), HasSubstr("topology.yaml:8:10: error: ignore[0]: 'MS0201' gives no "
                                         "reason; write it like"));
}

TEST(Accepted, ARuleThatDoesNotExistIsAWarning) {
  const Checked checked =
      check_texts({{"topology.yaml", hub("ignore: [MS0299 because of nothing]\n")}});
  ASSERT_TRUE(checked.plan);
  EXPECT_THAT(checked.wrong(), HasSubstr("warning: ignore: there is no rule MS0299"));
}

}  // namespace
}  // namespace meshsim::checks
