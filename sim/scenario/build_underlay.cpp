// From the topology to VCNs, DRGs, remote peerings and load balancers.
#include <fmt/format.h>

#include <memory>

#include "models/dns/vcn_resolver.hpp"
#include "models/infra/drg.hpp"
#include "models/infra/host.hpp"
#include "models/infra/on_premises.hpp"
#include "models/infra/wan_link.hpp"
#include "sim/scenario/underlay_specs.hpp"
#include "sim/scenario/world_parts.hpp"
#include "sim/topology/routes.hpp"

namespace meshsim {
namespace {

// The place of a named element in its list; the topology was checked, so it is there.
template <class T>
std::uint16_t index_of(const std::vector<T>& list, std::string_view name) {
  const T* found = find_named(list, name);
  check(found != nullptr, "a checked topology names only what exists");
  return static_cast<std::uint16_t>(found - list.data());
}

infra::Vcn& add_vcn(Build& build, const Vcn& vcn) {
  const std::string path = "vcn/" + vcn.name;
  const CellId cell = build.cell(path, vcn.region);
  auto& made = build.simulation().add<infra::Vcn>(path, cell, build.specs().vcn(vcn));

  dns::VcnResolverSpec resolver_spec;
  resolver_spec.path = path + "/resolver";
  resolver_spec.parameters = build.parameters().dns;
  auto& resolver = build.simulation().add<dns::VcnResolver>(resolver_spec.path, cell, resolver_spec,
                                                            build.simulation().seed());
  build.wiring.push_back([&made, &resolver] {
    made.resolver = resolver.address<Packet>();
    resolver.uplink = made.address<Outbound>();
  });
  return made;
}

void add_load_balancers(Build& build, const PlannedCluster& cluster, infra::Vcn& vcn) {
  for (const PlannedLoadBalancer& balancer : cluster.load_balancers) {
    const ServiceManifest& service = cluster.services[balancer.service].manifest;
    const std::string path = "lb/" + cluster.topology->name + "/" + service.name;
    auto& made = build.simulation().add<infra::LoadBalancer>(
        path, build.cell(path, cluster.topology->region),
        build.specs().load_balancer(cluster, balancer));
    build.wiring.push_back([&made, &vcn, address = balancer.address] {
      made.vcn = vcn.address<Outbound>();
      vcn.wire(address, made.address<Packet>());
    });
  }
}

infra::Host& add_host(Build& build, const std::string& path, const std::string& region,
                      const infra::HostSpec& spec, infra::Vcn& vcn) {
  auto& made = build.simulation().add<infra::Host>(path, build.cell(path, region), spec,
                                                   build.stream(path, "ports"));
  build.wiring.push_back([&made, &vcn, address = spec.address] {
    made.vcn = vcn.address<Outbound>();
    made.vcn_forward = vcn.address<infra::Forwarded>();
    vcn.wire(address, made.address<Packet>());
  });
  return made;
}

void add_hosts(Build& build, const Underlay& underlay) {
  for (const PlannedCluster& cluster : build.plan.clusters) {
    if (!cluster.endpoint) continue;
    add_host(build, cluster.topology->name + "/api-endpoint", cluster.topology->region,
             build.specs().endpoint(cluster), underlay.of(build.plan, cluster));
  }
  const std::vector<Vcn>& vcns = build.plan.scenario.topology.vcns;
  for (const PlannedHost& host : build.plan.hosts) {
    const infra::Host& made =
        add_host(build, "host/" + host.host->name, host.vcn->region, build.specs().host(host),
                 *underlay.vcns[static_cast<std::size_t>(host.vcn - vcns.data())]);
    build.wiring.push_back(
        [&build, &made] { build.world.host_uplinks.push_back(made.address<Outbound>()); });
  }
}

// The components of one DRG, by attachment.
struct DrgParts {
  const Drg* drg = nullptr;
  std::vector<infra::DrgAttachment*> attachments;
};

DrgParts add_drg(Build& build, const DrgRoutes& routes, std::uint32_t index) {
  const Topology& topology = build.plan.scenario.topology;
  const Drg& drg = topology.drgs[index];
  DrgParts parts{&drg, {}};
  const CellId cell = build.cell("drg/" + drg.name, drg.region);
  for (std::uint32_t entry = 0; entry < drg.attachments.size(); ++entry) {
    const DrgAttachment& attachment = drg.attachments[entry];
    parts.attachments.push_back(&build.simulation().add<infra::DrgAttachment>(
        "drg/" + drg.name + "/" + attachment.name, cell,
        build.specs().drg_attachment(routes, index, entry)));
  }
  return parts;
}

// One direction of a peering, in the region of the sending DRG.
infra::WanLink& add_link(Build& build, const Rpc& rpc, const std::string& from,
                         const std::string& to) {
  const Topology& topology = build.plan.scenario.topology;
  const std::string& region = topology.drgs[index_of(topology.drgs, from)].region;
  const std::string& far_region = topology.drgs[index_of(topology.drgs, to)].region;
  const infra::WanLinkSpec spec = build.specs().link(rpc);
  if (region != far_region) {
    build.simulation().connect(build.simulation().region(region),
                               build.simulation().region(far_region),
                               infra::shortest_delay(spec.shape));
  }
  const std::string path = "rpc/" + rpc.name + "/" + from + "-to-" + to;
  return build.simulation().add<infra::WanLink>(path, build.cell(path, region), spec,
                                                build.stream(path, "wire"));
}

// The attachment component of a DRG for a VCN or RPC, or nullptr.
infra::DrgAttachment* attachment_for(const DrgParts& parts, DrgAttachment::Type type,
                                     std::string_view target) {
  for (std::size_t index = 0; index < parts.attachments.size(); ++index) {
    const DrgAttachment& attachment = parts.drg->attachments[index];
    if (attachment.type == type && attachment.target == target) return parts.attachments[index];
  }
  return nullptr;
}

// What the DRGs of a world are wired to.
struct DrgSurroundings {
  const Topology& topology;
  DrgRoutes routes;
  std::vector<DrgParts> drgs;
  std::vector<infra::Vcn*> vcns;
  std::vector<std::pair<infra::WanLink*, infra::WanLink*>> links;  // by peering; none if no peer
  std::vector<infra::OnPremises*> networks;
};

// The outgoing direction of a peering, which leads to the far DRG's attachment.
Address<Packet> wire_link(const DrgSurroundings& all, const DrgWire& wire, const Drg& from) {
  const auto& pair = all.links[static_cast<std::size_t>(wire.rpc - all.topology.rpcs.data())];
  if (pair.first == nullptr) return {};
  const bool is_a = wire.rpc->drg_a == from.name;
  infra::WanLink& link = is_a ? *pair.first : *pair.second;
  const DrgParts& far = all.drgs[wire.peer_drg];
  const auto* end = attachment_for(far, DrgAttachment::Type::Rpc, wire.rpc->name);
  if (end != nullptr) link.far_end = end->address<Packet>();
  return link.address<Packet>();
}

// Where each exit of a DRG leads.
void wire_drg(Build& build, const DrgSurroundings& all, std::uint32_t index) {
  const DrgParts& parts = all.drgs[index];
  std::vector<infra::DrgExit> exits;
  for (std::uint32_t a = 0; a < parts.attachments.size(); ++a) {
    const DrgAttachment& attachment = parts.drg->attachments[a];
    const DrgWire& wire = all.routes.wires[index][a];
    infra::DrgExit exit;
    exit.mtu = mtu_behind(wire, attachment);
    if (wire.vcn != nullptr) {
      infra::Vcn& vcn = *all.vcns[index_of(all.topology.vcns, attachment.target)];
      exit.vcn = vcn.address<infra::FromDrg>();
      vcn.drg = parts.attachments[a]->address<Packet>();
    } else if (wire.network != nullptr) {
      exit.link =
          all.networks[index_of(all.topology.on_premises, attachment.target)]->address<Packet>();
      exit.decided_by = build.decide(attachment.pos, "attachment " + attachment.name);
    } else {
      exit.link = wire_link(all, wire, *parts.drg);
      exit.decided_by = build.decide(wire.rpc->pos, "remote peering " + wire.rpc->name);
    }
    exits.push_back(exit);
  }
  for (infra::DrgAttachment* attachment : parts.attachments) attachment->exits = exits;
}

// The attachments in the order of attachments_to(), which numbers the exits of a network.
void wire_networks(const DrgSurroundings& all) {
  for (std::size_t i = 0; i < all.networks.size(); ++i) {
    for (const auto& [drg, attachment] :
         attachments_to(all.topology, all.topology.on_premises[i])) {
      all.networks[i]->exits.push_back(all.drgs[drg].attachments[attachment]->address<Packet>());
    }
  }
}

// A network stands in the region of the first DRG that leads to it; its delay is a wire between
// regions where another one does.
infra::OnPremises& add_network(Build& build, const DrgRoutes& routes, const OnPremises& network) {
  const Topology& topology = build.plan.scenario.topology;
  const auto ends = attachments_to(topology, network);
  const std::string path = "on-premises/" + network.name;
  const std::string region =
      ends.empty() ? topology.regions.front().name : topology.drgs[ends.front().first].region;
  const infra::OnPremisesSpec spec = build.specs().on_premises(network, routes);
  for (const auto& [drg, attachment] : ends) {
    const std::string& other = topology.drgs[drg].region;
    if (other == region) continue;
    const auto here = build.simulation().region(region);
    const auto there = build.simulation().region(other);
    build.simulation().connect(here, there, spec.to_drg);
    build.simulation().connect(there, here, build.parameters().network.drg_hop);
  }
  return build.simulation().add<infra::OnPremises>(path, build.cell(path, region), spec);
}

}  // namespace

Underlay build_underlay(Build& build) {
  const Topology& topology = build.plan.scenario.topology;
  Underlay underlay;
  for (const Vcn& vcn : topology.vcns) underlay.vcns.push_back(&add_vcn(build, vcn));
  for (const PlannedCluster& cluster : build.plan.clusters) {
    add_load_balancers(build, cluster, underlay.of(build.plan, cluster));
  }

  add_hosts(build, underlay);

  const auto all = std::make_shared<DrgSurroundings>(
      DrgSurroundings{topology, resolve_drg_routes(topology), {}, underlay.vcns, {}, {}});
  for (std::uint32_t index = 0; index < topology.drgs.size(); ++index) {
    all->drgs.push_back(add_drg(build, all->routes, index));
  }
  for (const Rpc& rpc : topology.rpcs) {
    if (rpc.drg_b.empty()) {
      all->links.emplace_back(nullptr, nullptr);
      continue;
    }
    all->links.emplace_back(&add_link(build, rpc, rpc.drg_a, rpc.drg_b),
                            &add_link(build, rpc, rpc.drg_b, rpc.drg_a));
  }
  for (const OnPremises& network : topology.on_premises) {
    all->networks.push_back(&add_network(build, all->routes, network));
  }
  build.wiring.push_back([&build, all] {
    for (std::uint32_t index = 0; index < all->drgs.size(); ++index) wire_drg(build, *all, index);
    wire_networks(*all);
  });
  return underlay;
}

}  // namespace meshsim
