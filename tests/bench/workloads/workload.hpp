// What a workload yields: one row of the table that `tools/bench` prints beside the peers' rows.
#pragma once

#include <cstdint>
#include <string>

namespace meshsim::bench {

struct Row {
  std::string test;
  std::string variant;
  std::string distribution = "-";
  std::uint64_t size = 0;  // pending events, lanes, flows
  double operations = 0;
  double seconds = 0;
  double bytes_per_item = 0;
};

}  // namespace meshsim::bench
