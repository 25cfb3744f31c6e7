// Prints topologies as YAML, tables and graphs.
#include "sim/topology/print.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <vector>

#include "sim/config/columns.hpp"
#include "sim/config/write_yaml.hpp"
#include "sim/topology/expand.hpp"
#include "sim/topology/peering.hpp"
#include "sim/topology/routes.hpp"

namespace meshsim {
namespace {

using Row = std::vector<std::string>;

std::string clusters_table(const Topology& topology) {
  std::vector<Row> rows{{"CLUSTER", "REGION", "NODES", "SHAPE", "VCN", "PODS", "SERVICES"}};
  for (const Cluster& cluster : topology.clusters) {
    std::uint32_t nodes = 0;
    std::string shapes;
    for (const NodePool& pool : cluster.pools) {
      nodes += pool.nodes;
      shapes += fmt::format("{}{} ({} OCPU)", shapes.empty() ? "" : ", ", pool.shape, pool.ocpus);
    }
    const Vcn* const vcn = find_named(topology.vcns, cluster.vcn);
    std::string cidrs;
    for (const Prefix& cidr : vcn == nullptr ? std::vector<Prefix>{} : vcn->cidrs) {
      cidrs += (cidrs.empty() ? "" : ",") + to_string(cidr);
    }
    rows.push_back({cluster.name, cluster.region, std::to_string(nodes), shapes, cidrs,
                    to_string(cluster.pods_cidr), to_string(cluster.services_cidr)});
  }
  return in_columns(rows);
}

std::string ends_text(const Topology& topology, const Rpc& rpc) {
  const PeeringState state = peering_state(topology, rpc);
  return fmt::format("{} - {}{}", rpc.drg_a, rpc.drg_b.empty() ? "nobody" : rpc.drg_b,
                     state.is_up() ? "" : fmt::format(" ({})", to_string(state.status)));
}

std::string peerings_table(const Topology& topology) {
  std::vector<Row> rows{{"PEERING", "BETWEEN", "ROUND-TRIP", "LOSS", "RATE", "FROM"}};
  for (const Rpc& rpc : topology.rpcs) {
    rows.push_back({rpc.name, ends_text(topology, rpc), ScalarText<Duration>::print(rpc.round_trip),
                    ScalarText<Ratio>::print(rpc.loss), ScalarText<BitRate>::print(rpc.rate),
                    rpc.round_trip_from});
  }
  return in_columns(rows);
}

std::string way_text(const Topology& topology, const DrgTrace& trace) {
  std::string text;
  for (const DrgHop& hop : trace.hops) {
    text += (text.empty() ? "" : " > ") + topology.drgs[hop.drg].name;
  }
  return text;
}

// An address of the VCN for a packet to go to: where its nodes are.
Ipv4 address_in(const Vcn& vcn) {
  const Subnet* const workers = find_named(vcn.subnets, "workers");
  if (workers != nullptr) return workers->cidr.base;
  return vcn.subnets.empty() ? vcn.cidrs.front().base : vcn.subnets.front().cidr.base;
}

// Up to this many VCNs every pair is listed, beyond only those without a route.
constexpr std::size_t kVcnsListed = 16;

std::string reach_table(const Topology& topology, const Sources* sources) {
  const DrgRoutes routes = resolve_drg_routes(topology);
  std::vector<Row> rows{{"FROM", "TO", "ROUND-TRIP", "WAY"}};
  std::string stopped;
  std::size_t arrived = 0;
  for (const Vcn& from : topology.vcns) {
    for (const Vcn& to : topology.vcns) {
      if (&from == &to || from.drg.empty() || to.drg.empty() || to.cidrs.empty()) continue;
      const DrgTrace trace = trace_route(topology, routes, from, address_in(to));
      if (trace.arrives) {
        ++arrived;
        if (topology.vcns.size() > kVcnsListed) continue;
        rows.push_back({from.name, to.name, ScalarText<Duration>::print(trace.round_trip),
                        way_text(topology, trace)});
        continue;
      }
      rows.push_back({from.name, to.name, "-", "no route"});
      stopped += fmt::format("{} to {}: {}\n", from.name, to.name, trace.no_route.text);
      if (!trace.no_route.missing.empty()) {
        stopped += fmt::format("  missing: {}\n", trace.no_route.missing);
      }
      if (sources != nullptr && trace.no_route.pos) {
        stopped += fmt::format("  decided at {}\n", sources->text(trace.no_route.pos));
      }
    }
  }
  const std::string summary = topology.vcns.size() > kVcnsListed
                                  ? fmt::format("{} pairs of VCNs reach each other\n", arrived)
                                  : std::string{};
  return summary + in_columns(rows) + (stopped.empty() ? "" : "\n" + stopped);
}

std::string print_table(const Topology& topology, const Sources* sources) {
  std::string text = clusters_table(topology);
  if (!topology.rpcs.empty()) text += "\n" + peerings_table(topology);
  if (topology.vcns.size() > 1) text += "\n" + reach_table(topology, sources);
  return text;
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

std::string clusters_of(const Topology& topology, const Vcn& vcn) {
  std::string names;
  for (const Cluster& cluster : topology.clusters) {
    if (cluster.vcn == vcn.name) names += (names.empty() ? "" : ", ") + cluster.name;
  }
  return names.empty() ? "no cluster" : names;
}

std::string print_dot(const Topology& topology) {
  std::string text = fmt::format("graph {} {{\n  node [shape=box];\n",
                                 quoted(topology.name.empty() ? "topology" : topology.name));
  for (std::size_t i = 0; i < topology.regions.size(); ++i) {
    const Region& region = topology.regions[i];
    text += fmt::format("  subgraph cluster_{} {{\n    label={};\n", i,
                        quoted(region.name + " (" + region.key + ")"));
    for (const Drg& drg : topology.drgs) {
      if (drg.region != region.name) continue;
      text += fmt::format("    {} [shape=ellipse];\n", quoted(drg.name));
    }
    for (const Vcn& vcn : topology.vcns) {
      if (vcn.region != region.name) continue;
      // The two characters \n are Graphviz's line break.
      text += fmt::format("    {} [label=\"{}\\n{}\"];\n", quoted("vcn " + vcn.name),
                          clusters_of(topology, vcn),
                          vcn.cidrs.empty() ? "" : to_string(vcn.cidrs.front()));
    }
    text += "  }\n";
  }
  for (const Vcn& vcn : topology.vcns) {
    if (vcn.drg.empty()) continue;
    text += fmt::format("  {} -- {};\n", quoted("vcn " + vcn.name), quoted(vcn.drg));
  }
  for (const Rpc& rpc : topology.rpcs) {
    if (rpc.drg_b.empty()) continue;
    text += fmt::format("  {} -- {} [label={}{}];\n", quoted(rpc.drg_a), quoted(rpc.drg_b),
                        quoted(ScalarText<Duration>::print(rpc.round_trip)),
                        peering_state(topology, rpc).is_up() ? "" : ", style=dashed");
  }
  return text + "}\n";
}

// Mermaid wants names without blanks and dashes; numbers are safe.
std::string print_mermaid(const Topology& topology) {
  std::string text = "graph LR\n";
  std::map<std::string_view, std::size_t> numbers;
  for (std::size_t i = 0; i < topology.drgs.size(); ++i) numbers[topology.drgs[i].name] = i;
  for (std::size_t r = 0; r < topology.regions.size(); ++r) {
    const Region& region = topology.regions[r];
    text += fmt::format("  subgraph r{} [\"{} ({})\"]\n", r, region.name, region.key);
    for (const Drg& drg : topology.drgs) {
      if (drg.region != region.name) continue;
      text += fmt::format("    d{}([\"{}\"])\n", numbers[drg.name], drg.name);
    }
    for (std::size_t v = 0; v < topology.vcns.size(); ++v) {
      const Vcn& vcn = topology.vcns[v];
      if (vcn.region != region.name) continue;
      text += fmt::format("    v{}[\"{}<br/>{}\"]\n", v, clusters_of(topology, vcn),
                          vcn.cidrs.empty() ? "" : to_string(vcn.cidrs.front()));
    }
    text += "  end\n";
  }
  for (std::size_t v = 0; v < topology.vcns.size(); ++v) {
    const auto drg = numbers.find(topology.vcns[v].drg);
    if (drg != numbers.end()) text += fmt::format("  v{} --- d{}\n", v, drg->second);
  }
  for (const Rpc& rpc : topology.rpcs) {
    if (rpc.drg_b.empty()) continue;
    text += fmt::format("  d{} {}|\"{}\"| d{}\n", numbers[rpc.drg_a],
                        peering_state(topology, rpc).is_up() ? "---" : "-.-",
                        ScalarText<Duration>::print(rpc.round_trip), numbers[rpc.drg_b]);
  }
  return text;
}

}  // namespace

std::string print_topology(const Topology& topology, TopologyFormat format,
                           const Sources* sources) {
  switch (format) {
    case TopologyFormat::Yaml: return write_yaml(to_node(long_form(topology)));
    case TopologyFormat::Json: return write_json(to_node(long_form(topology)));
    case TopologyFormat::Table: return print_table(topology, sources);
    case TopologyFormat::Dot: return print_dot(topology);
    case TopologyFormat::Mermaid: return print_mermaid(topology);
  }
  return {};
}

}  // namespace meshsim
