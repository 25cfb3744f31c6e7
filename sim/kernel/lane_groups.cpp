// Single-linkage clustering with a bound on the size.
#include "lane_groups.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace meshsim {
namespace {

class Groups {
 public:
  explicit Groups(const std::vector<std::size_t>& sizes)
      : first_(sizes.size()), sizes_(sizes), count_(sizes.size()) {
    std::iota(first_.begin(), first_.end(), 0U);
  }

  std::size_t count() const { return count_; }
  // Its first region stands for a group.
  std::uint32_t group(std::uint32_t region) const {
    while (first_[region] != region) region = first_[region];
    return region;
  }
  std::size_t size(std::uint32_t group) const { return sizes_[group]; }
  void join(std::uint32_t a, std::uint32_t b) {
    first_[std::max(a, b)] = std::min(a, b);
    sizes_[std::min(a, b)] += sizes_[std::max(a, b)];
    --count_;
  }

 private:
  std::vector<std::uint32_t> first_;
  std::vector<std::size_t> sizes_;
  std::size_t count_;
};

void join_two_smallest(Groups& groups, std::uint32_t regions) {
  std::vector<std::uint32_t> all;
  for (std::uint32_t region = 0; region < regions; ++region) {
    if (groups.group(region) == region) all.push_back(region);
  }
  std::partial_sort(all.begin(), all.begin() + 2, all.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tuple{groups.size(a), a} < std::tuple{groups.size(b), b};
  });
  groups.join(all[0], all[1]);
}

}  // namespace

std::vector<std::uint8_t> lanes_of_regions(const std::vector<std::size_t>& sizes,
                                           std::vector<RegionDistance> distances,
                                           std::uint32_t lanes) {
  const auto regions = static_cast<std::uint32_t>(sizes.size());
  const std::size_t total = std::accumulate(sizes.begin(), sizes.end(), std::size_t{0});
  const std::size_t most = 2 * total / lanes;
  std::stable_sort(distances.begin(), distances.end(),
                   [](const auto& x, const auto& y) { return x.shortest < y.shortest; });
  Groups groups(sizes);
  for (const RegionDistance& one : distances) {
    if (groups.count() <= lanes) break;
    const std::uint32_t a = groups.group(one.a);
    const std::uint32_t b = groups.group(one.b);
    if (a != b && groups.size(a) + groups.size(b) <= most) groups.join(a, b);
  }
  while (groups.count() > lanes) join_two_smallest(groups, regions);

  std::vector<std::uint8_t> numbers(regions);
  std::uint8_t next = 0;
  for (std::uint32_t region = 0; region < regions; ++region) {
    const std::uint32_t group = groups.group(region);
    numbers[region] = group == region ? next++ : numbers[group];
  }
  return numbers;
}

}  // namespace meshsim
