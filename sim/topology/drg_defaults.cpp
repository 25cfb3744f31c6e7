// Adds to DRGs what the platform adds.
#include "sim/topology/drg_defaults.hpp"

#include <algorithm>

namespace meshsim {
namespace {

void attach(Drg& drg, DrgAttachment::Type type, const std::string& target, Pos pos) {
  if (find_attachment(drg, type, target) != nullptr) return;
  const char* const prefix = type == DrgAttachment::Type::Vcn ? "vcn-" : "rpc-";
  drg.attachments.push_back({prefix + target, type, target, "", pos});
}

void add_default_table(Drg& drg, const char* name, DistributionStatement statement) {
  if (find_named(drg.route_tables, name) != nullptr) return;
  statement.priority = 1;
  statement.pos = drg.pos;
  DrgRouteTable table;
  table.name = name;
  table.imports = {std::move(statement)};
  table.is_default = true;
  table.pos = drg.pos;
  drg.route_tables.push_back(std::move(table));
}

}  // namespace

const char* match_value(DrgAttachment::Type type) {
  switch (type) {
    case DrgAttachment::Type::Vcn: return kMatchVcn;
    case DrgAttachment::Type::Rpc: return kMatchRpc;
    case DrgAttachment::Type::VirtualCircuit: return kMatchCircuit;
    case DrgAttachment::Type::IpsecTunnel: return kMatchTunnel;
  }
  return kMatchVcn;
}

bool is_match_value(std::string_view value) {
  return value == kMatchVcn || value == kMatchRpc || value == kMatchCircuit ||
         value == kMatchTunnel;
}

const DrgAttachment* find_attachment(const Drg& drg, DrgAttachment::Type type,
                                     std::string_view target) {
  const auto found = std::find_if(drg.attachments.begin(), drg.attachments.end(),
                                  [&](const DrgAttachment& attachment) {
                                    return attachment.type == type && attachment.target == target;
                                  });
  return found == drg.attachments.end() ? nullptr : &*found;
}

void add_drg_defaults(Topology& topology) {
  using Match = DistributionStatement::Match;
  for (Drg& drg : topology.drgs) {
    for (const Vcn& vcn : topology.vcns) {
      if (vcn.drg == drg.name) attach(drg, DrgAttachment::Type::Vcn, vcn.name, vcn.pos);
    }
    for (const Rpc& rpc : topology.rpcs) {
      if (rpc.drg_a == drg.name || rpc.drg_b == drg.name) {
        attach(drg, DrgAttachment::Type::Rpc, rpc.name, rpc.pos);
      }
    }
    add_default_table(drg, kVcnTable, {.match = Match::All, .value = "", .pos = {}});
    add_default_table(drg, kRpcTable,
                      {.match = Match::AttachmentType, .value = kMatchVcn, .pos = {}});
    for (DrgAttachment& attachment : drg.attachments) {
      if (!attachment.route_table.empty()) continue;
      attachment.route_table = attachment.type == DrgAttachment::Type::Vcn ? kVcnTable : kRpcTable;
    }
  }
}

}  // namespace meshsim
