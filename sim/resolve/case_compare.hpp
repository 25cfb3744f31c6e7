// Whether what came is what the record says.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace meshsim::resolve {

struct Difference {
  std::string where;
  std::string expected;
  std::string got;
};

// `expected`: the case, or its entry in `differs`; `random`: what is left to chance in it.
std::optional<Difference> first_difference(const nlohmann::json& expected,
                                           const nlohmann::json& got,
                                           const std::vector<std::string>& random);

// The same for a case of a chain.
std::optional<Difference> first_chain_difference(const nlohmann::json& expected,
                                                 const nlohmann::json& got);

}  // namespace meshsim::resolve
