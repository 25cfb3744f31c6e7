// One small state machine per remote: pausing, connecting, asking, watching.
#include "models/fabric/mesh_agent.hpp"

#include <algorithm>

#include "models/fabric/drop.hpp"
#include "models/fabric/observations.hpp"

namespace meshsim::fabric {
namespace {

using Kind = MeshDeadline::Kind;
using Ask = MeshRequest::Kind;

// Linux repeats a SYN, and a segment without an answer, after 1, 2, 4, ... seconds.
Duration retry_after(std::uint32_t tries) { return Duration{1s} * (1 << std::min(tries, 6U)); }

// Taking entries out of the ipcache when a mesh entry is removed: 5-12 ms measured; section 15.
constexpr DurationRange kRemoval{5ms, 12ms};

}  // namespace

MeshAgent::MeshAgent(const MeshAgentSpec& spec, RandomStream random)
    : spec_(spec), random_(random), remotes_(spec.remotes.size()) {}

void MeshAgent::on(Context& ctx, const k8s::StartProcess&) {
  if (running_) return;
  running_ = true;
  stack_ = HostStack(spec_.node, uplink, spec_.parameters.pod_to_node);
  for (std::uint32_t index = 0; index < remotes_.size(); ++index) {
    if (!spec_.remotes[index].configured) continue;
    remotes_[index].began = ctx.now();
    connect(ctx, index);
  }
}

// The data path goes on with what it knows; so does the next start of the agent.
void MeshAgent::on(Context&, const k8s::StopProcess&) {
  running_ = false;
  for (Remote& remote : remotes_) {
    remote.state = State::Off;
    ++remote.epoch;
  }
}

void MeshAgent::archive(Snapshot& snapshot) {
  snapshot.all(random_, stack_, running_);
  snapshot.fixed(remotes_);
  for (MeshRemote& remote : spec_.remotes) snapshot(remote.configured);
}

void MeshAgent::on(Context& ctx, const ConfigureRemote& change) {
  check(change.remote < remotes_.size(), "a mesh entry names a known remote");
  spec_.remotes[change.remote].configured = change.configured;
  if (!running_) return;
  Remote& remote = remotes_[change.remote];
  if (change.configured) {
    if (remote.state != State::Off) return;
    remote.began = ctx.now();
    remote.attempts = 0;
    return connect(ctx, change.remote);
  }
  if (remote.state == State::Off) return;
  ctx.trace({.label = kMeshRemoved,
             .value = static_cast<std::int64_t>(remote.keys.size()),
             .decided_by = spec_.remotes[change.remote].decided_by,
             .text = spec_.remotes[change.remote].cluster});
  if (remote.state == State::Asking || remote.state == State::Watching) {
    const MeshRemote& far = spec_.remotes[change.remote];
    stack_.close(ctx, remote.port, far.address, far.port);
  }
  remove_keys(ctx, remote);
  remote.state = State::Off;
  ++remote.epoch;
}

void MeshAgent::remove_keys(Context& ctx, Remote& remote) {
  remote.last_applied = std::max(remote.last_applied, ctx.now() + random_.between(kRemoval));
  for (auto& [prefix, known] : remote.keys) {
    known.key.removed = true;
    ctx.send(node, known.key, remote.last_applied - ctx.now());
  }
  remote.keys.clear();
}

// Back-off of gRPC: the next attempt begins when this one has failed and its pause, counted from
// its begin, is over.
void MeshAgent::connect(Context& ctx, std::uint32_t index) {
  Remote& remote = remotes_[index];
  const Parameters& parameters = spec_.parameters;
  remote.state = State::Connecting;
  ++remote.epoch;
  ++remote.attempts;
  remote.attempt = ctx.now();
  remote.backoff = remote.attempts == 1 ? parameters.backoff_first
                                        : std::min(remote.backoff * 8 / 5, parameters.backoff_most);
  const auto taken = [&](std::uint16_t port) {
    return std::any_of(remotes_.begin(), remotes_.end(),
                       [port](const Remote& other) { return other.port == port; });
  };
  std::uint16_t port = stack_.ephemeral_port(random_);
  while (taken(port)) port = stack_.ephemeral_port(random_);
  remote.port = port;
  ctx.trace({.label = kMeshConnecting,
             .value = remote.attempts,
             .decided_by = spec_.remotes[index].decided_by,
             .text = spec_.remotes[index].cluster});
  send_syn(ctx, index, 0);
}

void MeshAgent::send_syn(Context& ctx, std::uint32_t index, std::uint32_t tries) {
  const MeshRemote& far = spec_.remotes[index];
  const Remote& remote = remotes_[index];
  const Time give_up = remote.attempt + std::max(spec_.parameters.connect_timeout, remote.backoff);
  if (ctx.now() >= give_up) return connection_failed(ctx, index);
  stack_.connect(ctx, remote.port, far.address, far.port);
  const Time next = std::min(ctx.now() + retry_after(tries), give_up);
  set_deadline(ctx, index, Kind::Connect, tries + 1, next - ctx.now());
}

void MeshAgent::connection_failed(Context& ctx, std::uint32_t index) {
  Remote& remote = remotes_[index];
  if (remote.state == State::Watching) {
    ctx.trace({.label = kMeshLost,
               .value = static_cast<std::int64_t>(remote.keys.size()),
               .decided_by = spec_.remotes[index].decided_by,
               .text = spec_.remotes[index].cluster});
    remote.began = ctx.now();
    remote.attempts = 0;
    return connect(ctx, index);  // the first attempt is made at once
  }
  remote.state = State::Pausing;
  ++remote.epoch;
  const Duration spread = remote.backoff / 5;  // jitter of 20 %
  const Time next =
      remote.attempt + random_.between({remote.backoff - spread, remote.backoff + spread});
  set_deadline(ctx, index, Kind::Connect, 0, std::max(next - ctx.now(), Duration::zero()));
}

// Sends the next request of the connection and waits for its answer.
void MeshAgent::ask(Context& ctx, std::uint32_t index, const MeshRequest& request) {
  Remote& remote = remotes_[index];
  const std::uint32_t step = remote.request.step + 1;
  remote.request = request;
  remote.request.step = step;
  remote.asked = ctx.now();
  send_request(ctx, index, 0);
}

void MeshAgent::send_request(Context& ctx, std::uint32_t index, std::uint32_t tries) {
  Remote& remote = remotes_[index];
  ++remote.epoch;
  remote.parts_heard = 0;
  remote.page.clear();
  if (ctx.now() - remote.asked >= spec_.parameters.keepalive_timeout) {
    return connection_failed(ctx, index);
  }
  const MeshRemote& far = spec_.remotes[index];
  stack_.send_segment(ctx, remote.port, far.address, far.port, kMeshRequestBytes,
                      ctx.payloads().put(remote.request));
  const Time give_up = remote.asked + spec_.parameters.keepalive_timeout;
  const Time next = std::min(ctx.now() + retry_after(tries), give_up);
  set_deadline(ctx, index, Kind::Resend, tries + 1, next - ctx.now());
}

void MeshAgent::on(Context& ctx, const MeshDeadline& deadline) {
  Remote& remote = remotes_[deadline.remote];
  if (deadline.epoch != remote.epoch || remote.state == State::Off) return;
  switch (deadline.kind) {
    case Kind::Connect:
      if (remote.state == State::Pausing) return connect(ctx, deadline.remote);
      return send_syn(ctx, deadline.remote, deadline.tries);
    case Kind::Resend: return send_request(ctx, deadline.remote, deadline.tries);
    case Kind::Keepalive:
      return ask(ctx, deadline.remote, {.kind = Ask::Keepalive, .revision = remote.revision});
  }
}

void MeshAgent::on(Context& ctx, const Packet& packet) {
  if (!running_) return drop(ctx, packet, DropCode::ProcessDown);
  std::uint32_t index = 0;
  while (index < remotes_.size() && (remotes_[index].port != packet.target_port ||
                                     spec_.remotes[index].address != packet.source)) {
    ++index;
  }
  const Arrival arrival = stack_.receive(ctx, packet);
  const bool has_payload = arrival == Arrival::Segment || arrival == Arrival::Datagram;
  if (index == remotes_.size() || remotes_[index].state == State::Off) {
    if (has_payload) ctx.payloads().release(packet.payload);
    return;
  }
  Remote& remote = remotes_[index];
  switch (arrival) {
    case Arrival::Connected:
      if (remote.state != State::Connecting) return;
      remote.state = State::Asking;
      remote.request.step = 0;
      return ask(ctx, index, {.kind = Ask::Setup});
    case Arrival::Refused:
    case Arrival::Closed:
      if (remote.state != State::Pausing) connection_failed(ctx, index);
      return;
    case Arrival::Segment: {
      const PayloadPool& pool = ctx.payloads();
      const bool open = remote.state == State::Asking || remote.state == State::Watching;
      if (open && pool.holds<MeshAnswer>(packet.payload)) {
        take(ctx, index, pool.get<MeshAnswer>(packet.payload));
      } else if (open && pool.holds<MeshUpdate>(packet.payload)) {
        take(ctx, index, pool.get<MeshUpdate>(packet.payload));
      }
      return ctx.payloads().release(packet.payload);
    }
    case Arrival::Datagram: return ctx.payloads().release(packet.payload);
    default: return;
  }
}

void MeshAgent::take(Context& ctx, std::uint32_t index, const MeshAnswer& answer) {
  Remote& remote = remotes_[index];
  if (answer.step != remote.request.step || answer.part != remote.parts_heard) return;
  ++remote.parts_heard;
  remote.page.insert(remote.page.end(), answer.keys.begin(), answer.keys.end());
  if (remote.parts_heard < answer.parts) return;

  switch (remote.request.kind) {
    case Ask::Setup:
      // One round trip was the connection's, one will be the list's.
      if (remote.request.step + 2 < spec_.parameters.connect_round_trips) {
        return ask(ctx, index, {.kind = Ask::Setup});
      }
      for (auto& [prefix, known] : remote.keys) known.stale = true;
      return ask(ctx, index, {.kind = Ask::List, .first_page = true});
    case Ask::List: return take_page(ctx, index, answer);
    case Ask::Watch:
    case Ask::Keepalive:
      ++remote.epoch;
      return set_deadline(ctx, index, Kind::Keepalive, 0, spec_.parameters.keepalive);
  }
}

void MeshAgent::take_page(Context& ctx, std::uint32_t index, const MeshAnswer& last) {
  Remote& remote = remotes_[index];
  // Changes after the first page's revision may be missing from it; the watch brings them.
  if (remote.request.first_page) remote.revision = last.revision;
  for (const IpcacheChange& key : remote.page) apply(ctx, remote, key);
  if (last.more) {
    return ask(ctx, index, {.kind = Ask::List, .after = remote.page.back().prefix});
  }
  for (auto known = remote.keys.begin(); known != remote.keys.end();) {
    const auto next = std::next(known);
    if (known->second.stale) {
      IpcacheChange gone = known->second.key;
      gone.removed = true;
      apply(ctx, remote, gone);
    }
    known = next;
  }
  ctx.trace({.label = kMeshReady,
             .value = static_cast<std::int64_t>(remote.keys.size()),
             .other = ns(ctx.now() - remote.began),
             .decided_by = spec_.remotes[index].decided_by,
             .text = spec_.remotes[index].cluster});
  remote.state = State::Watching;
  remote.attempts = 0;
  ask(ctx, index, {.kind = Ask::Watch, .revision = remote.revision});
}

void MeshAgent::take(Context& ctx, std::uint32_t index, const MeshUpdate& update) {
  Remote& remote = remotes_[index];
  if (remote.state != State::Watching || update.to <= remote.revision) return;
  if (update.from > remote.revision) {
    // A segment between was lost: TCP would resend it, so ask for what is missing.
    if (remote.request.kind == Ask::Keepalive && remote.parts_heard == 0) return;
    return ask(ctx, index, {.kind = Ask::Keepalive, .revision = remote.revision});
  }
  remote.revision = update.to;
  apply(ctx, remote, update.key);
}

// Into the node's ipcache, a little later, in order.
void MeshAgent::apply(Context& ctx, Remote& remote, const IpcacheChange& change) {
  remote.last_applied =
      std::max(remote.last_applied, ctx.now() + random_.between(spec_.parameters.key_applied));
  if (change.removed) {
    remote.keys.erase(change.prefix);
  } else {
    remote.keys[change.prefix] = {change, false};
  }
  ctx.send(node, change, remote.last_applied - ctx.now());
}

void MeshAgent::set_deadline(Context& ctx, std::uint32_t index, MeshDeadline::Kind kind,
                             std::uint32_t tries, Duration after) {
  ctx.send(address<MeshDeadline>(), MeshDeadline{index, remotes_[index].epoch, tries, kind}, after);
}

}  // namespace meshsim::fabric
