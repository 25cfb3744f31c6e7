// A pod's life and the EndpointSlices that follow from it. Controllers are level triggered, as the
// real ones: a sync compares what is with what has been published, however often it runs.
#include "models/k8s/control_plane.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/k8s/observations.hpp"

namespace meshsim::k8s {
namespace {

// The API server, the nodes and the watchers are different hosts: no message between them is
// faster, whatever the parameters say. It also keeps the promise between cells.
constexpr Duration kShortestCall = 100us;

// Source: Kubernetes, Pod Lifecycle: the back-off is capped at five minutes and forgotten after
// ten minutes of running.
constexpr Duration kLongestBackoff = 300s;
constexpr Duration kBackoffForgotten = 600s;

bool selects(const ServiceSpec& service, const PodSpec& pod) {
  if (service.selector.empty() || service.namespace_ != pod.namespace_) return false;
  return std::all_of(service.selector.begin(), service.selector.end(), [&](const Label& wanted) {
    return std::any_of(pod.labels.begin(), pod.labels.end(), [&](const Label& label) {
      return label.key == wanted.key && label.value == wanted.value;
    });
  });
}

}  // namespace

ControlPlane::ControlPlane(ControlPlaneSpec spec, std::uint64_t seed, const std::string& path)
    : wires(spec.pods.size()),
      spec_(std::move(spec)),
      seed_(seed),
      path_(path),
      pods_(spec_.pods.size()),
      service_exists_(spec_.services.size()),
      selected_(spec_.services.size() * spec_.pods.size()),
      published_(selected_.size()),
      random_(seed, path, "controllers") {
  check(spec_.pods.size() <= kMaxPods, "a cluster has at most kMaxPods pods");
  check(spec_.services.size() <= kMaxServices, "a cluster has at most kMaxServices Services");
  for (std::uint32_t p = 0; p < pods_.size(); ++p) {
    pods_[p].random = {seed, path + "/" + pod_name({p}), "start"};
    for (std::uint32_t s = 0; s < spec_.services.size(); ++s) {
      selected_[entry_of({s}, {p})] = selects(spec_.services[s], spec_.pods[p]);
    }
  }
}

void ControlPlane::archive(Snapshot& snapshot) {
  snapshot.fixed(pods_);
  snapshot.fixed(service_exists_);
  snapshot.fixed(published_);
  snapshot.all(random_, endpoint_watches_, service_watches_);
}

ControlPlane::Pod& ControlPlane::pod(PodIndex index) {
  check(index.value < pods_.size(), "a message names a pod of this cluster");
  return pods_[index.value];
}

std::string ControlPlane::pod_name(PodIndex index) const {
  return pod_spec(index).namespace_ + "/" + pod_spec(index).name;
}

ControlPlane::Pod* ControlPlane::current(const PodStep& step) {
  Pod& of = pod(step.pod);
  return of.life == step.life ? &of : nullptr;
}

// What has long been running needs no start-up times; watchers hear of it within a watch delay.
void ControlPlane::on(Context& context, StartCluster) {
  for (std::uint32_t p = 0; p < pods_.size(); ++p) {
    if (!spec_.pods[p].runs_from_start) continue;
    Pod& of = pods_[p];
    of.wanted = true;
    of.life += 1;
    attach(context, {p});
    start_process(context, {p});
    of.answers_ready = true;
    of.actual.ready = true;
    of.reported = of.actual;
  }
  for (std::uint32_t s = 0; s < spec_.services.size(); ++s) {
    if (!spec_.services[s].exists_from_start) continue;
    announce(context, {s}, true);
    for (std::uint32_t p = 0; p < pods_.size(); ++p) sync(context, {s}, {p});
  }
}

void ControlPlane::on(Context& context, const ApplyService& applied) {
  if (service_exists_.at(applied.service.value)) return;
  announce(context, applied.service, true);
  context.send(address<SyncService>(), {applied.service},
               random_.between(spec_.parameters.slice_delay));
}

void ControlPlane::on(Context& context, const DeleteService& deleted) {
  if (!service_exists_.at(deleted.service.value)) return;
  announce(context, deleted.service, false);
  context.send(address<SyncService>(), {deleted.service},
               random_.between(spec_.parameters.slice_delay));
}

void ControlPlane::on(Context& context, const ApplyWorkload& applied) {
  const Duration reconciled = random_.between(spec_.parameters.operator_delay);
  for (std::uint32_t i = 0; i < applied.count; ++i) {
    const PodIndex index{applied.first.value + i};
    pod(index).wanted = true;
    if (pod(index).phase == Phase::Absent) create(context, index, reconciled);
  }
}

void ControlPlane::on(Context& context, const DeleteWorkload& deleted) {
  for (std::uint32_t i = 0; i < deleted.count; ++i) {
    const PodIndex index{deleted.first.value + i};
    pod(index).wanted = false;
    kill(context, index);
  }
}

void ControlPlane::on(Context& context, const DeletePod& deleted) { kill(context, deleted.pod); }

void ControlPlane::create(Context& context, PodIndex index, Duration after) {
  Pod& of = pod(index);
  of.phase = Phase::Pending;
  of.life += 1;
  of.exits = 0;
  const Duration scheduled = of.random.between(spec_.parameters.scheduling);
  context.send(address<ScheduledPod>(), {{index, of.life}}, after + scheduled);
}

void ControlPlane::on(Context& context, const ScheduledPod& step) {
  Pod* of = current(step);
  if (of == nullptr) return;
  of->phase = Phase::Creating;
  context.send(address<NetworkedPod>(), {{step.pod, of->life}},
               of->random.between(spec_.parameters.cni_add));
}

void ControlPlane::on(Context& context, const NetworkedPod& step) {
  Pod* of = current(step);
  if (of == nullptr) return;
  attach(context, step.pod);
  report_later(context, step.pod);
  context.send(address<StartedPod>(), {{step.pod, of->life}},
               of->random.between(spec_.parameters.container_start));
}

void ControlPlane::on(Context& context, const StartedPod& step) {
  if (current(step) == nullptr) return;
  start_process(context, step.pod);
  if (!pod_spec(step.pod).has_readiness_probe) become_ready(context, step.pod, true);
}

void ControlPlane::attach(Context& context, PodIndex index) {
  const PodSpec& spec = pod_spec(index);
  const PodWires& to = wires[index.value];
  pod(index).actual.attached = true;
  if (to.attach) {
    context.send(to.attach, {spec.address, to.network, spec.identity}, kShortestCall);
  }
  context.trace({.label = kPodAttached,
                 .value = index.value,
                 .decided_by = spec.decided_by,
                 .text = fmt::format("{} {}", pod_name(index), to_string(spec.address))});
}

void ControlPlane::start_process(Context& context, PodIndex index) {
  Pod& of = pod(index);
  of.phase = Phase::Running;
  of.started = context.now();
  of.answers_ready = false;
  of.answer += 1;
  // The kubelet's probe worker of each container ticks on its own.
  const auto period = static_cast<std::uint64_t>(ns(spec_.parameters.readiness_period));
  of.probe_phase =
      period == 0 ? Duration::zero() : Duration{static_cast<std::int64_t>(of.random.below(period))};
  // A moment behind the address, so that the node knows the pod before it sends anything.
  const Address<StartProcess> process = wires[index.value].start;
  if (process) context.send(process, {pod_spec(index).address}, 2 * kShortestCall);
  context.trace({.label = kPodStarted,
                 .value = index.value,
                 .decided_by = pod_spec(index).decided_by,
                 .text = pod_name(index)});
}

void ControlPlane::kill(Context& context, PodIndex index) {
  Pod& of = pod(index);
  if (of.phase == Phase::Absent || of.phase == Phase::Terminating) return;
  of.phase = Phase::Terminating;
  of.life += 1;  // no step of its start counts any more
  context.send(address<DeletedPod>(), {{index, of.life}},
               of.random.between(spec_.parameters.watch_delay));
}

void ControlPlane::on(Context& context, const DeletedPod& step) {
  Pod* of = current(step);
  if (of == nullptr) return;
  const PodWires& to = wires[step.pod.value];
  if (to.stop) context.send(to.stop, {}, kShortestCall);
  // Behind the process, whose last packets still leave.
  if (of->actual.attached && to.detach) {
    context.send(to.detach, {pod_spec(step.pod).address}, 2 * kShortestCall);
  }
  of->phase = Phase::Absent;
  of->actual = {};
  of->answers_ready = false;
  of->answer += 1;
  context.trace({.label = kPodDeleted, .value = step.pod.value, .text = pod_name(step.pod)});
  report_later(context, step.pod);
  if (of->wanted) {
    create(context, step.pod, random_.between(spec_.parameters.watch_delay));
  }
}

void ControlPlane::on(Context& context, const ProcessExited& exited) {
  Pod& of = pod(exited.pod);
  if (of.phase != Phase::Running) return;
  if (context.now() - of.started >= kBackoffForgotten) of.exits = 0;
  of.exits += 1;
  of.phase = Phase::Waiting;
  of.life += 1;
  of.answers_ready = false;
  of.answer += 1;
  context.trace({.label = kContainerExited,
                 .value = exited.pod.value,
                 .other = of.exits,
                 .text = pod_name(exited.pod)});
  if (of.actual.ready) become_ready(context, exited.pod, false);
  Duration backoff = spec_.parameters.restart_backoff;
  for (std::uint32_t i = 1; i < of.exits && backoff < kLongestBackoff; ++i) backoff *= 2;
  context.send(address<StartedPod>(), {{exited.pod, of.life}}, std::min(backoff, kLongestBackoff));
}

void ControlPlane::on(Context& context, const ReadinessChange& change) {
  Pod& of = pod(change.pod);
  if (of.phase != Phase::Running || of.answers_ready == change.ready) return;
  of.answers_ready = change.ready;
  of.answer += 1;
  if (!pod_spec(change.pod).has_readiness_probe) return;
  Duration wait = next_probe(context.now(), of) - context.now();
  if (!change.ready) {
    wait += (spec_.parameters.readiness_failures - 1) * spec_.parameters.readiness_period;
  }
  context.send(address<ProbeResult>(), {change.pod, of.answer}, wait);
}

// The first tick of the probe at or after `now` that counts.
Time ControlPlane::next_probe(Time now, const Pod& of) const {
  const Duration period = spec_.parameters.readiness_period;
  const Time counts = std::max(now, of.started + spec_.parameters.readiness_initial_delay);
  if (period <= Duration::zero()) return counts;
  const Time first = of.started + of.probe_phase;
  if (counts <= first) return first;
  const std::int64_t ticks = (ns(counts - first) + ns(period) - 1) / ns(period);
  return first + ticks * period;
}

void ControlPlane::on(Context& context, const ProbeResult& result) {
  const Pod& of = pod(result.pod);
  if (of.answer == result.answer) become_ready(context, result.pod, of.answers_ready);
}

void ControlPlane::become_ready(Context& context, PodIndex index, bool ready) {
  Pod& of = pod(index);
  if (of.actual.ready == ready) return;
  of.actual.ready = ready;
  context.trace(
      {.label = kPodReady, .value = index.value, .other = ready ? 1 : 0, .text = pod_name(index)});
  report_later(context, index);
}

void ControlPlane::report_later(Context& context, PodIndex index) {
  context.send(address<ReportPod>(), {index},
               pod(index).random.between(spec_.parameters.status_delay));
}

// A report tells how the pod is now: it replaces all earlier ones, even if it overtakes them.
void ControlPlane::on(Context& context, const ReportPod& report) {
  Pod& of = pod(report.pod);
  of.reported = of.actual;
  context.send(address<SyncPod>(), {report.pod}, of.random.between(spec_.parameters.slice_delay));
}

void ControlPlane::on(Context& context, const SyncPod& of) {
  for (std::uint32_t s = 0; s < spec_.services.size(); ++s) sync(context, {s}, of.pod);
}

void ControlPlane::on(Context& context, const SyncService& of) {
  for (std::uint32_t p = 0; p < pods_.size(); ++p) sync(context, of.service, {p});
}

void ControlPlane::sync(Context& context, ServiceIndex service, PodIndex index) {
  const std::size_t entry = entry_of(service, index);
  if (!selected_[entry]) return;
  const Condition& known = pods_[index.value].reported;
  const ServiceSpec& spec = spec_.services[service.value];
  const bool belongs =
      service_exists_[service.value] && known.attached && (known.ready || spec.publishes_not_ready);
  if (belongs == published_[entry]) return;
  published_[entry] = belongs;
  const Ipv4 address = pod_spec(index).address;
  publish(context, {service, address, belongs, !belongs});
  context.trace({.label = kEndpoint,
                 .value = service.value,
                 .other = belongs ? 1 : 0,
                 .decided_by = spec.decided_by,
                 .text = fmt::format("{}/{} {} {}", spec.namespace_, spec.name,
                                     pod_spec(index).name, to_string(address))});
}

void ControlPlane::announce(Context& context, ServiceIndex service, bool exists) {
  service_exists_[service.value] = exists;
  while (service_watches_.size() < service_watchers.size()) {
    service_watches_.push_back(
        {{seed_, path_, fmt::format("service-watch-{}", service_watches_.size())}, {}});
  }
  for (std::size_t i = 0; i < service_watchers.size(); ++i) {
    context.send(service_watchers[i], {service, exists}, watch_delay(context, service_watches_[i]));
  }
  const ServiceSpec& spec = spec_.services[service.value];
  context.trace({.label = kService,
                 .value = service.value,
                 .other = exists ? 1 : 0,
                 .decided_by = spec.decided_by,
                 .text = spec.namespace_ + "/" + spec.name});
}

void ControlPlane::publish(Context& context, const EndpointChange& change) {
  while (endpoint_watches_.size() < endpoint_watchers.size()) {
    endpoint_watches_.push_back(
        {{seed_, path_, fmt::format("endpoint-watch-{}", endpoint_watches_.size())}, {}});
  }
  for (std::size_t i = 0; i < endpoint_watchers.size(); ++i) {
    context.send(endpoint_watchers[i], change, watch_delay(context, endpoint_watches_[i]));
  }
}

Duration ControlPlane::watch_delay(Context& context, Watch& watch) {
  const Duration drawn =
      std::max(watch.random.between(spec_.parameters.watch_delay), kShortestCall);
  watch.last = std::max(watch.last, context.now() + drawn);
  return watch.last - context.now();
}

}  // namespace meshsim::k8s
