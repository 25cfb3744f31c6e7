// Idle times by protocol and by what has been seen of the flow.
#include "models/fabric/flow_life.hpp"

namespace meshsim {
namespace {

Duration timeout(const FlowLife& life, Protocol protocol, const FlowTimeouts& timeouts) {
  switch (protocol) {
    case Protocol::Tcp:
      if (life.closing) return timeouts.tcp_closing;
      return life.answered ? timeouts.tcp_established : timeouts.tcp_setup;
    case Protocol::Udp: return life.answered ? timeouts.udp_both_ways : timeouts.udp_one_way;
    case Protocol::Icmp: return timeouts.icmp;
  }
  return {};
}

}  // namespace

void FlowLife::see(Time now, Protocol protocol, std::uint8_t tcp_flags, bool reply) {
  last_seen = now;
  if (protocol == Protocol::Tcp) {
    if (tcp_flags == kSyn) *this = FlowLife{now, false, false};  // the ports are used anew
    if (tcp_flags & (kFin | kRst)) closing = true;
  }
  answered = answered || reply;
}

bool FlowLife::expired(Time now, Protocol protocol, const FlowTimeouts& timeouts) const {
  return now - last_seen > timeout(*this, protocol, timeouts);
}

}  // namespace meshsim
