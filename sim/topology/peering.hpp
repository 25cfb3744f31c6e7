// Whether packets pass a remote peering, and what an operator has to do if they do not.
// Source: oci-oke.md section 2.5.
#pragma once

#include <string>
#include <string_view>

#include "meshsim/topology/topology.hpp"

namespace meshsim {

struct PeeringState {
  PeeringStatus status = PeeringStatus::Peered;
  std::string why;  // what keeps it from being PEERED; empty if it is
  bool is_up() const { return status == PeeringStatus::Peered; }
};

// "PEERED", as OCI prints it.
std::string_view to_string(PeeringStatus status);

// The status that OCI shows. Two mistakes decide it whatever the file says: no end names a peer
// (NEW), and the requestor names a region that its peer is not in (INVALID).
PeeringState peering_state(const Topology& topology, const Rpc& rpc);

}  // namespace meshsim
