// Rate-limited writes, lists in pages, and watches that survive a lost segment.
#include "models/fabric/mesh_exporter.hpp"

#include <algorithm>
#include <vector>

#include "models/fabric/drop.hpp"

namespace meshsim::fabric {
namespace {

// How long a client may be silent before the server closes: two of its keepalives and a time-out.
constexpr Duration kClientSilence = 60s;
constexpr std::size_t kClients = 10'000;

// From a process to the kubelet that probes it.
constexpr Duration kProbe = 20us;

}  // namespace

std::size_t MeshExporter::keys() const {
  return static_cast<std::size_t>(std::count_if(
      store_.begin(), store_.end(), [](const auto& entry) { return !entry.second.key.removed; }));
}

// Every start begins with an empty store (etcd on emptyDir) and writes all keys again.
void MeshExporter::on(Context& ctx, const k8s::StartProcess& start) {
  if (running_) return;
  running_ = true;
  ++starts_;
  store_.clear();
  queued_.clear();
  clients_.clear();
  first_writes_ = 0;
  revision_ = 0;
  next_write_ = last_write_ = ctx.now();
  // The store's own time per request is spent on the way out.
  stack_ = HostStack(start.address, uplink,
                     spec_.parameters.pod_to_node + spec_.parameters.store_answer);
  const bool ran_before = spec_.runs_from_start && starts_ == 1;
  ctx.send(address<StoreReady>(), StoreReady{starts_},
           ran_before ? Duration::zero() : spec_.parameters.store_start);
}

void MeshExporter::on(Context& ctx, const k8s::StopProcess&) {
  if (!running_) return;
  running_ = false;
  stack_.close_all();
  if (control_plane) ctx.send(control_plane, k8s::ReadinessChange{spec_.pod, false}, kProbe);
}

void MeshExporter::on(Context& ctx, const StoreReady& ready) {
  if (!running_ || ready.start != starts_) return;
  stack_.listen_tcp(kMeshPort);
  const bool ran_before = spec_.runs_from_start && starts_ == 1;
  for (const auto& [key, change] : known_) {
    if (change.removed) continue;
    if (ran_before) {
      store_[key] = {change, ++revision_};
    } else {
      queue(ctx, key);
    }
  }
  for (auto& [key, is_first] : queued_) is_first = true;
  first_writes_ = static_cast<std::uint32_t>(queued_.size());
  if (control_plane) ctx.send(control_plane, k8s::ReadinessChange{spec_.pod, true}, kProbe);
}

void MeshExporter::on(Context& ctx, const IpcacheChange& change) {
  known_[change.prefix] = change;
  if (running_ && stack_.listens_tcp(kMeshPort)) queue(ctx, change.prefix);
}

// A key that waits already is written once, with its last value. The client's limiter lets a burst
// pass, then one key per period.
void MeshExporter::queue(Context& ctx, const Prefix& key) {
  if (!queued_.emplace(key, false).second) return;
  const Duration period = Duration{1s} / spec_.parameters.keys_per_second;
  const Duration burst = period * (spec_.parameters.keys_at_once - 1);
  const Time allowed = next_write_ - burst;
  next_write_ = std::max(next_write_, ctx.now()) + period;
  const Time ready = ctx.now() + random_.between(spec_.parameters.key_written);
  last_write_ = std::max({last_write_, ready, allowed});
  ctx.send(address<WriteKey>(), WriteKey{key, starts_}, last_write_ - ctx.now());
}

void MeshExporter::on(Context& ctx, const WriteKey& write) {
  if (!running_ || write.start != starts_) return;
  const auto queued = queued_.find(write.key);
  const bool is_first = queued->second;
  queued_.erase(queued);
  const std::uint64_t before = revision_++;
  const Stored stored{known_.at(write.key), revision_};
  store_[write.key] = stored;
  publish(ctx, stored, before);
  if (!is_first || --first_writes_ > 0) return;
  for (auto& [peer, client] : clients_) {
    if (client.waits_for_list) answer(ctx, peer, client, client.list);
  }
}

void MeshExporter::publish(Context& ctx, const Stored& stored, std::uint64_t before) {
  std::erase_if(clients_, [&](const auto& entry) {
    return ctx.now() - entry.second.last_heard > kClientSilence;
  });
  for (const auto& [peer, client] : clients_) {
    if (!client.watching) continue;
    stack_.send_segment(ctx, kMeshPort, peer.address, peer.port, kMeshKeyBytes,
                        ctx.payloads().put(MeshUpdate{before, stored.revision, stored.key}));
  }
}

void MeshExporter::on(Context& ctx, const Packet& packet) {
  if (!running_) return drop(ctx, packet, DropCode::ProcessDown);
  const Peer peer{packet.source, packet.source_port};
  switch (stack_.receive(ctx, packet)) {
    case Arrival::Accepted:
      if (clients_.size() < kClients) clients_[peer] = Client{ctx.now(), false, false, {}};
      break;
    case Arrival::Closed: clients_.erase(peer); break;
    case Arrival::Refused: clients_.erase(peer); break;
    case Arrival::Segment: {
      const auto client = clients_.find(peer);
      if (client != clients_.end() && ctx.payloads().holds<MeshRequest>(packet.payload)) {
        client->second.last_heard = ctx.now();
        answer(ctx, peer, client->second, ctx.payloads().get<MeshRequest>(packet.payload));
      }
      ctx.payloads().release(packet.payload);
      break;
    }
    case Arrival::Datagram: ctx.payloads().release(packet.payload); break;
    default: break;
  }
}

void MeshExporter::answer(Context& ctx, const Peer& peer, Client& client,
                          const MeshRequest& request) {
  switch (request.kind) {
    case MeshRequest::Kind::List:
      // A canary tells when the first write is complete; nobody lists before.
      client.waits_for_list = first_writes_ > 0;
      if (client.waits_for_list) {
        client.list = request;
        return;
      }
      return send_page(ctx, peer, request);
    case MeshRequest::Kind::Watch: client.watching = true; break;
    case MeshRequest::Kind::Setup:
    case MeshRequest::Kind::Keepalive: break;
  }
  stack_.send_segment(ctx, kMeshPort, peer.address, peer.port, kMeshAnswerBytes,
                      ctx.payloads().put(MeshAnswer{.step = request.step, .revision = revision_}));
  if (client.watching) catch_up(ctx, peer, request.revision);
}

void MeshExporter::send_page(Context& ctx, const Peer& peer, const MeshRequest& request) {
  std::vector<IpcacheChange> page;
  auto next = request.first_page ? store_.begin() : store_.upper_bound(request.after);
  for (; next != store_.end() && page.size() < spec_.parameters.keys_per_page; ++next) {
    if (!next->second.key.removed) page.push_back(next->second.key);
  }
  const bool more = next != store_.end();
  const auto parts = static_cast<std::uint32_t>(
      std::max<std::size_t>(1, (page.size() + kMeshKeysPerSegment - 1) / kMeshKeysPerSegment));
  for (std::uint32_t part = 0; part < parts; ++part) {
    const std::size_t first = std::size_t{part} * kMeshKeysPerSegment;
    const std::size_t last = std::min<std::size_t>(page.size(), first + kMeshKeysPerSegment);
    MeshAnswer answer{request.step, part, parts, {}, revision_, more};
    for (std::size_t index = first; index < last; ++index) answer.keys.push_back(page[index]);
    const auto keys = static_cast<std::uint32_t>(answer.keys.size());
    stack_.send_segment(ctx, kMeshPort, peer.address, peer.port,
                        kMeshAnswerBytes + keys * kMeshKeyBytes,
                        ctx.payloads().put(std::move(answer)));
  }
}

// Sends what has changed behind `revision`: nothing, unless a segment was lost.
void MeshExporter::catch_up(Context& ctx, const Peer& peer, std::uint64_t revision) {
  if (revision >= revision_) return;
  std::vector<Stored> missed;
  for (const auto& [key, stored] : store_) {
    if (stored.revision > revision) missed.push_back(stored);
  }
  std::sort(missed.begin(), missed.end(),
            [](const Stored& a, const Stored& b) { return a.revision < b.revision; });
  for (const Stored& stored : missed) {
    stack_.send_segment(ctx, kMeshPort, peer.address, peer.port, kMeshKeyBytes,
                        ctx.payloads().put(MeshUpdate{revision, stored.revision, stored.key}));
    revision = stored.revision;
  }
}

}  // namespace meshsim::fabric
