// Delays inside a region and of gateways. Each is an estimate of the
// references and can be set in a scenario's `parameters:`.
#pragma once

#include <tuple>

#include "meshsim/base/fields.hpp"
#include "meshsim/base/units.hpp"

namespace meshsim {
namespace infra {

struct Parameters {
  Duration placeholder{};
};

}  // namespace infra

template <>
struct Fields<infra::Parameters> {
  static constexpr auto list = std::tuple{
      field("placeholder", &infra::Parameters::placeholder, "to be replaced"),
  };
};

}  // namespace meshsim
