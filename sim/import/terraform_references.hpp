// What a reference in a Terraform plan leads to: `vcn_id = oci_core_vcn.vcn.id` where the VCN does
// not exist yet and so has no id. Followed are direct references to resources, through variables
// and outputs of modules. Left out: locals and functions of several references, whose values no
// plan shows.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/config/node.hpp"

namespace meshsim {

// Where an expression stands: the modules from the root inwards, and the instance of the resource.
struct TerraformScope {
  struct Module {
    const Node* configuration = nullptr;
    std::string address;  // of the instance: "module.c1[0]."; "" for the root
    std::string call;     // the name by which the module outside calls it
  };
  std::vector<Module> modules;
  std::string index;  // "[0]" or "[\"workers\"]" of the resource; "" if it is the only one
};

class TerraformReferences {
 public:
  // `ids`: of every resource by its address; what is yet to be made has one made up.
  TerraformReferences(const Node& document, std::map<std::string, std::string> ids)
      : root_(find_path(document, "configuration.root_module")), ids_(std::move(ids)) {}

  // The expressions of a resource, and in `scope` where they stand; nullptr if there are none.
  const Node* expressions_of(std::string_view address, TerraformScope& scope) const;

  // The id of the one resource that the expression names, "ID#ATTRIBUTE" for another attribute than
  // its id; nothing if it names none, several, or what only Terraform can work out.
  std::optional<std::string> resolve(const Node& expression, const TerraformScope& scope) const;
  // Of an expression that makes a list: each of the resources; nothing if one cannot be told.
  std::optional<std::vector<std::string>> resolve_list(const Node& expression,
                                                       const TerraformScope& scope) const;

 private:
  std::vector<std::string_view> references_of(const Node& expression, bool& by_instance) const;
  std::optional<std::string> follow(std::string_view reference, bool by_instance,
                                    const TerraformScope& scope) const;
  std::optional<std::string> variable(std::string_view name, const TerraformScope& scope) const;
  std::optional<std::string> output(std::string_view call, std::string_view name,
                                    const TerraformScope& scope) const;
  std::optional<std::string> resource(const std::string& name, std::string_view attribute,
                                      bool by_instance, const TerraformScope& scope) const;
  // The addresses that start with `name` and go on with nothing or an index.
  std::vector<std::string> instances(const std::string& name) const;

  const Node* root_;
  std::map<std::string, std::string> ids_;
};

}  // namespace meshsim
