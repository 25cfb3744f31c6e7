// What the parts of the Terraform import share: the topology so far, which of its objects has which
// OCID, and how they say what is unknown. terraform.cpp calls the parts.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/import/terraform.hpp"
#include "sim/import/terraform_state.hpp"

namespace meshsim {

// An object of the topology: `owner` is the index of its VCN, DRG or cluster.
struct TerraformObject {
  std::size_t owner = 0;
  std::string name;
};

// By OCID.
using TerraformObjects = std::map<std::string, TerraformObject, std::less<>>;

struct TerraformBuild {
  std::vector<TerraformResource> resources{};
  Diagnostics& diagnostics;
  ImportedTopology out{};
  TerraformObjects vcns{}, route_tables{}, security_lists{}, nsgs{}, subnets{};
  TerraformObjects drgs{}, drg_tables{}, drg_attachments{}, rpcs{}, clusters{};

  std::vector<const TerraformResource*> all(std::string_view type) const;
  void warn(const TerraformResource& resource, Pos pos, std::string message);
  void unknown(Unknown::Of of, std::string name, std::string what, Pos pos, std::string why);
  // Of an attribute that has no value: whether Terraform will know it, or the file lacks it.
  void unknown_attribute(Unknown::Of of, const std::string& name, const TerraformResource& resource,
                         const TerraformBlock& block, std::string_view key);
};

// What people call it: the display name without the suffix of the OKE module, else the index or the
// name of the resource.
std::string terraform_name(const TerraformResource& resource);

// The name, with a number behind it if the list has it already.
template <class T>
std::string free_name(const std::vector<T>& list, const std::string& wanted) {
  std::string name = wanted;
  for (int number = 2; find_named(list, name) != nullptr; ++number) {
    name = wanted + "-" + std::to_string(number);
  }
  return name;
}

// The region an OCID names, or "" (global objects, and what does not exist yet).
std::string region_of_ocid(std::string_view ocid);

// The type an OCID names ("natgateway"), or "".
std::string_view type_of_ocid(std::string_view ocid);

// The number of an availability domain: 2 of "Xyzz:EU-PARIS-1-AD-2"; 0 if the text is none.
std::uint32_t availability_domain_number(std::string_view name);

// --- the parts, in the order in which they need each other

// VCNs with their gateways, route tables, security lists, NSGs and subnets.
void add_networks(TerraformBuild& build);
// DRGs with their attachments and tables, and the peerings between them.
void add_drgs(TerraformBuild& build);
// OKE clusters and their node pools.
void add_oke(TerraformBuild& build);
// Virtual machines that are not nodes.
void add_hosts(TerraformBuild& build);

}  // namespace meshsim
