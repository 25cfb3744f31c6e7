// The order of decisions of a virtual router.
#include "models/infra/vcn_tables.hpp"

#include <algorithm>

#include "models/fabric/well_known.hpp"

namespace meshsim::infra {
namespace {

constexpr Prefix kLinkLocal{{0xA9FE0000}, 16};

// Ranges that no gateway to the internet leads to: RFC 1918 and RFC 6598.
constexpr Prefix kPrivate[] = {
    {{0x0A000000}, 8}, {{0xAC100000}, 12}, {{0xC0A80000}, 16}, {{0x64400000}, 10}};

bool is_private(Ipv4 address) {
  return std::any_of(std::begin(kPrivate), std::end(kPrivate),
                     [address](const Prefix& range) { return range.contains(address); });
}

VcnHop stop(DropCode code, DecisionId decided_by) {
  VcnHop hop;
  hop.stops = code;
  hop.decided_by = decided_by;
  return hop;
}

}  // namespace

VcnTables::VcnTables(const VcnSpec& spec) : spec_(spec) {
  for (const VcnRouteTable& table : spec_.route_tables) {
    // User rules come first: of equal prefixes they beat the local route.
    std::vector<VcnRoute> routes = table.routes;
    for (const Prefix& prefix : spec_.prefixes) routes.push_back({prefix, Gateway::Local, {}, {}});
    tables_.emplace_back(std::move(routes));
  }
  for (const VcnSubnet& subnet : spec_.subnets) {
    check(subnet.route_table < tables_.size(), "a subnet uses a route table of its VCN");
  }
  check(!spec_.ingress_table || *spec_.ingress_table < tables_.size(),
        "a DRG attachment uses a route table of its VCN");
  for (const Vnic& vnic : spec_.vnics) {
    check(vnic.subnet < spec_.subnets.size(), "a VNIC lies in a subnet of its VCN");
  }
  std::sort(spec_.vnics.begin(), spec_.vnics.end(),
            [](const Vnic& a, const Vnic& b) { return a.address < b.address; });
  for (std::uint32_t place = 0; place < spec_.vnics.size(); ++place) {
    places_[spec_.vnics[place].address] = place;
  }
}

std::uint32_t VcnTables::vnic_at(Ipv4 address) const {
  const std::uint32_t* const place = places_.find(address);
  return place == nullptr ? kNoVnic : *place;
}

std::uint32_t VcnTables::vnic_of_source(Ipv4 source) const {
  const std::uint32_t owner = vnic_at(source);
  if (owner != kNoVnic) return owner;
  for (std::uint32_t index = 0; index < spec_.vnics.size(); ++index) {
    for (const Prefix& prefix : spec_.vnics[index].behind) {
      if (prefix.contains(source)) return index;
    }
  }
  return kNoVnic;
}

VcnEntry VcnTables::enter(const Packet& packet) const {
  const Ipv4 source = packet.wire_source();
  VcnEntry entry;
  entry.vnic = vnic_of_source(source);
  const Vnic* const sender = entry.vnic == kNoVnic ? nullptr : &spec_.vnics[entry.vnic];
  if (sender == nullptr || (sender->address != source && !sender->skip_source_dest_check)) {
    entry.stops = DropCode::SourceTargetCheck;
    entry.decided_by = sender != nullptr ? sender->decided_by : spec_.decided_by;
  } else if (packet.wire_size().count > spec_.mtu) {
    entry.stops = DropCode::MtuExceeded;
    entry.decided_by = spec_.decided_by;
  } else if (kLinkLocal.contains(packet.wire_target())) {
    // Security rules on link-local addresses are never enforced; only the resolver answers there.
    entry.to_resolver = packet.wire_target() == kVcnResolver;
    if (!entry.to_resolver) {
      entry.stops = DropCode::VcnNoSuchAddress;
      entry.decided_by = spec_.decided_by;
    }
  }
  return entry;
}

VcnHop VcnTables::route(const Packet& packet, std::uint32_t sender) const {
  const VcnSubnet& subnet = spec_.subnets[spec_.vnics[sender].subnet];
  if (subnet.prefix.contains(packet.wire_target())) return local(packet);
  VcnHop hop = follow(packet, subnet.route_table);
  hop.is_routed = true;
  return hop;
}

VcnHop VcnTables::route_from_drg(const Packet& packet) const {
  if (packet.wire_size().count > spec_.mtu) return stop(DropCode::MtuExceeded, spec_.decided_by);
  VcnHop hop = spec_.ingress_table ? follow(packet, *spec_.ingress_table) : local(packet);
  hop.is_routed = true;
  return hop;
}

// The packet came by the table of its source's subnet, or by the ingress table if its source is
// elsewhere.
std::uint32_t VcnTables::forwarder_of(const Packet& packet) const {
  const std::uint32_t source = vnic_of_source(packet.wire_source());
  std::optional<std::uint16_t> table = spec_.ingress_table;
  if (source != kNoVnic) table = spec_.subnets[spec_.vnics[source].subnet].route_table;
  if (!table) return kNoVnic;
  const VcnRoute* const rule = tables_[*table].match(packet.wire_target());
  if (rule == nullptr || rule->gateway != Gateway::PrivateIp) return kNoVnic;
  return vnic_at(rule->next_hop);
}

VcnHop VcnTables::local(const Packet& packet) const {
  const Ipv4 target = packet.wire_target();
  VcnHop hop;
  hop.vnic = vnic_at(target);
  if (hop.vnic != kNoVnic) return hop;
  const auto subnet =
      std::find_if(spec_.subnets.begin(), spec_.subnets.end(),
                   [target](const VcnSubnet& one) { return one.prefix.contains(target); });
  return stop(DropCode::VcnNoSuchAddress,
              subnet != spec_.subnets.end() ? subnet->decided_by : spec_.decided_by);
}

VcnHop VcnTables::follow(const Packet& packet, std::uint16_t table) const {
  const VcnRoute* const route = tables_[table].match(packet.wire_target());
  if (route == nullptr) {
    return stop(DropCode::VcnNoRoute, spec_.route_tables[table].decided_by);
  }
  switch (route->gateway) {
    case Gateway::Local: return local(packet);
    case Gateway::PrivateIp: return forward(*route);
    case Gateway::Drg: {
      VcnHop hop;
      hop.to_drg = true;
      hop.decided_by = route->decided_by;
      return hop;
    }
    case Gateway::Nat:
    case Gateway::Internet:
    case Gateway::Service: return leave(packet, *route);
  }
  return stop(DropCode::VcnNoRoute, route->decided_by);
}

// A VNIC takes packets for others only if its source and destination check is off.
VcnHop VcnTables::forward(const VcnRoute& route) const {
  VcnHop hop;
  hop.vnic = vnic_at(route.next_hop);
  hop.decided_by = route.decided_by;
  if (hop.vnic == kNoVnic) return stop(DropCode::VcnNoSuchAddress, route.decided_by);
  const Vnic& forwarder = spec_.vnics[hop.vnic];
  if (forwarder.skip_source_dest_check) return hop;
  return stop(DropCode::SourceTargetCheck, forwarder.decided_by);
}

VcnHop VcnTables::leave(const Packet& packet, const VcnRoute& route) const {
  for (const ClosedGateway& closed : spec_.closed) {
    if (closed.gateway == route.gateway) {
      return stop(DropCode::GatewayClosed, closed.decided_by);
    }
  }
  const bool leads_nowhere = route.gateway != Gateway::Service && is_private(packet.wire_target());
  return stop(leads_nowhere ? DropCode::NatPrivateTarget : DropCode::InternetNotModelled,
              route.decided_by);
}

Judgement judge_at(const VcnTables& vcn, std::uint32_t vnic, Direction direction,
                   const Packet& packet, std::uint32_t far_end) {
  const Vnic& port = vcn.vnics()[vnic];
  Judgement judgement = judge(vcn.spec().groups, port.groups, direction, packet,
                              far_end == kNoVnic ? nullptr : &vcn.vnics()[far_end].groups);
  if (port.groups.empty()) judgement.decided_by = vcn.spec().subnets[port.subnet].decided_by;
  return judgement;
}

}  // namespace meshsim::infra
