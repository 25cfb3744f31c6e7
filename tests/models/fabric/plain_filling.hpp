// Max-min fair rates as the textbook finds them, for tests: progressive filling of all flows from
// nothing, once with the simulator's integers and once, written differently, with floating point.
#pragma once

#include <optional>
#include <vector>

#include "models/fabric/flow_rates.hpp"

namespace meshsim::fabric {

struct PlainFlow {
  std::vector<LinkId> path;
  std::optional<BitRate> cap;
};

struct PlainNetwork {
  std::vector<BitRate> links;
  std::vector<PlainFlow> flows;
};

// By flow. The same integers as FlowRates must give: levels are rounded down, of two limits with
// the same level caps come first, then links by id.
std::vector<FlowRate> exact_filling(const PlainNetwork& network);

// By flow, in bit/s: raises the rates of all flows by what the tightest link allows, again and
// again.
std::vector<long double> real_filling(const PlainNetwork& network);

}  // namespace meshsim::fabric
