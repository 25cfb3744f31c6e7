// How long a flow lives in the tables of those who keep state per flow: connection tracking, NAT,
// service translation. Each of them has its own idle times.
#pragma once

#include "meshsim/base/units.hpp"
#include "models/fabric/packet.hpp"

namespace meshsim {

struct FlowTimeouts {
  Duration tcp_setup{};  // no answer yet
  Duration tcp_established{};
  Duration tcp_closing{};  // a FIN or RST has been seen
  Duration udp_one_way{};
  Duration udp_both_ways{};
  Duration icmp{};
};

// What a table knows about the life of one flow.
struct FlowLife {
  Time last_seen{};
  bool answered = false;
  bool closing = false;

  // A packet of the flow, from its initiator or (`reply`) to it. `protocol` is the flow's: an
  // encapsulated TCP segment is UDP to the underlay.
  void see(Time now, Protocol protocol, std::uint8_t tcp_flags, bool reply);
  bool expired(Time now, Protocol protocol, const FlowTimeouts& timeouts) const;
};

}  // namespace meshsim
