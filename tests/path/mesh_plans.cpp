// Loads, damages and asks at random.
#include "tests/path/mesh_plans.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/scenario/input.hpp"
#include "sim/scenario/load.hpp"
#include "sim/topology/drg_defaults.hpp"

namespace meshsim {
namespace {

template <class T>
T* any_of(std::vector<T>& list, RandomStream& random) {
  return list.empty() ? nullptr : &list[random.below(list.size())];
}

template <class T>
void erase_any(std::vector<T>& list, RandomStream& random) {
  if (!list.empty())
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(random.below(list.size())));
}

SecurityRule* any_rule(Topology& topology, RandomStream& random) {
  Vcn& vcn = *any_of(topology.vcns, random);
  SecurityGroup* const group = any_of(random.below(4) == 0 ? vcn.security_lists : vcn.nsgs, random);
  return group == nullptr ? nullptr : any_of(group->rules, random);
}

Vcn& vcn_named(Topology& topology, const std::string& name) {
  return *std::find_if(topology.vcns.begin(), topology.vcns.end(),
                       [&](const Vcn& vcn) { return vcn.name == name; });
}

// Of the things that meshsim's own topologies leave at their defaults.
void bend_once(Topology& topology, RandomStream& random) {
  Vcn& vcn = *any_of(topology.vcns, random);
  switch (random.below(6)) {
    case 0: vcn.gateways.push_back({GatewayKind::Nat, false, {}}); return;
    case 1: {
      SecurityRule* const rule = any_rule(topology, random);
      if (rule != nullptr && rule->ports) rule->source_ports = PortRange{1025, 40'000};
      return;
    }
    case 2: {
      DrgAttachment& attachment = *any_of(any_of(topology.drgs, random)->attachments, random);
      if (attachment.type == DrgAttachment::Type::Vcn) {
        attachment.vcn_routes = VcnRoutes::VcnCidrs;
      } else {
        attachment.exports = false;
      }
      return;
    }
    case 3: {
      // Through the operator's host, which forwards or does not.
      Host* const host = any_of(topology.hosts, random);
      if (host == nullptr) return;
      Vcn& its = vcn_named(topology, host->vcn);
      host->address = {find_named(its.subnets, host->subnet)->cidr.base.value + 4};
      host->skip_source_dest_check = random.below(4) != 0;
      RouteRule* const rule = any_of(any_of(its.route_tables, random)->rules, random);
      if (rule == nullptr) return;
      rule->gateway = GatewayKind::PrivateIp;
      rule->next_hop = host->address;
      return;
    }
    case 4: any_of(topology.rpcs, random)->peer_region = "eu-zurich-1"; return;
    default: {
      Drg& drg = *any_of(topology.drgs, random);
      DrgAttachment& attachment = *any_of(drg.attachments, random);
      if (attachment.type != DrgAttachment::Type::Vcn) return;
      Vcn& its = vcn_named(topology, attachment.target);
      attachment.ingress_table = any_of(its.route_tables, random)->name;
      return;
    }
  }
}

void damage_once(Topology& topology, RandomStream& random, bool narrow) {
  Vcn& vcn = *any_of(topology.vcns, random);
  Drg& drg = *any_of(topology.drgs, random);
  if (random.below(4) == 0) return bend_once(topology, random);
  switch (random.below(narrow ? 13 : 11)) {
    case 0:
    case 1: {
      SecurityGroup* const group = any_of(vcn.nsgs, random);
      if (group != nullptr) erase_any(group->rules, random);
      return;
    }
    case 2: return erase_any(any_of(vcn.route_tables, random)->rules, random);
    case 3: {
      SecurityRule* const rule = any_rule(topology, random);
      if (rule != nullptr) rule->stateless = true;
      return;
    }
    case 4: {
      SecurityRule* const rule = any_rule(topology, random);
      if (rule != nullptr)
        rule->protocol = random.below(2) == 0 ? RuleProtocol::Tcp : RuleProtocol::Udp;
      return;
    }
    case 5: any_of(topology.rpcs, random)->status = PeeringStatus::Revoked; return;
    case 6: any_of(topology.rpcs, random)->mtu = random.below(2) == 0 ? 1400 : 1500; return;
    case 7: vcn.mtu = random.below(2) == 0 ? 1500 : 1450; return;
    case 8: {
      DrgRouteTable& table = *any_of(drg.route_tables, random);
      if (random.below(2) == 0) return erase_any(table.imports, random);
      table.imports.push_back({77, DistributionStatement::Match::AttachmentType, kMatchRpc, {}});
      return;
    }
    case 9: {
      DrgAttachment& attachment = *any_of(drg.attachments, random);
      any_of(drg.route_tables, random)
          ->static_rules.push_back(
              {any_of(topology.vcns, random)->cidrs.front(), attachment.name, {}});
      return;
    }
    case 10: {
      RouteRule* const rule = any_of(any_of(vcn.route_tables, random)->rules, random);
      if (rule != nullptr) rule->gateway = GatewayKind::Nat;
      return;
    }
    case 11: {
      SecurityRule* const rule = any_rule(topology, random);
      if (rule == nullptr || !rule->cidr) return;
      const Subnet* const subnet = find_named(any_of(topology.vcns, random)->subnets, "workers");
      if (subnet == nullptr) return;
      rule->cidr =
          Prefix{{subnet->cidr.base.value + 10 + static_cast<std::uint32_t>(random.below(4))}, 32};
      return;
    }
    default: {
      const Subnet* const subnet = find_named(any_of(topology.vcns, random)->subnets, "workers");
      if (subnet == nullptr) return;
      any_of(vcn.route_tables, random)
          ->rules.push_back({Prefix{{subnet->cidr.base.value + 8}, 30}, GatewayKind::Nat, "", {}});
      return;
    }
  }
}

// A host beside each cluster, as the OKE module makes them.
void add_operators(Topology& topology) {
  for (const Vcn& vcn : topology.vcns) {
    Host host;
    host.name = vcn.name + "-operator";
    host.vcn = vcn.name;
    host.subnet = "operator";
    host.nsgs = {"operator"};
    host.tcp_ports = {22};
    topology.hosts.push_back(std::move(host));
  }
}

}  // namespace

std::unique_ptr<Planned> look_at(const std::vector<std::string>& files) {
  auto planned = std::make_unique<Planned>();
  planned->plan = load_input(files, planned->sources, planned->diagnostics);
  return planned;
}

std::unique_ptr<Planned> plan_mesh(const MeshOptions& options,
                                   const std::function<void(Topology&)>& change) {
  auto planned = std::make_unique<Planned>();
  auto scenario = load_scenario(options.scenario, planned->sources, planned->diagnostics);
  if (!scenario) return planned;
  for (Cluster& cluster : scenario->topology.clusters) {
    for (NodePool& pool : cluster.pools) pool.nodes = options.nodes;
  }
  for (ApplyStep& step : scenario->steps) {
    step.at = {};
    if (options.has_members) continue;
    std::erase_if(step.files, [](const ManifestFile& file) {
      return file.path.find("coherence") != std::string::npos;
    });
  }
  add_operators(scenario->topology);
  if (change) change(scenario->topology);
  planned->plan = make_plan(std::move(*scenario), planned->sources, planned->diagnostics);
  return planned;
}

void damage(Topology& topology, RandomStream& random, std::size_t count, bool narrow) {
  for (std::size_t i = 0; i < count; ++i) damage_once(topology, random, narrow);
}

PathQuery random_query(const Plan& plan, RandomStream& random) {
  const auto any_cluster = [&] { return random.below(plan.clusters.size()); };
  const auto any_pod = [&](std::size_t at) {
    return pod_end(plan, at, random.below(plan.clusters[at].pods.size()));
  };
  const auto any_node = [&](std::size_t at) {
    return node_end(plan, at, random.below(plan.clusters[at].nodes.size()));
  };
  PathQuery query;
  const std::size_t from = any_cluster();
  const std::size_t to = any_cluster();
  query.from = random.below(2) == 0 ? any_pod(from) : any_node(from);
  const auto any_host = [&] { return host_end(plan, random.below(plan.hosts.size())); };
  if (!plan.hosts.empty() && random.below(6) == 0) query.from = any_host();
  query.protocol = random.below(2) == 0 ? Protocol::Tcp : Protocol::Udp;
  if (random.below(6) == 0) query.protocol = Protocol::Icmp;
  constexpr std::uint16_t kPorts[] = {53, 2379, 8472, 7574, 22, 30053, 32379, 10250, 6443};
  query.port = kPorts[random.below(std::size(kPorts))];
  switch (random.below(8)) {
    case 6: query.to = plan.hosts.empty() ? any_node(to) : any_host(); break;
    case 7: query.to = end_at(plan, plan.clusters[to].endpoint); break;
    case 0: query.to = any_node(to); break;
    case 1:
      if (!plan.clusters[to].load_balancers.empty()) {
        query.to =
            load_balancer_end(plan, to, random.below(plan.clusters[to].load_balancers.size()));
        break;
      }
      [[fallthrough]];
    case 2: query.to = end_at(plan, plan.clusters[from].dns_address); break;
    case 3:
      query.to = end_at(plan, {plan.clusters[to].vcn->subnets.back().cidr.base.value + 200});
      break;
    default: query.to = any_pod(to); break;
  }
  constexpr std::uint16_t kSizes[] = {64, 64, 1332, 1440, 1460, 8960};
  query.size = kSizes[random.below(std::size(kSizes))];
  query.wants_answer = random.below(2) == 0;
  query.source_port = static_cast<std::uint16_t>(1025 + random.below(8000));
  return query;
}

std::string text_of(const PathQuery& query) {
  return fmt::format("{} {} > {} {}, {} bytes, from port {}", to_string(query.protocol),
                     query.from.name, query.to.name, query.port, query.size, query.source_port);
}

}  // namespace meshsim
