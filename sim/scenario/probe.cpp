// Sends probes and reads their records.
#include "sim/scenario/probe.hpp"

namespace meshsim {

Packet packet_of(const Probe& probe) {
  Packet packet;
  packet.source = probe.from.address;
  packet.target = probe.target;
  packet.source_port = probe.source_port;
  packet.target_port = probe.protocol == Protocol::Icmp ? kIcmpEchoRequest : probe.port;
  packet.protocol = probe.protocol;
  packet.flags = probe.protocol == Protocol::Tcp ? kSyn : std::uint8_t{0};
  packet.size = probe.size;
  packet.watch();
  return packet;
}

void send_probe(World& world, const Probe& probe, std::uint32_t number) {
  check(probe.from.sends(), "a probe is sent by a pod, a node or a host");
  Packet packet = packet_of(probe);
  packet.payload = world.simulation->payloads().put(ProbeTag{number, 0, probe.wants_answer});
  const Address<Outbound> uplink = probe.from.kind == PathEnd::Kind::Host
                                       ? world.host_uplinks[probe.from.item]
                                       : world.uplinks[probe.from.cluster][probe.from.node];
  world.simulation->send(uplink, Outbound{packet}, probe.at);
}

void ProbeLog::take(const TraceRecord& record) {
  const bool is_drop = record.label == kDropLabel;
  if (!is_drop && record.label != kHopLabel) return;
  const ProbeMark mark = to_probe_mark(record.other);
  if (mark.number == 0) return;  // a drop of the simulation itself
  ProbeStep step;
  step.at = record.at;
  step.where = record.component;
  if (is_drop) {
    step.dropped = static_cast<DropCode>(record.value);
  } else {
    step.hop = static_cast<Hop>(record.value);
  }
  if (keep_ == Keep::Ends && !step.is_end()) return;
  step.leg = mark.leg;
  step.bytes = mark.bytes;
  step.decided_by = record.decided_by;
  step.cause = record.cause;
  step.packet = record.text;
  if (steps_.size() <= mark.number) steps_.resize(mark.number + 1);
  steps_[mark.number].push_back(std::move(step));
}

const std::vector<ProbeStep>& ProbeLog::steps(std::uint32_t number) const {
  static const std::vector<ProbeStep> kNone;
  return number < steps_.size() ? steps_[number] : kNone;
}

const ProbeStep* ProbeLog::end(std::uint32_t number, std::uint8_t leg) const {
  for (const ProbeStep& step : steps(number)) {
    if (step.leg == leg && step.is_end()) return &step;
  }
  return nullptr;
}

}  // namespace meshsim
