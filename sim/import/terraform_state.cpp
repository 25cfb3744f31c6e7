// Flattens modules and finds what is unknown before apply; ids that are unknown are followed to
// what they refer to.
#include "sim/import/terraform_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "sim/import/terraform_references.hpp"

namespace meshsim {
namespace {

bool is_set(const Node* node) {
  return node != nullptr && !node->is_null() && !(node->is_scalar() && node->scalar.empty());
}

std::string_view text_of(const Node& node, std::string_view key) {
  const Node* const found = node.find(key);
  return found == nullptr || !found->is_scalar() ? std::string_view{} : found->scalar;
}

// The host in front of it differs by who mirrors the provider.
bool is_oci(std::string_view provider) {
  return provider.ends_with("oracle/oci") || provider.ends_with("hashicorp/oci");
}

class StateReader {
 public:
  StateReader(const Node& document, Diagnostics& diagnostics)
      : document_(document), diagnostics_(diagnostics) {}

  std::vector<TerraformResource> read() {
    if (!check_format()) return {};
    const Node* const planned = document_.find("planned_values");
    const Node* const values = planned != nullptr ? planned : document_.find("values");
    if (values == nullptr || values->find("root_module") == nullptr) {
      error(document_.pos, "holds no resources; has anything been applied?");
      return {};
    }
    collect_changes();
    add_module(*values->find("root_module"), false);
    // A plan keeps data sources where it read them.
    const Node* const prior = find_path(document_, "prior_state.values.root_module");
    if (planned != nullptr && prior != nullptr) add_module(*prior, true);
    report_providers();
    if (planned != nullptr) add_expressions();
    return std::move(resources_);
  }

 private:
  void error(Pos pos, std::string message) { diagnostics_.error(pos, "", std::move(message)); }

  bool check_format() {
    const Node* const version = document_.find("format_version");
    if (version == nullptr) {
      error(document_.pos,
            "is Terraform's own state file; write it in the documented form: terraform show -json "
            "> state.json");
      return false;
    }
    const std::string_view text = version->scalar;
    if (text.starts_with("1.") || text.starts_with("0.")) return true;
    error(version->pos, fmt::format("format_version '{}' is not read; 1.x is, of Terraform 1.x",
                                    version->scalar));
    return false;
  }

  // What a plan does not know, by address.
  void collect_changes() {
    const Node* const changes = document_.find("resource_changes");
    if (changes == nullptr) return;
    for (const Node& change : changes->items) {
      const Node* const unknown = find_path(change, "change.after_unknown");
      if (unknown != nullptr) unknown_[std::string{text_of(change, "address")}] = unknown;
    }
  }

  void add_module(const Node& module, bool only_data) {
    if (const Node* const resources = module.find("resources")) {
      for (const Node& resource : resources->items) add(resource, only_data);
    }
    if (const Node* const children = module.find("child_modules")) {
      for (const Node& child : children->items) add_module(child, only_data);
    }
  }

  void add(const Node& node, bool only_data) {
    const bool is_data = text_of(node, "mode") == "data";
    if (only_data && !is_data) return;
    const Node* const address = node.find("address");
    const Node* const values = node.find("values");
    if (address == nullptr || values == nullptr) {
      return error(node.pos, "a resource without address or values; is the file complete?");
    }
    const std::string_view provider = text_of(node, "provider_name");
    if (!is_oci(provider)) {
      auto& [count, first] = foreign_[std::string{provider}];
      if (count++ == 0) first = address->pos;
      return;
    }
    const auto found = unknown_.find(address->scalar);
    TerraformResource resource{
        address->scalar,
        std::string{text_of(node, "type")},
        std::string{text_of(node, "name")},
        std::string{text_of(node, "index")},
        is_data,
        "",
        {values, found == unknown_.end() ? nullptr : found->second, address->pos},
        address->pos};
    resource.id = resource.values.text("id").value;
    // Two plans may have equal addresses.
    if (resource.id.empty()) resource.id = fmt::format("{}@{}", address->scalar, address->pos.file);
    resources_.push_back(std::move(resource));
  }

  void add_expressions() {
    std::map<std::string, std::string> ids;
    for (const TerraformResource& resource : resources_) ids[resource.address] = resource.id;
    const auto references = std::make_shared<TerraformReferences>(document_, std::move(ids));
    for (TerraformResource& resource : resources_) {
      const auto scope = std::make_shared<TerraformScope>();
      const Node* const node = references->expressions_of(resource.address, *scope);
      if (node != nullptr) resource.values.set_expressions({references, scope, node});
    }
  }

  void report_providers() {
    std::string names;
    for (const auto& [name, seen] : foreign_) {
      names += (names.empty() ? "" : ", ") + name;
      if (resources_.empty()) continue;
      diagnostics_.warning(
          seen.second, "",
          fmt::format("{} of provider '{}' not read; only those of oracle/oci are",
                      seen.first == 1 ? "1 resource" : fmt::format("{} resources", seen.first),
                      name));
    }
    if (!resources_.empty()) return;
    error(document_.pos,
          names.empty() ? std::string{"holds no resources; has anything been applied?"}
                        : fmt::format("holds no resource of provider oracle/oci; it has those of "
                                      "{}",
                                      names));
  }

  const Node& document_;
  Diagnostics& diagnostics_;
  std::map<std::string, const Node*, std::less<>> unknown_;
  std::map<std::string, std::pair<std::size_t, Pos>> foreign_;
  std::vector<TerraformResource> resources_;
};

}  // namespace

const Node* TerraformBlock::find(std::string_view key) const {
  const Node* const node = values_ == nullptr ? nullptr : values_->find(key);
  return is_set(node) ? node : nullptr;
}

Located<std::string> TerraformBlock::text(std::string_view key) const {
  const Node* const node = find(key);
  if (node != nullptr && node->is_scalar()) return {node->scalar, node->pos};
  if (node != nullptr || !is_computed(key)) return {};
  const std::vector<std::string> ids = resolved(key);
  if (ids.size() != 1) return {};
  return {ids.front(), pos_};
}

bool TerraformBlock::is_computed(std::string_view key) const {
  const Node* const node = unknown_ == nullptr ? nullptr : unknown_->find(key);
  const auto is_true = [](const Node& one) { return one.is_scalar() && one.scalar == "true"; };
  if (node == nullptr) return false;
  return is_true(*node) || std::any_of(node->items.begin(), node->items.end(), is_true);
}

// What the references of an attribute lead to; empty if they cannot be told.
std::vector<std::string> TerraformBlock::resolved(std::string_view key) const {
  const Node* const node = expressions_.node == nullptr ? nullptr : expressions_.node->find(key);
  if (node == nullptr || !node->is_mapping()) return {};
  auto ids = expressions_.references->resolve_list(*node, *expressions_.scope);
  return ids ? std::move(*ids) : std::vector<std::string>{};
}

std::vector<Located<std::string>> TerraformBlock::texts(std::string_view key) const {
  std::vector<Located<std::string>> texts;
  const Node* const node = find(key);
  if (is_computed(key)) {
    for (std::string& id : resolved(key)) texts.push_back({std::move(id), pos_of(key)});
    return texts;
  }
  if (node == nullptr) return texts;
  for (const Node& item : node->items) {
    if (item.is_scalar() && !item.scalar.empty()) texts.push_back({item.scalar, item.pos});
  }
  return texts;
}

Located<std::uint32_t> TerraformBlock::number(std::string_view key) const {
  const Located<std::string> text = this->text(key);
  if (!text) return {};
  double value = 0;
  const char* const end = text.value.data() + text.value.size();
  const auto [rest, failed] = std::from_chars(text.value.data(), end, value);
  if (failed != std::errc{} || rest != end || value < 0 || value > 4e9) return {};
  return {static_cast<std::uint32_t>(std::lround(value)), text.pos};
}

Located<bool> TerraformBlock::flag(std::string_view key) const {
  const Located<std::string> text = this->text(key);
  if (!text) return {};
  return {text.value == "true", text.pos};
}

std::vector<TerraformBlock> TerraformBlock::blocks(std::string_view key) const {
  std::vector<TerraformBlock> blocks;
  const Node* const node = find(key);
  if (node == nullptr) return blocks;
  const Node* const unknown = unknown_ == nullptr ? nullptr : unknown_->find(key);
  const Node* const written = expressions_.node == nullptr ? nullptr : expressions_.node->find(key);
  for (std::size_t i = 0; i < node->items.size(); ++i) {
    const Node& item = node->items[i];
    if (!item.is_mapping()) continue;
    const bool has_unknown = unknown != nullptr && i < unknown->items.size();
    blocks.emplace_back(&item, has_unknown ? &unknown->items[i] : nullptr, item.pos);
    // Blocks that a `dynamic` makes are not written one by one.
    if (written == nullptr || written->items.size() != node->items.size()) continue;
    blocks.back().set_expressions(
        {expressions_.references, expressions_.scope, &written->items[i]});
  }
  return blocks;
}

TerraformBlock TerraformBlock::block(std::string_view key) const {
  const std::vector<TerraformBlock> all = blocks(key);
  return all.empty() ? TerraformBlock{nullptr, nullptr, pos_of(key)} : all.front();
}

std::string TerraformBlock::tag(std::string_view map, std::string_view key) const {
  const Node* const node = find(map);
  return node == nullptr ? std::string{} : std::string{text_of(*node, key)};
}

bool TerraformBlock::is_unknown(std::string_view key) const {
  return is_computed(key) && resolved(key).empty();
}

Pos TerraformBlock::pos_of(std::string_view key) const {
  const Node* const node = find(key);
  return node == nullptr ? pos_ : node->pos;
}

bool looks_like_terraform(const Node& document) {
  if (!document.is_mapping()) return false;
  if (document.find("format_version") != nullptr) return true;
  return document.find("terraform_version") != nullptr && document.find("lineage") != nullptr;
}

std::vector<TerraformResource> read_terraform_state(const Node& document,
                                                    Diagnostics& diagnostics) {
  return StateReader{document, diagnostics}.read();
}

}  // namespace meshsim
