// Client to backend and back, with a bounded flow table.
#include "models/infra/load_balancer.hpp"

#include <algorithm>

#include "models/fabric/drop.hpp"
#include "models/fabric/hop.hpp"

namespace meshsim::infra {
namespace {

// Source ports towards the backends; listeners have lower ones.
constexpr std::uint16_t kFirstPort = 10'000;

}  // namespace

LoadBalancer::LoadBalancer(const LoadBalancerSpec& spec) : spec_(spec), next_port_(kFirstPort) {
  std::sort(spec_.backends.begin(), spec_.backends.end());
  for (const Listener& listener : spec_.listeners) {
    check(listener.port < kFirstPort, "listeners lie below the ports used towards backends");
  }
}

void LoadBalancer::on(Context& ctx, const Packet& packet) {
  for (const Listener& listener : spec_.listeners) {
    if (listener.protocol == packet.protocol && listener.port == packet.target_port) {
      return to_backend(ctx, packet, listener);
    }
  }
  if (packet.protocol != Protocol::Icmp && packet.target_port >= kFirstPort) {
    return to_client(ctx, packet);
  }
  drop(ctx, packet, DropCode::NlbNoListener, spec_.decided_by);
}

void LoadBalancer::on(Context&, const BackendChange& change) {
  const auto found = std::lower_bound(spec_.backends.begin(), spec_.backends.end(), change.node);
  const bool known = found != spec_.backends.end() && *found == change.node;
  if (change.available && !known) spec_.backends.insert(found, change.node);
  if (!change.available && known) spec_.backends.erase(found);
}

void LoadBalancer::to_backend(Context& ctx, Packet packet, const Listener& listener) {
  Flow* flow = live(ctx.now(), inner_flow(packet));
  if (flow == nullptr) flow = open(ctx, packet, listener);
  if (flow == nullptr) return;
  flow->last_seen = ctx.now();
  packet.source = flow->reply.target;
  packet.source_port = flow->reply.target_port;
  packet.target = flow->reply.source;
  packet.target_port = flow->reply.source_port;
  note(ctx, packet, Hop::ToBackend, listener.decided_by);
  ctx.send(vcn, Outbound{packet}, spec_.hop);
}

void LoadBalancer::to_client(Context& ctx, Packet packet) {
  const FlowKey* const found = clients_.find(inner_flow(packet));
  if (found == nullptr) return drop(ctx, packet, DropCode::NatNoState, spec_.decided_by);
  const FlowKey client = *found;
  Flow* const flow = live(ctx.now(), client);
  if (flow == nullptr) return drop(ctx, packet, DropCode::NatNoState, spec_.decided_by);
  flow->last_seen = ctx.now();
  packet.source = client.target;
  packet.source_port = client.target_port;
  packet.target = client.source;
  packet.target_port = client.source_port;
  note(ctx, packet, Hop::FromBackend, spec_.decided_by);
  ctx.send(vcn, Outbound{packet}, spec_.hop);
}

// The flow of these packets, if it has not been idle for too long.
LoadBalancer::Flow* LoadBalancer::live(Time now, const FlowKey& client) {
  Flow* const found = flows_.find(client);
  if (found == nullptr || !expired(now, client.protocol, found->last_seen)) return found;
  clients_.erase(found->reply);
  flows_.erase(client);
  return nullptr;
}

// Begins a flow; if it cannot, the packet has been dropped. TCP begins with a SYN: late segments
// of a forgotten connection are dropped.
LoadBalancer::Flow* LoadBalancer::open(Context& ctx, const Packet& packet,
                                       const Listener& listener) {
  const auto give_up = [&](DropCode code, DecisionId decided_by) -> Flow* {
    drop(ctx, packet, code, decided_by);
    return nullptr;
  };
  if (packet.protocol == Protocol::Tcp && packet.flags != kSyn) {
    return give_up(DropCode::NatNoState, listener.decided_by);
  }
  if (spec_.backends.empty()) return give_up(DropCode::NlbNoBackend, listener.decided_by);
  if (flows_.size() >= spec_.flows) sweep(ctx.now());
  if (flows_.size() >= spec_.flows) return give_up(DropCode::NatTableFull, spec_.decided_by);

  const FlowKey client = inner_flow(packet);
  FlowKey reply{spec_.backends[flow_hash(client) % spec_.backends.size()], spec_.address,
                listener.node_port, 0, packet.protocol};
  for (int tries = 0; tries <= 65535 - kFirstPort; ++tries) {
    reply.target_port = next_port_;
    next_port_ = next_port_ == 65535 ? kFirstPort : static_cast<std::uint16_t>(next_port_ + 1);
    if (clients_.contains(reply)) continue;
    clients_[reply] = client;
    Flow& flow = flows_[client];
    flow = {reply, ctx.now()};
    return &flow;
  }
  return give_up(DropCode::NatTableFull, spec_.decided_by);
}

bool LoadBalancer::expired(Time now, Protocol protocol, Time last_seen) const {
  return now - last_seen > (protocol == Protocol::Tcp ? spec_.tcp_idle : spec_.udp_idle);
}

void LoadBalancer::sweep(Time now) {
  if (now < next_sweep_) return;
  next_sweep_ = now + 1s;  // a full table is searched at most once per second
  flows_.erase_if([&](const FlowKey& client, const Flow& flow) {
    const bool is_old = expired(now, client.protocol, flow.last_seen);
    if (is_old) clients_.erase(flow.reply);
    return is_old;
  });
}

}  // namespace meshsim::infra
