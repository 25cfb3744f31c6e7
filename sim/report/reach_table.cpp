// Reach as a matrix of clusters, or of one cluster's ends, and as intervals of a run.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "sim/config/columns.hpp"
#include "sim/report/path_report.hpp"
#include "sim/scenario/expect.hpp"

namespace meshsim {
namespace {

using Row = std::vector<std::string>;

// Matrices beyond this are no help on a terminal: then only what does not get through is listed.
constexpr std::size_t kClustersListed = 16;

// "all", "none", "12/16", "?" or "-": no pairs.
std::string cell(const ReachCount& count) {
  if (count.pairs == 0) return "-";
  if (count.unknown == count.pairs) return "?";
  if (count.delivered == count.pairs) return "all";
  if (count.delivered == 0 && count.unknown == 0) return "none";
  return fmt::format("{}/{}{}", count.delivered, count.pairs, count.unknown > 0 ? "?" : "");
}

std::string class_name(const ReachClass& one) {
  std::string name = one.ends.front().name;
  if (one.port != 0) name += fmt::format(":{}", one.port);
  return one.ends.size() == 1 ? name : fmt::format("{} and {} more", name, one.ends.size() - 1);
}

std::string matrix(const Reach& reach) {
  Row head{"FROM \\ TO"};
  head.insert(head.end(), reach.clusters.begin(), reach.clusters.end());
  std::vector<Row> rows{head};
  const std::size_t size = reach.clusters.size();
  std::vector<ReachCount> counts(size * size);
  for (const ReachPair& pair : reach.pairs) {
    counts[reach.senders[pair.from].cluster * size + reach.receivers[pair.to].cluster].add(
        pair.count);
  }
  for (std::size_t from = 0; from < size; ++from) {
    Row row{reach.clusters[from]};
    for (std::size_t to = 0; to < size; ++to) row.push_back(cell(counts[from * size + to]));
    rows.push_back(std::move(row));
  }
  return size <= kClustersListed ? in_columns(rows) : std::string{};
}

std::string drill_down(const Reach& reach, const std::string& from) {
  std::vector<Row> rows{{"FROM", "TO", "REACHED", "PAIRS", "DROPPED"}};
  for (const ReachPair& pair : reach.pairs) {
    const ReachClass& sender = reach.senders[pair.from];
    if (reach.clusters[sender.cluster] != from) continue;
    std::string codes;
    for (const auto& [code, count] : pair.count.dropped) {
      codes += fmt::format("{}{} x{}", codes.empty() ? "" : ", ", row_of(code).name, count);
    }
    rows.push_back({class_name(sender), class_name(reach.receivers[pair.to]), cell(pair.count),
                    std::to_string(pair.count.pairs), codes});
  }
  return in_columns(rows);
}

std::string protocol_words(const ReachQuery& query) {
  const std::string protocol{to_string(query.protocol)};
  return query.protocol == Protocol::Icmp || query.port == 0
             ? protocol
             : fmt::format("{} {}", protocol, query.port);
}

// One example of each code: how to see why.
std::string reasons(const Reach& reach, const std::string& from) {
  ReachCount all;
  std::map<DropCode, const ReachPair*> examples;
  for (const ReachPair& pair : reach.pairs) {
    if (!from.empty() && reach.clusters[reach.senders[pair.from].cluster] != from) continue;
    all.add(pair.count);
    for (const auto& [code, count] : pair.count.dropped) examples.emplace(code, &pair);
  }
  std::string text = fmt::format("{} of {} pairs reached ({}); {} paths followed\n", all.delivered,
                                 all.pairs, protocol_words(reach.query), reach.probes);
  if (all.unknown > 0) {
    text += fmt::format("unknown for {} pairs: the files do not say\n", all.unknown);
  }
  for (const auto& [code, count] : all.dropped) {
    const ReachPair& pair = *examples.at(code);
    const std::uint16_t port =
        reach.receivers[pair.to].port != 0 ? reach.receivers[pair.to].port : reach.query.port;
    text += fmt::format(
        "{} x{}\n    why: meshsim path FILE --from {} --to {} --proto {}{}\n", row_of(code).name,
        count, pair.example_from.name, pair.example_to.name, to_string(reach.query.protocol),
        reach.query.protocol == Protocol::Icmp ? std::string{} : fmt::format(" --port {}", port));
  }
  return text;
}

}  // namespace

std::string reach_table(const Reach& reach, const std::string& from) {
  const std::string table = from.empty() ? matrix(reach) : drill_down(reach, from);
  return (table.empty() ? table : table + "\n") + reasons(reach, from);
}

std::string history_table(const std::vector<ReachHistory>& histories) {
  std::vector<Row> rows{{"FROM", "TO", "BEGIN", "END", "REACHED"}};
  for (const ReachHistory& history : histories) {
    for (const ReachInterval& interval : history.intervals) {
      rows.push_back({history.from.name, history.to.name, format_duration(ns(interval.begin)),
                      format_duration(ns(interval.end)),
                      interval.reached ? "yes"
                      : interval.code  ? "no: " + std::string{row_of(*interval.code).name}
                                       : "no: under way at the end"});
    }
  }
  return in_columns(rows);
}

}  // namespace meshsim
