// Sorts files by what is in them and makes one plan of all.
#include "sim/scenario/input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include "sim/import/dump_topology.hpp"
#include "sim/import/terraform_state.hpp"
#include "sim/scenario/load.hpp"
#include "sim/topology/load.hpp"

namespace meshsim {
namespace {

enum class FileKind : std::uint8_t { Scenario, Topology, Terraform, Manifests };

struct InputFile {
  std::string path;
  std::string cluster;  // by the prefix of the name, else by what is in it
  FileKind kind = FileKind::Manifests;
  std::vector<Node> documents;
};

std::string_view text_at(const Node& node, std::string_view path) {
  const Node* const found = find_path(node, path);
  return found == nullptr ? std::string_view{} : std::string_view{found->scalar};
}

FileKind kind_of(const Node& document) {
  if (looks_like_terraform(document)) return FileKind::Terraform;
  if (text_at(document, "apiVersion").starts_with("meshsim.dev/")) {
    return text_at(document, "kind") == "Scenario" ? FileKind::Scenario : FileKind::Topology;
  }
  return FileKind::Manifests;
}

constexpr const char* kTerraformSource =
    "is Terraform's source; give what Terraform makes of it: terraform show -json > state.json";

// What a dump or Helm values say about the cluster they are of.
struct Owner {
  std::string_view name;
  std::vector<Ipv4> nodes;
};

void look_for_owner(const Node& document, Owner& owner) {
  if (looks_like_helm_values(document)) {
    owner.name = text_at(document, "cluster.name");
    return;
  }
  if (const Node* const items = document.find("items")) {
    for (const Node& item : items->items) look_for_owner(item, owner);
    return;
  }
  const std::string_view kind = text_at(document, "kind");
  if (kind == "ConfigMap" && text_at(document, "metadata.name") == "cilium-config") {
    if (owner.name.empty()) owner.name = text_at(document, "data.cluster-name");
  }
  const Node* const addresses = kind == "Node" ? find_path(document, "status.addresses") : nullptr;
  if (addresses == nullptr) return;
  for (const Node& one : addresses->items) {
    if (text_at(one, "type") != "InternalIP") continue;
    if (const auto address = parse_ipv4(text_at(one, "address"))) owner.nodes.push_back(*address);
  }
}

// The cluster whose VCN holds the nodes; nullptr if none or several could be.
const Cluster* cluster_with(const Topology& topology, const std::vector<Ipv4>& nodes) {
  const Cluster* found = nullptr;
  for (const Cluster& cluster : topology.clusters) {
    const Vcn* const vcn = find_named(topology.vcns, cluster.vcn);
    if (vcn == nullptr || nodes.empty()) continue;
    const bool holds_all = std::all_of(nodes.begin(), nodes.end(), [&](Ipv4 node) {
      return std::any_of(vcn->cidrs.begin(), vcn->cidrs.end(),
                         [&](const Prefix& cidr) { return cidr.contains(node); });
    });
    if (!holds_all) continue;
    if (found != nullptr) return nullptr;
    found = &cluster;
  }
  return found;
}

class InputLoader {
 public:
  InputLoader(Sources& sources, Diagnostics& diagnostics, const std::string& installed_topologies,
              ValidateFor use)
      : sources_(sources),
        diagnostics_(diagnostics),
        installed_topologies_(installed_topologies),
        use_(use) {}

  std::optional<Plan> load(std::span<const std::string> names) {
    for (const std::string& name : names) add_file(name);
    if (!diagnostics_.ok()) return std::nullopt;
    Scenario scenario;
    if (!load_base(scenario)) return std::nullopt;
    for (const InputFile& file : files_) {
      if (file.kind == FileKind::Manifests) add_manifests(scenario, file);
    }
    if (!diagnostics_.ok()) return std::nullopt;
    return make_plan(std::move(scenario), sources_, diagnostics_, PlanFor::Look);
  }

  std::optional<ImportedTopology> network(std::span<const std::string> names, NetworkOf of,
                                          const std::string& cluster) {
    for (const std::string& name : names) add_file(name);
    if (!diagnostics_.ok()) return std::nullopt;
    for (InputFile& file : files_) {
      if (file.cluster.empty()) file.cluster = cluster;
      const bool is_dump = file.kind == FileKind::Manifests && shows_nodes(file);
      if (of == NetworkOf::Kubectl ? is_dump : file.kind == FileKind::Terraform) continue;
      diagnostics_.error(start_of(file), "", not_that(of, file));
    }
    if (!diagnostics_.ok()) return std::nullopt;
    const std::size_t errors = diagnostics_.errors();
    ImportedTopology imported = of == NetworkOf::Kubectl ? network_of_dumps() : network_of_states();
    if (diagnostics_.errors() != errors) return std::nullopt;
    return imported;
  }

 private:
  void add_file(const std::string& name) {
    InputFile file;
    const std::size_t equals = name.find('=');
    const bool has_prefix =
        equals != std::string::npos && cluster_name_problem(name.substr(0, equals)).empty();
    file.path = has_prefix ? name.substr(equals + 1) : name;
    file.cluster = has_prefix ? name.substr(0, equals) : std::string{};
    file.documents = read_yaml_file(file.path, sources_, diagnostics_);
    if (file.documents.empty()) return;  // reported
    file.kind = kind_of(file.documents.front());
    if (has_prefix && file.kind != FileKind::Manifests) {
      diagnostics_.error(start_of(file), "",
                         fmt::format("is of all clusters; name it without '{}='", file.cluster));
    }
    files_.push_back(std::move(file));
  }

  static Pos start_of(const InputFile& file) { return file.documents.front().pos; }

  static bool shows_nodes(const InputFile& file) {
    Owner owner;
    for (const Node& document : file.documents) look_for_owner(document, owner);
    return !owner.nodes.empty();
  }

  static std::string not_that(NetworkOf of, const InputFile& file) {
    if (file.path.ends_with(".tf")) return kTerraformSource;
    return of == NetworkOf::Terraform ? "is no output of terraform show -json"
                                      : "is no dump with Nodes in it; write one: kubectl get "
                                        "nodes,services,configmaps,pods -A -o json";
  }

  // The file that says what the network is, of several Terraform states the first; nullptr if there
  // is none, and if there is more than one, which is reported.
  const InputFile* base_file() {
    const InputFile* base = nullptr;
    for (const InputFile& file : files_) {
      if (file.kind == FileKind::Manifests) continue;
      const bool adds_up =
          file.kind == FileKind::Terraform && base != nullptr && base->kind == FileKind::Terraform;
      if (base != nullptr && !adds_up) {
        diagnostics_.error(start_of(file), "",
                           fmt::format("a second topology; the first one is '{}'", base->path));
        return nullptr;
      }
      if (base == nullptr) base = &file;
    }
    return base;
  }

  // Nothing but dumps: they show a part of the network themselves.
  std::optional<ImportedTopology> network_without_base() {
    if (std::any_of(files_.begin(), files_.end(), shows_nodes)) return network_of_dumps();
    const bool is_source = !files_.empty() && files_.front().path.ends_with(".tf");
    diagnostics_.error(files_.empty() ? Pos{} : start_of(files_.front()), "",
                       is_source ? kTerraformSource
                                 : "nothing here says what the network is; add a topology, a "
                                   "scenario, or the output of terraform show -json");
    return std::nullopt;
  }

  // The topology, and the scenario if there is one.
  bool load_base(Scenario& scenario) {
    const InputFile* const base = base_file();
    if (!diagnostics_.ok()) return false;
    if (base != nullptr && base->kind == FileKind::Scenario) {
      auto loaded = load_scenario(base->path, sources_, diagnostics_, installed_topologies_, use_);
      if (loaded) scenario = std::move(*loaded);
      return loaded.has_value();
    }
    auto network = base == nullptr ? network_without_base() : network_of(*base);
    if (!network || !diagnostics_.ok()) return false;
    scenario.name = network->topology.name;
    scenario.pos = network->topology.pos;
    scenario.topology = std::move(network->topology);
    scenario.unknowns = std::move(network->unknowns);
    return true;
  }

  std::optional<ImportedTopology> network_of(const InputFile& base) {
    if (base.kind == FileKind::Terraform) return network_of_states();
    auto loaded = load_topology(base.path, sources_, diagnostics_, {}, use_);
    if (!loaded) return std::nullopt;
    return ImportedTopology{std::move(*loaded), {}, {}};
  }

  ImportedTopology network_of_states() {
    std::vector<Node> documents;
    for (InputFile& file : files_) {
      if (file.kind == FileKind::Terraform) documents.push_back(std::move(file.documents.front()));
    }
    return read_terraform(documents, sources_, diagnostics_, use_);
  }

  // One cluster per name; the files of one name are one dump.
  ImportedTopology network_of_dumps() {
    std::map<std::string, std::vector<Node>> documents;
    for (const InputFile& file : files_) {
      Owner owner;
      for (const Node& document : file.documents) look_for_owner(document, owner);
      const std::string name = file.cluster.empty() ? std::string{owner.name} : file.cluster;
      if (name.empty()) {
        diagnostics_.error(start_of(file), "",
                           fmt::format("nothing in this file says which cluster it is of; write "
                                       "CLUSTER={}",
                                       file.path));
        continue;
      }
      if (looks_like_helm_values(file.documents.front())) continue;
      auto& list = documents[name];
      list.insert(list.end(), file.documents.begin(), file.documents.end());
    }
    std::vector<ClusterDump> dumps;
    for (const auto& [name, list] : documents) {
      dumps.push_back({name, read_manifests(list, diagnostics_), list.front().pos});
    }
    return topology_of_dumps(dumps, diagnostics_);
  }

  void add_manifests(Scenario& scenario, const InputFile& file) {
    const Cluster* const cluster = owner_of(scenario.topology, file);
    if (cluster == nullptr) return;
    ApplyStep step;
    step.cluster = cluster->name;
    step.files = {{file.path, {}}};
    step.pos = start_of(file);
    const auto later = std::find_if(scenario.steps.begin(), scenario.steps.end(),
                                    [](const ApplyStep& one) { return one.at > Duration{}; });
    scenario.steps.insert(later, std::move(step));
  }

  const Cluster* owner_of(const Topology& topology, const InputFile& file) {
    Owner owner;
    for (const Node& document : file.documents) look_for_owner(document, owner);
    const std::string name{file.cluster.empty() ? owner.name : std::string_view{file.cluster}};
    if (const Cluster* const named = find_named(topology.clusters, name)) return named;
    if (const Cluster* const holding = cluster_with(topology, owner.nodes)) return holding;
    if (name.empty() && owner.nodes.empty() && topology.clusters.size() == 1) {
      return &topology.clusters.front();
    }
    std::string list;
    for (const Cluster& one : topology.clusters) list += (list.empty() ? "" : ", ") + one.name;
    diagnostics_.error(
        start_of(file), "",
        name.empty()
            ? fmt::format("nothing in this file says which cluster it is of; write CLUSTER={} with "
                          "one of {}",
                          file.path, list)
            : fmt::format("is of cluster '{}', which the topology does not have; it has: {}", name,
                          list));
    return nullptr;
  }

  Sources& sources_;
  Diagnostics& diagnostics_;
  std::string installed_topologies_;
  std::vector<InputFile> files_;
  ValidateFor use_;
};

}  // namespace

std::optional<Plan> load_input(std::span<const std::string> files, Sources& sources,
                               Diagnostics& diagnostics, const std::string& installed_topologies,
                               ValidateFor use) {
  return InputLoader{sources, diagnostics, installed_topologies, use}.load(files);
}

std::optional<ImportedTopology> load_network(std::span<const std::string> files, NetworkOf of,
                                             Sources& sources, Diagnostics& diagnostics,
                                             const std::string& cluster) {
  return InputLoader{sources, diagnostics, {}, ValidateFor::Run}.network(files, of, cluster);
}

}  // namespace meshsim
