// How a person says that a finding is known and accepted: "MS0305 because we probe from inside".
// Written as `ignore:` in topologies and scenarios, and as an annotation of manifests.
#pragma once

#include <string>
#include <string_view>

#include "meshsim/topology/topology.hpp"
#include "sim/config/quantities.hpp"

namespace meshsim {

// The annotation of a manifest; several entries have ';' or a new line between them.
inline constexpr std::string_view kIgnoreAnnotation = "meshsim.dev/ignore";

// One entry: rule ids with commas between them, "because", a reason.
template <>
struct ScalarText<Ignore> {
  static constexpr std::string_view name = "rule ids and a reason";
  static constexpr std::string_view example = "MS0305 because health is probed from inside";
  static constexpr std::string_view pattern = "^MS[0-9]{4}( *, *MS[0-9]{4})* +because +.+$";
  static bool parse(std::string_view text, Ignore& out, std::string& error);
  static std::string print(const Ignore& value);
};

}  // namespace meshsim
