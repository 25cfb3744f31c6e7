// The compiled-in tables are whole: every pair of regions has a round trip.
#include "sim/topology/regions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meshsim {
namespace {

TEST(Regions, AreFoundByNameAndByKey) {
  ASSERT_NE(find_region("CDG"), nullptr);
  EXPECT_EQ(find_region("CDG")->name, "eu-paris-1");
  EXPECT_EQ(find_region("us-ashburn-1")->availability_domains, 3U);
  EXPECT_EQ(find_region("eu-atlantis-1"), nullptr);
  EXPECT_EQ(known_regions().size(), 45U);
}

TEST(Regions, EveryPairHasARoundTripAndItsSource) {
  for (const KnownRegion& a : known_regions()) {
    for (const KnownRegion& b : known_regions()) {
      const auto trip = known_round_trip(a.name, b.name);
      ASSERT_TRUE(trip) << a.name << " " << b.name;
      EXPECT_GT(trip->round_trip, 0ms) << a.name << " " << b.name;
      EXPECT_FALSE(trip->source.empty());
      EXPECT_EQ(known_round_trip(b.name, a.name)->round_trip, trip->round_trip);
    }
  }
}

TEST(Regions, TheRecommendedRowIsTaken) {
  EXPECT_EQ(known_round_trip("eu-paris-1", "eu-amsterdam-1")->round_trip, 10ms);
  EXPECT_EQ(known_round_trip("us-ashburn-1", "eu-frankfurt-1")->round_trip, 97240us);
}

TEST(Regions, TheGeneratorsOrderHoldsEachOnce) {
  const auto order = regions_by_choice();
  EXPECT_EQ(order.size(), known_regions().size());
  EXPECT_EQ(order[0], "eu-paris-1");
  EXPECT_EQ(order[8], "ap-sydney-1");
  for (const KnownRegion& region : known_regions()) {
    EXPECT_THAT(order, testing::Contains(region.name).Times(1));
  }
}

}  // namespace
}  // namespace meshsim
