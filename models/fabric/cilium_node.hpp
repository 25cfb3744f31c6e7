// The data path of one Kubernetes node under Cilium 1.14 in tunnel mode with iptables masquerading.
// Pods and host processes send Outbound; the VCN delivers Packet. Source: cilium-clustermesh.md
// sections 3.2 and 5.1. Left out: network policies, fragmentation, host processes that talk to
// pods of other nodes, ICMP answers for closed UDP ports of the node.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "meshsim/kernel/context.hpp"
#include "meshsim/kernel/random.hpp"
#include "models/fabric/ipcache.hpp"
#include "models/fabric/nat_table.hpp"
#include "models/fabric/packet.hpp"
#include "models/fabric/parameters.hpp"
#include "models/fabric/service_table.hpp"
#include "models/k8s/messages.hpp"

namespace meshsim::fabric {

// Addresses that are pods of a cluster which this cluster has no mesh connection to.
struct Unconnected {
  Prefix prefix{};
  DecisionId decided_by{};  // where a connection would have to be configured
};

struct CiliumNodeSpec {
  Ipv4 address{};  // InternalIP: the VNIC's, and the tunnel endpoint
  Prefix pod_cidr{};
  Ipv4 router{};  // cilium_host: an address of pod_cidr that no pod has
  std::vector<Service> services{};
  std::vector<Unconnected> unconnected{};
  bool masquerade = true;
  Prefix native_routing{{}, 32};  // targets that are never masqueraded; none by default
  std::uint32_t mtu = 9000;       // of the VNIC, bytes
  Duration to_vcn = 25us;
  Parameters parameters{};
  DecisionId decided_by{};
};

class CiliumNode final
    : public Accepts<CiliumNode, Packet, Outbound, IpcacheChange, k8s::PodAttached,
                     k8s::PodDetached, k8s::EndpointChange, k8s::ServiceChange> {
 public:
  // `random` chooses backends and publication delays; by convention stream(path, "node").
  CiliumNode(const CiliumNodeSpec& spec, RandomStream random);

  Address<Outbound> vcn{};
  // The process in the host's network that gets what no one else takes (the agent); optional.
  Address<Packet> host{};
  // Who learns of this node's pods through the Kubernetes API: the mesh exporter, the other nodes.
  std::vector<Address<IpcacheChange>> endpoint_watchers{};

  void on(Context& ctx, const Packet& packet);
  void on(Context& ctx, const Outbound& outbound);
  void on(Context& ctx, const IpcacheChange& change);
  void on(Context& ctx, const k8s::PodAttached& pod);
  void on(Context& ctx, const k8s::PodDetached& pod);
  void on(Context& ctx, const k8s::EndpointChange& change);
  void on(Context& ctx, const k8s::ServiceChange& change);

  const Ipcache& ipcache() const { return ipcache_; }

  auto state() { return std::tie(random_, pods_, ipcache_, services_, nat_, last_published_); }

 private:
  struct Pod {
    Address<Packet> process;
    std::uint32_t identity = 0;
  };
  // Whether a packet may begin a flow of its own, or answers one that has been translated.
  enum class Role : std::uint8_t { Request, Answer };

  void from_tunnel(Context& ctx, Packet packet);
  void to_node(Context& ctx, Packet packet);
  void to_node_port(Context& ctx, Packet packet, const Frontend& frontend);
  void to_cluster_ip(Context& ctx, Packet packet, const Frontend& frontend);
  void to_host(Context& ctx, const Packet& packet);
  void route(Context& ctx, Packet packet, Role role, Duration spent);
  void to_world(Context& ctx, Packet packet, Role role, Duration spent);
  void deliver(Context& ctx, const Packet& packet, const Pod& pod, Duration spent);
  void transmit(Context& ctx, const Packet& packet, Duration spent);
  void publish(Context& ctx, const IpcacheChange& change);
  std::uint32_t identity_of(Ipv4 source) const;

  CiliumNodeSpec spec_;
  RandomStream random_;
  std::map<Ipv4, Pod> pods_;
  Ipcache ipcache_;
  ServiceTable services_;
  NatTable nat_;
  Time last_published_ = kStart;
};

}  // namespace meshsim::fabric
