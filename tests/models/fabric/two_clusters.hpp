// Two clusters in two regions, whole: nodes, VCNs, DRGs, a peering, load balancers, agents and
// exporters. Cluster n has VCN 10.n.0.0/16 and pods in 10.20n.0.0/16. The pods of cluster 2 echo.
#pragma once

#include <array>
#include <string>

#include "models/fabric/cilium_node.hpp"
#include "models/fabric/mesh_agent.hpp"
#include "models/fabric/mesh_exporter.hpp"
#include "models/infra/drg.hpp"
#include "models/infra/load_balancer.hpp"
#include "models/infra/parameters.hpp"
#include "models/infra/vcn.hpp"
#include "models/infra/wan_link.hpp"
#include "tests/models/fabric/test_pod.hpp"
#include "tests/support/test_world.hpp"

namespace meshsim::fabric {

inline constexpr DecisionId kNatRule{11};
inline constexpr DecisionId kMeshEntry{12};
inline constexpr DecisionId kNotMeshed{13};

struct TwoClustersSpec {
  Duration round_trip = 10ms;
  Ratio loss{0, 1};
  bool meshed = true;
};

struct TwoClusters {
  static constexpr std::size_t kNodes = 2;

  struct Node {
    CiliumNode* path = nullptr;
    MeshAgent* agent = nullptr;
    TestPod* pod = nullptr;
    Ipv4 address{};
    Ipv4 pod_address{};
    Prefix pod_cidr{};
  };
  struct Side {
    infra::Vcn* vcn = nullptr;
    infra::DrgAttachment* from_vcn = nullptr;
    infra::DrgAttachment* from_rpc = nullptr;
    infra::WanLink* out = nullptr;
    infra::LoadBalancer* balancer = nullptr;
    MeshExporter* exporter = nullptr;
    Ipv4 vip{};
    Ipv4 exporter_address{};
    std::array<Node, kNodes> nodes{};
  };

  TestWorld world;
  std::array<Side, 2> sides{};

  explicit TwoClusters(const TwoClustersSpec& spec = {}) {
    for (std::uint32_t n = 1; n <= 2; ++n) add(spec, n);
    world.seal();
    for (std::uint32_t n = 1; n <= 2; ++n) wire(n);
    world.run_for(1ms);
  }

  static Ipv4 address(std::uint32_t a, std::uint32_t b, std::uint32_t c) {
    return {(10U << 24) | (a << 16) | (b << 8) | c};
  }

  // Starts the agents and exporters of both clusters; the pods of the exporters are attached.
  void start_mesh() {
    for (Side& side : sides) {
      world.send(side.nodes[0].path->address<k8s::PodAttached>(),
                 k8s::PodAttached{side.exporter_address, side.exporter->address<Packet>(), 1});
      world.send(side.exporter->address<k8s::StartProcess>(),
                 k8s::StartProcess{side.exporter_address});
    }
    world.run_for(3s);
    for (Side& side : sides) {
      for (Node& node : side.nodes) {
        world.send(node.path->address<k8s::EndpointChange>(),
                   k8s::EndpointChange{{1}, side.exporter_address, true, false});
        world.send(node.agent->address<k8s::StartProcess>(), k8s::StartProcess{node.address});
      }
    }
  }
  // Tells the nodes of both clusters about each other's pod CIDRs, without a mesh.
  void know_each_other() {
    for (const Side& side : sides) {
      for (const Side& other : sides) {
        if (&side == &other) continue;
        for (const Node& node : side.nodes) {
          for (const Node& far : other.nodes) {
            world.send(node.path->address<IpcacheChange>(),
                       IpcacheChange{far.pod_cidr, far.address, 6, false});
          }
        }
      }
    }
    world.run_for(1ms);
  }
  void cut(bool is_cut) {
    for (Side& side : sides) {
      world.send(side.out->address<infra::CutLink>(), infra::CutLink{is_cut});
    }
    world.run_for(1ms);
  }
  std::size_t live_payloads() { return world.simulation().payloads().live(); }

 private:
  void add(const TwoClustersSpec& spec, std::uint32_t n);
  void wire(std::uint32_t n);
};

inline void TwoClusters::add(const TwoClustersSpec& spec, std::uint32_t n) {
  Simulation& simulation = world.simulation();
  Side& side = sides[n - 1];
  const std::uint32_t far = 3 - n;
  const std::string name = "c" + std::to_string(n);
  const infra::Parameters network;
  const Prefix vcn_prefix{address(n, 0, 0), 16};
  const Prefix far_prefix{address(far, 0, 0), 16};
  const Prefix far_pods{address(200 + far, 0, 0), 16};
  side.vip = address(n, 0, 9);
  side.exporter_address = address(200 + n, 0, 20);

  infra::VcnSpec vcn;
  vcn.prefixes = {vcn_prefix};
  vcn.subnets = {{{address(n, 64, 0), 20}, 0, {}}, {{address(n, 0, 0), 27}, 0, {}}};
  vcn.route_tables = {
      {{{far_prefix, infra::Gateway::Drg, {}}, {Prefix{}, infra::Gateway::Nat, kNatRule}}, {}}};
  vcn.groups = {
      {{{.direction = infra::Direction::Ingress}, {.direction = infra::Direction::Egress}}, {}}};
  vcn.tracking = infra::tracking_timeouts(network);
  vcn.vnics = {{.address = side.vip, .subnet = 1, .groups = {0}}};
  infra::LoadBalancerSpec balancer{
      .address = side.vip,
      .listeners = {{Protocol::Udp, 53, 30'053, {}}, {Protocol::Tcp, 2379, 32'379, {}}}};
  const std::vector<Service> services{{{}, {{Protocol::Udp, 53, 5353, 30'053}}, true, {}},
                                      {{}, {{Protocol::Tcp, 2379, 2379, 32'379}}, true, {}}};

  for (std::uint32_t index = 0; index < kNodes; ++index) {
    Node& node = side.nodes[index];
    node.address = address(n, 64, 10 + index);
    node.pod_cidr = {address(200 + n, 0, index * 128), 25};
    node.pod_address = address(200 + n, 0, index * 128 + 9);
    vcn.vnics.push_back({.address = node.address, .subnet = 0, .groups = {0}});
    balancer.backends.push_back(node.address);

    CiliumNodeSpec path;
    path.address = node.address;
    path.pod_cidr = node.pod_cidr;
    path.router = address(200 + n, 0, index * 128 + 1);
    path.services = services;
    if (!spec.meshed) path.unconnected = {{far_pods, kNotMeshed}};
    const std::string at = name + "/n" + std::to_string(index);
    const CellId cell = simulation.cell(at);
    node.path = &simulation.add<CiliumNode>(at + "/cilium", cell, path,
                                            simulation.stream(at + "/cilium", "node"));
    MeshAgentSpec agent{.node = node.address};
    if (spec.meshed) {
      agent.remotes = {{.cluster = "c" + std::to_string(far),
                        .address = address(far, 0, 9),
                        .decided_by = kMeshEntry}};
    }
    node.agent = &simulation.add<MeshAgent>(at + "/agent", cell, agent,
                                            simulation.stream(at + "/agent", "agent"));
    node.pod = &simulation.add<TestPod>(at + "/pod", cell, n == 2);
  }
  side.exporter = &simulation.add<MeshExporter>(name + "/exporter", simulation.cell(name + "/n0"),
                                                MeshExporterSpec{},
                                                simulation.stream(name + "/exporter", "exporter"));
  side.vcn = &world.add<infra::Vcn>(name + "/vcn", vcn);
  side.balancer = &world.add<infra::LoadBalancer>(name + "/nlb", balancer);
  const CellId drg = simulation.cell(name + "/drg");
  side.from_vcn = &simulation.add<infra::DrgAttachment>(
      name + "/drg/vcn", drg, infra::DrgAttachmentSpec{.routes = {{far_prefix, 0, {}}}});
  side.from_rpc = &simulation.add<infra::DrgAttachment>(
      name + "/drg/rpc", drg, infra::DrgAttachmentSpec{.routes = {{vcn_prefix, 0, {}}}});
  side.out = &world.add<infra::WanLink>(
      name + "/rpc",
      infra::WanLinkSpec{
          .shape = {.delay = infra::backbone_delay(spec.round_trip, network), .loss = spec.loss}},
      simulation.stream(name + "/rpc", "wire"));
}

inline void TwoClusters::wire(std::uint32_t n) {
  Side& side = sides[n - 1];
  Side& far = sides[2 - n];
  side.vcn->drg = side.from_vcn->address<Packet>();
  side.vcn->wire(side.vip, side.balancer->address<Packet>());
  side.balancer->vcn = side.vcn->address<Outbound>();
  side.from_vcn->exits = {{{}, side.out->address<Packet>()}};
  side.from_rpc->exits = {{side.vcn->address<infra::FromDrg>(), {}}};
  side.out->far_end = far.from_rpc->address<Packet>();
  side.exporter->uplink = side.nodes[0].path->address<Outbound>();
  for (Node& node : side.nodes) {
    node.path->vcn = side.vcn->address<Outbound>();
    node.path->host = node.agent->address<Packet>();
    node.agent->uplink = node.path->address<Outbound>();
    node.agent->node = node.path->address<IpcacheChange>();
    node.pod->uplink = node.path->address<Outbound>();
    side.vcn->wire(node.address, node.path->address<Packet>());
    node.path->endpoint_watchers = {side.exporter->address<IpcacheChange>()};
    world.send(node.path->address<k8s::PodAttached>(),
               k8s::PodAttached{node.pod_address, node.pod->address<Packet>(), 300});
    world.send(side.exporter->address<IpcacheChange>(),
               IpcacheChange{node.pod_cidr, node.address, 6, false});
    for (const Node& other : side.nodes) {
      if (&other == &node) continue;
      node.path->endpoint_watchers.push_back(other.path->address<IpcacheChange>());
      world.send(node.path->address<IpcacheChange>(),
                 IpcacheChange{other.pod_cidr, other.address, 6, false});
    }
  }
}

}  // namespace meshsim::fabric
