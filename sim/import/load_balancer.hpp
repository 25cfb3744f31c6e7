// What a Service of type LoadBalancer asks of Oracle's cloud controller, and what it was given.
// Source for the annotations: oci-oke.md section 4.3.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "meshsim/base/ip.hpp"
#include "sim/config/located.hpp"
#include "sim/import/labels.hpp"

namespace meshsim {

struct LoadBalancerRequest {
  enum class Kind : std::uint8_t { Lb, Nlb };
  Located<Kind> kind{Kind::Lb, {}};
  Located<bool> is_internal{false, {}};
  Located<std::string> subnet;             // OCID or name
  std::vector<Located<std::string>> nsgs;  // OCIDs or names
  // The address others use: from the annotation assigned-private-ipv4, from loadBalancerIP, or
  // from the status of a dump. Not given: the controller picks one from the subnet.
  Located<Ipv4> address;
  Located<bool> preserves_source{false, {}};
};

// Reads the annotations of Oracle's controller. Those that change behaviour and are not modelled,
// and misspelled ones, are warnings. `where` names the Service in messages.
LoadBalancerRequest read_load_balancer(const Labels& annotations, const std::string& where,
                                       Diagnostics& diagnostics);

}  // namespace meshsim
