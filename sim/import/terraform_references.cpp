// Follows references through modules. Terraform's configuration has one entry per resource and
// module call; planned values have one per instance of them.
#include "sim/import/terraform_references.hpp"

#include <algorithm>

namespace meshsim {
namespace {

// The parts of an address or reference between dots; dots in an index, ["a.b"], part nothing.
std::vector<std::string_view> parts_of(std::string_view address) {
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  bool in_text = false;
  for (std::size_t i = 0; i <= address.size(); ++i) {
    if (i < address.size() && address[i] == '"') in_text = !in_text;
    if (i < address.size() && (address[i] != '.' || in_text)) continue;
    parts.push_back(address.substr(start, i - start));
    start = i + 1;
  }
  return parts;
}

std::string_view without_index(std::string_view part) { return part.substr(0, part.find('[')); }

std::string_view index_of(std::string_view part) {
  const std::size_t bracket = part.find('[');
  return bracket == std::string_view::npos ? std::string_view{} : part.substr(bracket);
}

const Node* at(const Node* node, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    if (node == nullptr) return nullptr;
    node = node->find(key);
  }
  return node;
}

const Node* module_of(const Node* configuration, std::string_view call) {
  return at(configuration, {"module_calls", call, "module"});
}

}  // namespace

const Node* TerraformReferences::expressions_of(std::string_view address,
                                                TerraformScope& scope) const {
  scope.modules = {{root_, "", ""}};
  const auto parts = parts_of(address);
  std::size_t i = 0;
  for (; i + 1 < parts.size() && parts[i] == "module"; i += 2) {
    const std::string_view call = without_index(parts[i + 1]);
    scope.modules.push_back(
        {module_of(scope.modules.back().configuration, call),
         scope.modules.back().address + "module." + std::string{parts[i + 1]} + ".",
         std::string{call}});
  }
  if (i < parts.size() && parts[i] == "data") ++i;
  if (i + 1 >= parts.size()) return nullptr;
  scope.index = index_of(parts[i + 1]);
  const Node* const resources = at(scope.modules.back().configuration, {"resources"});
  if (resources == nullptr) return nullptr;
  for (const Node& one : resources->items) {
    const Node* const type = one.find("type");
    const Node* const name = one.find("name");
    if (type == nullptr || name == nullptr || type->scalar != parts[i]) continue;
    if (name->scalar == without_index(parts[i + 1])) return one.find("expressions");
  }
  return nullptr;
}

// Terraform lists "oci_core_vcn.vcn.id" and "oci_core_vcn.vcn" for one reference; the longer one
// says it all. `by_instance`: the expression uses each.key or count.index.
std::vector<std::string_view> TerraformReferences::references_of(const Node& expression,
                                                                 bool& by_instance) const {
  std::vector<std::string_view> all;
  by_instance = false;
  const Node* const references = expression.find("references");
  if (references == nullptr) return all;
  for (const Node& one : references->items) {
    const std::string_view text = one.scalar;
    if (text.starts_with("each.") || text.starts_with("count.")) {
      by_instance = true;
      continue;
    }
    const bool is_part =
        std::any_of(references->items.begin(), references->items.end(), [&](const Node& other) {
          const std::string_view longer = other.scalar;
          return longer.size() > text.size() && longer.starts_with(text) &&
                 (longer[text.size()] == '.' || longer[text.size()] == '[');
        });
    if (!is_part) all.push_back(text);
  }
  return all;
}

std::optional<std::string> TerraformReferences::resolve(const Node& expression,
                                                        const TerraformScope& scope) const {
  bool by_instance = false;
  const auto references = references_of(expression, by_instance);
  if (references.size() != 1) return std::nullopt;
  return follow(references.front(), by_instance, scope);
}

std::optional<std::vector<std::string>> TerraformReferences::resolve_list(
    const Node& expression, const TerraformScope& scope) const {
  bool by_instance = false;
  std::vector<std::string> ids;
  for (const std::string_view reference : references_of(expression, by_instance)) {
    auto id = follow(reference, by_instance, scope);
    if (!id) return std::nullopt;
    ids.push_back(std::move(*id));
  }
  if (ids.empty()) return std::nullopt;
  return ids;
}

std::optional<std::string> TerraformReferences::follow(std::string_view reference, bool by_instance,
                                                       const TerraformScope& scope) const {
  const auto parts = parts_of(reference);
  if (parts.size() < 2) return std::nullopt;
  if (parts[0] == "var") return variable(without_index(parts[1]), scope);
  if (parts[0] == "module") {
    return parts.size() < 3 ? std::nullopt : output(parts[1], without_index(parts[2]), scope);
  }
  if (parts[0] == "local" || parts[0] == "path" || parts[0] == "terraform") return std::nullopt;
  const std::size_t skip = parts[0] == "data" ? 1 : 0;
  if (parts.size() < skip + 2) return std::nullopt;
  std::string name = skip == 1 ? "data." : "";
  name += std::string{parts[skip]} + "." + std::string{parts[skip + 1]};
  return resource(name, parts.size() > skip + 2 ? without_index(parts[skip + 2]) : "id",
                  by_instance, scope);
}

std::optional<std::string> TerraformReferences::variable(std::string_view name,
                                                         const TerraformScope& scope) const {
  if (scope.modules.size() < 2) return std::nullopt;
  TerraformScope outside = scope;
  outside.modules.pop_back();
  outside.index.clear();
  const Node* const expression =
      at(outside.modules.back().configuration,
         {"module_calls", scope.modules.back().call, "expressions", name});
  return expression == nullptr ? std::nullopt : resolve(*expression, outside);
}

std::optional<std::string> TerraformReferences::output(std::string_view call, std::string_view name,
                                                       const TerraformScope& scope) const {
  const std::string own = scope.modules.back().address + "module." + std::string{call};
  const auto found = instances(own);
  if (found.size() != 1) return std::nullopt;
  TerraformScope inside = scope;
  inside.index.clear();
  inside.modules.push_back({module_of(scope.modules.back().configuration, without_index(call)),
                            found.front() + ".", std::string{without_index(call)}});
  const Node* const expression =
      at(inside.modules.back().configuration, {"outputs", name, "expression"});
  return expression == nullptr ? std::nullopt : resolve(*expression, inside);
}

std::optional<std::string> TerraformReferences::resource(const std::string& name,
                                                         std::string_view attribute,
                                                         bool by_instance,
                                                         const TerraformScope& scope) const {
  const std::string own = scope.modules.back().address + name;
  const auto found = instances(own);
  const std::string same = own + scope.index;
  const bool has_same = std::find(found.begin(), found.end(), same) != found.end();
  std::string address;
  if (found.size() == 1) {
    address = found.front();
  } else if (by_instance && has_same) {
    address = same;
  } else {
    return std::nullopt;
  }
  const std::string& id = ids_.at(address);
  return attribute == "id" ? id : id + "#" + std::string{attribute};
}

std::vector<std::string> TerraformReferences::instances(const std::string& name) const {
  std::vector<std::string> found;
  for (auto at = ids_.lower_bound(name); at != ids_.end() && at->first.starts_with(name); ++at) {
    const std::string_view rest = std::string_view{at->first}.substr(name.size());
    const std::size_t length = rest.starts_with('[') ? rest.find(']') + 1 : 0;
    const bool ends_here = rest.size() == length || rest[length] == '.';
    const std::string instance = name + std::string{rest.substr(0, length)};
    if (ends_here && (found.empty() || found.back() != instance)) found.push_back(instance);
  }
  return found;
}

}  // namespace meshsim
