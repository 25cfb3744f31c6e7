// Cilium agents and the cluster mesh. Each is an estimate of the
// references and can be set in a scenario's `parameters:`.
#pragma once

#include <tuple>

#include "meshsim/base/fields.hpp"
#include "meshsim/base/units.hpp"

namespace meshsim {
namespace fabric {

struct Parameters {
  Duration placeholder{};
};

}  // namespace fabric

template <>
struct Fields<fabric::Parameters> {
  static constexpr auto list = std::tuple{
      field("placeholder", &fabric::Parameters::placeholder, "to be replaced"),
  };
};

}  // namespace meshsim
