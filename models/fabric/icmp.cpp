// The answers of routers.
#include "models/fabric/icmp.hpp"

namespace meshsim {

Packet fragmentation_needed(const Packet& packet) {
  Packet answer;
  answer.source = packet.wire_target();
  answer.target = packet.wire_source();
  answer.source_port = packet.wire_source_port();
  answer.target_port = kIcmpUnreachable;
  answer.protocol = Protocol::Icmp;
  answer.flags = kIcmpFragmentationNeeded;
  answer.size = kIpIcmpHeader + kIpUdpHeader;
  return answer;
}

}  // namespace meshsim
