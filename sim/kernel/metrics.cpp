// The registry of counters.
#include "meshsim/kernel/metrics.hpp"

namespace meshsim {

Counter Metrics::counter(std::string_view component, std::string_view name,
                         std::string_view meaning) {
  values_.push_back({std::string{component}, std::string{name}, std::string{meaning}, 0});
  return {static_cast<std::uint32_t>(values_.size() - 1)};
}

}  // namespace meshsim
