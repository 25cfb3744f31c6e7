// Three regions in full mesh (10 ms, 10 Gb/s), ten nodes a region, 34 pods a node: the world of the
// peers' driver, made of VCNs with NSGs and connection tracking, DRGs, remote peerings and Cilium
// nodes that look up an ipcache of all pods and encapsulate. A packet makes eight events here; it
// is counted as five hops, pod-node-router-WAN-router-node-pod, as there.
#include "tests/bench/workloads/packet_hops.hpp"

#include <common.h>

#include <array>
#include <atomic>
#include <memory>

#include "meshsim/kernel/context.hpp"
#include "meshsim/kernel/simulation.hpp"
#include "models/fabric/cilium_node.hpp"
#include "models/fabric/host_stack.hpp"
#include "models/infra/drg.hpp"
#include "models/infra/parameters.hpp"
#include "models/infra/vcn.hpp"
#include "models/infra/wan_link.hpp"

namespace meshsim::bench {
namespace {

constexpr std::uint32_t kRegions = 3;
constexpr std::uint32_t kNodes = 10;  // of each region
constexpr std::uint32_t kPods = 34;   // of each node
constexpr std::uint32_t kPodsOfRegion = kNodes * kPods;
constexpr std::uint32_t kHopsOfPacket = 5;
constexpr std::uint16_t kServerPort = 9;
constexpr std::uint16_t kFirstClientPort = 10'000;

struct Think {
  std::uint32_t flow = 0;
};

// A pod that serves, and is the client of some flows: 200 B there, 1000 B back, then a think time
// of 0 to 2 ms.
class Pod final : public Accepts<Pod, Packet, Think> {
 public:
  struct Flow {
    Ipv4 server{};
    std::uint32_t left = 0;
  };

  Pod(Ipv4 address, RandomStream random) : address_(address), random_(random) {}

  void on(Context& context, Think think) {
    stack_.send_udp(context, static_cast<std::uint16_t>(kFirstClientPort + think.flow),
                    flows[think.flow].server, kServerPort, 200, {});
  }
  void on(Context& context, const Packet& packet) {
    if (stack_.receive(context, packet) != Arrival::Datagram) return;
    ++received;
    if (packet.target_port == kServerPort) {
      return stack_.send_udp(context, kServerPort, packet.source, packet.source_port, 1000, {});
    }
    const std::uint32_t flow = packet.target_port - std::uint32_t{kFirstClientPort};
    if (--flows[flow].left == 0) return;
    context.send(address<Think>(), Think{flow}, random_.between({0ms, 2ms}));
  }

  // Once the world is wired.
  void listen(Address<Outbound> uplink) {
    stack_ = HostStack{address_, uplink, 5us};
    stack_.listen_udp(kServerPort);
    for (std::size_t flow = 0; flow < flows.size(); ++flow) {
      stack_.listen_udp(static_cast<std::uint16_t>(kFirstClientPort + flow));
    }
  }

  std::vector<Flow> flows;
  std::uint64_t received = 0;

 private:
  Ipv4 address_;
  RandomStream random_;
  HostStack stack_;
};

Ipv4 address(std::uint32_t a, std::uint32_t b, std::uint32_t c) {
  return {(10U << 24) | (a << 16) | (b << 8) | c};
}
Prefix vcn_of(std::uint32_t region) { return {address(region + 1, 0, 0), 16}; }
Ipv4 node_of(std::uint32_t region, std::uint32_t node) {
  return address(region + 1, 64, 10 + node);
}
Prefix pods_of(std::uint32_t region, std::uint32_t node) {
  return {address(200 + region, node, 0), 24};
}
Ipv4 pod_of(std::uint32_t region, std::uint32_t node, std::uint32_t pod) {
  return address(200 + region, node, 10 + pod);
}

struct Region {
  infra::Vcn* vcn = nullptr;
  infra::DrgAttachment* to_vcn = nullptr;
  std::array<infra::DrgAttachment*, kRegions> to_region{};
  std::array<infra::WanLink*, kRegions> links{};
  std::array<fabric::CiliumNode*, kNodes> nodes{};
  std::array<Pod*, kPodsOfRegion> pods{};
};

// What the scenario's builder makes of three clusters, for plain pods.
class ThreeRegions {
 public:
  ThreeRegions(std::uint64_t flows, std::uint32_t exchanges, std::uint32_t jobs)
      : simulation_{1, 5us, jobs} {
    for (std::uint32_t region = 0; region < kRegions; ++region) add(region);
    simulation_.seal();
    for (std::uint32_t region = 0; region < kRegions; ++region) wire(region);
    begin(flows, exchanges);
  }

  Simulation& simulation() { return simulation_; }
  std::uint64_t received() const {
    std::uint64_t sum = 0;
    for (const Region& region : regions_) {
      for (const Pod* pod : region.pods) sum += pod->received;
    }
    return sum;
  }

 private:
  RegionId id(std::uint32_t region) { return simulation_.region("r" + std::to_string(region)); }

  void add(std::uint32_t number) {
    const std::string name = "r" + std::to_string(number);
    Region& region = regions_[number];
    infra::VcnSpec vcn;
    vcn.prefixes = {vcn_of(number)};
    vcn.subnets = {{{address(number + 1, 64, 0), 18}, 0, {}}};
    vcn.route_tables.resize(1);
    infra::SecurityGroup workers;
    workers.rules.push_back({.direction = infra::Direction::Egress});
    infra::DrgAttachmentSpec from_vcn;
    for (std::uint32_t other = 0; other < kRegions; ++other) {
      if (other == number) continue;
      vcn.route_tables.front().routes.push_back({vcn_of(other), infra::Gateway::Drg, {}});
      workers.rules.push_back({.direction = infra::Direction::Ingress,
                               .protocol = Protocol::Udp,
                               .far_end = vcn_of(other),
                               .port_min = kVxlanPort,
                               .port_max = kVxlanPort});
      from_vcn.routes.push_back({vcn_of(other), static_cast<std::uint16_t>(other), {}});
    }
    vcn.groups = {workers};
    vcn.tracking = infra::tracking_timeouts({});
    vcn.to_vnic = vcn.to_drg = 25us;
    for (std::uint32_t node = 0; node < kNodes; ++node) {
      vcn.vnics.push_back({.address = node_of(number, node),
                           .groups = {0},
                           .behind = {pods_of(number, node)},
                           .tracked_flows = 60'000});
    }
    const CellId drg = simulation_.cell(name + "/drg", id(number));
    region.vcn = &simulation_.add<infra::Vcn>(name + "/vcn",
                                              simulation_.cell(name + "/vcn", id(number)), vcn);
    region.to_vcn = &simulation_.add<infra::DrgAttachment>(name + "/drg/vcn", drg, from_vcn);
    for (std::uint32_t other = 0; other < kRegions; ++other) {
      if (other == number) continue;
      const std::string peer = "r" + std::to_string(other);
      region.to_region[other] = &simulation_.add<infra::DrgAttachment>(
          name + "/drg/" + peer, drg,
          infra::DrgAttachmentSpec{
              .routes = {{vcn_of(number), static_cast<std::uint16_t>(number), {}}}});
      const std::string path = name + "/rpc/" + peer;
      const infra::WanLinkSpec link{.shape = {.delay = 10ms, .rate = gigabits(10)}};
      simulation_.connect(id(number), id(other), infra::shortest_delay(link.shape));
      region.links[other] = &simulation_.add<infra::WanLink>(
          path, simulation_.cell(path, id(number)), link, simulation_.stream(path, "wire"));
    }
    for (std::uint32_t node = 0; node < kNodes; ++node) add_node(number, node, name);
  }

  void add_node(std::uint32_t number, std::uint32_t node, const std::string& region) {
    const std::string path = region + "/n" + std::to_string(node);
    const CellId cell = simulation_.cell(path, id(number));
    fabric::CiliumNodeSpec spec;
    spec.address = node_of(number, node);
    spec.pod_cidr = pods_of(number, node);
    spec.router = {spec.pod_cidr.base.value + 1};
    regions_[number].nodes[node] = &simulation_.add<fabric::CiliumNode>(
        path + "/cilium", cell, spec, simulation_.stream(path, "node"));
    for (std::uint32_t pod = 0; pod < kPods; ++pod) {
      const std::string pod_path = path + "/p" + std::to_string(pod);
      regions_[number].pods[node * kPods + pod] = &simulation_.add<Pod>(
          pod_path, cell, pod_of(number, node, pod), simulation_.stream(pod_path, "think"));
    }
  }

  void wire(std::uint32_t number) {
    Region& region = regions_[number];
    region.vcn->drg = region.to_vcn->address<Packet>();
    std::vector<infra::DrgExit> exits(kRegions);
    exits[number].vcn = region.vcn->address<infra::FromDrg>();
    for (std::uint32_t other = 0; other < kRegions; ++other) {
      if (other == number) continue;
      exits[other].link = region.links[other]->address<Packet>();
      region.links[other]->far_end = regions_[other].to_region[number]->address<Packet>();
    }
    region.to_vcn->exits = exits;
    for (infra::DrgAttachment* attachment : region.to_region) {
      if (attachment != nullptr) attachment->exits = exits;
    }
    for (std::uint32_t node = 0; node < kNodes; ++node) {
      fabric::CiliumNode& here = *region.nodes[node];
      here.vcn = region.vcn->address<Outbound>();
      region.vcn->wire(node_of(number, node), here.address<Packet>());
      for (std::uint32_t pod = 0; pod < kPods; ++pod) {
        simulation_.send(here.address<k8s::PodAttached>(),
                         k8s::PodAttached{pod_of(number, node, pod),
                                          region.pods[node * kPods + pod]->address<Packet>(), 300},
                         kStart);
      }
      learn(here, number, node);
    }
  }

  // Every pod of every other node has an entry, as cluster mesh brings it.
  void learn(const fabric::CiliumNode& here, std::uint32_t own_region, std::uint32_t own_node) {
    for (std::uint32_t region = 0; region < kRegions; ++region) {
      for (std::uint32_t node = 0; node < kNodes; ++node) {
        if (region == own_region && node == own_node) continue;
        for (std::uint32_t pod = 0; pod < kPods; ++pod) {
          simulation_.send(here.address<fabric::IpcacheChange>(),
                           fabric::IpcacheChange{
                               {pod_of(region, node, pod), 32}, node_of(region, node), 300, false},
                           kStart);
        }
      }
    }
  }

  void begin(std::uint64_t flows, std::uint32_t exchanges) {
    ::bench::Rng random{11};
    for (std::uint64_t flow = 0; flow < flows; ++flow) {
      const auto client = static_cast<std::uint32_t>(flow % (kRegions * kPodsOfRegion));
      const std::uint32_t region = client / kPodsOfRegion;
      const auto hop = static_cast<std::uint32_t>(1 + random.next() % (kRegions - 1));
      const auto server = static_cast<std::uint32_t>(random.next() % kPodsOfRegion);
      Pod& pod = *regions_[region].pods[client % kPodsOfRegion];
      pod.flows.push_back(
          {pod_of((region + hop) % kRegions, server / kPods, server % kPods), exchanges});
      const auto start = Duration{static_cast<std::int64_t>(random.next() % 20'000'000)};
      simulation_.send(pod.address<Think>(),
                       Think{static_cast<std::uint32_t>(pod.flows.size() - 1)}, at(1ms + start));
    }
    for (const Region& region : regions_) {
      for (std::uint32_t pod = 0; pod < kPodsOfRegion; ++pod) {
        region.pods[pod]->listen(region.nodes[pod / kPods]->address<Outbound>());
      }
    }
  }

  Simulation simulation_;
  std::array<Region, kRegions> regions_{};
};

}  // namespace

Row packet_hops(std::uint64_t flows, std::uint32_t exchanges, std::uint32_t jobs) {
  ThreeRegions world{flows, exchanges, jobs};
  world.simulation().run_until(at(1ms));  // the nodes learn their pods
  const double started = ::bench::now();
  world.simulation().run_until(at(10s));
  const double stopped = ::bench::now();
  check(world.received() == 2 * flows * exchanges, "every packet of the workload arrives");
  return {"udp-packet-hops",
          jobs == 1 ? "models" : std::to_string(jobs) + "-threads",
          "-",
          flows,
          static_cast<double>(kHopsOfPacket * world.received()),
          stopped - started,
          0};
}

}  // namespace meshsim::bench
