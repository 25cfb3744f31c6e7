// What CoreDNS does with the directives of a server block: each plugin's setup with its errors.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "meshsim/base/diagnostics.hpp"
#include "models/dns/config.hpp"
#include "sim/import/corefile.hpp"
#include "sim/import/corefile_tokens.hpp"

namespace meshsim {

// Whether CoreDNS knows the directive, modelled here or not.
bool is_corefile_directive(std::string_view name);
// The known directive nearest to a misspelt one, or empty.
std::string_view nearest_corefile_directive(std::string_view name);

// The zones of a name or CIDR ("10.0.0.0/12" gives sixteen); nothing if it is neither. The name is
// made absolute, its letter case kept.
std::vector<std::string> corefile_zones(std::string_view text);

// Sets the plugins of one block up; the keys are in `block` already.
void set_up_plugins(const CorefileBlock& parsed, const CorefileInput& input,
                    dns::ServerBlock& block, Diagnostics& diagnostics);

}  // namespace meshsim
