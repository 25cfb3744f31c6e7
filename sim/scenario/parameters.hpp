// The figures that the references call estimates, gathered from the models, for `parameters:`.
#pragma once

#include <tuple>

#include "meshsim/base/fields.hpp"
#include "models/coherence/parameters.hpp"
#include "models/dns/parameters.hpp"
#include "models/fabric/parameters.hpp"
#include "models/infra/parameters.hpp"
#include "models/k8s/parameters.hpp"

namespace meshsim {

struct Parameters {
  coherence::Parameters coherence;
  dns::Parameters dns;
  fabric::Parameters cilium;
  infra::Parameters network;
  k8s::Parameters kubernetes;
};

template <>
struct Fields<Parameters> {
  static constexpr auto list = std::tuple{
      field("coherence", &Parameters::coherence, "Coherence members: JVM start, CPU times"),
      field("dns", &Parameters::dns, "CoreDNS and the resolvers in the pods"),
      field("cilium", &Parameters::cilium, "Cilium agents and the cluster mesh"),
      field("network", &Parameters::network, "delays inside a region, jitter and loss"),
      field("kubernetes", &Parameters::kubernetes, "scheduling, probes, propagation"),
  };
};

}  // namespace meshsim
