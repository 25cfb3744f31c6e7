// One direction of a remote peering connection: the backbone between two DRGs.
// Left out: reroutes of the backbone, per-flow limits of the hosts.
#pragma once

#include "meshsim/kernel/context.hpp"
#include "meshsim/kernel/random.hpp"
#include "models/fabric/packet.hpp"
#include "models/infra/wire.hpp"

namespace meshsim::infra {

// From now on packets meet this delay and loss; those under way keep their arrival.
struct SetLink {
  Duration delay{};
  Duration jitter{};
  Ratio loss{0, 1};
};
// Cuts or heals this direction. Packets that enter a cut link vanish in silence.
struct CutLink {
  bool cut = true;
};

struct WanLinkSpec {
  WireShape shape{};
  std::uint32_t mtu = 9000;  // bytes; source: oci-oke.md section 1.5
  bool peered = true;
  DecisionId decided_by{};  // the peering's line
};

class WanLink final : public Accepts<WanLink, Packet, SetLink, CutLink> {
 public:
  // `random` decides loss and jitter; by convention stream(path, "wire").
  WanLink(const WanLinkSpec& spec, RandomStream random)
      : spec_(spec), wire_(spec.shape), random_(random) {}

  Address<Packet> far_end{};  // the attachment of the far DRG

  void on(Context& ctx, const Packet& packet);
  void on(Context& ctx, const SetLink& set);
  void on(Context& ctx, const CutLink& set);

  void archive(Snapshot& snapshot);

 private:
  WanLinkSpec spec_;
  Wire wire_;
  RandomStream random_;
  bool cut_ = false;
};

}  // namespace meshsim::infra
