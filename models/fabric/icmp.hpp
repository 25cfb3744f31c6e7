// What a router or host says about a packet that it could not take: ICMP destination unreachable.
// Its code travels in Packet::flags.
#pragma once

#include "models/fabric/packet.hpp"

namespace meshsim {

// Codes of kIcmpUnreachable.
inline constexpr std::uint8_t kIcmpPortUnreachable = 3;
inline constexpr std::uint8_t kIcmpFragmentationNeeded = 4;

// "Fragmentation needed", from a router that a packet is too large for. It is sent in the name of
// the packet's target, so that whoever tracks the flow knows what it is about.
Packet fragmentation_needed(const Packet& packet);

}  // namespace meshsim
