// What a watched packet tells: one trace record per decision on its way, for `meshsim path`.
// Packets of the simulation itself are not watched and pay one test of a bit.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "meshsim/kernel/context.hpp"
#include "models/fabric/packet.hpp"

namespace meshsim {

enum class Hop : std::uint8_t {
  LeftProcess,       // a node takes it from a pod, or from a process of its own
  ToEndpoint,        // a cluster address: an endpoint took the Service's place
  ToNodePortTarget,  // a node port: an endpoint took the node's place, the node the client's
  BackToClient,      // an answer got the addresses that the client knows
  Encapsulated,      // for the node that has the pod
  Decapsulated,
  LeftAsWorld,  // no ipcache entry: by the node's default route
  EgressNewFlow,
  EgressStateless,
  EgressKnownFlow,
  IngressNewFlow,
  IngressStateless,
  IngressKnownFlow,
  VcnRouted,  // by a rule of the subnet's route table
  VcnLocal,   // to a VNIC of the VCN
  ToNextHop,  // by a rule that leads to a VNIC of somebody else
  Forwarded,  // by that
  ToResolver,
  DrgRouted,
  Crossed,  // a remote peering
  ToBackend,
  FromBackend,
  Arrived,  // at the network stack of the process that has the address
  Refused,  // there, but nothing listens on the port
};

// The label of these records: value is the Hop, other a ProbeId and the size on the wire.
inline constexpr std::string_view kHopLabel = "hop";

// The payload of a watched packet. Legs are numbered: the packet, its answer, the answer to that.
struct ProbeTag {
  std::uint32_t number = 0;
  std::uint8_t leg = 0;
  bool wants_answer = false;
};

// In `other` of hop and drop records of a watched packet.
struct ProbeMark {
  std::uint32_t number = 0;
  std::uint8_t leg = 0;
  std::uint32_t bytes = 0;  // on the wire, encapsulation included; below 2^24
};
std::int64_t to_number(const ProbeMark& mark);
ProbeMark to_probe_mark(std::int64_t number);
// Of the packet; nothing of one that carries no tag.
ProbeMark mark_of(Context& ctx, const Packet& packet);

void record_hop(Context& ctx, const Packet& packet, Hop hop, DecisionId decided_by);

inline void note(Context& ctx, const Packet& packet, Hop hop, DecisionId decided_by = {}) {
  if (packet.watched()) [[unlikely]] {
    record_hop(ctx, packet, hop, decided_by);
  }
}

// A watched packet is at the network stack of the process that has its target address. Here it
// ends: the process never sees it. What comes back is the answer that a kernel, or a process that
// listens
// (`open`), would send, if the probe wants one: to a SYN a SYN-ACK, to that an ACK, to a datagram a
// datagram. `packet` is not to be used after.
std::optional<Packet> take_probe(Context& ctx, const Packet& packet, bool open);

}  // namespace meshsim
