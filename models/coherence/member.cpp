// The process of a member: its start and end, its sockets, its thread.
#include "models/coherence/member.hpp"

#include <algorithm>

#include "models/coherence/observations.hpp"
#include "models/fabric/drop.hpp"

namespace meshsim::coherence {
namespace {

constexpr Duration kJoinTick = 200ms;
constexpr Duration kRunningTick = 1s;
constexpr Duration kWaitingReport = 5s;
constexpr Duration kStartTimeout = 300s;
constexpr Duration kServiceMonitor = 5s;  // source: section 7.4
constexpr Duration kMostRestartDelay = 300s;

std::shared_ptr<const MemberNames> names_of(const MemberSpec& spec) {
  return std::make_shared<const MemberNames>(MemberNames{
      spec.cluster, spec.site, spec.rack, spec.machine, spec.process, spec.member, spec.role});
}

}  // namespace

Member::Member(MemberSpec spec, const Parameters& parameters, std::uint64_t seed, std::string path)
    : spec_(std::move(spec)),
      parameters_(parameters),
      seed_(seed),
      path_(std::move(path)),
      cpu_(seed, path_, "cpu"),
      ports_(seed, path_, "ports"),
      ticks_(seed, path_, "ticks"),
      peers_(seed, path_, "heartbeat-peers"),
      monitors_(seed, path_, "service-monitors") {
  record_.names = names_of(spec_);
}

const PartitionedService* Member::partitioned(std::string_view service) const {
  for (const PartitionedService& one : partitioned_) {
    if (one.name() == service) return &one;
  }
  return nullptr;
}

Turn Member::turn(Context& context) {
  return {context, stack_, address<Alarm>(), epoch_, parameters_, cpu_, ports_};
}

void Member::on(Context& context, const k8s::StartProcess& start) {
  if (is_up_) return;
  is_up_ = true;
  ++epoch_;
  ++boots_;
  stack_ = HostStack(start.address, uplink, uplink_delay);
  record_.uuid.address = start.address;
  record_.uuid.port = spec_.local_port;
  const std::string life = std::to_string(boots_);
  resolver_ = dns::StubResolver(spec_.resolver, RandomStream(seed_, path_, "resolver-" + life));
  wka_ = WkaList(spec_.wka, spec_.cluster_port, RandomStream(seed_, path_, "wka-" + life));
  Turn now = turn(context);
  now.observe(kProcessStarted);
  now.wake(AlarmKind::Boot, cpu_.between(parameters_.jvm_to_wka), 0,
           static_cast<std::uint64_t>(Stage::ResolveWka));
}

void Member::on(Context& context, const k8s::StopProcess&) {
  if (!is_up_) return;
  Turn now = turn(context);
  end_cluster_service(now);
  is_up_ = false;
  failed_starts_ = 0;
}

void Member::on(Context& context, const dns::ResolverTimer& fired) {
  if (!is_up_) return;
  Turn now = turn(context);
  on_lookup(now, resolver_.on_timer(context, stack_, address<dns::ResolverTimer>(), fired));
  pump(now);
}

void Member::on(Context& context, const Packet& packet) {
  if (!is_up_) return drop(context, packet, DropCode::ProcessDown);
  Turn now = turn(context);
  const SocketAddress from{packet.source, packet.source_port};
  switch (stack_.receive(context, packet)) {
    case Arrival::Datagram: on_datagram(now, packet); break;
    case Arrival::Segment: on_segment(now, packet); break;
    case Arrival::PingReply: on_answer(now, packet.source_port, from, false); break;
    case Arrival::Connected: on_answer(now, packet.target_port, from, false); break;
    case Arrival::Refused: on_answer(now, packet.target_port, from, true); break;
    case Arrival::Closed: on_closed(now, packet); break;
    case Arrival::Unreachable:
      if (resolver_.owns(packet.source_port)) {
        on_lookup(now, resolver_.on_unreachable(context, stack_, address<dns::ResolverTimer>(),
                                                packet.source_port));
      }
      break;
    case Arrival::Accepted:
    case Arrival::None: break;
  }
  pump(now);
}

void Member::on(Context& context, const Alarm& alarm) {
  if (!is_up_ || alarm.epoch != epoch_) return;
  Turn now = turn(context);
  switch (alarm.kind) {
    case AlarmKind::Boot: boot(now, static_cast<Stage>(alarm.detail)); break;
    case AlarmKind::Tick:
      if (alarm.detail != tick_number_) break;
      tick_was_late_ = !thread_.is_free();
      thread_.tick_is_due();
      break;
    case AlarmKind::WorkDone: handle(now, thread_.end()); break;
    case AlarmKind::CheckTimeout:
      if (check_.on_alarm(now, alarm.detail) == SeniorCheck::Outcome::Failed) {
        thread_.unblock();
        take(now, JoinInput::CheckFailed);
      }
      break;
    case AlarmKind::Waiting: report_waiting(now); break;
    case AlarmKind::StartTimeout: take(now, JoinInput::StartTimeout); break;
    case AlarmKind::Publish:
    case AlarmKind::TcmpAck:
    case AlarmKind::TcmpNack:
    case AlarmKind::TcmpResend: cluster_.tcmp.on_alarm(now, alarm); break;
    case AlarmKind::BusAck:
    case AlarmKind::BusResend:
    case AlarmKind::BusSyn: cluster_.bus.on_alarm(now, alarm); break;
    case AlarmKind::Scan: scan(now, alarm.detail); break;
    case AlarmKind::Startup:
      service_started(now, startup_.on_alarm(now, cluster_, alarm.detail));
      break;
    case AlarmKind::Distribution:
      partitioned_[alarm.subject].on_alarm(now, cluster_, alarm.detail);
      break;
    case AlarmKind::Ready:
      if (readiness) context.send(readiness, {pod, true}, readiness_wire);
      break;
    case AlarmKind::MonitorWakes: restart_in_process(now); break;
  }
  if (is_up_) pump(now);
}

void Member::boot(Turn& turn, Stage stage) {
  switch (stage) {
    case Stage::ResolveWka:
      if (wka_.resolve(turn, resolver_, address<dns::ResolverTimer>())) wka_resolved(turn);
      break;
    case Stage::Bound: begin_cluster_service(turn); break;
    case Stage::Timestamp:
      record_.uuid.timestamp = cluster_time(turn.now());
      turn.wake(AlarmKind::Boot, cpu_.between(parameters_.timestamp_to_announce), 0,
                static_cast<std::uint64_t>(Stage::Announce));
      break;
    case Stage::Announce:
      turn.observe(kAnnouncing);
      tick_base_ = turn.now();
      thread_.tick_is_due();
      break;
  }
}

// Startup fails without a single address: coherence.wka.dns.resolution.retry is false (2.1).
void Member::wka_resolved(Turn& turn) {
  if (is_bound_) return;  // a refresh
  if (wka_.addresses().empty()) return exit_process(turn, "no WKA address can be resolved");
  turn.wake(AlarmKind::Boot, cpu_.between(parameters_.wka_to_bound), 0,
            static_cast<std::uint64_t>(Stage::Bound));
}

void Member::begin_cluster_service(Turn& turn) {
  is_bound_ = true;
  stack_.listen_udp(spec_.local_port);
  stack_.listen_tcp(spec_.local_port);
  const std::string life = std::to_string(boots_) + "-" + std::to_string(epoch_);
  thread_ = {};
  machine_ = {};
  machine_.allowed_ms = static_cast<std::uint32_t>(parameters_.clock_tolerance / 1ms);
  record_.id = {};
  is_listening_ = false;
  heard_itself_ = false;
  dynamic_.clear();
  check_ = {};
  unwelcomed_.clear();
  is_welcome_closed_ = false;
  cluster_ = {};
  told_.clear();
  cluster_.tcmp = Tcmp(spec_);
  cluster_.bus = MessageBus(spec_);
  ring_ = {};
  monitor_ = IpMonitor(spec_.port7, RandomStream(seed_, path_, "ip-monitor-" + life));
  service_senior_ = {};
  startup_ = ServiceStartup(spec_.services);
  partitioned_.clear();
  for (const ServiceSpec& service : spec_.services) {
    if (service.kind != ServiceKind::Partitioned) continue;
    const auto index = static_cast<std::uint32_t>(partitioned_.size());
    partitioned_.emplace_back(service.name, index,
                              RandomStream(seed_, path_, "owners-" + service.name + life));
  }
  take(turn, JoinInput::RestartDue);
  turn.wake(AlarmKind::Boot, cpu_.between(parameters_.bound_to_timestamp), 0,
            static_cast<std::uint64_t>(Stage::Timestamp));
  turn.wake(AlarmKind::StartTimeout, kStartTimeout);
  turn.wake(AlarmKind::Waiting, kWaitingReport);
}

// Sockets close, all alarms become void. The process goes on, but for what the caller does.
void Member::end_cluster_service(Turn& turn) {
  ring_.close_all(turn, spec_.local_port);
  cluster_.bus.close_all(turn);
  stack_.close_all();
  thread_ = {};
  is_bound_ = false;
  ++epoch_;
  turn.epoch = epoch_;
  if (readiness) turn.context.send(readiness, {pod, false}, readiness_wire);
}

// The JVM ends with an error; the kubelet starts its container again, later each time.
void Member::exit_process(Turn& turn, const std::string& why) {
  turn.observe(kStartFailed, 0, 0, why);
  end_cluster_service(turn);
  Duration delay = parameters_.container_restart;
  for (std::uint32_t n = 0; n < failed_starts_; ++n) delay = std::min(delay * 2, kMostRestartDelay);
  ++failed_starts_;
  is_up_ = false;
  turn.context.send(address<k8s::StartProcess>(), {stack_.address()}, delay);
}

// Two monitors look every 5 s whether their services run; the first to wake restarts them.
void Member::wake_monitors(Turn& turn) {
  Duration wait = kServiceMonitor;
  for (const Duration offset : {Duration::zero(), monitor_offset_}) {
    const Duration since = turn.now() - (monitor_phase_ + offset);
    const Duration into = ((since % kServiceMonitor) + kServiceMonitor) % kServiceMonitor;
    wait = std::min(wait, kServiceMonitor - into);
  }
  turn.wake(AlarmKind::MonitorWakes, wait);
}

void Member::restart_in_process(Turn& turn) {
  turn.observe(kRestarting);
  turn.wake(AlarmKind::Boot, cpu_.between(parameters_.restart_to_bound), 0,
            static_cast<std::uint64_t>(Stage::Bound));
}

void Member::on_datagram(Turn& turn, const Packet& packet) {
  if (resolver_.owns(packet.target_port)) {
    on_lookup(turn,
              resolver_.on_datagram(turn.context, stack_, address<dns::ResolverTimer>(), packet));
    return;
  }
  PayloadPool& payloads = turn.context.payloads();
  if (!payloads.holds<Datagram>(packet.payload)) return payloads.release(packet.payload);
  const Datagram& datagram = payloads.get<Datagram>(packet.payload);
  if (!datagram.from) {
    Work work;
    work.letter = datagram.letter;
    work.source = {packet.source, packet.source_port};
    work.received = turn.now();
    thread_.add(std::move(work));
  } else if (cluster_.tcmp.knows(datagram.from, packet.source)) {
    receive(turn, cluster_.tcmp.receive(turn, datagram), datagram.from);
  }
  payloads.release(packet.payload);
}

void Member::on_segment(Turn& turn, const Packet& packet) {
  PayloadPool& payloads = turn.context.payloads();
  if (!is_bound_) return payloads.release(packet.payload);  // the socket is closed
  if (payloads.holds<Datagram>(packet.payload)) {
    const Datagram& datagram = payloads.get<Datagram>(packet.payload);
    receive(turn, cluster_.bus.receive(turn, packet, datagram), datagram.from);
    return payloads.release(packet.payload);
  }
  payloads.release(packet.payload);
  if (packet.target_port == spec_.local_port) {
    ring_.on_watched({packet.source, packet.source_port});
  }
}

void Member::receive(Turn& turn, std::vector<Letter> letters, MemberId from) {
  for (Letter& one : letters) {
    Work work;
    work.letter = std::move(one);
    work.from = from;
    work.received = turn.now();
    thread_.add(std::move(work));
  }
}

// A connection is known by both its ends: of many connections, some have the same port here.
void Member::on_answer(Turn& turn, std::uint16_t port, SocketAddress from, bool was_refused) {
  if (check_.owns(port, from.address)) {
    const SeniorCheck::Outcome outcome = check_.on_answer(turn, was_refused);
    if (outcome == SeniorCheck::Outcome::Pending) return;
    thread_.unblock();
    if (outcome == SeniorCheck::Outcome::Failed) return take(turn, JoinInput::CheckFailed);
    Work work;
    work.kind = Work::Kind::SeniorChecked;
    thread_.go_on(std::move(work));
  } else if (monitor_.owns(port, from.address)) {
    monitor_.on_answer(turn);
  } else if (was_refused) {
    if (const auto dead = ring_.on_lost(port, from)) declare_dead(turn, {*dead});
  } else if (!ring_.on_connected(turn, port, from)) {
    cluster_.bus.on_connected(turn, port, from);
  }
}

void Member::on_closed(Turn& turn, const Packet& packet) {
  if (packet.target_port == spec_.local_port) {
    ring_.on_unwatched({packet.source, packet.source_port});
  } else {
    const auto dead = ring_.on_lost(packet.target_port, {packet.source, packet.source_port});
    if (dead) declare_dead(turn, {*dead});
  }
}

void Member::on_lookup(Turn& turn, const std::optional<dns::LookupResult>& result) {
  if (!result) return;
  if (wka_.take(turn, resolver_, address<dns::ResolverTimer>(), *result)) wka_resolved(turn);
}

void Member::pump(Turn& turn) {
  if (!is_bound_) return;
  for (const Letter& own : cluster_.to_self) receive(turn, {own}, cluster_.self);
  cluster_.to_self.clear();
  if (const Work* const work = thread_.begin(turn.now())) {
    turn.wake(AlarmKind::WorkDone, cost(turn, *work));
  }
}

Duration Member::cost(Turn& turn, const Work& work) {
  const Parameters& p = turn.parameters;
  switch (work.kind) {
    case Work::Kind::Tick: return cpu_.between(p.tick_cpu);
    case Work::Kind::SeniorChecked: return cpu_.between(p.check_cpu);
    case Work::Kind::SeniorKnown: return cpu_.between(p.joined_log_cpu);
    case Work::Kind::AllWelcomed: return cpu_.between(p.welcome_cpu);
    case Work::Kind::Message: break;
  }
  const bool is_id_reply = std::holds_alternative<NewMemberRequestIdReply>(*work.letter);
  return cpu_.between(is_id_reply && !is_member() ? p.id_reply_cpu : p.message_cpu);
}

void Member::handle(Turn& turn, Work work) {
  switch (work.kind) {
    case Work::Kind::Tick: tick(turn, work); break;
    case Work::Kind::SeniorChecked: check_clock(turn); break;
    case Work::Kind::SeniorKnown:
      turn.observe(kJoined, record_.id.value, cluster_.members.senior().value);
      break;
    case Work::Kind::AllWelcomed: take(turn, JoinInput::LastWelcome); break;
    case Work::Kind::Message: hear_letter(turn, std::move(work)); break;
  }
}

// The grid does not follow a tick's jitter, but it starts anew from a tick that had to wait for
// the thread: in the recorded joins above RTT 65 the next announce comes 200 ms after a late one.
void Member::schedule_tick(Turn& turn, Duration period) {
  if (tick_was_late_) tick_base_ = turn.now();
  tick_was_late_ = false;
  tick_base_ += period + parameters_.tick_drift;
  const bool is_late = ticks_.chance(parameters_.tick_late_share);
  const Duration jitter = ticks_.between(is_late ? parameters_.tick_late : parameters_.tick_jitter);
  const Time due = std::max(turn.now(), tick_base_ + jitter);
  turn.wake(AlarmKind::Tick, due - turn.now(), 0, ++tick_number_);
}

void Member::tick(Turn& turn, const Work& work) {
  tick_begun_ = cluster_time(work.begun);
  take(turn, tick_input(machine_, is_listening_, is_fit_to_found()));
  if (machine_.state == JoinState::Stopped || machine_.state == JoinState::Hung) return;
  schedule_tick(turn, machine_.state == JoinState::Running ? kRunningTick : kJoinTick);
}

}  // namespace meshsim::coherence
