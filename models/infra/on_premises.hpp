// A network outside of OCI behind virtual circuits and IPSec tunnels. It knows what the DRGs
// announce to it, and every address of it answers pings and refuses TCP connections; a datagram has
// arrived there. Source: oci-oke.md sections 1.5 and 2.2. Left out: its own topology, BGP timers.
#pragma once

#include <cstdint>
#include <vector>

#include "meshsim/kernel/context.hpp"
#include "models/fabric/packet.hpp"

namespace meshsim::infra {

struct OnPremisesRoute {
  Prefix prefix{};
  std::uint16_t exit = 0;  // of `exits`
};

struct OnPremisesSpec {
  std::vector<Prefix> prefixes{};
  std::vector<OnPremisesRoute> routes{};  // announced to it; equal ones in the order of preference
  Duration to_drg = 1ms;                  // one way
  DecisionId decided_by{};
};

// Accepts what arrives over a circuit or tunnel.
class OnPremises final : public Accepts<OnPremises, Packet, Outbound> {
 public:
  explicit OnPremises(const OnPremisesSpec& spec) : spec_(spec) {}

  std::vector<Address<Packet>> exits{};  // attachments of DRGs

  void on(Context& ctx, const Packet& packet);
  // From a process in the network.
  void on(Context& ctx, const Outbound& outbound);

  auto state() { return std::tie(); }

 private:
  void answer(Context& ctx, const Packet& packet);

  OnPremisesSpec spec_;
};

}  // namespace meshsim::infra
