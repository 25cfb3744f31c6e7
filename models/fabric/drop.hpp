// Why a packet ended before its receiver: one closed list, each with its cause and its remedy.
#pragma once

#include <span>
#include <string_view>

#include "meshsim/kernel/context.hpp"
#include "models/fabric/packet.hpp"

namespace meshsim {

enum class DropCode : std::uint8_t {
  VcnNoRoute,
  VcnNoSuchAddress,
  SourceTargetCheck,
  SecurityEgress,
  SecurityIngress,
  NatPrivateTarget,
  DrgNoRoute,
  RpcDown,
  LinkLoss,
  LinkCut,
  MtuExceeded,
  TtlExpired,
  NlbNoListener,
  NlbNoBackend,
  NodePortClosed,
  ServiceNoEndpoint,
  PodUnknown,
  HostUnknown,
  NatTableFull,
  NatNoState,
  ProcessDown,
  LinkQueueFull,
  TrackingTableFull,
  InternetNotModelled,
  GatewayClosed,
  VnicQueueFull,
  OnPremisesNoRoute,
  ServiceNoLocalEndpoint,
  LbHairpin,
};

struct DropCodeRow {
  DropCode code;
  std::string_view name;    // as printed: "drg-no-route"
  std::string_view cause;   // one sentence
  std::string_view remedy;  // one sentence
};

// All codes, in the order of the enumeration.
std::span<const DropCodeRow> drop_codes();
const DropCodeRow& row_of(DropCode code);

// The label of drop records: value is the code, text describes the packet.
inline constexpr std::string_view kDropLabel = "drop";

// Ends the packet: records why and releases its payload. `decided_by` names the line that decided,
// none for a default without a line.
void drop(Context& context, const Packet& packet, DropCode code, DecisionId decided_by = {});

}  // namespace meshsim
