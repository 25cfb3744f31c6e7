// meshsim import: reads what Terraform or kubectl say of a running or planned system and prints it
// as a topology, with what those files leave open.
#include <fmt/format.h>

#include <array>
#include <span>

#include "sim/scenario/input.hpp"
#include "sim/topology/print.hpp"
#include "tools/commands/commands.hpp"
#include "tools/terminal.hpp"

namespace meshsim::tools {
namespace {

constexpr std::string_view kKinds = "tf|kubectl";

constexpr std::array kOptions{
    Option{"--output", 'o', OptionKind::Choice, "yaml|json|table", "how the topology is printed"},
    Option{"--cluster", 0, OptionKind::Text, "NAME", "whose dumps these are, if they do not say"},
};

TopologyFormat format_named(std::string_view name) {
  if (name == "json") return TopologyFormat::Json;
  return name == "table" ? TopologyFormat::Table : TopologyFormat::Yaml;
}

std::string unknowns_text(const std::vector<Unknown>& unknowns, const Sources& sources) {
  std::string text;
  for (const Unknown& unknown : unknowns) {
    text += fmt::format("{}: unknown: {}{}{}: {}\n", sources.text(unknown.pos), unknown.name,
                        unknown.name.empty() ? "" : ": ", unknown.what, unknown.why);
  }
  return text;
}

ExitCode import(const Arguments& arguments) {
  const std::span<const std::string> operands = arguments.operands();
  if (operands.front() != "tf" && operands.front() != "kubectl") {
    tell(fmt::format("meshsim import: '{}' is none of {}\n", operands.front(), kKinds));
    return ExitCode::BadInput;
  }
  const NetworkOf of = operands.front() == "tf" ? NetworkOf::Terraform : NetworkOf::Kubectl;
  Sources sources;
  Diagnostics diagnostics;
  const auto imported =
      load_network(operands.subspan(1), of, sources, diagnostics, arguments.text("--cluster"));
  tell(diagnostics.text(sources));
  if (!imported) return ExitCode::BadInput;
  tell(unknowns_text(imported->unknowns, sources));
  print(print_topology(imported->topology, format_named(arguments.choice(kOptions[0])), &sources));
  return imported->unknowns.empty() ? ExitCode::Holds : ExitCode::Unknown;
}

}  // namespace

constinit const Verb kImportVerb{
    .name = "import",
    .operand = "tf|kubectl FILE...",
    .operand_words = kKinds,
    .summary = "a topology from what Terraform or kubectl say",
    .text =
        "tf: reads what Terraform knows of VCNs, DRGs, peerings and OKE clusters. Several states\n"
        "add up: the two ends of a peering may stand in two files. What OCI makes by itself\n"
        "(attachments of peerings, default DRG tables) is added.\n"
        "kubectl: reads nodes, Services and pods of clusters. No dump says what the network lets\n"
        "through; give the Terraform state beside the dumps wherever a FILE is asked for.\n\n"
        "  terraform show -json > state.json         or, of a plan: terraform show -json plan.out\n"
        "  meshsim import tf state.json > mesh.yaml\n"
        "  meshsim import tf paris.json amsterdam.json -o table\n"
        "  kubectl get nodes,services,configmaps,pods -A -o json > c1.json\n"
        "  meshsim import kubectl c1.json c2=other.json\n\n"
        "Prints a topology in the long form, which loads again to the same one. What is not\n"
        "understood is a warning; what the files leave open and an answer may need is listed as\n"
        "unknown.\n\n"
        "Exit codes: 0, 2 if a file has errors, 3 if something is unknown.\n",
    .options = kOptions,
    .run = import,
};

}  // namespace meshsim::tools
