// One cluster's Kubernetes: API server, controllers, the Coherence operator, and the kubelets' part
// of starting pods. Pods are slots fixed when the world is built; a pod that comes back keeps its
// address. Left out: preemption, evictions, node failures, rolling updates, grace periods, the
// not-ready entries of EndpointSlices (nobody here uses them), slices of more than 100 endpoints.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "meshsim/base/decisions.hpp"
#include "meshsim/kernel/context.hpp"
#include "meshsim/kernel/random.hpp"
#include "models/k8s/messages.hpp"
#include "models/k8s/parameters.hpp"

namespace meshsim::k8s {

struct Label {
  std::string key;
  std::string value;
};

struct ServiceSpec {
  std::string namespace_;
  std::string name;
  std::vector<Label> selector;  // empty: selects nothing
  bool publishes_not_ready = false;
  bool exists_from_start = false;
  DecisionId decided_by;  // the manifest's line
};

struct PodSpec {
  std::string namespace_;
  std::string name;
  std::vector<Label> labels;
  Ipv4 address;
  std::uint32_t identity = 0;
  bool has_readiness_probe = false;  // without one it is ready once its process starts
  bool runs_from_start = false;      // and is ready then
  DecisionId decided_by;
};

struct ControlPlaneSpec {
  std::vector<ServiceSpec> services;  // by ServiceIndex
  std::vector<PodSpec> pods;          // by PodIndex
  Parameters parameters;
};

// The wires of one pod; the world builder sets them once addresses exist. Each may be left unwired.
struct PodWires {
  Address<Packet> network;      // of the process: where its node delivers packets
  Address<PodAttached> attach;  // of the node
  Address<PodDetached> detach;  // of the node
  Address<StartProcess> start;  // of the process
  Address<StopProcess> stop;    // of the process
};

// Internal: a step of a pod's life; stale if the pod has begun another life since.
struct PodStep {
  PodIndex pod;
  std::uint32_t life = 0;
  auto state() { return std::tie(pod, life); }
};
struct ScheduledPod : PodStep {};
struct NetworkedPod : PodStep {};
struct StartedPod : PodStep {};
struct DeletedPod : PodStep {};
// Internal: a readiness probe whose result counts, unless the answer has changed since.
struct ProbeResult {
  PodIndex pod;
  std::uint32_t answer = 0;
};
// Internal: a kubelet's report of a pod reaches the API server.
struct ReportPod {
  PodIndex pod;
};
// Internal: the EndpointSlice controller looks at a pod, at a Service.
struct SyncPod {
  PodIndex pod;
};
struct SyncService {
  ServiceIndex service;
};

class ControlPlane final
    : public Accepts<ControlPlane, StartCluster, ApplyService, DeleteService, ApplyWorkload,
                     DeleteWorkload, DeletePod, ProcessExited, ReadinessChange, ScheduledPod,
                     NetworkedPod, StartedPod, DeletedPod, ProbeResult, ReportPod, SyncPod,
                     SyncService> {
 public:
  // Limits of the tables: Kubernetes' own for one cluster are 150 000 pods and 10 000 Services.
  static constexpr std::size_t kMaxPods = 10'000;
  static constexpr std::size_t kMaxServices = 1'000;

  // `path` is the component's; each pod and watcher draws from a stream of its own below it.
  ControlPlane(ControlPlaneSpec spec, std::uint64_t seed, const std::string& path);

  // Wires, set by the world builder before the run. A watcher hears Services in the
  // order made, and endpoints too; but the two watches may overtake each other, as real ones do.
  std::vector<PodWires> wires;  // by PodIndex
  std::vector<Address<EndpointChange>> endpoint_watchers;
  std::vector<Address<ServiceChange>> service_watchers;

  const ControlPlaneSpec& spec() const { return spec_; }

  void on(Context& context, StartCluster);
  void on(Context& context, const ApplyService& applied);
  void on(Context& context, const DeleteService& deleted);
  void on(Context& context, const ApplyWorkload& applied);
  void on(Context& context, const DeleteWorkload& deleted);
  void on(Context& context, const DeletePod& deleted);
  void on(Context& context, const ProcessExited& exited);
  void on(Context& context, const ReadinessChange& change);
  void on(Context& context, const ScheduledPod& step);
  void on(Context& context, const NetworkedPod& step);
  void on(Context& context, const StartedPod& step);
  void on(Context& context, const DeletedPod& step);
  void on(Context& context, const ProbeResult& result);
  void on(Context& context, const ReportPod& report);
  void on(Context& context, const SyncPod& of);
  void on(Context& context, const SyncService& of);

  void archive(Snapshot& snapshot);

 private:
  enum class Phase : std::uint8_t {
    Absent,
    Pending,   // exists; on its way to a node
    Creating,  // its sandbox is made, then its container
    Running,
    Waiting,      // its container has exited; a new one starts after the back-off
    Terminating,  // being killed
  };
  // What a pod is, and what the API server knows of it.
  struct Condition {
    bool attached = false;  // has its address
    bool ready = false;
  };
  struct Pod {
    Phase phase = Phase::Absent;
    bool wanted = false;         // its set has it among its replicas
    bool answers_ready = false;  // what a probe would find
    Condition actual;
    Condition reported;
    std::uint32_t answer = 0;  // how often answers_ready has been set
    std::uint32_t life = 0;    // counts pods in this slot, and containers
    std::uint32_t exits = 0;
    Time started{};
    Duration probe_phase{};
    RandomStream random;
  };

  Pod& pod(PodIndex index);
  const PodSpec& pod_spec(PodIndex index) const { return spec_.pods[index.value]; }
  // The pod of a step, or nullptr if the step is of an earlier life.
  Pod* current(const PodStep& step);
  void create(Context& context, PodIndex index, Duration after);
  void kill(Context& context, PodIndex index);
  void start_process(Context& context, PodIndex index);
  void attach(Context& context, PodIndex index);
  void become_ready(Context& context, PodIndex index, bool ready);
  void report_later(Context& context, PodIndex index);
  void sync(Context& context, ServiceIndex service, PodIndex index);
  Time next_probe(Time now, const Pod& of) const;
  void announce(Context& context, ServiceIndex service, bool exists);
  void publish(Context& context, const EndpointChange& change);
  std::string pod_name(PodIndex index) const;
  std::size_t entry_of(ServiceIndex service, PodIndex index) const {
    return std::size_t{service.value} * pods_.size() + index.value;
  }

  // A watch delivers in order: no change overtakes an earlier one.
  struct Watch {
    RandomStream random;
    Time last{};
  };
  Duration watch_delay(Context& context, Watch& watch);

  ControlPlaneSpec spec_;
  std::uint64_t seed_;
  std::string path_;
  std::vector<Pod> pods_;
  std::vector<bool> service_exists_;
  std::vector<bool> selected_;   // by Service and pod
  std::vector<bool> published_;  // by Service and pod: stands in the EndpointSlice
  RandomStream random_;          // of the API server and its controllers
  std::vector<Watch> endpoint_watches_;
  std::vector<Watch> service_watches_;
};

}  // namespace meshsim::k8s
