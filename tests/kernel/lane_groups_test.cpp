// Close regions share a lane, within bounds; whatever is asked for, every lane has its regions.
#include "sim/kernel/lane_groups.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace meshsim {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

TEST(LaneGroups, CloseRegionsShareALane) {
  // Two in Europe, two in Asia, and what connects them.
  const std::vector<RegionDistance> distances{{0, 1, 80ms}, {0, 2, 4ms},  {1, 3, 6ms},
                                              {2, 3, 85ms}, {0, 3, 90ms}, {1, 2, 82ms}};
  EXPECT_THAT(lanes_of_regions({10, 10, 10, 10}, distances, 2), ElementsAre(0, 1, 0, 1));
}

TEST(LaneGroups, AsManyLanesAsRegionsMeanOneEach) {
  EXPECT_THAT(lanes_of_regions({5, 5, 5}, {{0, 1, 1ms}, {1, 2, 1ms}}, 3), ElementsAre(0, 1, 2));
  EXPECT_THAT(lanes_of_regions({5, 5, 5}, {{0, 1, 1ms}, {1, 2, 1ms}}, 8), ElementsAre(0, 1, 2));
}

TEST(LaneGroups, NoLaneTakesMoreThanTwiceItsShareForCloseness) {
  // A chain of ten, each 1 ms from the next: closeness alone would put nine into one lane.
  std::vector<RegionDistance> chain;
  for (std::uint32_t region = 1; region < 10; ++region) chain.push_back({region - 1, region, 1ms});
  const std::vector<std::uint8_t> lanes =
      lanes_of_regions(std::vector<std::size_t>(10, 1), chain, 5);
  for (std::uint8_t lane = 0; lane < 5; ++lane) {
    EXPECT_GE(std::count(lanes.begin(), lanes.end(), lane), 1) << "lane " << int{lane};
    EXPECT_LE(std::count(lanes.begin(), lanes.end(), lane), 4) << "lane " << int{lane};
  }
}

TEST(LaneGroups, RegionsWithoutConnectionsAreSharedOutBySize) {
  EXPECT_THAT(lanes_of_regions({9, 1, 1, 9}, {}, 3), ElementsAre(0, 1, 1, 2));
}

TEST(LaneGroups, OneLaneHoldsAll) {
  EXPECT_THAT(lanes_of_regions({3, 1, 2}, {{0, 2, 5ms}}, 1), ElementsAre(0, 0, 0));
}

}  // namespace
}  // namespace meshsim
