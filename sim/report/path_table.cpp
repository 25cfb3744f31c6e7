// Paths as a table of hops, and as graphs of the components passed.
#include <fmt/format.h>

#include <algorithm>

#include "sim/path/path.hpp"
#include "sim/report/path_report.hpp"
#include "sim/scenario/expect.hpp"

namespace meshsim {
namespace {

constexpr std::string_view kLegNames[] = {"", "ANSWER", "ACKNOWLEDGEMENT"};

std::string duration(Duration span) { return format_duration(ns(span)); }

// "TEXT (FILE:LINE:COLUMN)", or without the place if a default decided.
std::string with_place(const std::string& text, Pos pos, const Sources& sources) {
  return pos ? fmt::format("{} ({})", text, sources.text(pos)) : text;
}

std::string question(const PathQuery& query) {
  const std::string port =
      query.protocol == Protocol::Icmp ? std::string{} : fmt::format(" {}", query.port);
  return fmt::format("{} ({}) > {} ({}), {}{}, {} bytes\n", query.from.name,
                     to_string(query.from.address), query.to.name, to_string(query.to.address),
                     to_string(query.protocol), port, query.size);
}

std::string leg_table(const PathLeg& leg, bool with_state, const Sources& sources) {
  std::size_t width = 5;
  for (const PathHop& hop : leg.hops) width = std::max(width, hop.where.size());
  std::string text =
      fmt::format("{:<10} {:<{}}  {:<5}  {}\n", "TIME", "WHERE", width, "BYTES", "DECISION");
  for (const PathHop& hop : leg.hops) {
    text += fmt::format("{:<10} {:<{}}  {:<5}  {}\n", duration(hop.latency), hop.where, width,
                        hop.bytes, hop.decided);
    const std::string indent(11 + width + 9, ' ');
    const auto add = [&](std::string_view label, const std::string& line) {
      if (!line.empty()) text += fmt::format("{}{} {}\n", indent, label, line);
    };
    const bool is_translated = hop.hop == Hop::Encapsulated || hop.hop == Hop::ToEndpoint ||
                               hop.hop == Hop::ToNodePortTarget || hop.hop == Hop::ToBackend ||
                               hop.hop == Hop::BackToClient || hop.hop == Hop::FromBackend;
    if (is_translated) {
      add("now:    ", hop.tunnel.empty() ? hop.packet : hop.packet + ", " + hop.tunnel);
    }
    // It goes with the packet from here on, and is told again at the end.
    const bool is_cause = hop.hop == Hop::LeftAsWorld || &hop == &leg.hops.back();
    if (is_cause && !hop.cause.empty())
      add("because:", with_place(hop.cause, hop.cause_pos, sources));
    if (!hop.rule.empty()) add("by:     ", with_place(hop.rule, hop.pos, sources));
    if (with_state) add("state:  ", hop.state);
  }
  return text;
}

std::string drop_text(const Path& path) {
  const DropCode code = *path.code();
  const DropCodeRow& row = row_of(code);
  const auto leg = std::find_if(path.legs.begin(), path.legs.end(),
                                [](const PathLeg& one) { return one.code.has_value(); });
  const std::size_t index = static_cast<std::size_t>(leg - path.legs.begin());
  const std::string& missing = leg->last().missing;
  return fmt::format(
      "Dropped{}: {} at {}\n{}  remedy: {}\n",
      index == 0 ? "" : fmt::format(" (the {})", index == 1 ? "answer" : "acknowledgement"),
      row.name, leg->last().where,
      missing.empty() ? std::string{} : fmt::format("  missing: {}\n", missing), row.remedy);
}

std::string verdict_text(const Path& path, const Sources& sources) {
  std::string text;
  switch (path.verdict) {
    case PathVerdict::Delivered:
      text = fmt::format("Delivered after {}", duration(path.legs.front().last().latency));
      if (path.legs.size() > 1) {
        text += fmt::format(", its answer {} later", duration(path.legs[1].last().latency));
      }
      text += '\n';
      break;
    case PathVerdict::Dropped:
      text = path.code() ? drop_text(path) : "Dropped: it was still under way at the end\n";
      break;
    case PathVerdict::Unknown:
      text = "Unknown: the answer depends on what the files do not say\n";
      for (const Unknown& unknown : path.unknowns) {
        text += fmt::format("  {}{}{}: {} ({})\n", unknown.name, unknown.name.empty() ? "" : ": ",
                            unknown.what, unknown.why, sources.text(unknown.pos));
      }
      break;
  }
  if (path.flows > 1) {
    text += fmt::format("{} of {} flows get through (a load balancer or Service chooses)\n",
                        path.flows_delivered, path.flows);
  }
  return text;
}

// The components in the order they were passed, each once in a row, with the time of arrival there.
struct Station {
  std::string where;
  Duration latency{};
  bool is_tunnelled = false;
};
std::vector<Station> stations_of(const PathLeg& leg) {
  std::vector<Station> stations;
  for (const PathHop& hop : leg.hops) {
    if (!stations.empty() && stations.back().where == hop.where) {
      stations.back().is_tunnelled = !hop.tunnel.empty();
      continue;
    }
    stations.push_back({hop.where, hop.latency, !hop.tunnel.empty()});
  }
  return stations;
}

std::string end_text(const PathLeg& leg) {
  return leg.code ? std::string{row_of(*leg.code).name} : std::string{"Delivered"};
}

}  // namespace

std::string path_table(const Path& path, const Sources& sources) {
  std::string text = question(path.query) + "\n";
  for (std::size_t index = 0; index < path.legs.size() && index < std::size(kLegNames); ++index) {
    if (index > 0) text += fmt::format("{}\n", kLegNames[index]);
    text += leg_table(path.legs[index], path.query.wants_answer, sources) + "\n";
  }
  text += verdict_text(path, sources);
  for (const Path& one : path.failed_connection) {
    text += "\nBEHIND IT: CILIUM'S AGENT CANNOT CONNECT\n" + path_table(one, sources);
  }
  return text;
}

std::string path_dot(const Path& path) {
  std::string text = "digraph path {\n  rankdir=LR;\n  node [shape=box];\n";
  if (path.legs.empty()) return text + "}\n";
  const PathLeg& leg = path.legs.front();
  const auto stations = stations_of(leg);
  for (std::size_t i = 0; i < stations.size(); ++i) {
    text += fmt::format("  h{} [label=\"{}\\n{}\"];\n", i, stations[i].where,
                        duration(stations[i].latency));
    if (i > 0) {
      text += fmt::format("  h{} -> h{}{};\n", i - 1, i,
                          stations[i - 1].is_tunnelled ? " [label=\"vxlan\"]" : "");
    }
  }
  text += fmt::format("  end [label=\"{}\", shape={}];\n  h{} -> end;\n", end_text(leg),
                      leg.code ? "octagon, color=red" : "ellipse", stations.size() - 1);
  return text + "}\n";
}

std::string path_mermaid(const Path& path) {
  std::string text = "graph LR\n";
  if (path.legs.empty()) return text;
  const PathLeg& leg = path.legs.front();
  const auto stations = stations_of(leg);
  for (std::size_t i = 0; i < stations.size(); ++i) {
    text +=
        fmt::format("  h{}[\"{}<br/>{}\"]\n", i, stations[i].where, duration(stations[i].latency));
    if (i > 0) {
      text +=
          fmt::format("  h{} -->{} h{}\n", i - 1, stations[i - 1].is_tunnelled ? "|vxlan|" : "", i);
    }
  }
  return text + fmt::format("  h{} --> e{}{}{}\n", stations.size() - 1, leg.code ? "{{\"" : "([\"",
                            end_text(leg), leg.code ? "\"}}" : "\"])");
}

}  // namespace meshsim
