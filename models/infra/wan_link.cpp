// Peering state, then the scenario's cut, then the wire.
#include "models/infra/wan_link.hpp"

#include "models/fabric/drop.hpp"
#include "models/fabric/hop.hpp"

namespace meshsim::infra {

void WanLink::on(Context& ctx, const Packet& packet) {
  if (!spec_.peered) return drop(ctx, packet, DropCode::RpcDown, spec_.decided_by);
  if (cut_) return drop(ctx, packet, DropCode::LinkCut, spec_.decided_by);
  if (packet.wire_size().count > spec_.mtu) {
    return drop(ctx, packet, DropCode::MtuExceeded, spec_.decided_by);
  }
  const WirePass pass = wire_.enter(ctx.now(), packet.wire_size(), random_);
  switch (pass.fate) {
    case WireFate::Lost: return drop(ctx, packet, DropCode::LinkLoss, spec_.decided_by);
    case WireFate::QueueFull: return drop(ctx, packet, DropCode::LinkQueueFull, spec_.decided_by);
    case WireFate::Passes: break;
  }
  note(ctx, packet, Hop::Crossed, spec_.decided_by);
  ctx.send(far_end, packet, pass.delay);
}

void WanLink::on(Context&, const SetLink& set) {
  wire_.reshape({set.delay, set.jitter, set.loss, wire_.shape().rate});
}

void WanLink::archive(Snapshot& snapshot) {
  bool is_reshaped = !(wire_.shape() == spec_.shape);
  snapshot.all(is_reshaped, wire_, random_, cut_);
  // A link that nothing has changed is as the scenario that goes on has it.
  if (!is_reshaped) wire_.reshape(spec_.shape);
}

void WanLink::on(Context&, const CutLink& set) { cut_ = set.cut; }

}  // namespace meshsim::infra
