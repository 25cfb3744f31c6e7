// CoreDNS processing and the resolvers in the pods. Each is an estimate of the
// references and can be set in a scenario's `parameters:`.
#pragma once

#include <tuple>

#include "meshsim/base/fields.hpp"
#include "meshsim/base/units.hpp"

namespace meshsim {
namespace dns {

struct Parameters {
  Duration placeholder{};
};

}  // namespace dns

template <>
struct Fields<dns::Parameters> {
  static constexpr auto list = std::tuple{
      field("placeholder", &dns::Parameters::placeholder, "to be replaced"),
  };
};

}  // namespace meshsim
