// Times of the Kubernetes control plane and of the kubelets. Each is an estimate of the references
// and can be set in a scenario's `parameters:`.
#pragma once

#include <cstdint>
#include <tuple>

#include "meshsim/base/fields.hpp"
#include "meshsim/base/units.hpp"

namespace meshsim {
namespace k8s {

struct Parameters {
  // An operator's reconcile and the StatefulSet controller behind it: a few writes of 2-10 ms
  // each and as many watches; source: cilium-clustermesh.md section 13 (K8s watch delay).
  DurationRange operator_delay{50ms, 300ms};
  // Scheduler, binding, and the kubelet's watch of its pods.
  DurationRange scheduling{20ms, 200ms};
  // Measured: the CNI call of Cilium takes 119-160 ms; source: lab run "burst".
  DurationRange cni_add{119ms, 160ms};
  // From the sandbox to the JVM: the operator's init container, then the container itself, from an
  // image that is there. The pods of one set differ: the recorded run's founder started about 1.3 s
  // before another pod of its set; source: coherence.md section 16.
  DurationRange container_start{1s, 3s};
  // kubelet status -> API server, then the EndpointSlice controller, then the watches: together
  // 0.2-2 s; source: dns.md section 2.3.
  DurationRange status_delay{100ms, 1s};
  DurationRange slice_delay{90ms, 950ms};
  DurationRange watch_delay{10ms, 50ms};  // source: cilium-clustermesh.md section 13
  // The Coherence operator's readiness probe; Kubernetes' own defaults are 0 s, 10 s and 3.
  Duration readiness_initial_delay = 30s;
  Duration readiness_period = 60s;
  std::uint32_t readiness_failures = 3;
  // A container that exits is started again after this, doubled each time up to five minutes;
  // source: Kubernetes, Pod Lifecycle, container restart policy.
  Duration restart_backoff = 10s;
};

}  // namespace k8s

template <>
struct Fields<k8s::Parameters> {
  using P = k8s::Parameters;
  static constexpr auto list = std::tuple{
      field("operator_delay", &P::operator_delay, "a resource is applied to its pods exist"),
      field("scheduling", &P::scheduling, "a pod exists to its kubelet begins"),
      field("cni_add", &P::cni_add, "the CNI call that gives a pod its address"),
      field("container_start", &P::container_start,
            "a pod has its address to its process starts; each pod draws its own"),
      field("status_delay", &P::status_delay, "a pod changes to the API server knows"),
      field("slice_delay", &P::slice_delay, "the API server knows to the EndpointSlice is written"),
      field("watch_delay", &P::watch_delay, "an object is written to a watcher sees it"),
      field("readiness_initial_delay", &P::readiness_initial_delay,
            "a process starts to its first readiness probe counts"),
      field("readiness_period", &P::readiness_period, "from readiness probe to readiness probe"),
      field("readiness_failures", &P::readiness_failures,
            "failed readiness probes in a row that make a pod not ready")
          .range(1, 1000),
      field("restart_backoff", &P::restart_backoff,
            "first wait before an exited container is started again; doubles up to 5 min"),
  };
};

}  // namespace meshsim
