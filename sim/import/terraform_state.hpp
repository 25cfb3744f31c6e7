// `terraform show -json` as a list of resources: states and plans, modules flattened, with what
// Terraform does not know before it applies. Nothing here knows what a VCN is.
// Source: oci-oke.md section 6.4.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/config/located.hpp"
#include "sim/config/node.hpp"

namespace meshsim {

class TerraformReferences;
struct TerraformScope;

// How what a plan does not know yet is written: expressions that lead to other resources.
struct TerraformExpressions {
  std::shared_ptr<const TerraformReferences> references;
  std::shared_ptr<const TerraformScope> scope;
  const Node* node = nullptr;  // of the block; nullptr if there are none
};

// One resource, data source or nested block of it. Null and "" both mean "not set".
class TerraformBlock {
 public:
  // `unknown`: the same place in `after_unknown` of a plan; nullptr if nothing is unknown.
  TerraformBlock(const Node* values, const Node* unknown, Pos pos)
      : values_(values), unknown_(unknown), pos_(pos) {}

  // The value of an attribute; without a place if it is not set, or not known yet. An id that is
  // not known yet is what its reference leads to.
  Located<std::string> text(std::string_view key) const;
  std::vector<Located<std::string>> texts(std::string_view key) const;
  // Numbers may stand in quotes; a fraction is rounded.
  Located<std::uint32_t> number(std::string_view key) const;
  Located<bool> flag(std::string_view key) const;
  std::vector<TerraformBlock> blocks(std::string_view key) const;
  // The first block of the name, or an empty one: Terraform writes single blocks as lists.
  TerraformBlock block(std::string_view key) const;
  // The value of a key of a mapping of texts (tags), or empty.
  std::string tag(std::string_view map, std::string_view key) const;

  // Terraform says that it is known only after apply, and no reference tells it.
  bool is_unknown(std::string_view key) const;
  // Where the attribute stands, or would have to.
  Pos pos_of(std::string_view key) const;
  Pos pos() const { return pos_; }
  // For a plan: how the block is written.
  void set_expressions(TerraformExpressions expressions) { expressions_ = std::move(expressions); }

 private:
  const Node* find(std::string_view key) const;
  // Whether Terraform says that it does not know the attribute, or a part of it.
  bool is_computed(std::string_view key) const;
  std::vector<std::string> resolved(std::string_view key) const;

  const Node* values_;
  const Node* unknown_;
  Pos pos_;
  TerraformExpressions expressions_;
};

struct TerraformResource {
  std::string address;  // "module.c1[0].module.vcn[0].oci_core_vcn.vcn"
  std::string type;     // "oci_core_vcn"
  std::string name;     // "vcn"
  std::string index;    // "" if there is one only; the number or text else
  bool is_data = false;
  // Its OCID; of one that is yet to be made its address and file, as references to it resolve.
  std::string id;
  TerraformBlock values;
  Pos pos;  // of the address in the file
};

// Whether a document is output of `terraform show -json`, or Terraform's own state file, which is
// told apart so that read_terraform_state() can say what to do.
bool looks_like_terraform(const Node& document);

// The resources of the provider oracle/oci, in the order of the file; those of others are counted
// in a warning. `document` must outlive what is returned.
std::vector<TerraformResource> read_terraform_state(const Node& document, Diagnostics& diagnostics);

}  // namespace meshsim
