// What the parts of one Kubernetes cluster tell each other. These are the cluster's own watches
// and kubelet calls: they travel as messages with a delay, not as packets over the underlay.
#pragma once

#include <cstdint>

#include "meshsim/base/ip.hpp"
#include "meshsim/kernel/component.hpp"
#include "models/fabric/packet.hpp"

namespace meshsim::k8s {

// Index of a Service (or pod) in its cluster's list; fixed when the world is built.
struct ServiceIndex {
  std::uint32_t value = 0;
  friend constexpr auto operator<=>(ServiceIndex, ServiceIndex) = default;
};
struct PodIndex {
  std::uint32_t value = 0;
  friend constexpr auto operator<=>(PodIndex, PodIndex) = default;
};

// To a process (a Coherence member, a CoreDNS server, ...): its container starts with this pod
// address. A process that runs already ignores it.
struct StartProcess {
  Ipv4 address;
};
// To a process: SIGKILL; its sockets close with the pod.
struct StopProcess {};

// From outside to the control plane: what runs before the run begins is there now.
struct StartCluster {};
// `kubectl apply` of a Service, or its deletion.
struct ApplyService {
  ServiceIndex service;
};
struct DeleteService {
  ServiceIndex service;
};
// `kubectl apply` of a Coherence resource (or StatefulSet) whose pods are `count` in a row: all of
// them are started in parallel (podManagementPolicy Parallel). Deleted, they go and stay away.
struct ApplyWorkload {
  PodIndex first;
  std::uint32_t count = 0;
};
struct DeleteWorkload {
  PodIndex first;
  std::uint32_t count = 0;
};
// `kubectl delete pod --force`: killed without a grace period; its set starts it again.
struct DeletePod {
  PodIndex pod;
};
// From a process to the control plane: it has ended by itself; its kubelet will start it again.
struct ProcessExited {
  PodIndex pod;
};

// From a process to the control plane: its readiness probe would now answer as given.
struct ReadinessChange {
  PodIndex pod;
  bool ready = false;
};

// To a node's data path: a pod has (or no longer has) this address.
struct PodAttached {
  Ipv4 address;
  Address<Packet> process;
  std::uint32_t identity = 0;
};
struct PodDetached {
  Ipv4 address;
};

// To everybody who watches EndpointSlices (CoreDNS, nodes, the mesh's exporter).
struct EndpointChange {
  ServiceIndex service;
  Ipv4 address;
  bool ready = false;  // ready, or the Service publishes not-ready addresses
  bool removed = false;
};

// To everybody who watches Services: it has been applied (or deleted).
struct ServiceChange {
  ServiceIndex service;
  bool exists = false;
};

}  // namespace meshsim::k8s
