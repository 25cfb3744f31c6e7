// One VCN: the distributed virtual router and the security of its VNICs. A packet from a VNIC
// meets, in this order: source check, egress rules, its own subnet, the subnet's route table, then
// a gateway or the ingress rules of the target. Where it goes and which rules count is decided by
// vcn_tables.hpp; here is what needs a memory: tracked flows, VNIC rates, ways back.
// Source: oci-oke.md sections 1.2, 1.3 and 1.6.
#pragma once

#include <cstdint>
#include <vector>

#include "meshsim/kernel/context.hpp"
#include "models/fabric/packet.hpp"
#include "models/infra/connection_tracking.hpp"
#include "models/infra/messages.hpp"
#include "models/infra/return_paths.hpp"
#include "models/infra/vcn_tables.hpp"
#include "models/infra/wire.hpp"

namespace meshsim::infra {

class Vcn final : public Accepts<Vcn, Outbound, FromDrg, Forwarded, FromBalancer> {
 public:
  explicit Vcn(const VcnSpec& spec);

  Address<Packet> drg{};       // our attachment of the DRG, if there is one
  Address<Packet> resolver{};  // at 169.254.169.254
  // Where packets for a VNIC of the spec go.
  void wire(Ipv4 vnic, Address<Packet> port);

  void on(Context& ctx, const Outbound& from);
  void on(Context& ctx, const FromDrg& from);
  void on(Context& ctx, const Forwarded& from);
  void on(Context& ctx, const FromBalancer& from);

  void archive(Snapshot& snapshot) {
    snapshot.fixed(ports_);
    snapshot(return_paths_);
  }

 private:
  // One VNIC, by its place in the tables.
  struct Port {
    Address<Packet> address;
    ConnectionTracking tracking;
    LineRate egress;
    LineRate ingress;
    auto state() { return std::tie(tracking, egress, ingress); }
  };

  void route(Context& ctx, const Packet& packet, std::uint32_t sender, std::uint32_t source);
  void take(Context& ctx, Packet packet, const VcnHop& hop, std::uint32_t sender,
            std::uint32_t source);
  void deliver(Context& ctx, const Packet& packet, std::uint32_t receiver, std::uint32_t sender,
               std::uint32_t source);
  bool passes_out(Context& ctx, const Packet& packet, std::uint32_t port);
  bool passes_in(Context& ctx, const Packet& packet, std::uint32_t port, std::uint32_t source);
  bool admits(Context& ctx, const Packet& packet, Direction direction, std::uint32_t port,
              std::uint32_t far_end);
  bool queues(Context& ctx, const Packet& packet, LineRate& line, std::uint32_t port,
              Duration& wait);

  VcnTables tables_;
  std::vector<Port> ports_{};
  ReturnPaths return_paths_;
};

}  // namespace meshsim::infra
