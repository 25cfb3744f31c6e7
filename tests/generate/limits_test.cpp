// Each limit is named from the size on at which it is exceeded.
#include "sim/generate/limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meshsim {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> limits(MeshPlan plan) { return exceeded_limits(plan, topology_of(plan)); }

MeshPlan mesh_of(std::uint32_t clusters) {
  MeshPlan plan;
  plan.clusters = clusters;
  return plan;
}

TEST(Limits, AreNotExceededByAFewClusters) {
  EXPECT_THAT(limits(mesh_of(3)), IsEmpty());
  EXPECT_THAT(limits(mesh_of(11)), IsEmpty());
}

TEST(Limits, NameTheRemotePeeringsOfARegion) {
  EXPECT_THAT(limits(mesh_of(12)), Contains(HasSubstr("needs 11 remote peerings")));
}

TEST(Limits, NameTheRulesOfAnNsg) {
  EXPECT_THAT(limits(mesh_of(59)), Not(Contains(HasSubstr("an NSG needs"))));
  EXPECT_THAT(limits(mesh_of(60)), Contains(HasSubstr("an NSG needs")));
}

TEST(Limits, NameRouteTablesAndDrgsOfTheLargestMesh) {
  const std::vector<std::string> found = limits(mesh_of(255));
  EXPECT_THAT(found, Contains(HasSubstr("VCN route table needs 256 rules")));
  EXPECT_THAT(found, Contains(HasSubstr("a region needs 6 DRGs")));
}

TEST(Limits, NameWkaAnswersThatAreTruncated) {
  MeshPlan plan = mesh_of(2);
  plan.members = 26;
  EXPECT_THAT(limits(plan), IsEmpty());
  plan.members = 27;
  EXPECT_THAT(limits(plan), Contains(HasSubstr("27 members of a cluster do not fit")));
}

}  // namespace
}  // namespace meshsim
