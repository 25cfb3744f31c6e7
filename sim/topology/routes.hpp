// What DRGs know: routes imported from VCNs and announced over remote peerings, worked out until
// nothing changes, and why a route is not there. Pure functions of a topology.
// Source: oci-oke.md sections 2.2 to 2.4 and 2.7. Left out: BGP attributes that a customer sets.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "meshsim/topology/topology.hpp"

namespace meshsim {

// A route propagates through at most this many DRGs, both ends included.
inline constexpr std::uint32_t kMaxDrgsOfRoute = 4;
// So many equal routes share the flows of one destination; source: oci-oke.md section 2.4.
inline constexpr std::uint32_t kMaxEcmp = 8;

// OCI's route_provenance, in the order of preference.
enum class RouteOrigin : std::uint8_t { Static, Vcn, VirtualCircuit, IpsecTunnel };

struct DrgRoute {
  Prefix destination;
  std::uint32_t exit = 0;  // of Drg::attachments
  RouteOrigin origin = RouteOrigin::Vcn;
  bool is_static = false;                             // a static rule of this table
  bool is_conflict = false;                           // another route of the same destination won
  std::uint8_t as_path = 0;                           // its length; 0 of VCNs and static rules
  std::uint8_t peerings = 0;                          // crossed on the way to the origin
  std::array<std::uint16_t, kMaxDrgsOfRoute> path{};  // DRGs to the origin; peerings + 1 of them
  Pos pos;  // the statement or static rule that let it in; none by default
  friend bool operator==(const DrgRoute&, const DrgRoute&) = default;
};

// Where an attachment leads, by numbers instead of names.
struct DrgWire {
  const Vcn* vcn = nullptr;             // or
  const OnPremises* network = nullptr;  // or
  const Rpc* rpc = nullptr;
  std::uint32_t peer_drg = 0;
  std::uint32_t peer_attachment = 0;
  bool is_up = false;       // both ends are there and connected
  std::uint32_t table = 0;  // the route table of packets that enter by it
};

// Valid as long as the topology it was made from stays where it is.
struct DrgRoutes {
  // By DRG, then by route table, each in the order of the topology. Within a table the longest
  // prefix comes first, and of equal prefixes the best route: the first match is the answer, or,
  // with ECMP, the first match and what follows it without is_conflict.
  std::vector<std::vector<std::vector<DrgRoute>>> tables;
  std::vector<std::vector<DrgWire>> wires;  // by DRG, then by attachment
};

DrgRoutes resolve_drg_routes(const Topology& topology);

// The table of packets that enter `drg` by `attachment`.
const std::vector<DrgRoute>& routes_of(const Topology& topology, const DrgRoutes& routes,
                                       std::uint32_t drg, std::uint32_t attachment);

// Virtual circuits and IPSec tunnels. What enters by one never leaves by one.
bool is_on_premises(DrgAttachment::Type type);

// The statement by which the table takes what the attachment offers, or nullptr.
const DistributionStatement* importing_statement(const DrgRouteTable& table,
                                                 const DrgAttachment& attachment);

// The route of a packet that enters by the attachment, or nullptr. `flow`: hash of its flow, which
// decides between equal routes.
const DrgRoute* find_route(const Topology& topology, const DrgRoutes& routes, std::uint32_t drg,
                           std::uint32_t attachment, Ipv4 target, std::uint64_t flow = 0);

struct NoRoute {
  std::string text;     // names the table that would have to hold the route, and why it does not
  Pos pos;              // what would have to change; none if nothing in the files would help
  std::string missing;  // the statement or rule that would bring the route; empty if none would
};

// Why packets that enter by the attachment find no route to `target`.
NoRoute explain_no_route(const Topology& topology, const DrgRoutes& routes, std::uint32_t drg,
                         std::uint32_t attachment, Ipv4 target);
// The same for the first VCN beyond peerings that it has no route to; for an attachment that
// reaches all of them, that the address is nobody's.
NoRoute explain_no_route(const Topology& topology, const DrgRoutes& routes, std::uint32_t drg,
                         std::uint32_t attachment);

// The way of a packet from a VCN to an address elsewhere through DRGs, as their tables send it.
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
                     Ipv4 target, std::uint64_t flow = 0);

}  // namespace meshsim
