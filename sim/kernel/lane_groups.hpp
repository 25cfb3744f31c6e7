// Which regions share a lane.
#pragma once

#include <cstdint>
#include <vector>

#include "meshsim/base/units.hpp"

namespace meshsim {

// Two regions, by index, and the shortest time in which one reaches the other.
struct RegionDistance {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  Duration shortest{};
};

// The lane of each region, numbered from 0, as many as `lanes` if there are enough regions. Regions
// close to each other share one, because a lane may run ahead of another only by the distance
// between them; but none holds more than twice its share. `sizes`: components per region.
std::vector<std::uint8_t> lanes_of_regions(const std::vector<std::size_t>& sizes,
                                           std::vector<RegionDistance> distances,
                                           std::uint32_t lanes);

}  // namespace meshsim
