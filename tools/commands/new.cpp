// meshsim new: writes a scenario for a mesh of many clusters, ready to run and to change.
#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "sim/config/quantities.hpp"
#include "sim/generate/limits.hpp"
#include "sim/generate/mesh.hpp"
#include "sim/generate/write_files.hpp"
#include "tools/commands/commands.hpp"
#include "tools/terminal.hpp"

namespace meshsim::tools {
namespace {

constexpr std::string_view kShapes = "full|hub|chain|ring";

constexpr std::array kOptions{
    Option{.name = "--clusters",
           .letter = 'n',
           .kind = OptionKind::Number,
           .value = "N",
           .meaning = "how many, c1 to cN, one region after the other; 3 if not given",
           .min = 2,
           .max = kMaxClusters},
    Option{"--mesh", 0, OptionKind::Choice, kShapes, "who is connected with whom; the hub is c1"},
    Option{"--rpc", 0, OptionKind::Choice, kShapes, "remote peerings, where not as --mesh"},
    Option{"--transit", 0, OptionKind::Flag, {}, "DRGs in the middle pass packets on"},
    Option{"--cilium", 0, OptionKind::Choice, kShapes, "Cilium cluster mesh, where not as --mesh"},
    Option{"--dns", 0, OptionKind::Choice, kShapes, "CoreDNS server blocks, where not as --mesh"},
    Option{"--wka", 0, OptionKind::Choice, kShapes, "Coherence WKA lists, where not as --mesh"},
    Option{.name = "--members",
           .kind = OptionKind::Number,
           .value = "N",
           .meaning = "Coherence members of each cluster; 3 if not given",
           .min = 1,
           .max = 100},
    Option{.name = "--nodes",
           .kind = OptionKind::Number,
           .value = "N",
           .meaning = "of each cluster; 3 if not given",
           .min = 1,
           .max = 100},
    Option{"--start-every", 0, OptionKind::Span, "TIME",
           "between two clusters' members; 5s if not given, 0s starts all at once"},
};

Mesh mesh_named(std::string_view name) {
  for (const auto& [text, value] : Words<Mesh>::list) {
    if (text == name) return value;
  }
  return Mesh::Full;
}

MeshPlan plan_of(const Arguments& arguments) {
  const auto shape = [&](const Option& option) {
    return mesh_named(arguments.choice(arguments.flag(option.name) ? option : kOptions[1]));
  };
  const auto number = [&](std::string_view name, std::uint32_t otherwise) {
    return static_cast<std::uint32_t>(arguments.number(name).value_or(otherwise));
  };
  MeshPlan plan;
  plan.clusters = number("--clusters", plan.clusters);
  plan.nodes = number("--nodes", plan.nodes);
  plan.members = number("--members", plan.members);
  plan.rpc = shape(kOptions[2]);
  plan.transit = arguments.flag("--transit");
  plan.cilium = shape(kOptions[4]);
  plan.dns = shape(kOptions[5]);
  plan.wka = shape(kOptions[6]);
  plan.start_every = arguments.span("--start-every").value_or(plan.start_every);
  return plan;
}

ExitCode create(const Arguments& arguments) {
  const MeshPlan plan = plan_of(arguments);
  const std::string& folder = arguments.operand();
  std::string wrong = in_the_way(folder);
  if (wrong.empty() && plan.transit && plan.rpc == Mesh::Full) {
    wrong = "--transit: in a full mesh nothing has to be passed on; leave it out, or add --rpc hub";
  }
  if (!wrong.empty()) {
    tell(fmt::format("meshsim new: {}\n", wrong));
    return ExitCode::BadInput;
  }
  const std::vector<GeneratedFile> files = mesh_files(plan);
  for (const std::string& limit : exceeded_limits(plan, topology_of(plan))) {
    tell(fmt::format("meshsim new: warning: {}\n", limit));
  }
  write_files(folder, files);
  const std::string scenario = (std::filesystem::path{folder} / files.front().path).string();
  print(fmt::format("{}\n", scenario));
  tell(fmt::format("{} files; next: meshsim run {}\n", files.size(), scenario));
  return ExitCode::Holds;
}

}  // namespace

constinit const Verb kNewVerb{
    .name = "new",
    .operand = "DIR",
    .operand_words = "",
    .summary = "write a scenario for a mesh of many clusters: topology and manifests",
    .text =
        "Writes a folder with a topology, the manifests that one would apply to each cluster\n"
        "(Cilium's Helm values, the DNS load balancer, coredns-custom, the WKA Service and the\n"
        "Coherence resource) and a scenario that applies them, and prints its name.\n\n"
        "  meshsim new mesh && meshsim run mesh/scenario.yaml    three clusters, all connected\n"
        "  meshsim new eight --clusters 8 --start-every 30s      one after the other\n"
        "  meshsim new hub --mesh hub                            everything through c1: it fails\n"
        "  meshsim new names --mesh full --dns hub --wka hub     a hub for names is enough\n"
        "  meshsim new transit --rpc hub --transit --dns hub --wka hub\n\n"
        "Four graphs decide who finds whom: peerings between DRGs, the Cilium mesh, DNS server\n"
        "blocks and WKA lists. Each is a full mesh, a hub (c1), a chain or a ring. The files are\n"
        "yours to change: put in your regions, OCIDs and addresses. Limits that a mesh of this\n"
        "size exceeds are warnings. Exit code: 2 if DIR exists and is not empty.\n",
    .options = kOptions,
    .run = create,
};

}  // namespace meshsim::tools
