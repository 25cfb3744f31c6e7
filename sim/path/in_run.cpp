// Probes in the run of a scenario.
#include "sim/path/legs.hpp"
#include "sim/path/outcome.hpp"
#include "sim/path/reach.hpp"

namespace meshsim {
namespace {

// A packet that is longer under way than this is not waited for.
constexpr Duration kUnderWay = 10s;
constexpr std::uint16_t kFirstPort = 33'000;
constexpr std::uint32_t kPorts = 27'000;

// Whoever stands for its cluster: the first pod of each workload, or the first node.
std::vector<PathEnd> ends_of(const Plan& plan, ReachLevel level) {
  std::vector<PathEnd> ends;
  for (std::size_t at = 0; at < plan.clusters.size(); ++at) {
    const PlannedCluster& cluster = plan.clusters[at];
    if (level != ReachLevel::Pod) {
      if (!cluster.nodes.empty()) ends.push_back(node_end(plan, at, 0));
      continue;
    }
    for (const PlannedCoherence& workload : cluster.coherence) {
      if (workload.pods > 0) ends.push_back(pod_end(plan, at, workload.first_pod));
    }
    for (std::size_t i = 0; i < cluster.pods.size(); ++i) {
      if (cluster.pods[i].kind != PodKind::CoreDns) continue;
      ends.push_back(pod_end(plan, at, i));
      break;
    }
  }
  return ends;
}

// Adds what a probe found; equal findings in a row are one interval.
void add_finding(ReachHistory& history, Time at, const ProbeStep* end) {
  ReachInterval found;
  found.begin = at;
  found.reached = end != nullptr && !end->dropped;
  if (end != nullptr) found.code = end->dropped;
  if (!history.intervals.empty()) {
    ReachInterval& last = history.intervals.back();
    last.end = at;
    if (last.reached == found.reached && last.code == found.code) return;
  }
  history.intervals.push_back(found);
}

}  // namespace

Path path_at(const Plan& plan, const PathQuery& query, std::uint64_t seed, Duration when) {
  const auto world = build_world(plan, seed);
  ProbeLog log;
  world->simulation->add_sink(log);
  Probe probe = probe_of(query, kFirstPort);
  probe.at = at(when);
  send_probe(*world, probe, 1);
  world->simulation->run_until(at(when + kUnderWay));

  Path path;
  path.query = query;
  path.legs = legs_of({plan, *world}, query, log.steps(1), probe.at);
  path.flows = 1;
  const bool is_through = outcome_of(log, 1, query).is_through;
  path.verdict = is_through ? PathVerdict::Delivered : PathVerdict::Dropped;
  path.flows_delivered = is_through ? 1 : 0;
  path.unknowns = unknowns_of(plan, path);
  if (!path.unknowns.empty()) path.verdict = PathVerdict::Unknown;
  return path;
}

std::vector<ReachHistory> reach_over_time(const Plan& plan, const ReachQuery& query,
                                          std::uint64_t seed, Duration until, Duration every) {
  const auto world = build_world(plan, seed);
  ProbeLog log{ProbeLog::Keep::Ends};
  world->simulation->add_sink(log);
  const std::vector<PathEnd> ends = ends_of(plan, query.level);
  std::vector<ReachHistory> histories;
  std::vector<std::pair<std::size_t, Time>> sent;  // of each probe: its history
  for (const PathEnd& from : ends) {
    for (const PathEnd& to : ends) {
      if (&from == &to) continue;
      for (Duration when{}; when < until; when += every) {
        Probe probe;
        probe.from = from;
        probe.target = to.address;
        probe.protocol = query.protocol;
        probe.port = query.port;
        probe.source_port = static_cast<std::uint16_t>(kFirstPort + sent.size() % kPorts);
        probe.size = query.size;
        probe.at = at(when);
        sent.emplace_back(histories.size(), probe.at);
        send_probe(*world, probe, static_cast<std::uint32_t>(sent.size()));
      }
      histories.push_back({from, to, {}});
    }
  }
  world->simulation->run_until(at(until));
  for (std::uint32_t index = 0; index < sent.size(); ++index) {
    add_finding(histories[sent[index].first], sent[index].second, log.end(index + 1));
  }
  for (ReachHistory& history : histories) {
    if (!history.intervals.empty()) history.intervals.back().end = at(until);
  }
  return histories;
}

}  // namespace meshsim
