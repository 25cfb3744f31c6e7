// Rules of security lists and NSGs in Terraform's form: nested blocks of the list there, a resource
// each here.
#pragma once

#include <vector>

#include "sim/import/terraform_build.hpp"

namespace meshsim {

// The rules of an oci_core_security_list or oci_core_default_security_list.
std::vector<SecurityRule> read_list_rules(TerraformBuild& build, const TerraformResource& resource,
                                          const Vcn& vcn);

// The rules of the list that a new VCN has; they stand where the VCN stands.
std::vector<SecurityRule> default_list_rules(const Vcn& vcn);

// Gives every NSG of the topology its rules; all NSGs must be there.
void add_nsg_rules(TerraformBuild& build);

}  // namespace meshsim
