// Both look at every link and flow for every level: slow, and plain to see through.
#include "tests/models/fabric/plain_filling.hpp"

#include <algorithm>
#include <limits>

namespace meshsim::fabric {

std::vector<FlowRate> exact_filling(const PlainNetwork& network) {
  constexpr FlowRate kOpen = -1;
  std::vector<FlowRate> rates(network.flows.size(), kOpen);
  std::vector<std::vector<std::size_t>> crossing(network.links.size());
  for (std::size_t flow = 0; flow < rates.size(); ++flow) {
    for (const LinkId link : network.flows[flow].path) crossing[link.value].push_back(flow);
  }
  while (std::find(rates.begin(), rates.end(), kOpen) != rates.end()) {
    FlowRate level = kUnbound;
    std::vector<std::size_t> bound;
    for (std::size_t flow = 0; flow < rates.size(); ++flow) {
      const std::optional<BitRate> cap = network.flows[flow].cap;
      if (rates[flow] != kOpen || !cap || flow_rate(*cap) >= level) continue;
      level = flow_rate(*cap);
      bound = {flow};
    }
    for (std::size_t link = 0; link < network.links.size(); ++link) {
      FlowRate left = flow_rate(network.links[link]);
      FlowRate open = 0;
      for (const std::size_t flow : crossing[link]) {
        open += rates[flow] == kOpen ? 1 : 0;
        left -= rates[flow] == kOpen ? 0 : rates[flow];
      }
      if (open == 0 || left / open >= level) continue;
      level = left / open;
      bound = crossing[link];
    }
    for (const std::size_t flow : bound) {
      if (rates[flow] == kOpen) rates[flow] = level;
    }
  }
  return rates;
}

std::vector<long double> real_filling(const PlainNetwork& network) {
  constexpr long double kFull = 1e-15L;  // of a link's capacity
  std::vector<long double> rates(network.flows.size(), 0);
  std::vector<bool> open(network.flows.size(), true);
  while (std::find(open.begin(), open.end(), true) != open.end()) {
    std::vector<long double> left;
    for (const BitRate link : network.links) {
      left.push_back(static_cast<long double>(link.bits_per_second));
    }
    std::vector<int> rising(network.links.size(), 0);
    for (std::size_t flow = 0; flow < rates.size(); ++flow) {
      for (const LinkId link : network.flows[flow].path) {
        left[link.value] -= rates[flow];
        rising[link.value] += open[flow] ? 1 : 0;
      }
    }
    long double rise = std::numeric_limits<long double>::infinity();
    for (std::size_t link = 0; link < left.size(); ++link) {
      if (rising[link] > 0) rise = std::min(rise, std::max(left[link], 0.0L) / rising[link]);
    }
    for (std::size_t flow = 0; flow < rates.size(); ++flow) {
      if (!open[flow] || !network.flows[flow].cap) continue;
      const auto cap = static_cast<long double>(network.flows[flow].cap->bits_per_second);
      rise = std::min(rise, cap - rates[flow]);
    }
    for (std::size_t flow = 0; flow < rates.size(); ++flow) {
      if (open[flow]) rates[flow] += rise;
    }
    for (std::size_t flow = 0; flow < rates.size(); ++flow) {
      const PlainFlow& plain = network.flows[flow];
      const bool capped =
          plain.cap && rates[flow] >= static_cast<long double>(plain.cap->bits_per_second);
      const bool blocked = std::any_of(plain.path.begin(), plain.path.end(), [&](LinkId link) {
        const auto capacity = static_cast<long double>(network.links[link.value].bits_per_second);
        return left[link.value] - rise * rising[link.value] <= capacity * kFull;
      });
      if (capped || blocked) open[flow] = false;
    }
  }
  return rates;
}

}  // namespace meshsim::fabric
