// Coherence members: JVM start, CPU times, services. Each is an estimate of the
// references and can be set in a scenario's `parameters:`.
#pragma once

#include <tuple>

#include "meshsim/base/fields.hpp"
#include "meshsim/base/units.hpp"

namespace meshsim {
namespace coherence {

struct Parameters {
  Duration placeholder{};
};

}  // namespace coherence

template <>
struct Fields<coherence::Parameters> {
  static constexpr auto list = std::tuple{
      field("placeholder", &coherence::Parameters::placeholder, "to be replaced"),
  };
};

}  // namespace meshsim
