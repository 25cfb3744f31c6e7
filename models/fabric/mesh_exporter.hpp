// clustermesh-apiserver of a cluster: writes what the Kubernetes API says about nodes and pods into
// an etcd of its own, at a limited rate, and serves it to the agents of other clusters.
// Source: cilium-clustermesh.md sections 2.1, 2.2, 2.6; Cilium 1.14 without kvstoremesh.
// Left out: identities' labels, global services, TLS and users, several replicas, leases.
#pragma once

#include <cstdint>
#include <map>

#include "meshsim/kernel/context.hpp"
#include "meshsim/kernel/random.hpp"
#include "models/fabric/host_stack.hpp"
#include "models/fabric/mesh_messages.hpp"
#include "models/fabric/parameters.hpp"
#include "models/k8s/messages.hpp"

namespace meshsim::fabric {

struct MeshExporterSpec {
  k8s::PodIndex pod{};
  Parameters parameters{};
  // Its first start stands for a process that runs already: it serves at once and has written what
  // it knows by then. Later starts take their time.
  bool runs_from_start = true;
};

// A key's turn to be written has come.
struct WriteKey {
  Prefix key{};
  std::uint32_t start = 0;  // of which start of the process
};
// The process has started and serves.
struct StoreReady {
  std::uint32_t start = 0;
};

class MeshExporter final : public Accepts<MeshExporter, Packet, IpcacheChange, k8s::StartProcess,
                                          k8s::StopProcess, WriteKey, StoreReady> {
 public:
  // `random` draws the delays of writes; by convention stream(path, "exporter").
  MeshExporter(const MeshExporterSpec& spec, RandomStream random) : spec_(spec), random_(random) {}

  Address<Outbound> uplink{};                     // the pod's node
  Address<k8s::ReadinessChange> control_plane{};  // optional

  void on(Context& ctx, const Packet& packet);
  // The Kubernetes API says: a node's pod CIDR, or a pod.
  void on(Context& ctx, const IpcacheChange& change);
  void on(Context& ctx, const k8s::StartProcess& start);
  void on(Context& ctx, const k8s::StopProcess& stop);
  void on(Context& ctx, const WriteKey& write);
  void on(Context& ctx, const StoreReady& ready);

  std::size_t keys() const;

  auto state() {
    return std::tie(random_, stack_, running_, starts_, known_, queued_, first_writes_, store_,
                    revision_, clients_, next_write_, last_write_);
  }

 private:
  struct Stored {
    IpcacheChange key{};
    std::uint64_t revision = 0;
  };
  struct Peer {
    Ipv4 address{};
    std::uint16_t port = 0;
    friend constexpr auto operator<=>(const Peer&, const Peer&) = default;
  };
  struct Client {
    Time last_heard{};
    bool watching = false;
    bool waits_for_list = false;  // asked before the first write of all keys was complete
    MeshRequest list{};
  };

  void queue(Context& ctx, const Prefix& key);
  void answer(Context& ctx, const Peer& peer, Client& client, const MeshRequest& request);
  void send_page(Context& ctx, const Peer& peer, const MeshRequest& request);
  void catch_up(Context& ctx, const Peer& peer, std::uint64_t revision);
  void publish(Context& ctx, const Stored& stored, std::uint64_t before);

  MeshExporterSpec spec_;
  RandomStream random_;
  HostStack stack_;
  bool running_ = false;
  std::uint32_t starts_ = 0;
  std::map<Prefix, IpcacheChange> known_;  // the Kubernetes API
  std::map<Prefix, bool> queued_;          // to be written; true if part of the first write
  std::uint32_t first_writes_ = 0;         // of the first write, still queued
  std::map<Prefix, Stored> store_;         // etcd, removed keys included: as many as addresses
  std::uint64_t revision_ = 0;
  std::map<Peer, Client> clients_;
  Time next_write_ = kStart;  // what the rate alone would allow
  Time last_write_ = kStart;  // writes keep their order
};

}  // namespace meshsim::fabric
