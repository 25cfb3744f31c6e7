// A world as the configuration leaves it in the end, for watched packets to go through: underlay
// and nodes are those of a run; in place of pods and agents stands one component per node that
// answers for all of them, and what the control planes would have told the nodes they are told at
// once. Which clusters Cilium is connected to is found out as agents do: by connecting.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/fabric/cilium_node.hpp"
#include "sim/path/path.hpp"
#include "sim/scenario/build.hpp"
#include "sim/scenario/probe.hpp"
#include "sim/scenario/world_parts.hpp"

namespace meshsim {

struct TakenProbe {
  ProbeMark mark;
  Packet packet;
};

// The pods and host processes of one node: they listen on every port.
class NodeProcesses final : public Accepts<NodeProcesses, Packet> {
 public:
  Address<Outbound> uplink{};
  bool keeps = false;  // what arrives, in `taken`
  std::vector<TakenProbe> taken;

  void on(Context& ctx, const Packet& packet);
};

class ConvergedWorld {
 public:
  explicit ConvergedWorld(const Plan& plan);

  const Plan& plan() const { return plan_; }  // its own copy
  World& world() { return world_; }
  const Decisions& decisions() const { return world_.decisions; }

  // Tells all nodes of the cluster what its own control plane knows: pods, Services, endpoints.
  void learn(std::size_t cluster);
  // Connects the node's agent with every cluster it is configured for, and tells the node of the
  // pods of those that answer.
  void connect(std::size_t cluster, std::size_t node);

  // The connection of the node's agent to that cluster, if it is configured and does not stand.
  std::optional<PathQuery> failed_connection(std::size_t cluster, std::size_t node,
                                             std::size_t other) const;

  // Sends the probes, `gap` after each other, and returns when all have ended. Numbers in the log
  // are places in the list, from 1 on; `at` of the probes is set.
  void send(std::vector<Probe>& probes, ProbeLog& log, Duration gap = 10us);

  // A port that no flow has used lately.
  std::uint16_t next_port();

 private:
  struct Node {
    fabric::CiliumNode* data_path = nullptr;
    NodeProcesses* processes = nullptr;
    bool has_tried = false;
    std::vector<bool> is_connected;  // by remote
  };
  struct ClusterParts {
    NodeParts parts;
    std::vector<Node> nodes;
    bool has_learned = false;
  };

  void add_nodes(Build& build, const Underlay& underlay, std::size_t cluster);
  template <class M>
  void tell(const fabric::CiliumNode& node, const M& message) {
    world_.simulation->send(node.address<M>(), message, now_);
  }
  void keep_taken(bool keeps);
  // The first packet of an agent's connection to a remote.
  Probe connection(std::size_t cluster, std::size_t node, const fabric::MeshRemote& remote);
  std::vector<std::uint32_t> handshakes_at(std::size_t cluster) const;
  void tell_of(const Node& node, const PlannedCluster& cluster);

  Plan plan_;
  World world_;
  std::vector<ClusterParts> clusters_;
  Time now_ = kStart;
  std::uint16_t port_ = 0;
  struct Relay final : TraceSink {
    ProbeLog* log = nullptr;
    void take(const TraceRecord& record) override {
      if (log != nullptr) log->take(record);
    }
  } relay_;
};

}  // namespace meshsim
