// The look-up table against std::map, under random insertions, removals and thinning.
#include "models/fabric/lookup_table.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

namespace meshsim {
namespace {

// Few different keys, so that they meet in one another's places.
FlowKey some_flow() {
  const auto number = static_cast<std::uint32_t>(*rc::gen::inRange(0, 40));
  return {Ipv4{0x0A000000 + number % 7}, Ipv4{0x0A010000 + number % 3},
          static_cast<std::uint16_t>(32768 + number), 53, Protocol::Udp};
}

void expect_equal(const LookupTable<FlowKey, int>& table, const std::map<FlowKey, int>& model) {
  RC_ASSERT(table.size() == model.size());
  for (const auto& [flow, value] : model) {
    const int* const found = table.find(flow);
    RC_ASSERT(found != nullptr);
    RC_ASSERT(*found == value);
  }
  const FlowKey* const least = table.least([](const FlowKey&) { return true; });
  RC_ASSERT((least != nullptr) == !model.empty());
  if (least != nullptr) RC_ASSERT(*least == model.begin()->first);
}

RC_GTEST_PROP(LookupTable, HoldsWhatAMapHolds, ()) {
  LookupTable<FlowKey, int> table;
  std::map<FlowKey, int> model;
  const auto steps = *rc::gen::inRange(0, 200);
  for (int step = 0; step < steps; ++step) {
    const FlowKey flow = some_flow();
    switch (*rc::gen::inRange(0, 8)) {
      case 0:
      case 1:
      case 2: RC_ASSERT(table.erase(flow) == (model.erase(flow) > 0)); break;
      case 3: {
        const int rest = *rc::gen::inRange(0, 5);
        table.erase_if([rest](const FlowKey&, int value) { return value % 5 == rest; });
        std::erase_if(model, [rest](const auto& entry) { return entry.second % 5 == rest; });
        break;
      }
      default: table[flow] = model[flow] = step; break;
    }
    expect_equal(table, model);
  }
}

TEST(LookupTable, AnswersNothingWhenEmpty) {
  LookupTable<Ipv4, int> table;
  EXPECT_EQ(table.find(Ipv4{1}), nullptr);
  EXPECT_FALSE(table.erase(Ipv4{1}));
  table[Ipv4{1}] = 7;
  EXPECT_TRUE(table.contains(Ipv4{1}));
  table.clear();
  EXPECT_FALSE(table.contains(Ipv4{1}));
  EXPECT_EQ(table.size(), 0U);
}

}  // namespace
}  // namespace meshsim
