// Times of the Kubernetes control plane. Each is an estimate of the
// references and can be set in a scenario's `parameters:`.
#pragma once

#include <tuple>

#include "meshsim/base/fields.hpp"
#include "meshsim/base/units.hpp"

namespace meshsim {
namespace k8s {

struct Parameters {
  Duration placeholder{};
};

}  // namespace k8s

template <>
struct Fields<k8s::Parameters> {
  static constexpr auto list = std::tuple{
      field("placeholder", &k8s::Parameters::placeholder, "to be replaced"),
  };
};

}  // namespace meshsim
