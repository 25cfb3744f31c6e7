// Who reaches whom: paths between all nodes, pods or load balancers of a plan, counted by cluster.
// Ends that no rule, route or table can tell apart form a class, and one pair stands for all pairs
// of two classes: ten million pairs cost a few thousand probes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/path/path.hpp"

namespace meshsim {

enum class ReachLevel : std::uint8_t { Node, Pod, Service };

struct ReachQuery {
  ReachLevel level = ReachLevel::Node;
  Protocol protocol = Protocol::Tcp;
  std::uint16_t port = 0;  // of Service: 0 stands for every port of the load balancers
  std::uint16_t size = 64;
  std::optional<PathEnd> from{};  // only what this end reaches
  bool by_class = true;  // false: every pair for itself, which tests hold against the other
};

// Ends that behave alike.
struct ReachClass {
  std::size_t cluster = 0;
  std::vector<PathEnd> ends;
  std::uint16_t port = 0;  // of a load balancer: the listener's
};

struct ReachCount {
  std::uint64_t pairs = 0;
  std::uint64_t delivered = 0;
  std::uint64_t unknown = 0;
  std::map<DropCode, std::uint64_t> dropped;

  void add(const ReachCount& other);
};

struct ReachPair {
  std::size_t from = 0;  // of Reach::senders
  std::size_t to = 0;    // of Reach::receivers
  ReachCount count;
  // A pair that is not delivered, if there is one: `meshsim path` explains it.
  PathEnd example_from;
  PathEnd example_to;
};

struct Reach {
  ReachQuery query;
  std::vector<ReachClass> senders;
  std::vector<ReachClass> receivers;
  std::vector<ReachPair> pairs;  // of all classes, by sender
  std::uint64_t probes = 0;      // paths that were followed

  // By name of cluster, in the order of the plan.
  std::vector<std::string> clusters;
  ReachCount between(std::size_t from, std::size_t to) const;  // clusters
};

Reach reach(const Plan& plan, const ReachQuery& query);

// How far a pair was reachable over a run.
struct ReachInterval {
  Time begin{};
  Time end{};  // the next probe found something else, or the run ended
  bool reached = false;
  std::optional<DropCode> code;  // why not; nothing if the probe was still under way
};
struct ReachHistory {
  PathEnd from;
  PathEnd to;
  std::vector<ReachInterval> intervals;
};

// Runs the scenario and sends a probe between every two ends each `every`: the first pod of each
// workload, or the first node of each cluster. A change is seen at the next probe. `plan`: for a
// run.
std::vector<ReachHistory> reach_over_time(const Plan& plan, const ReachQuery& query,
                                          std::uint64_t seed, Duration until, Duration every);

// The path of a packet put into the run of the scenario at that time. `plan`: for a run.
Path path_at(const Plan& plan, const PathQuery& query, std::uint64_t seed, Duration at);

}  // namespace meshsim
