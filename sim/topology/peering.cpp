// The states of a peering and what each of them needs.
#include "sim/topology/peering.hpp"

#include <fmt/core.h>

#include "sim/topology/regions.hpp"

namespace meshsim {
namespace {

std::string_view why_not(PeeringStatus status) {
  switch (status) {
    case PeeringStatus::New: return "no end has asked to connect: set peer_id at one of them";
    case PeeringStatus::Pending: return "the connection is being made";
    case PeeringStatus::Peered: return "";
    case PeeringStatus::Revoked:
      return "the other end was deleted: make both ends anew and connect them";
    case PeeringStatus::Invalid:
      return "it asked for a peer that is revoked or not there: make it anew";
  }
  return "";
}

// A topology may name a region by its key.
std::string_view full_name(std::string_view region) {
  const KnownRegion* const known = find_region(region);
  return known != nullptr ? known->name : region;
}

}  // namespace

std::string_view to_string(PeeringStatus status) {
  switch (status) {
    case PeeringStatus::New: return "NEW";
    case PeeringStatus::Pending: return "PENDING";
    case PeeringStatus::Peered: return "PEERED";
    case PeeringStatus::Revoked: return "REVOKED";
    case PeeringStatus::Invalid: return "INVALID";
  }
  return "?";
}

PeeringState peering_state(const Topology& topology, const Rpc& rpc) {
  if (rpc.drg_b.empty()) {
    return {PeeringStatus::New, "no end names the other one: set peer_id at one of them"};
  }
  const PeeringStatus status = rpc.status;
  // Only an end that has asked names a region.
  if (!rpc.peer_region.empty() && status != PeeringStatus::New) {
    const Drg* const peer = find_named(topology.drgs, rpc.drg_b);
    if (peer != nullptr && full_name(rpc.peer_region) != full_name(peer->region)) {
      return {PeeringStatus::Invalid,
              fmt::format("it names region {} for its peer, but DRG {} is in {}: correct "
                          "peer_region_name",
                          rpc.peer_region, peer->name, peer->region)};
    }
  }
  return {status, std::string{why_not(status)}};
}

}  // namespace meshsim
