// DRGs: attachments, route tables with their import distributions, peerings. What the platform
// makes by itself (RPC attachments, the two default tables) is not in a state; add_drg_defaults()
// makes it. Source: oci-oke.md sections 2.1, 2.2 and 2.5.
#include <fmt/format.h>

#include <algorithm>

#include "sim/import/terraform_build.hpp"
#include "sim/topology/complete.hpp"
#include "sim/topology/drg_defaults.hpp"

namespace meshsim {
namespace {

using Type = DrgAttachment::Type;
using Match = DistributionStatement::Match;

constexpr auto kOfDrg = Unknown::Of::Drg;

std::size_t add_drg(TerraformBuild& build, const std::string& id, const std::string& name,
                    Pos pos) {
  std::vector<Drg>& drgs = build.out.topology.drgs;
  Drg drg;
  drg.name = free_name(drgs, name);
  drg.region = region_of_ocid(id);
  drg.pos = pos;
  build.drgs[id] = {drgs.size(), drg.name};
  drgs.push_back(std::move(drg));
  return drgs.size() - 1;
}

// The DRG of that OCID; one that is in none of the files is made, and its tables are unknown.
// Nothing, and recorded, if the attribute has no value.
std::optional<std::size_t> drg_at(TerraformBuild& build, const TerraformResource& resource,
                                  std::string_view key = "drg_id") {
  const Located<std::string> id = resource.values.text(key);
  if (!id) {
    build.unknown_attribute(Unknown::Of::Whole, "", resource, resource.values, key);
    return std::nullopt;
  }
  const auto found = build.drgs.find(id.value);
  if (found != build.drgs.end()) return found->second.owner;
  const std::string unique = id.value.substr(id.value.rfind('.') + 1);
  const std::size_t index = add_drg(build, id.value, "drg-" + unique, id.pos);
  build.unknown(kOfDrg, build.out.topology.drgs[index].name, "route tables and peerings of the DRG",
                id.pos, fmt::format("'{}' is in none of the files", id.value));
  return index;
}

void add_drg_resources(TerraformBuild& build) {
  for (const TerraformResource* resource : build.all("oci_core_drg")) {
    const std::size_t index =
        add_drg(build, resource->id, terraform_name(*resource), resource->pos);
    const TerraformBlock defaults = resource->values.block("default_drg_route_tables");
    for (const auto& [key, table] :
         {std::pair{"vcn", kVcnTable}, std::pair{"remote_peering_connection", kRpcTable}}) {
      const std::string id = defaults.text(key).value;
      if (!id.empty()) build.drg_tables[id] = {index, table};
    }
  }
}

// --- attachments

// The table of an attachment; empty for the default of its type.
std::string table_of(TerraformBuild& build, const TerraformResource& resource, std::size_t drg) {
  const Located<std::string> id = resource.values.text("drg_route_table_id");
  const auto found = build.drg_tables.find(id.value);
  if (found != build.drg_tables.end()) return found->second.name;
  const std::string& name = build.out.topology.drgs[drg].name;
  if (resource.values.is_unknown("drg_route_table_id")) {
    build.unknown_attribute(kOfDrg, name, resource, resource.values, "drg_route_table_id");
  } else if (id) {
    build.unknown(kOfDrg, name, fmt::format("route table of {}", resource.address), id.pos,
                  fmt::format("'{}' is in none of the files", id.value));
  }
  return {};
}

void attach(TerraformBuild& build, const TerraformResource& resource, std::size_t drg, Type type,
            const std::string& target) {
  Drg& owner = build.out.topology.drgs[drg];
  DrgAttachment attachment;
  attachment.name = free_name(owner.attachments, terraform_name(resource));
  attachment.type = type;
  attachment.target = target;
  attachment.route_table = table_of(build, resource, drg);
  attachment.pos = resource.pos;
  build.drg_attachments[resource.id] = {drg, attachment.name};
  owner.attachments.push_back(std::move(attachment));
}

bool is_attached(const TerraformResource& resource) {
  const std::string state = resource.values.text("state").value;
  return state.empty() || state == "ATTACHED" || state == "ATTACHING";
}

void add_vcn_attachment(TerraformBuild& build, const TerraformResource& resource) {
  const TerraformBlock network = resource.values.block("network_details");
  Located<std::string> id = network.text("id");
  if (!id) id = resource.values.text("vcn_id");  // the form of before DRG version 2
  const auto found = build.vcns.find(id.value);
  const auto drg = drg_at(build, resource);
  if (!drg) return;
  const std::string& name = build.out.topology.drgs[*drg].name;
  if (found == build.vcns.end()) {
    build.unknown(
        kOfDrg, name, fmt::format("what is attached by {}", resource.address),
        id ? id.pos : resource.pos,
        id ? fmt::format("'{}' is in none of the files", id.value) : "not known before apply");
    return;
  }
  Vcn& vcn = build.out.topology.vcns[found->second.owner];
  vcn.drg = name;
  attach(build, resource, *drg, Type::Vcn, vcn.name);
  const Located<std::string> ingress = network.text("route_table_id");
  DrgAttachment& attachment = build.out.topology.drgs[*drg].attachments.back();
  if (network.text("vcn_route_type").value == "VCN_CIDRS") {
    attachment.vcn_routes = VcnRoutes::VcnCidrs;
  }
  if (!ingress) return;
  const auto table = build.route_tables.find(ingress.value);
  if (table != build.route_tables.end()) {
    attachment.ingress_table = table->second.name;
  } else {
    build.unknown(Unknown::Of::Vcn, vcn.name, "where packets from the DRG go inside the VCN",
                  ingress.pos, fmt::format("'{}' is in none of the files", ingress.value));
  }
}

void add_attachments(TerraformBuild& build) {
  for (const TerraformResource* resource : build.all("oci_core_drg_attachment")) {
    const std::string type = resource->values.block("network_details").text("type").value;
    if (!is_attached(*resource)) {
      build.warn(*resource, resource->values.pos_of("state"),
                 fmt::format("is {}: it has no effect", resource->values.text("state").value));
    } else if (type.empty() || type == "VCN") {
      add_vcn_attachment(build, *resource);
    } else if (const auto drg = drg_at(build, *resource)) {
      build.unknown(kOfDrg, build.out.topology.drgs[*drg].name,
                    fmt::format("what is behind {}", resource->address), resource->pos,
                    fmt::format("attachments of type {} are not modelled", type));
    }
  }
}

// Attachments that the platform made and Terraform only changes; peerings must be known.
void add_managed_attachments(TerraformBuild& build) {
  for (const TerraformResource* resource : build.all("oci_core_drg_attachment_management")) {
    const std::string type = resource->values.text("attachment_type").value;
    const Located<std::string> network = resource->values.text("network_id");
    const auto drg = drg_at(build, *resource);
    if (!drg) continue;
    const auto rpc = build.rpcs.find(network.value);
    if (type == "REMOTE_PEERING_CONNECTION" && rpc != build.rpcs.end()) {
      attach(build, *resource, *drg, Type::Rpc, rpc->second.name);
      // source: oci-oke.md section 2.2: the export distribution can only be removed.
      const char* const removed = "remove_export_drg_route_distribution_trigger";
      build.out.topology.drgs[*drg].attachments.back().exports =
          !resource->values.flag(removed).value;
    } else {
      build.unknown(kOfDrg, build.out.topology.drgs[*drg].name,
                    fmt::format("what is behind {}", resource->address), resource->pos,
                    network ? fmt::format("{} '{}' is not known", type, network.value)
                            : "network_id is not known before apply");
    }
  }
}

// --- route tables

// The name by which a statement or static rule calls an attachment, or empty and recorded.
std::string attachment_at(TerraformBuild& build, const TerraformResource& resource,
                          const Located<std::string>& id, std::size_t drg) {
  const auto found = build.drg_attachments.find(id.value);
  if (found != build.drg_attachments.end() && found->second.owner == drg) {
    return found->second.name;
  }
  build.unknown(
      kOfDrg, build.out.topology.drgs[drg].name,
      fmt::format("the attachment that {} names", resource.address), id ? id.pos : resource.pos,
      id ? fmt::format("'{}' is in none of the files", id.value) : "not known before apply");
  return {};
}

std::optional<DistributionStatement> read_statement(TerraformBuild& build,
                                                    const TerraformResource& resource,
                                                    std::size_t drg) {
  DistributionStatement statement;
  statement.priority = resource.values.number("priority").value;
  statement.pos = resource.pos;
  const auto criteria = resource.values.blocks("match_criteria");
  if (criteria.empty()) return statement;
  const std::string match = criteria.front().text("match_type").value;
  if (match == "DRG_ATTACHMENT_TYPE") {
    statement.match = Match::AttachmentType;
    statement.value = criteria.front().text("attachment_type").value;
    if (!is_match_value(statement.value)) {
      build.warn(resource, criteria.front().pos(),
                 fmt::format("attachments of type {} are not modelled", statement.value));
      return std::nullopt;
    }
  } else if (match == "DRG_ATTACHMENT_ID") {
    statement.match = Match::Attachment;
    statement.value =
        attachment_at(build, resource, criteria.front().text("drg_attachment_id"), drg);
    if (statement.value.empty()) return std::nullopt;
  }
  return statement;
}

// The statements of a distribution, by priority.
std::vector<DistributionStatement> statements_of(TerraformBuild& build, const std::string& id,
                                                 std::size_t drg) {
  std::vector<DistributionStatement> statements;
  for (const TerraformResource* resource : build.all("oci_core_drg_route_distribution_statement")) {
    if (resource->values.text("drg_route_distribution_id").value != id) continue;
    auto statement = read_statement(build, *resource, drg);
    if (statement) statements.push_back(std::move(*statement));
  }
  std::stable_sort(statements.begin(), statements.end(),
                   [](const auto& a, const auto& b) { return a.priority < b.priority; });
  return statements;
}

// Names first: attachments refer to tables, and statements to attachments.
void name_tables(TerraformBuild& build) {
  for (const TerraformResource* resource : build.all("oci_core_drg_route_table")) {
    const auto drg = drg_at(build, *resource);
    if (!drg || build.drg_tables.contains(resource->id)) continue;  // an adopted default table
    Drg& owner = build.out.topology.drgs[*drg];
    DrgRouteTable table;
    table.name = free_name(owner.route_tables, terraform_name(*resource));
    table.pos = resource->pos;
    build.drg_tables[resource->id] = {*drg, table.name};
    owner.route_tables.push_back(std::move(table));
  }
}

DrgRouteTable* table_at(TerraformBuild& build, std::string_view id) {
  const auto found = build.drg_tables.find(id);
  if (found == build.drg_tables.end()) return nullptr;
  for (DrgRouteTable& table : build.out.topology.drgs[found->second.owner].route_tables) {
    if (table.name == found->second.name) return &table;
  }
  return nullptr;
}

void fill_tables(TerraformBuild& build) {
  for (const TerraformResource* resource : build.all("oci_core_drg_route_table")) {
    DrgRouteTable* const table = table_at(build, resource->id);
    if (table == nullptr) continue;
    const std::size_t drg = build.drg_tables.at(resource->id).owner;
    const Located<std::string> import = resource->values.text("import_drg_route_distribution_id");
    if (resource->values.is_unknown("import_drg_route_distribution_id")) {
      build.unknown_attribute(kOfDrg, build.out.topology.drgs[drg].name, *resource,
                              resource->values, "import_drg_route_distribution_id");
    }
    if (import) table->imports = statements_of(build, import.value, drg);
    table->ecmp = resource->values.flag("is_ecmp_enabled").value;
  }
  for (const TerraformResource* resource : build.all("oci_core_drg_route_table_route_rule")) {
    DrgRouteTable* const table = table_at(build, resource->values.text("drg_route_table_id").value);
    const Located<std::string> destination = resource->values.text("destination");
    const auto prefix = parse_prefix(destination.value);
    if (table == nullptr || !prefix) {
      build.unknown_attribute(Unknown::Of::Whole, "", *resource, resource->values,
                              table == nullptr ? "drg_route_table_id" : "destination");
      continue;
    }
    const std::size_t drg =
        build.drg_tables.at(resource->values.text("drg_route_table_id").value).owner;
    const std::string attachment =
        attachment_at(build, *resource, resource->values.text("next_hop_drg_attachment_id"), drg);
    if (!attachment.empty()) table->static_rules.push_back({*prefix, attachment, resource->pos});
  }
}

// --- peerings

struct PeeringEnd {
  const TerraformResource* resource;
  std::size_t drg;
  Located<std::string> peer_id;
  std::string status;
};

// What the clusters of the two VCNs are called says more than the names of two DRGs.
std::string short_name(const Topology& topology, std::size_t drg) {
  for (const Vcn& vcn : topology.vcns) {
    if (vcn.drg == topology.drgs[drg].name) return vcn.name;
  }
  return topology.drgs[drg].name;
}

// source: oci-oke.md section 2.5: a state shows the acceptor as NEW until it is refreshed, so one
// end that says PEERED is enough; REVOKED and INVALID are final.
// A plan does not know the status; what it connects will be connected.
PeeringStatus status_of(const PeeringEnd& a, const PeeringEnd& b) {
  const auto either = [&](std::string_view status) {
    return a.status == status || b.status == status;
  };
  if (either("REVOKED")) return PeeringStatus::Revoked;
  if (either("INVALID")) return PeeringStatus::Invalid;
  for (const PeeringEnd* end : {&a, &b}) {
    const bool is_planned = end->peer_id && end->resource->values.is_unknown("peering_status");
    if (end->status == "PEERED" || is_planned) return PeeringStatus::Peered;
  }
  return either("PENDING") ? PeeringStatus::Pending : PeeringStatus::New;
}

void add_peering(TerraformBuild& build, const PeeringEnd& a, const PeeringEnd& b) {
  Topology& topology = build.out.topology;
  const PeeringEnd& asking = a.peer_id ? a : b;
  Rpc rpc;
  rpc.name =
      free_name(topology.rpcs, short_name(topology, a.drg) + "-" + short_name(topology, b.drg));
  rpc.drg_a = topology.drgs[a.peer_id ? a.drg : b.drg].name;
  rpc.drg_b = topology.drgs[a.peer_id ? b.drg : a.drg].name;
  rpc.loss = kRpcLoss;
  rpc.status = status_of(a, b);
  rpc.peer_region = asking.resource->values.text("peer_region_name").value;
  rpc.pos = asking.resource->pos;
  for (const PeeringEnd* end : {&a, &b}) {
    build.rpcs[end->resource->id] = {topology.rpcs.size(), rpc.name};
    const bool is_pending = end->status.empty() || end->status == "PENDING";
    if (rpc.status == PeeringStatus::Peered || !is_pending) continue;
    build.unknown(Unknown::Of::Peering, rpc.name, "whether the peering is connected",
                  end->resource->values.pos_of("peering_status"),
                  end->status.empty() ? "peering_status is known after apply"
                                      : "it was PENDING; refresh the state");
  }
  topology.rpcs.push_back(std::move(rpc));
}

// An end whose other end is in none of the files.
void lone_end(TerraformBuild& build, const PeeringEnd& end) {
  const bool is_connected = end.status == "PEERED" || end.status == "PENDING";
  if (!end.peer_id && !is_connected && !end.resource->values.is_unknown("peer_id")) {
    build.warn(*end.resource, end.resource->pos,
               fmt::format("is connected to nothing{}; set peer_id at one end",
                           end.status.empty() ? "" : " (" + end.status + ")"));
    return;
  }
  build.unknown(kOfDrg, build.out.topology.drgs[end.drg].name,
                fmt::format("the far end of {}", end.resource->address),
                end.peer_id ? end.peer_id.pos : end.resource->pos,
                end.peer_id ? fmt::format("'{}' is in none of the files; add the other region's "
                                          "state",
                                          end.peer_id.value)
                            : "peer_id is not in the file");
}

void add_peerings(TerraformBuild& build) {
  std::vector<PeeringEnd> ends;
  for (const TerraformResource* resource : build.all("oci_core_remote_peering_connection")) {
    const auto drg = drg_at(build, *resource);
    if (!drg) continue;
    ends.push_back({resource, *drg, resource->values.text("peer_id"),
                    resource->values.text("peering_status").value});
    // The region of a DRG that a plan will make.
    std::string& region = build.out.topology.drgs[*drg].region;
    if (region.empty()) region = region_of_ocid(resource->id);
  }
  std::vector<bool> is_done(ends.size(), false);
  for (std::size_t i = 0; i < ends.size(); ++i) {
    for (std::size_t j = i + 1; j < ends.size() && !is_done[i]; ++j) {
      const bool names = ends[i].peer_id.value == ends[j].resource->id ||
                         ends[j].peer_id.value == ends[i].resource->id;
      if (!names || is_done[j]) continue;
      add_peering(build, ends[i], ends[j]);
      is_done[i] = is_done[j] = true;
    }
    if (!is_done[i]) lone_end(build, ends[i]);
  }
}

// A DRG without an OCID is where its VCN is.
void find_regions(TerraformBuild& build) {
  for (Drg& drg : build.out.topology.drgs) {
    for (const Vcn& vcn : build.out.topology.vcns) {
      if (drg.region.empty() && vcn.drg == drg.name) drg.region = vcn.region;
    }
  }
}

}  // namespace

void add_drgs(TerraformBuild& build) {
  add_drg_resources(build);
  name_tables(build);
  add_attachments(build);
  add_peerings(build);
  add_managed_attachments(build);
  fill_tables(build);
  find_regions(build);
}

}  // namespace meshsim
