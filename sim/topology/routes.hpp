// What DRGs know: routes imported from VCNs and announced over remote peerings, worked out until
// nothing changes, and why a route is not there. Pure functions of a topology.
// Source: oci-oke.md sections 2.2 to 2.4 and 2.7. Left out: virtual circuits, IPSec and ECMP.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "meshsim/topology/topology.hpp"

namespace meshsim {

// A route propagates through at most this many DRGs, both ends included.
inline constexpr std::uint32_t kMaxDrgsOfRoute = 4;

enum class RouteOrigin : std::uint8_t { Static, Vcn };  // OCI's route_provenance

struct DrgRoute {
  Prefix destination;
  std::uint32_t exit = 0;  // of Drg::attachments
  RouteOrigin origin = RouteOrigin::Vcn;
  bool is_static = false;                             // a static rule of this table
  bool is_conflict = false;                           // another route of the same destination won
  std::uint8_t peerings = 0;                          // crossed on the way to the origin
  std::array<std::uint16_t, kMaxDrgsOfRoute> path{};  // DRGs to the origin; peerings + 1 of them
  Pos pos;  // the statement or static rule that let it in; none by default
  friend bool operator==(const DrgRoute&, const DrgRoute&) = default;
};

// Where an attachment leads, by numbers instead of names.
struct DrgWire {
  const Vcn* vcn = nullptr;  // else a peering:
  const Rpc* rpc = nullptr;
  std::uint32_t peer_drg = 0;
  std::uint32_t peer_attachment = 0;
  bool is_up = false;       // both ends are there and connected
  std::uint32_t table = 0;  // the route table of packets that enter by it
};

// Valid as long as the topology it was made from stays where it is.
struct DrgRoutes {
  // By DRG, then by route table, each in the order of the topology. Within a table the longest
  // prefix comes first, and of equal prefixes the best route: the first match is the answer.
  std::vector<std::vector<std::vector<DrgRoute>>> tables;
  std::vector<std::vector<DrgWire>> wires;  // by DRG, then by attachment
};

DrgRoutes resolve_drg_routes(const Topology& topology);

// The table of packets that enter `drg` by `attachment`.
const std::vector<DrgRoute>& routes_of(const Topology& topology, const DrgRoutes& routes,
                                       std::uint32_t drg, std::uint32_t attachment);

// The route of a packet that enters by the attachment, or nullptr.
const DrgRoute* find_route(const Topology& topology, const DrgRoutes& routes, std::uint32_t drg,
                           std::uint32_t attachment, Ipv4 target);

struct NoRoute {
  std::string text;  // names the table that would have to hold the route, and why it does not
  Pos pos;           // what would have to change; none if nothing in the files would help
};

// Why packets that enter by the attachment find no route to `target`.
NoRoute explain_no_route(const Topology& topology, const DrgRoutes& routes, std::uint32_t drg,
                         std::uint32_t attachment, Ipv4 target);
// The same for the first VCN beyond peerings that it has no route to; for an attachment that
// reaches all of them, that the address is nobody's.
NoRoute explain_no_route(const Topology& topology, const DrgRoutes& routes, std::uint32_t drg,
                         std::uint32_t attachment);

// The way of a packet from one VCN to an address of another through DRGs, as their tables send it.
struct DrgHop {
  std::uint32_t drg = 0;
  std::uint32_t entry = 0;  // attachments
  std::uint32_t exit = 0;
};
struct DrgTrace {
  std::vector<DrgHop> hops;  // up to the last DRG that had a route
  bool arrives = false;
  Duration round_trip{};  // of the peerings crossed
  NoRoute no_route;       // if it does not
};
DrgTrace trace_route(const Topology& topology, const DrgRoutes& routes, const Vcn& from,
                     Ipv4 target);

}  // namespace meshsim
