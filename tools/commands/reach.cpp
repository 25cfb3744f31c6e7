// meshsim reach: the matrix of who reaches whom.
#include "sim/path/reach.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/report/path_report.hpp"
#include "sim/report/report.hpp"
#include "tools/commands/commands.hpp"
#include "tools/commands/look.hpp"
#include "tools/terminal.hpp"

namespace meshsim::tools {
namespace {

constexpr std::array kOptions{
    Option{"--output", 'o', OptionKind::Choice, "table|json", "how it is printed"},
    Option{"--level", 0, OptionKind::Choice, "node|pod|service",
           "between whom; service: from pods to load balancers"},
    Option{"--proto", 0, OptionKind::Choice, "tcp|udp|icmp", "protocol"},
    Option{.name = "--port",
           .kind = OptionKind::Number,
           .value = "N",
           .meaning = "target port; of services all of theirs if not given",
           .min = 1,
           .max = 65535},
    Option{"--from", 0, OptionKind::Text, "CLUSTER|END",
           "the ends of this cluster, or this one (as for path), by groups that behave alike"},
    Option{"--over-time", 0, OptionKind::Flag, "", "when each pair was reachable, in a run"},
    Option{"--every", 0, OptionKind::Span, "TIME", "between two probes of a pair; 1s if not given"},
    Option{"--seed", 0, OptionKind::Number, "N", "of the run, instead of the scenario's"},
};
constexpr const Option& kOutput = kOptions[0];
constexpr const Option& kLevel = kOptions[1];
constexpr const Option& kProtocol = kOptions[2];

// The port of a probe if none is given: VXLAN is what nodes need of each other, 7574 is
// Coherence's.
constexpr std::uint16_t kNodePort = kVxlanPort;
constexpr std::uint16_t kPodPort = 7574;

ReachLevel level_named(std::string_view name) {
  if (name == "pod") return ReachLevel::Pod;
  return name == "service" ? ReachLevel::Service : ReachLevel::Node;
}

ReachQuery query_of(const Arguments& arguments) {
  ReachQuery query;
  query.level = level_named(arguments.choice(kLevel));
  query.protocol = protocol_named(arguments.choice(kProtocol));
  const auto port = arguments.number("--port");
  query.port = static_cast<std::uint16_t>(port.value_or(0));
  if (port || query.protocol == Protocol::Icmp) return query;
  if (query.level == ReachLevel::Pod) query.port = kPodPort;
  if (query.level == ReachLevel::Node) {
    query.port = kVxlanPort;
    if (!arguments.flag("--proto")) query.protocol = Protocol::Udp;
  }
  return query;
}

ExitCode exit_code(const ReachCount& all) {
  if (all.delivered + all.unknown < all.pairs) return ExitCode::Finding;
  return all.unknown > 0 ? ExitCode::Unknown : ExitCode::Holds;
}

ExitCode over_time(const Plan& plan, const Arguments& arguments) {
  ReachQuery query = query_of(arguments);
  if (query.level == ReachLevel::Service) {
    tell("meshsim reach: --over-time is between nodes or pods\n");
    return ExitCode::BadInput;
  }
  const Duration every = arguments.span("--every").value_or(1s);
  if (every < 1ms) {
    tell("meshsim reach: --every: less than 1ms\n");
    return ExitCode::BadInput;
  }
  const auto histories =
      reach_over_time(plan, query, arguments.number("--seed").value_or(plan.scenario.seed),
                      plan.scenario.until, every);
  print(arguments.choice(kOutput) == "json" ? history_json(histories, query)
                                            : history_table(histories));
  const bool all_reached =
      std::all_of(histories.begin(), histories.end(), [](const ReachHistory& history) {
        return !history.intervals.empty() && history.intervals.back().reached;
      });
  return all_reached ? ExitCode::Holds : ExitCode::Finding;
}

ExitCode reach(const Arguments& arguments) {
  Look look;
  const bool runs = arguments.flag("--over-time");
  const auto plan =
      runs ? look.plan_run(arguments.operands()) : look.plan_look(arguments.operands());
  tell(look.diagnostics.text(look.sources));
  if (!plan) {
    if (arguments.choice(kOutput) == "json") print(error_json(look.diagnostics, look.sources));
    return ExitCode::BadInput;
  }
  if (runs) return over_time(*plan, arguments);
  ReachQuery query = query_of(arguments);
  std::string from = arguments.text("--from");
  if (from.find_first_of("/.") != std::string::npos) {
    const FoundEnd end = find_end(*plan, from);
    if (!end.end || !end.end->sends()) {
      tell(fmt::format("meshsim reach: --from: {}\n",
                       end.end ? from + " sends nothing by itself" : end.problem));
      return end.is_unknown ? ExitCode::Unknown : ExitCode::BadInput;
    }
    if (end.end->cluster == kNowhere) {
      tell(fmt::format("meshsim reach: --from: {} is of no cluster; name a pod or a node\n", from));
      return ExitCode::BadInput;
    }
    query.from = end.end;
    from = plan->clusters[end.end->cluster].topology->name;
  }
  std::vector<std::string_view> names;
  for (const PlannedCluster& cluster : plan->clusters) names.push_back(cluster.topology->name);
  if (!from.empty() && std::find(names.begin(), names.end(), from) == names.end()) {
    const std::string_view near = nearest(from, names);
    tell(fmt::format("meshsim reach: --from: there is no cluster '{}'{}\n", from,
                     near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
    return ExitCode::BadInput;
  }
  const Reach found = meshsim::reach(*plan, query);
  print(arguments.choice(kOutput) == "json" ? reach_json(found, from) : reach_table(found, from));
  ReachCount all;
  for (const ReachPair& pair : found.pairs) {
    if (from.empty() || found.clusters[found.senders[pair.from].cluster] == from) {
      all.add(pair.count);
    }
  }
  return exit_code(all);
}

}  // namespace

constinit const Verb kReachVerb{
    .name = "reach",
    .operand = "FILE...",
    .operand_words = "",
    .summary = "who reaches whom: clusters x clusters, and why not",
    .text =
        "Follows a packet between all nodes (or pods, or from pods to load balancers) of all\n"
        "clusters and counts, per pair of clusters, how many arrive and what stops the others.\n"
        "Ends that no rule or route can tell apart are followed once.\n\n"
        "  meshsim reach three-region-hub.yaml                            nodes, as VXLAN needs "
        "it\n"
        "  meshsim reach three-region-hub.yaml --level pod --from c2      the pods of c2, one by "
        "one\n"
        "  meshsim reach mesh.yaml --proto udp --port 53 --level service  who reaches which DNS\n"
        "  meshsim reach three-region.yaml --level pod --over-time        when, during the run\n\n"
        "Without --port nodes are asked for udp 8472 (VXLAN), and pods for 7574 (Coherence).\n"
        "FILE is as for `meshsim path`. With --over-time the scenario is run and probed: between\n"
        "the first pod of each workload, or the first node of each cluster, every second "
        "(--every);\n"
        "a change is seen at the next probe.\n\n"
        "Exit codes: 0 everybody reaches everybody, 1 somebody does not, 2 the input has errors,\n"
        "3 the files do not say enough.\n",
    .options = kOptions,
    .run = reach,
};

}  // namespace meshsim::tools
