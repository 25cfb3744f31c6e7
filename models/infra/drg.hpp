// A DRG, one component per attachment: the attachment's route table decides where the packets go
// that enter by it. All attachments of a DRG share its cell. Tables come resolved (imports,
// distances, transitivity are worked out when the world is built); source: oci-oke.md section 2.
#pragma once

#include <cstdint>
#include <vector>

#include "meshsim/kernel/context.hpp"
#include "models/fabric/packet.hpp"
#include "models/infra/messages.hpp"
#include "models/infra/routing.hpp"

namespace meshsim::infra {

struct DrgRoute {
  Prefix prefix{};
  std::uint16_t exit = 0;  // index of the attachment's exits
  DecisionId decided_by{};
};

struct DrgAttachmentSpec {
  // Only those that may be used from here; equal prefixes stand together and share the flows.
  std::vector<DrgRoute> routes{};
  DecisionId no_route{};  // which table lacks the route, and why
  Duration hop = 10us;
  bool shares_flows = false;  // the table has ECMP
  std::uint16_t self = 0;     // index of the exit that leads back
};

// Where a route leads: a VCN, one direction of a remote peering, or an on-premises network.
struct DrgExit {
  Address<FromDrg> vcn{};
  Address<Packet> link{};   // used if there is no vcn
  std::uint32_t mtu = 0;    // bytes; 0: the VCN looks itself
  DecisionId decided_by{};  // whose MTU it is
};

// Accepts what enters by the attachment: from its VCN, or from the far end of its peering.
class DrgAttachment final : public Accepts<DrgAttachment, Packet> {
 public:
  explicit DrgAttachment(const DrgAttachmentSpec& spec) : spec_(spec), index_(spec.routes) {}

  std::vector<DrgExit> exits{};  // filled when the world is wired

  void on(Context& ctx, const Packet& packet);

  auto state() { return std::tie(); }

 private:
  void refuse(Context& ctx, const Packet& packet, const DrgExit& exit);

  DrgAttachmentSpec spec_;
  RouteIndex index_;  // of the routes
};

}  // namespace meshsim::infra
