// Host to host through the wire of their pair of regions.
#include "models/infra/wan_switch.hpp"

#include <algorithm>

#include "models/fabric/drop.hpp"

namespace meshsim::infra {

std::vector<WireShape> uniform_wires(std::uint16_t regions, const WireShape& inside,
                                     const WireShape& between) {
  std::vector<WireShape> wires(std::size_t{regions} * regions, between);
  for (std::size_t region = 0; region < regions; ++region) {
    wires[region * regions + region] = inside;
  }
  return wires;
}

WanSwitch::WanSwitch(const WanSwitchSpec& spec, RandomStream random)
    : regions_(spec.regions), random_(random) {
  check(spec.wires.size() == std::size_t{regions_} * regions_, "each pair of regions has a wire");
  for (const WireShape& shape : spec.wires) pairs_.push_back({Wire(shape), false});
  for (const SwitchHost& host : spec.hosts) {
    check(host.region < regions_, "a host stands in a known region");
    hosts_.push_back({host.address, host.region, {}});
  }
  std::sort(hosts_.begin(), hosts_.end(),
            [](const Host& a, const Host& b) { return a.address < b.address; });
}

void WanSwitch::wire(Ipv4 host, Address<Packet> process) {
  Host* const found = host_at(host);
  check(found != nullptr, "a switch is wired to hosts of its spec");
  found->process = process;
}

void WanSwitch::on(Context& ctx, const Outbound& outbound) {
  const Packet& packet = outbound.packet;
  const Host* const source = host_at(packet.source);
  const Host* const target = host_at(packet.target);
  if (source == nullptr || target == nullptr || !target->process) {
    return drop(ctx, packet, DropCode::HostUnknown);
  }
  Pair& way = pair(source->region, target->region);
  if (way.blocked) return drop(ctx, packet, DropCode::LinkCut);
  const WirePass pass = way.wire.enter(ctx.now(), packet.wire_size(), random_);
  switch (pass.fate) {
    case WireFate::Lost: return drop(ctx, packet, DropCode::LinkLoss);
    case WireFate::QueueFull: return drop(ctx, packet, DropCode::LinkQueueFull);
    case WireFate::Passes: ctx.send(target->process, packet, pass.delay);
  }
}

void WanSwitch::on(Context&, const SetPair& set) {
  Wire& wire = pair(set.from, set.to).wire;
  wire.reshape({set.delay, set.jitter, set.loss, wire.shape().rate});
}

void WanSwitch::on(Context&, const SetPairRate& set) {
  Wire& wire = pair(set.from, set.to).wire;
  WireShape shape = wire.shape();
  shape.rate = set.rate;
  wire.reshape(shape);
}

void WanSwitch::on(Context&, const BlockPair& block) {
  pair(block.from, block.to).blocked = block.blocked;
}

WanSwitch::Host* WanSwitch::host_at(Ipv4 address) {
  const auto found =
      std::lower_bound(hosts_.begin(), hosts_.end(), address,
                       [](const Host& host, Ipv4 wanted) { return host.address < wanted; });
  return found != hosts_.end() && found->address == address ? &*found : nullptr;
}

WanSwitch::Pair& WanSwitch::pair(std::uint16_t from, std::uint16_t to) {
  check(from < regions_ && to < regions_, "a pair names known regions");
  return pairs_[std::size_t{from} * regions_ + to];
}

}  // namespace meshsim::infra
