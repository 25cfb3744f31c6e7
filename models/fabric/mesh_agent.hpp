// The Cilium agent of a node, as far as the cluster mesh goes: one etcd client per configured
// remote cluster, which lists and then watches its keys and puts them into the node's ipcache.
// Source: cilium-clustermesh.md sections 2.3 to 2.5, 2.10 and 15. Entries outlive the connection.
// Left out: TLS and its errors, identities' labels, global services, the 5 s refresh of the status,
// and that a restarted agent empties the ipcache before it lists again.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "meshsim/kernel/context.hpp"
#include "meshsim/kernel/random.hpp"
#include "models/fabric/host_stack.hpp"
#include "models/fabric/ipcache.hpp"
#include "models/fabric/mesh_messages.hpp"
#include "models/fabric/parameters.hpp"
#include "models/k8s/messages.hpp"

namespace meshsim::fabric {

// An entry of clustermesh.config.clusters.
struct MeshRemote {
  std::string cluster;
  Ipv4 address{};  // of the remote's load balancer
  std::uint16_t port = kMeshPort;
  bool configured = true;  // at the agent's start; later by ConfigureRemote
  DecisionId decided_by{};
};

struct MeshAgentSpec {
  Ipv4 node{};  // the agent runs in the host's network
  std::vector<MeshRemote> remotes{};
  Parameters parameters{};
};

// An entry appears in (or vanishes from) the mounted configuration.
struct ConfigureRemote {
  std::uint32_t remote = 0;  // index of the spec's remotes
  bool configured = true;
};

// The agent's own: one of its deadlines. A deadline counts only in the epoch it was set in.
struct MeshDeadline {
  enum class Kind : std::uint8_t { Connect, Resend, Keepalive };
  std::uint32_t remote = 0;
  std::uint32_t epoch = 0;
  std::uint32_t tries = 0;
  Kind kind = Kind::Connect;
};

class MeshAgent final : public Accepts<MeshAgent, Packet, k8s::StartProcess, k8s::StopProcess,
                                       ConfigureRemote, MeshDeadline> {
 public:
  // `random` draws ports, jitter and delays; by convention stream(path, "agent").
  MeshAgent(const MeshAgentSpec& spec, RandomStream random);

  Address<Outbound> uplink{};     // the node's data path, which calls us its host
  Address<IpcacheChange> node{};  // the same

  void on(Context& ctx, const Packet& packet);
  void on(Context& ctx, const k8s::StartProcess& start);
  void on(Context& ctx, const k8s::StopProcess& stop);
  void on(Context& ctx, const ConfigureRemote& change);
  void on(Context& ctx, const MeshDeadline& deadline);

  bool ready(std::uint32_t remote) const { return remotes_[remote].state == State::Watching; }

  void archive(Snapshot& snapshot);

 private:
  enum class State : std::uint8_t { Off, Pausing, Connecting, Asking, Watching };
  struct Known {
    IpcacheChange key{};
    bool stale = false;  // known from before, not yet seen in the new list
  };
  struct Remote {
    State state = State::Off;
    std::uint32_t epoch = 0;  // changes with every step; old deadlines lapse
    std::uint16_t port = 0;   // our end of the connection
    std::uint32_t attempts = 0;
    Duration backoff{};
    Time began = kStart;    // of the attempts since the last success
    Time attempt = kStart;  // the present attempt
    Time asked = kStart;    // first sending of the present request
    Time last_applied = kStart;
    MeshRequest request{};  // the one that waits for its answer
    std::uint32_t parts_heard = 0;
    std::vector<IpcacheChange> page{};
    std::uint64_t revision = 0;
    std::map<Prefix, Known> keys{};
  };

  void connect(Context& ctx, std::uint32_t index);
  void connection_failed(Context& ctx, std::uint32_t index);
  void send_syn(Context& ctx, std::uint32_t index, std::uint32_t tries);
  void ask(Context& ctx, std::uint32_t index, const MeshRequest& request);
  void send_request(Context& ctx, std::uint32_t index, std::uint32_t tries);
  void take(Context& ctx, std::uint32_t index, const MeshAnswer& answer);
  void take_page(Context& ctx, std::uint32_t index, const MeshAnswer& last);
  void take(Context& ctx, std::uint32_t index, const MeshUpdate& update);
  void apply(Context& ctx, Remote& remote, const IpcacheChange& change);
  void set_deadline(Context& ctx, std::uint32_t index, MeshDeadline::Kind kind, std::uint32_t tries,
                    Duration after);
  void remove_keys(Context& ctx, Remote& remote);

  MeshAgentSpec spec_;
  RandomStream random_;
  HostStack stack_;
  bool running_ = false;
  std::vector<Remote> remotes_;
};

}  // namespace meshsim::fabric
