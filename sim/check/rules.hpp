// All rules, in the order of their ids.
#pragma once

#include <span>
#include <string_view>

#include "sim/check/rule.hpp"

namespace meshsim::checks {

std::span<const Rule> addressing_rules();  // MS01nn
std::span<const Rule> routing_rules();     // MS02nn
std::span<const Rule> security_rules();    // MS03nn
std::span<const Rule> dns_rules();         // MS04nn
std::span<const Rule> mesh_rules();        // MS05nn
std::span<const Rule> coherence_rules();   // MS06nn
std::span<const Rule> wka_rules();         // among MS06nn
std::span<const Rule> limit_rules();       // MS07nn

std::span<const Rule> all_rules();

// Of that id, or nullptr.
const Rule* find_rule(std::string_view id);
// The id nearest to a misspelt one, or empty.
std::string_view nearest_rule(std::string_view id);

}  // namespace meshsim::checks
