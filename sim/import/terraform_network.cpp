// VCNs and what is in them. A rule or route whose far end the files do not hold is left out and
// recorded as unknown of its VCN, so that no answer pretends to know it.
#include <fmt/format.h>

#include <algorithm>

#include "sim/import/terraform_build.hpp"
#include "sim/import/terraform_security.hpp"
#include "sim/topology/regions.hpp"

namespace meshsim {
namespace {

constexpr const char* kDefaultName = "default";

// "all-cdg-services-in-oracle-services-network": the only region that a plan may show.
std::string region_of_service_label(std::string_view label) {
  if (!label.starts_with("all-") || label.size() < 7) return {};
  std::string key{label.substr(4, 3)};
  for (char& letter : key) letter = static_cast<char>(letter - 'a' + 'A');
  const KnownRegion* const region = find_region(key);
  return region == nullptr ? std::string{} : std::string{region->name};
}

// The region of a VCN by what is in it, if its own OCID does not say.
std::string region_by_content(const TerraformBuild& build, const std::string& vcn_id) {
  for (const TerraformResource* table : build.all("oci_core_route_table")) {
    if (table->values.text("vcn_id").value != vcn_id) continue;
    for (const TerraformBlock& rule : table->values.blocks("route_rules")) {
      const std::string region = region_of_service_label(rule.text("destination").value);
      if (!region.empty()) return region;
    }
  }
  return {};
}

std::vector<Prefix> read_cidrs(TerraformBuild& build, const TerraformResource& resource,
                               std::string_view list, std::string_view single) {
  std::vector<Located<std::string>> texts = resource.values.texts(list);
  if (texts.empty()) texts = {resource.values.text(single)};
  std::vector<Prefix> cidrs;
  for (const Located<std::string>& text : texts) {
    if (!text) continue;
    if (const auto cidr = parse_prefix(text.value)) {
      cidrs.push_back(*cidr);
    } else {
      build.diagnostics.error(text.pos, resource.address,
                              fmt::format("'{}' is no IPv4 prefix", text.value));
    }
  }
  return cidrs;
}

void add_vcns(TerraformBuild& build) {
  Topology& topology = build.out.topology;
  for (const TerraformResource* resource : build.all("oci_core_vcn")) {
    Vcn vcn;
    vcn.name = free_name(topology.vcns, terraform_name(*resource));
    vcn.region = region_of_ocid(resource->id);
    if (vcn.region.empty()) vcn.region = region_by_content(build, resource->id);
    if (vcn.region.empty()) {
      build.unknown_attribute(Unknown::Of::Vcn, vcn.name, *resource, resource->values, "id");
    }
    vcn.cidrs = read_cidrs(build, *resource, "cidr_blocks", "cidr_block");
    if (vcn.cidrs.empty()) {
      build.unknown_attribute(Unknown::Of::Vcn, vcn.name, *resource, resource->values,
                              "cidr_blocks");
    }
    vcn.pos = resource->pos;
    build.vcns[resource->id] = {topology.vcns.size(), vcn.name};
    topology.vcns.push_back(std::move(vcn));
  }
}

// The VCN that an attribute of the resource names; nullptr, and recorded, if there is none.
Vcn* vcn_of(TerraformBuild& build, const TerraformResource& resource, std::size_t& index) {
  const Located<std::string> id = resource.values.text("vcn_id");
  const auto found = build.vcns.find(id.value);
  if (found == build.vcns.end()) {
    build.unknown(Unknown::Of::Whole, "", fmt::format("vcn_id of {}", resource.address),
                  id ? id.pos : resource.pos,
                  id ? fmt::format("'{}' is in none of the files", id.value)
                     : "the VCN is not known before apply");
    return nullptr;
  }
  index = found->second.owner;
  return &build.out.topology.vcns[index];
}

// --- gateways

// Those that are closed; an open one needs no entry.
void add_gateways(TerraformBuild& build) {
  struct Kind {
    const char* type;
    GatewayKind kind;
    const char* attribute;
    bool closed_if;
  };
  for (const Kind& kind :
       {Kind{"oci_core_internet_gateway", GatewayKind::Internet, "enabled", false},
        Kind{"oci_core_nat_gateway", GatewayKind::Nat, "block_traffic", true},
        Kind{"oci_core_service_gateway", GatewayKind::Service, "block_traffic", true}}) {
    for (const TerraformResource* resource : build.all(kind.type)) {
      const Located<bool> flag = resource->values.flag(kind.attribute);
      if (!flag || flag.value != kind.closed_if) continue;
      std::size_t index = 0;
      Vcn* const vcn = vcn_of(build, *resource, index);
      if (vcn != nullptr) vcn->gateways.push_back({kind.kind, false, flag.pos});
    }
  }
}

// --- route tables

// The address of a VNIC that a route may lead to, or none.
std::optional<Ipv4> private_ip(const TerraformBuild& build, std::string_view id) {
  for (const TerraformResource& resource : build.resources) {
    if (resource.type != "oci_core_private_ip" || resource.id != id) continue;
    return parse_ipv4(resource.values.text("ip_address").value);
  }
  return std::nullopt;
}

std::optional<GatewayKind> kind_of_gateway(std::string_view type) {
  if (type == "internetgateway") return GatewayKind::Internet;
  if (type == "natgateway") return GatewayKind::Nat;
  if (type == "servicegateway") return GatewayKind::Service;
  if (type == "drg") return GatewayKind::Drg;
  return std::nullopt;
}

// A gateway that a plan will make has no OCID yet; its type says the same.
std::string_view gateway_type(const TerraformBuild& build, std::string_view id) {
  const auto named = type_of_ocid(id);
  if (!named.empty()) return named;
  for (const TerraformResource& resource : build.resources) {
    if (resource.id != id) continue;
    if (resource.type == "oci_core_internet_gateway") return "internetgateway";
    if (resource.type == "oci_core_nat_gateway") return "natgateway";
    if (resource.type == "oci_core_service_gateway") return "servicegateway";
    if (resource.type == "oci_core_drg") return "drg";
  }
  return {};
}

// Reads the destination of a rule; nothing if it is one that IPv4 packets never have.
std::optional<Prefix> read_destination(TerraformBuild& build, const TerraformResource& resource,
                                       const Located<std::string>& text, std::string_view type) {
  if (type == "SERVICE_CIDR_BLOCK") return kOracleServices;
  if (text.value.find(':') != std::string::npos) {
    build.warn(resource, text.pos, fmt::format("'{}': IPv6 is not modelled", text.value));
    return std::nullopt;
  }
  const auto prefix = parse_prefix(text.value);
  if (!prefix) {
    build.diagnostics.error(text.pos, resource.address,
                            fmt::format("'{}' is no IPv4 prefix", text.value));
  }
  return prefix;
}

std::optional<RouteRule> read_route_rule(TerraformBuild& build, const TerraformResource& resource,
                                         const TerraformBlock& block, const Vcn& vcn) {
  Located<std::string> destination = block.text("destination");
  if (!destination) destination = block.text("cidr_block");  // its name of old
  const Located<std::string> entity = block.text("network_entity_id");
  if (!destination || !entity) {
    build.unknown_attribute(Unknown::Of::Vcn, vcn.name, resource, block,
                            destination ? "network_entity_id" : "destination");
    return std::nullopt;
  }
  RouteRule rule;
  const auto prefix =
      read_destination(build, resource, destination, block.text("destination_type").value);
  if (!prefix) return std::nullopt;
  auto gateway = kind_of_gateway(gateway_type(build, entity.value));
  if (const auto next_hop = private_ip(build, entity.value)) {
    gateway = GatewayKind::PrivateIp;
    rule.next_hop = *next_hop;
  }
  if (!gateway) {
    build.unknown(Unknown::Of::Vcn, vcn.name,
                  fmt::format("where route {} of {} leads", destination.value, resource.address),
                  entity.pos, fmt::format("target '{}' is not modelled", entity.value));
    return std::nullopt;
  }
  rule.destination = *prefix;
  rule.gateway = *gateway;
  rule.description = block.text("description").value;
  rule.pos = block.pos();
  return rule;
}

// The id of what a VCN has as default; of a VCN that is yet to be made, what references to it
// resolve to.
std::string default_id(const TerraformResource& vcn, const char* attribute) {
  const std::string id = vcn.values.text(attribute).value;
  return id.empty() && vcn.values.is_unknown(attribute) ? vcn.id + "#" + attribute : id;
}

RouteTable& add_table(TerraformBuild& build, std::size_t index, const std::string& id,
                      const std::string& name, Pos pos) {
  Vcn& vcn = build.out.topology.vcns[index];
  RouteTable table;
  table.name = free_name(vcn.route_tables, name);
  table.pos = pos;
  if (!id.empty()) build.route_tables[id] = {index, table.name};
  vcn.route_tables.push_back(std::move(table));
  return vcn.route_tables.back();
}

void read_routes(TerraformBuild& build, const TerraformResource& resource, std::size_t index,
                 RouteTable& table) {
  const Vcn& vcn = build.out.topology.vcns[index];
  if (resource.values.is_unknown("route_rules")) {
    build.unknown_attribute(Unknown::Of::Vcn, vcn.name, resource, resource.values, "route_rules");
  }
  for (const TerraformBlock& block : resource.values.blocks("route_rules")) {
    if (auto rule = read_route_rule(build, resource, block, vcn)) {
      table.rules.push_back(std::move(*rule));
    }
  }
}

void add_route_tables(TerraformBuild& build) {
  for (const TerraformResource* resource : build.all("oci_core_route_table")) {
    std::size_t index = 0;
    if (vcn_of(build, *resource, index) == nullptr) continue;
    RouteTable& table =
        add_table(build, index, resource->id, terraform_name(*resource), resource->pos);
    read_routes(build, *resource, index, table);
  }
  const auto adopted = build.all("oci_core_default_route_table");
  for (const TerraformResource* vcn : build.all("oci_core_vcn")) {
    const std::string id = default_id(*vcn, "default_route_table_id");
    const auto owner = std::find_if(adopted.begin(), adopted.end(), [&](const auto* resource) {
      const std::string managed = resource->values.text("manage_default_resource_id").value;
      return !managed.empty() && managed == id;
    });
    // A new VCN's own table has no rules.
    const Pos pos = owner == adopted.end() ? vcn->pos : (*owner)->pos;
    const std::size_t index = build.vcns.at(vcn->id).owner;
    RouteTable& table = add_table(build, index, id, kDefaultName, pos);
    if (owner != adopted.end()) read_routes(build, **owner, index, table);
  }
}

// --- security lists and NSGs

void add_group(TerraformObjects& objects, std::vector<SecurityGroup>& groups, std::size_t index,
               const std::string& id, SecurityGroup group) {
  group.name = free_name(groups, group.name);
  if (id.starts_with("ocid1.")) group.ocid = id;
  if (!id.empty()) objects[id] = {index, group.name};
  groups.push_back(std::move(group));
}

void add_security_lists(TerraformBuild& build) {
  for (const TerraformResource* resource : build.all("oci_core_security_list")) {
    std::size_t index = 0;
    Vcn* const vcn = vcn_of(build, *resource, index);
    if (vcn == nullptr) continue;
    SecurityGroup list{terraform_name(*resource), {}, resource->pos};
    list.rules = read_list_rules(build, *resource, *vcn);
    add_group(build.security_lists, vcn->security_lists, index, resource->id, std::move(list));
  }
  const auto adopted = build.all("oci_core_default_security_list");
  for (const TerraformResource* resource : build.all("oci_core_vcn")) {
    const std::string id = default_id(*resource, "default_security_list_id");
    const std::size_t index = build.vcns.at(resource->id).owner;
    Vcn& vcn = build.out.topology.vcns[index];
    SecurityGroup list{kDefaultName, {}, resource->pos};
    const auto owner = std::find_if(adopted.begin(), adopted.end(), [&](const auto* one) {
      const std::string managed = one->values.text("manage_default_resource_id").value;
      return managed.empty() ? one->values.text("vcn_id").value == resource->id : managed == id;
    });
    if (owner == adopted.end()) {
      list.rules = default_list_rules(vcn);
    } else {
      list.pos = (*owner)->pos;
      list.rules = read_list_rules(build, **owner, vcn);
    }
    add_group(build.security_lists, vcn.security_lists, index, id, std::move(list));
  }
}

void add_nsgs(TerraformBuild& build) {
  for (const TerraformResource* resource : build.all("oci_core_network_security_group")) {
    std::size_t index = 0;
    Vcn* const vcn = vcn_of(build, *resource, index);
    if (vcn == nullptr) continue;
    add_group(build.nsgs, vcn->nsgs, index, resource->id,
              {terraform_name(*resource), {}, resource->pos});
  }
  add_nsg_rules(build);
}

// --- subnets

// The name of the object that an attribute points at; empty, and recorded, if it is not there.
std::string name_at(TerraformBuild& build, const TerraformObjects& objects,
                    const TerraformResource& resource, const Located<std::string>& id,
                    const Vcn& vcn, std::string_view key) {
  const auto found = objects.find(id.value);
  if (found != objects.end()) return found->second.name;
  build.unknown(Unknown::Of::Vcn, vcn.name, fmt::format("{} of {}", key, resource.address), id.pos,
                fmt::format("'{}' is in none of the files", id.value));
  return {};
}

void read_tables_of(TerraformBuild& build, const TerraformResource& resource, const Vcn& vcn,
                    Subnet& subnet) {
  const TerraformBlock& values = resource.values;
  const Located<std::string> table = values.text("route_table_id");
  if (table) {
    subnet.route_table = name_at(build, build.route_tables, resource, table, vcn, "route_table_id");
  } else if (values.is_unknown("route_table_id")) {
    build.unknown_attribute(Unknown::Of::Vcn, vcn.name, resource, values, "route_table_id");
  }
  if (subnet.route_table.empty()) subnet.route_table = kDefaultName;
  if (values.is_unknown("security_list_ids")) {
    build.unknown_attribute(Unknown::Of::Vcn, vcn.name, resource, values, "security_list_ids");
  }
  const auto lists = values.texts("security_list_ids");
  for (const Located<std::string>& id : lists) {
    const std::string name =
        name_at(build, build.security_lists, resource, id, vcn, "security_list_ids");
    if (!name.empty()) subnet.security_lists.push_back(name);
  }
  if (lists.empty()) subnet.security_lists = {kDefaultName};
}

void add_subnets(TerraformBuild& build) {
  for (const TerraformResource* resource : build.all("oci_core_subnet")) {
    std::size_t index = 0;
    Vcn* const vcn = vcn_of(build, *resource, index);
    if (vcn == nullptr) continue;
    const auto cidrs = read_cidrs(build, *resource, "ipv4cidr_blocks", "cidr_block");
    if (cidrs.empty()) {
      build.unknown_attribute(Unknown::Of::Vcn, vcn->name, *resource, resource->values,
                              "cidr_block");
      continue;
    }
    Subnet subnet;
    subnet.name = free_name(vcn->subnets, terraform_name(*resource));
    subnet.cidr = cidrs.front();
    if (cidrs.size() > 1) {
      build.warn(*resource, resource->values.pos_of("ipv4cidr_blocks"),
                 fmt::format("a subnet with several CIDRs is not modelled; {} alone is used",
                             to_string(cidrs.front())));
    }
    read_tables_of(build, *resource, *vcn, subnet);
    const auto is_private = resource->values.flag("prohibit_public_ip_on_vnic");
    subnet.is_public = !is_private.value;
    subnet.availability_domain =
        availability_domain_number(resource->values.text("availability_domain").value);
    subnet.pos = resource->pos;
    if (resource->id.starts_with("ocid1.")) subnet.ocid = resource->id;
    build.subnets[resource->id] = {index, subnet.name};
    vcn->subnets.push_back(std::move(subnet));
  }
}

}  // namespace

void add_networks(TerraformBuild& build) {
  add_vcns(build);
  add_gateways(build);
  add_route_tables(build);
  add_nsgs(build);
  add_security_lists(build);
  add_subnets(build);
}

}  // namespace meshsim
