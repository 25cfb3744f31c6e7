// meshsim topology: shows what the short forms of a topology stand for, and who reaches whom.
#include <array>

#include "sim/topology/load.hpp"
#include "sim/topology/print.hpp"
#include "tools/commands/commands.hpp"
#include "tools/find_file.hpp"
#include "tools/terminal.hpp"

namespace meshsim::tools {
namespace {

constexpr std::array kOptions{
    Option{"--output", 'o', OptionKind::Choice, "table|yaml|json|dot|mermaid",
           "how the topology is printed"},
};

TopologyFormat format_named(std::string_view name) {
  if (name == "yaml") return TopologyFormat::Yaml;
  if (name == "json") return TopologyFormat::Json;
  if (name == "dot") return TopologyFormat::Dot;
  if (name == "mermaid") return TopologyFormat::Mermaid;
  return TopologyFormat::Table;
}

ExitCode topology(const Arguments& arguments) {
  Sources sources;
  Diagnostics diagnostics;
  std::optional<Topology> loaded;
  if (const auto path = find_file(arguments.operand(), "topologies", diagnostics)) {
    loaded = load_topology(*path, sources, diagnostics);
  }
  tell(diagnostics.text(sources));
  if (!loaded) return ExitCode::BadInput;
  print(print_topology(*loaded, format_named(arguments.choice(kOptions[0])), &sources));
  return ExitCode::Holds;
}

}  // namespace

constinit const Verb kTopologyVerb{
    .name = "topology",
    .operand = "FILE",
    .operand_words = "",
    .summary = "what a topology file stands for, and who reaches whom in it",
    .text =
        "Reads a topology, expands its short forms and prints it: as tables, in the long form\n"
        "(which loads to the same topology), or as a picture.\n\n"
        "  meshsim topology three-region-hub.yaml              who reaches whom, and why not\n"
        "  meshsim topology eight-region.yaml -o yaml          every VCN, subnet and route\n"
        "  meshsim topology eight-region.yaml -o dot | dot -Tsvg > mesh.svg\n\n"
        "FILE is looked for in the current folder, then among the topologies that came with\n"
        "meshsim. Exit code: 2 if the file has errors.\n",
    .options = kOptions,
    .run = topology,
};

}  // namespace meshsim::tools
