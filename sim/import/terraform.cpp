// Puts the parts of the import together, adds what OCI makes by itself, and says what was not read.
#include "sim/import/terraform.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "sim/import/terraform_build.hpp"
#include "sim/topology/complete.hpp"
#include "sim/topology/drg_defaults.hpp"
#include "sim/topology/regions.hpp"
#include "sim/topology/validate.hpp"

namespace meshsim {
namespace {

constexpr auto kReadTypes = std::to_array<std::string_view>({
    "oci_core_vcn",
    "oci_core_subnet",
    "oci_core_route_table",
    "oci_core_default_route_table",
    "oci_core_security_list",
    "oci_core_default_security_list",
    "oci_core_network_security_group",
    "oci_core_network_security_group_security_rule",
    "oci_core_instance",
    "oci_core_private_ip",
    "oci_core_internet_gateway",
    "oci_core_nat_gateway",
    "oci_core_service_gateway",
    "oci_core_drg",
    "oci_core_drg_attachment",
    "oci_core_drg_attachment_management",
    "oci_core_drg_route_table",
    "oci_core_drg_route_table_route_rule",
    "oci_core_drg_route_distribution",
    "oci_core_drg_route_distribution_statement",
    "oci_core_remote_peering_connection",
    "oci_containerengine_cluster",
    "oci_containerengine_node_pool",
});

// Nothing of the network depends on them. Prefixes: "oci_identity_" stands for all of IAM.
constexpr auto kHarmlessTypes = std::to_array<std::string_view>({
    "oci_identity_",
    "oci_kms_",
    "oci_logging_",
    "oci_ons_",
    "oci_objectstorage_",
    "oci_artifacts_",
    "oci_file_storage_",
    "oci_monitoring_",
    "oci_core_dhcp_options",
    "oci_core_default_dhcp_options",
    "oci_core_image",
    "oci_core_services",
    "oci_core_volume",
    "oci_core_boot_volume",
    "oci_core_public_ip",
    "oci_containerengine_addon",
    "oci_containerengine_cluster_kube_config",
    "oci_containerengine_cluster_option",
    "oci_containerengine_node_pool_option",
    // What Kubernetes made; its Services say the same, and whom it is for.
    "oci_network_load_balancer_network_load_balancers",
    "oci_load_balancer_load_balancers",
});

bool is_read(std::string_view type) {
  return std::find(kReadTypes.begin(), kReadTypes.end(), type) != kReadTypes.end();
}

bool is_harmless(std::string_view type) {
  return std::any_of(kHarmlessTypes.begin(), kHarmlessTypes.end(),
                     [&](std::string_view prefix) { return type.starts_with(prefix); });
}

void warn_of_unread_types(TerraformBuild& build) {
  std::map<std::string_view, std::pair<std::size_t, const TerraformResource*>> unread;
  for (const TerraformResource& resource : build.resources) {
    if (is_harmless(resource.type) || (is_read(resource.type) && !resource.is_data)) continue;
    auto& [count, first] = unread[resource.type];
    if (count++ == 0) first = &resource;
  }
  for (const auto& [type, seen] : unread) {
    build.warn(*seen.second, seen.second->pos,
               fmt::format("{} is not read{}", type,
                           seen.first == 1 ? "" : fmt::format(" ({} of them)", seen.first)));
  }
}

// The part of an OCID between dots: ocid1.<type>.<realm>.[region].<unique>.
std::string_view part_of(std::string_view ocid, int index) {
  if (!ocid.starts_with("ocid1.")) return {};
  for (int i = 0; i < index; ++i) {
    const std::size_t dot = ocid.find('.');
    if (dot == std::string_view::npos) return {};
    ocid.remove_prefix(dot + 1);
  }
  return ocid.substr(0, ocid.find('.'));
}

}  // namespace

std::vector<const TerraformResource*> TerraformBuild::all(std::string_view type) const {
  std::vector<const TerraformResource*> found;
  for (const TerraformResource& resource : resources) {
    if (resource.type == type && !resource.is_data) found.push_back(&resource);
  }
  return found;
}

void TerraformBuild::warn(const TerraformResource& resource, Pos pos, std::string message) {
  diagnostics.warning(pos, resource.address, std::move(message));
}

void TerraformBuild::unknown(Unknown::Of of, std::string name, std::string what, Pos pos,
                             std::string why) {
  out.unknowns.push_back({of, std::move(name), std::move(what), pos, std::move(why)});
}

void TerraformBuild::unknown_attribute(Unknown::Of of, const std::string& name,
                                       const TerraformResource& resource,
                                       const TerraformBlock& block, std::string_view key) {
  unknown(of, name, fmt::format("{} of {}", key, resource.address), block.pos_of(key),
          block.is_unknown(key) ? "known after apply" : "the file does not say it");
}

std::string terraform_name(const TerraformResource& resource) {
  std::string name = resource.values.text("display_name").value;
  if (name.empty()) name = resource.values.text("name").value;
  if (name.empty()) name = resource.index.empty() ? resource.name : resource.index;
  // source: the module terraform-oci-oke appends its state_id to what it names.
  const std::string suffix = "-" + resource.values.tag("freeform_tags", "state_id");
  if (suffix.size() > 1 && name.size() > suffix.size() && name.ends_with(suffix)) {
    name.resize(name.size() - suffix.size());
  }
  return name;
}

std::string region_of_ocid(std::string_view ocid) {
  const std::string_view part = part_of(ocid, 3);
  if (part.empty()) return {};
  std::string key{part};  // old regions stand there by their key: "iad"
  std::transform(key.begin(), key.end(), key.begin(), [](char letter) {
    return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  });
  const KnownRegion* region = find_region(part);
  if (region == nullptr) region = find_region(key);
  return region == nullptr ? std::string{part} : std::string{region->name};
}

std::uint32_t availability_domain_number(std::string_view name) {
  const std::size_t mark = name.rfind("-AD-");
  if (mark == std::string_view::npos || mark + 5 != name.size()) return 0;
  const char digit = name.back();
  return digit >= '1' && digit <= '3' ? static_cast<std::uint32_t>(digit - '0') : 0;
}

std::string_view type_of_ocid(std::string_view ocid) { return part_of(ocid, 1); }

ImportedTopology read_terraform(std::span<const Node> documents, const Sources& sources,
                                Diagnostics& diagnostics, ValidateFor use) {
  TerraformBuild build{.diagnostics = diagnostics};
  std::map<std::string, Pos> seen;
  const std::size_t errors = diagnostics.errors();
  for (const Node& document : documents) {
    for (TerraformResource& resource : read_terraform_state(document, diagnostics)) {
      build.out.addresses.emplace(resource.pos, resource.address);
      // Ids of other kinds, like those of NSG rules, are unique in their owner only.
      const bool is_ocid = resource.id.starts_with("ocid1.") && !resource.is_data;
      const auto [first, is_new] = seen.emplace(resource.id, resource.pos);
      if (!is_new && is_ocid) {
        diagnostics.error(resource.pos, resource.address,
                          fmt::format("'{}' is given twice; first at {}", resource.id,
                                      sources.text(first->second)));
        continue;
      }
      build.resources.push_back(std::move(resource));
    }
  }
  if (diagnostics.errors() != errors) return std::move(build.out);
  Topology& topology = build.out.topology;
  if (!documents.empty()) topology.pos = documents.front().pos;
  warn_of_unread_types(build);
  add_networks(build);
  add_drgs(build);
  add_oke(build);
  add_hosts(build);
  complete_peerings(topology);
  add_drg_defaults(topology);
  add_regions(topology);
  validate(topology, nullptr, "", diagnostics, use);
  return std::move(build.out);
}

}  // namespace meshsim
