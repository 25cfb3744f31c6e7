// Reads scenarios: the file, its topology, and what one says about the other.
#include "sim/scenario/load.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "sim/config/read_fields.hpp"
#include "sim/config/write_yaml.hpp"
#include "sim/import/terraform.hpp"
#include "sim/import/terraform_state.hpp"
#include "sim/scenario/document.hpp"
#include "sim/topology/load.hpp"

namespace meshsim {
namespace {

namespace fs = std::filesystem;

class ScenarioReader {
 public:
  ScenarioReader(const std::string& path, const std::string& installed_topologies, ValidateFor use,
                 Sources& sources, Diagnostics& diagnostics)
      : folder_(fs::path{path}.parent_path()),
        installed_topologies_(installed_topologies),
        use_(use),
        sources_(sources),
        diagnostics_(diagnostics) {}

  Scenario read(const Node& root) {
    ScenarioDocument document;
    read_fields(root, document, diagnostics_);
    Scenario scenario;
    scenario.name = document.name;
    scenario.description = document.description;
    scenario.seed = document.seed;
    scenario.runs = document.runs;
    scenario.until = document.until;
    scenario.parameters = document.parameters;
    scenario.ignores = document.ignores;
    scenario.pos = document.pos;
    read_topology_of(document, root, scenario);
    for (std::size_t i = 0; i < document.manifests.size(); ++i) {
      const ManifestsSpec& spec = document.manifests[i];
      add_step(scenario, {}, spec.cluster, spec.files, spec.pos, fmt::format("manifests[{}]", i),
               "files");
    }
    for (std::size_t i = 0; i < document.timeline.size(); ++i) {
      const TimelineSpec& spec = document.timeline[i];
      const std::string at = fmt::format("timeline[{}]", i);
      if (spec.at.value > scenario.until) {
        diagnostics_.error(spec.at.pos, at + ".at",
                           fmt::format("is after the end of the run; write until: {} or more",
                                       ScalarText<Duration>::print(spec.at.value)));
      }
      add_step(scenario, spec.at.value, spec.cluster, spec.apply, spec.pos, at, "apply");
    }
    std::stable_sort(scenario.steps.begin(), scenario.steps.end(),
                     [](const ApplyStep& a, const ApplyStep& b) { return a.at < b.at; });
    for (std::size_t i = 0; i < document.expect.size(); ++i) {
      add_expectation(scenario, document.expect[i], fmt::format("expect[{}]", i));
    }
    return scenario;
  }

 private:
  void read_topology_of(const ScenarioDocument& document, const Node& root, Scenario& scenario) {
    if (document.topology.mapping) {
      finish_topology(*document.topology.mapping, *root.find("topology"), diagnostics_, "topology",
                      scenario.topology, use_);
      return;
    }
    if (document.topology.brief.empty()) return;  // missing, and reported as such
    fs::path path = resolved(document.topology.brief);
    std::error_code error;
    if (!fs::exists(path, error) && !installed_topologies_.empty()) {
      const fs::path installed =
          fs::path{installed_topologies_} / fs::path{document.topology.brief}.filename();
      if (fs::exists(installed, error)) path = installed;
    }
    if (path.extension() == ".json" && read_state(path.string(), document.topology.pos, scenario)) {
      return;
    }
    read_topology_file(path.string(), sources_, diagnostics_, document.topology.pos,
                       scenario.topology, use_);
  }

  // Terraform's view of the network instead of ours; false if the file is not that.
  bool read_state(const std::string& path, Pos from, Scenario& scenario) {
    const std::vector<Node> documents = read_yaml_file(path, sources_, diagnostics_, from);
    if (documents.empty() || !looks_like_terraform(documents.front())) return documents.empty();
    ImportedTopology imported = read_terraform(documents, sources_, diagnostics_, use_);
    scenario.topology = std::move(imported.topology);
    scenario.unknowns = std::move(imported.unknowns);
    return true;
  }

  fs::path resolved(const std::string& file) const {
    const fs::path path{file};
    return path.is_absolute() ? path : (folder_ / path).lexically_normal();
  }

  void add_step(Scenario& scenario, Duration at, const Located<std::string>& cluster,
                const std::vector<Located<std::string>>& files, Pos pos, const std::string& path,
                const char* key) {
    check_cluster(scenario.topology, cluster, path + ".cluster");
    ApplyStep step;
    step.at = at;
    step.cluster = cluster.value;
    step.pos = pos;
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (!files[i]) continue;  // of a wrong kind, and reported as such
      ManifestFile file{resolved(files[i].value).string(), files[i].pos};
      check_manifest(file, fmt::format("{}.{}[{}]", path, key, i));
      step.files.push_back(std::move(file));
    }
    scenario.steps.push_back(std::move(step));
  }

  // If no cluster could be read, that has been reported; nothing can be said about names then.
  void check_cluster(const Topology& topology, const Located<std::string>& cluster,
                     const std::string& path) {
    if (!cluster || topology.clusters.empty()) return;
    if (find_named(topology.clusters, cluster.value) != nullptr) return;
    std::vector<std::string_view> names;
    std::string list;
    for (const Cluster& one : topology.clusters) {
      names.push_back(one.name);
      list += (list.empty() ? "" : ", ") + one.name;
    }
    const std::string_view near = nearest(cluster.value, names);
    diagnostics_.error(
        cluster.pos, path,
        near.empty()
            ? fmt::format("the topology has no cluster '{}'; it has: {}", cluster.value, list)
            : fmt::format("the topology has no cluster '{}'; did you mean '{}'?", cluster.value,
                          near));
  }

  void check_manifest(const ManifestFile& file, const std::string& path) {
    std::error_code error;
    const fs::file_status status = fs::status(file.path, error);
    if (status.type() == fs::file_type::not_found) {
      diagnostics_.error(file.pos, path, fmt::format("there is no file '{}'", file.path));
    } else if (fs::is_directory(status)) {
      diagnostics_.error(file.pos, path,
                         fmt::format("'{}' is a directory; name the files in it", file.path));
    } else if (error) {
      diagnostics_.error(file.pos, path,
                         fmt::format("cannot read '{}': {}", file.path, error.message()));
    }
  }

  // "members == 6" as it is; `members: 6` and `join_time.p95: < 5s` are put together.
  void add_expectation(Scenario& scenario, const Node& node, const std::string& path) {
    if (node.is_scalar()) {
      scenario.expect.push_back({node.scalar, node.pos});
      return;
    }
    if (add_written_out(scenario, node, path)) return;
    const bool is_pair = node.is_mapping() && node.entries.size() == 1;
    if (!is_pair || !node.entries[0].value.is_scalar()) {
      diagnostics_.error(node.pos, path,
                         "write one expectation, like 'members == 6' or 'members: 6'");
      return;
    }
    const Entry& entry = node.entries[0];
    const std::string& value = entry.value.scalar;
    const bool has_operator =
        !value.empty() && std::string_view{"<>=!"}.find(value[0]) != std::string_view::npos;
    if (entry.key == "rule") {
      scenario.expect.push_back({"findings[" + value + "] == 0", entry.pos});
    } else if (!entry.value.quoted && value == "true") {
      scenario.expect.push_back({entry.key, entry.pos});
    } else {
      scenario.expect.push_back({entry.key + (has_operator ? " " : " == ") + value, entry.pos});
    }
  }

  // `reachable: {from: ..., to: ..., port: ...}` and `topology: {graph: ..., shape: ...}`, which
  // stand for `reachable[FROM > TO tcp PORT]` and `shape[GRAPH] == SHAPE`; false if it is neither.
  bool add_written_out(Scenario& scenario, const Node& node, const std::string& path) {
    if (!node.is_mapping() || node.entries.size() != 1) return false;
    const Entry& entry = node.entries[0];
    if (!entry.value.is_mapping()) return false;
    const std::string below = path + "." + entry.key;
    if (entry.key == "reachable") {
      ReachableSpec spec;
      read_fields(entry.value, spec, diagnostics_, below);
      std::string text = fmt::format("reachable[{} > {} {}", spec.from, spec.to, spec.proto);
      if (spec.proto != "icmp") text += fmt::format(" {}", spec.port);
      if (!spec.during.empty()) text += " during " + spec.during;
      scenario.expect.push_back({text + "]", entry.pos});
      return true;
    }
    if (entry.key == "topology") {
      ShapeSpec spec;
      read_fields(entry.value, spec, diagnostics_, below);
      scenario.expect.push_back(
          {fmt::format("shape[{}] == {}", spec.graph, spec.shape), entry.pos});
      return true;
    }
    return false;
  }

  fs::path folder_;
  std::string installed_topologies_;
  ValidateFor use_;
  Sources& sources_;
  Diagnostics& diagnostics_;
};

}  // namespace

std::optional<Scenario> load_scenario(const std::string& path, Sources& sources,
                                      Diagnostics& diagnostics,
                                      const std::string& installed_topologies, ValidateFor use) {
  const std::size_t errors = diagnostics.errors();
  const std::vector<Node> documents = read_yaml_file(path, sources, diagnostics);
  if (documents.empty()) return std::nullopt;
  if (documents.size() > 1) {
    diagnostics.error(documents[1].pos, "", "a second document; a scenario is one, remove '---'");
  }
  if (!check_header(documents[0], "Scenario", diagnostics)) return std::nullopt;
  Scenario scenario =
      ScenarioReader{path, installed_topologies, use, sources, diagnostics}.read(documents[0]);
  if (diagnostics.errors() != errors) return std::nullopt;
  return scenario;
}

template const ValueType& value_type<ScenarioDocument>();

}  // namespace meshsim
