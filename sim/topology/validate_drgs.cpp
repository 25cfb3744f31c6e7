// Checks DRGs: what is attached, which tables it uses, what the tables hold, and peerings.
// Source: oci-oke.md sections 2.1 to 2.6.
#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "sim/topology/drg_defaults.hpp"
#include "sim/topology/oci_limits.hpp"
#include "sim/topology/regions.hpp"
#include "sim/topology/routes.hpp"
#include "sim/topology/validation_report.hpp"

namespace meshsim {
namespace {

using Type = DrgAttachment::Type;

// source: oci-oke.md section 2.6; fixed.
constexpr std::ptrdiff_t kRpcsPerTable = 300;

class DrgValidation : private ValidationReport {
 public:
  explicit DrgValidation(const ValidationReport& report) : ValidationReport(report) {
    for (const Rpc& rpc : topology_.rpcs) rpc_names_.insert(rpc.name);
  }

  void run() {
    unique_names(topology_.drgs, "drgs");
    unique_names(topology_.rpcs, "rpcs");
    unique_names(topology_.on_premises, "on_premises");
    for (std::size_t i = 0; i < topology_.drgs.size(); ++i) check_drg(topology_.drgs[i], i);
    for (std::size_t i = 0; i < topology_.rpcs.size(); ++i) check_rpc(topology_.rpcs[i], i);
  }

 private:
  void check_drg(const Drg& drg, std::size_t index) {
    const std::string path = fmt::format("drgs[{}]", index);
    if (stands(path)) check_region(drg.region, path + ".region", drg.pos);
    unique_names(drg.attachments, path + ".attachments");
    unique_names(drg.route_tables, path + ".route_tables");
    for (std::size_t i = 0; i < drg.attachments.size(); ++i) {
      check_attachment(drg, drg.attachments[i], fmt::format("{}.attachments[{}]", path, i));
    }
    for (std::size_t i = 0; i < drg.route_tables.size(); ++i) {
      check_table(drg, drg.route_tables[i], fmt::format("{}.route_tables[{}]", path, i));
    }
    if (is_run_) check_limits(drg, path);
  }

  void check_limits(const Drg& drg, const std::string& path) {
    if (drg.route_tables.size() > kTablesPerDrg) {
      error(path + ".route_tables", drg.pos,
            fmt::format("{} route tables; a DRG has {} at most", drg.route_tables.size(),
                        kTablesPerDrg));
    }
    const auto count = [&](auto&& is_one) {
      return std::count_if(drg.attachments.begin(), drg.attachments.end(), is_one);
    };
    const auto vcns = count([](const DrgAttachment& one) { return one.type == Type::Vcn; });
    if (std::cmp_greater(vcns, kVcnsPerDrg)) {
      warn(drg.pos, path + ".attachments",
           fmt::format("{} VCNs at DRG '{}'; OCI's default limit is {}", vcns, drg.name,
                       kVcnsPerDrg));
    }
    for (const DrgRouteTable& table : drg.route_tables) {
      const auto rpcs = count([&](const DrgAttachment& one) {
        return one.type == Type::Rpc && one.route_table == table.name;
      });
      if (rpcs <= kRpcsPerTable) continue;
      error(path + ".attachments", drg.pos,
            fmt::format("{} peerings use route table '{}'; OCI's limit is {}", rpcs, table.name,
                        kRpcsPerTable));
    }
  }

  void check_attachment(const Drg& drg, const DrgAttachment& attachment, const std::string& path) {
    const Pos pos = attachment.pos;
    switch (attachment.type) {
      case Type::Vcn: check_vcn_attachment(attachment, path); break;
      case Type::Rpc:
        if (!rpc_names_.contains(attachment.target)) {
          no_such(topology_.rpcs, attachment.target, path + ".target", pos, "RPC");
        }
        break;
      case Type::VirtualCircuit:
      case Type::IpsecTunnel:
        names_one_of(topology_.on_premises, attachment.target, path + ".target", pos,
                     "on-premises network");
        break;
    }
    if (attachment.type != Type::Vcn && !attachment.ingress_table.empty()) {
      error(path + ".ingress_table", pos, "only a VCN's attachment has one; remove it");
    }
    if (attachment.type == Type::Vcn && !attachment.exports) {
      error(path + ".exports", pos, "VCN attachments never export; remove it");
    }
    if (!names_one_of(drg.route_tables, attachment.route_table, path + ".route_table", pos,
                      "DRG route table")) {
      return;
    }
    const DrgRouteTable& table = *find_named(drg.route_tables, attachment.route_table);
    if (!is_on_premises(attachment.type)) return;
    for (const DrgStaticRule& rule : table.static_rules) {
      const DrgAttachment* const hop = find_named(drg.attachments, rule.attachment);
      if (hop == nullptr || hop->type != Type::Rpc) continue;
      error(path + ".route_table", pos,
            fmt::format("table '{}' has a static rule to a peering; OCI refuses it for circuits "
                        "and tunnels",
                        table.name));
      return;
    }
  }

  void check_vcn_attachment(const DrgAttachment& attachment, const std::string& path) {
    const Pos pos = attachment.pos;
    if (!names_one_of(topology_.vcns, attachment.target, path + ".target", pos, "VCN")) return;
    if (attachment.ingress_table.empty()) return;
    const Vcn& vcn = *find_named(topology_.vcns, attachment.target);
    if (!names_one_of(vcn.route_tables, attachment.ingress_table, path + ".ingress_table", pos,
                      "route table")) {
      return;
    }
    for (const RouteRule& rule : find_named(vcn.route_tables, attachment.ingress_table)->rules) {
      if (rule.gateway == GatewayKind::PrivateIp) continue;
      error(path + ".ingress_table", pos,
            fmt::format("rule {} of table '{}' leads to a gateway; packets from a DRG can only be "
                        "sent on to a private_ip",
                        to_string(rule.destination), attachment.ingress_table));
    }
  }

  void check_table(const Drg& drg, const DrgRouteTable& table, const std::string& path) {
    std::set<std::uint32_t> priorities;
    for (std::size_t i = 0; i < table.imports.size(); ++i) {
      const DistributionStatement& statement = table.imports[i];
      const std::string own = fmt::format("{}.imports[{}]", path, i);
      if (!priorities.insert(statement.priority).second) {
        error(own + ".priority", statement.pos,
              fmt::format("priority {} is taken in this table", statement.priority));
      }
      check_statement(drg, statement, own);
    }
    std::set<Prefix> seen;
    for (std::size_t i = 0; i < table.static_rules.size(); ++i) {
      const DrgStaticRule& rule = table.static_rules[i];
      const std::string own = fmt::format("{}.static_rules[{}]", path, i);
      if (names_one_of(drg.attachments, rule.attachment, own + ".attachment", rule.pos,
                       "attachment") &&
          is_on_premises(find_named(drg.attachments, rule.attachment)->type)) {
        error(own + ".attachment", rule.pos,
              "leads to a circuit or tunnel, whose routes come by BGP only; name a VCN or RPC");
      }
      if (!seen.insert(rule.destination).second) {
        error(own + ".destination", rule.pos,
              fmt::format("'{}' has a static rule already; OCI refuses a second",
                          to_string(rule.destination)));
      }
    }
    for (const auto& [count, limit, what] :
         {std::tuple{table.static_rules.size(), kStaticRulesPerTable, "static rules"},
          std::tuple{table.imports.size(), kStatementsPerTable, "statements"}}) {
      if (count <= limit) continue;
      warn(table.pos, path,
           fmt::format("{} {} in table '{}'; OCI's default limit is {}", count, what, table.name,
                       limit));
    }
  }

  void check_statement(const Drg& drg, const DistributionStatement& statement,
                       const std::string& path) {
    switch (statement.match) {
      case DistributionStatement::Match::All: break;
      case DistributionStatement::Match::AttachmentType:
        if (!is_match_value(statement.value)) {
          error(path + ".value", statement.pos,
                fmt::format("'{}' is no type of attachment; write {}, {}, {} or {}",
                            statement.value, kMatchVcn, kMatchRpc, kMatchCircuit, kMatchTunnel));
        }
        break;
      case DistributionStatement::Match::Attachment:
        names_one_of(drg.attachments, statement.value, path + ".value", statement.pos,
                     "attachment");
        break;
    }
  }

  void check_rpc(const Rpc& rpc, std::size_t index) {
    const std::string path = fmt::format("rpcs[{}]", index);
    if (!rpc.peer_region.empty() && stands(path)) {
      check_region(rpc.peer_region, path + ".peer_region", rpc.pos);
    }
    const bool has_a = names_one_of(topology_.drgs, rpc.drg_a, path + ".drg_a", rpc.pos, "DRG");
    if (rpc.drg_b.empty()) return;  // it has no peer, and so no way to one
    const bool has_b = names_one_of(topology_.drgs, rpc.drg_b, path + ".drg_b", rpc.pos, "DRG");
    if (has_a && rpc.drg_a == rpc.drg_b) {
      error(path + ".drg_b", rpc.pos, "a DRG is not peered with itself; name another one");
    } else if (has_a && has_b && rpc.round_trip == Duration{}) {
      const std::string& a = find_named(topology_.drgs, rpc.drg_a)->region;
      const std::string& b = find_named(topology_.drgs, rpc.drg_b)->region;
      if (find_region(a) == nullptr || find_region(b) == nullptr) return;  // reported
      error(path + ".round_trip", rpc.pos,
            fmt::format("no round trip between {} and {} is known; write one", a, b));
    }
  }

  std::set<std::string_view> rpc_names_;  // a mesh of 255 has 32385 peerings
};

}  // namespace

void validate_drgs(const ValidationReport& report) { DrgValidation{report}.run(); }

}  // namespace meshsim
