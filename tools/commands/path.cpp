// meshsim path: does this packet arrive, and if not, which line stops it?
#include "sim/path/path.hpp"

#include <fmt/format.h>

#include <array>

#include "sim/path/reach.hpp"
#include "sim/report/path_report.hpp"
#include "sim/report/report.hpp"
#include "tools/commands/commands.hpp"
#include "tools/commands/look.hpp"
#include "tools/terminal.hpp"

namespace meshsim::tools {
namespace {

constexpr std::array kOptions{
    Option{"--output", 'o', OptionKind::Choice, "table|json|mermaid|dot", "how it is printed"},
    Option{"--from", 0, OptionKind::Text, "END", "who sends: a pod, a node, or its address"},
    Option{"--to", 0, OptionKind::Text, "END", "to whom; see below"},
    Option{"--proto", 0, OptionKind::Choice, "tcp|udp|icmp", "protocol; of tcp the first packet"},
    Option{.name = "--port",
           .kind = OptionKind::Number,
           .value = "N",
           .meaning = "target port; not of icmp",
           .min = 1,
           .max = 65535},
    Option{"--return", 0, OptionKind::Flag, "", "follow the answer too, with the state it needs"},
    Option{"--at", 0, OptionKind::Span, "TIME", "in a run of the scenario, at that time"},
    Option{.name = "--size",
           .kind = OptionKind::Number,
           .value = "BYTES",
           .meaning = "of the IP packet; 64 if not given",
           .min = 28,
           .max = 65535},
    Option{.name = "--source-port",
           .kind = OptionKind::Number,
           .value = "N",
           .meaning = "of one flow; load balancers choose by it",
           .min = 1,
           .max = 65535},
    Option{"--seed", 0, OptionKind::Number, "N", "of the run, instead of the scenario's"},
};
constexpr const Option& kOutput = kOptions[0];
constexpr const Option& kProtocol = kOptions[3];

ExitCode exit_code(PathVerdict verdict) {
  switch (verdict) {
    case PathVerdict::Delivered: return ExitCode::Holds;
    case PathVerdict::Dropped: return ExitCode::Finding;
    case PathVerdict::Unknown: return ExitCode::Unknown;
  }
  return ExitCode::Unknown;
}

std::string text_of(const Path& path, std::string_view format, const Sources& sources) {
  if (format == "json") return path_json(path, sources);
  if (format == "mermaid") return path_mermaid(path);
  if (format == "dot") return path_dot(path);
  return path_table(path, sources);
}

// What an end lacks; none if it is all right.
std::optional<ExitCode> refuse(const FoundEnd& end, const char* option,
                               const Arguments& arguments) {
  if (end.end) return std::nullopt;
  if (!end.is_unknown) {
    tell(fmt::format("meshsim path: {}: {}\n", option, end.problem));
    return ExitCode::BadInput;
  }
  if (arguments.choice(kOutput) == "json") {
    print(unknown_path_json(arguments.text("--from"), arguments.text("--to"), end.problem));
  } else {
    print(fmt::format("Unknown: {}\n", end.problem));
  }
  return ExitCode::Unknown;
}

ExitCode usage_error(const std::string& text) {
  tell(fmt::format("meshsim path: {}\nTry 'meshsim path --help'.\n", text));
  return ExitCode::BadInput;
}

ExitCode path(const Arguments& arguments) {
  const Protocol protocol = protocol_named(arguments.choice(kProtocol));
  if (arguments.text("--from").empty() || arguments.text("--to").empty()) {
    return usage_error("say between whom: --from END --to END");
  }
  const auto port = arguments.number("--port");
  if (!port && protocol != Protocol::Icmp) return usage_error("--port is missing");
  const auto when = arguments.span("--at");

  Look look;
  const auto plan =
      when ? look.plan_run(arguments.operands()) : look.plan_look(arguments.operands());
  tell(look.diagnostics.text(look.sources));
  if (!plan) {
    if (arguments.choice(kOutput) == "json") print(error_json(look.diagnostics, look.sources));
    return ExitCode::BadInput;
  }
  const FoundEnd from = find_end(*plan, arguments.text("--from"));
  const FoundEnd to = find_end(*plan, arguments.text("--to"));
  if (const auto code = refuse(from, "--from", arguments)) return *code;
  if (const auto code = refuse(to, "--to", arguments)) return *code;
  if (!from.end->sends()) {
    return usage_error(fmt::format(
        "--from: {} sends nothing by itself; name a pod, a node or a host", from.end->name));
  }

  PathQuery query;
  query.from = *from.end;
  query.to = *to.end;
  query.protocol = protocol;
  query.port = static_cast<std::uint16_t>(port.value_or(0));
  query.size = static_cast<std::uint16_t>(arguments.number("--size").value_or(query.size));
  query.source_port = static_cast<std::uint16_t>(arguments.number("--source-port").value_or(0));
  query.wants_answer = arguments.flag("--return");
  if (when && *when > plan->scenario.until) {
    return usage_error(fmt::format("--at: the scenario ends before that"));
  }
  const Path found =
      when ? path_at(*plan, query, arguments.number("--seed").value_or(plan->scenario.seed), *when)
           : PathFinder{*plan}.find(query);
  print(text_of(found, arguments.choice(kOutput), look.sources));
  return exit_code(found.verdict);
}

}  // namespace

constinit const Verb kPathVerb{
    .name = "path",
    .operand = "FILE...",
    .operand_words = "",
    .summary = "does this packet arrive, and which line stops it",
    .text =
        "Follows one packet hop by hop through nodes, VCNs, DRGs, peerings and load balancers, "
        "and\n"
        "says what decided each hop: the rule, route or table with its file and line.\n\n"
        "  meshsim path three-region-hub.yaml --from pod/c2/coredns-0 --to pod/c3/coredns-0 \\\n"
        "      --port 7575                                  which line keeps c2 from c3\n"
        "  meshsim path state.json c1.json c2.json --from node/c1/10.1.68.8 \\\n"
        "      --to lb/c2/kube-dns-nlb --proto udp --port 53 --return\n"
        "  meshsim path three-region.yaml --from pod/c2/storage-c2-0 --to pod/c3/storage-c3-0 \\\n"
        "      --port 7575 --at 90s                         in the run, at that time\n\n"
        "END is pod/CLUSTER/NAME, node/CLUSTER/ADDRESS, host/NAME, api/CLUSTER (its endpoint),\n"
        "service/CLUSTER/NAMESPACE/NAME, lb/CLUSTER/NAME (of the Service), or an address.\n"
        "FILE is a scenario, a topology, `terraform show -json`, and any number of dumps, "
        "manifests\n"
        "and Helm values. Without --at the answer is for the state that these lead to: everything\n"
        "applied, every pod running, no loss. With --at the scenario is run up to then.\n"
        "Where a load balancer or Service chooses, several flows are tried and the path is that "
        "of\n"
        "the first one that fails, if one does.\n\n"
        "Exit codes: 0 delivered, 1 dropped (meshsim explain drop-codes), 2 the input has errors,\n"
        "3 the files do not say enough.\n",
    .options = kOptions,
    .run = path,
};

}  // namespace meshsim::tools
