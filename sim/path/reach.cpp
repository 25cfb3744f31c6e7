// Picks pairs that stand for others, follows their paths, and multiplies.
#include "sim/path/reach.hpp"

#include <algorithm>

#include "sim/path/reach_classes.hpp"

namespace meshsim {
namespace {

// Flows tried to a load balancer: it and its node ports choose by chance.
constexpr std::size_t kFlows = 8;

// One pair that is followed, and how many it stands for.
struct Sample {
  std::size_t pair = 0;
  std::uint64_t stands_for = 0;
  const PathEnd* from = nullptr;
  const PathEnd* to = nullptr;
};

std::map<std::size_t, std::uint64_t> ends_per_node(const ReachClass& one) {
  std::map<std::size_t, std::uint64_t> counts;
  for (const PathEnd& end : one.ends) ++counts[end.node];
  return counts;
}

bool is_same(const PathEnd& a, const PathEnd& b) {
  return a.kind == b.kind && a.cluster == b.cluster && a.item == b.item;
}

// Pairs on one node never meet the underlay, so they are counted apart from the others.
class Sampler {
 public:
  Sampler(const ReachClass& from, const ReachClass& to, std::size_t pair)
      : from_(from), to_(to), pair_(pair) {}

  void add(std::vector<Sample>& samples) const {
    const std::uint64_t all = pairs();
    const std::uint64_t together = pairs_on_one_node();
    if (together > 0) add(samples, together, true);
    if (all > together) add(samples, all - together, false);
  }

  std::uint64_t pairs() const {
    const std::uint64_t product = from_.ends.size() * to_.ends.size();
    return product - selves();
  }

 private:
  // Classes do not share ends unless they are the same; but one end alone may be of any class.
  std::uint64_t selves() const {
    if (from_.cluster != to_.cluster) return 0;
    const auto has = [](const ReachClass& some, const PathEnd& end) {
      return std::any_of(some.ends.begin(), some.ends.end(),
                         [&](const PathEnd& one) { return is_same(one, end); });
    };
    if (from_.ends.size() == 1) return has(to_, from_.ends.front()) ? 1 : 0;
    return has(from_, to_.ends.front()) ? from_.ends.size() : 0;
  }

  std::uint64_t pairs_on_one_node() const {
    if (from_.cluster != to_.cluster || !to_.ends.front().sends()) return 0;
    const auto senders = ends_per_node(from_);
    std::uint64_t count = 0;
    for (const auto& [node, receivers] : ends_per_node(to_)) {
      const auto here = senders.find(node);
      if (here != senders.end()) count += here->second * receivers;
    }
    return count - selves();
  }

  void add(std::vector<Sample>& samples, std::uint64_t stands_for, bool on_one_node) const {
    for (const PathEnd& from : from_.ends) {
      for (const PathEnd& to : to_.ends) {
        const bool is_together = from.cluster == to.cluster && from.node == to.node;
        if (is_same(from, to) || is_together != on_one_node) continue;
        samples.push_back({pair_, stands_for, &from, &to});
        return;
      }
    }
  }

  const ReachClass& from_;
  const ReachClass& to_;
  std::size_t pair_;
};

PathQuery query_of(const Sample& sample, const ReachQuery& query, std::uint16_t port) {
  PathQuery made;
  made.from = *sample.from;
  made.to = *sample.to;
  made.protocol = query.protocol;
  made.port = port;
  made.size = query.size;
  return made;
}

// Of several flows the first that fails counts.
PathFinder::Answer worst(const std::vector<PathFinder::Answer>& answers, std::size_t begin,
                         std::size_t count) {
  for (std::size_t i = begin; i < begin + count; ++i) {
    if (answers[i].verdict != PathVerdict::Delivered) return answers[i];
  }
  return answers[begin];
}

}  // namespace

void ReachCount::add(const ReachCount& other) {
  pairs += other.pairs;
  delivered += other.delivered;
  unknown += other.unknown;
  for (const auto& [code, count] : other.dropped) dropped[code] += count;
}

ReachCount Reach::between(std::size_t from, std::size_t to) const {
  ReachCount count;
  for (const ReachPair& pair : pairs) {
    const bool is_wanted = senders[pair.from].cluster == from && receivers[pair.to].cluster == to;
    if (is_wanted) count.add(pair.count);
  }
  return count;
}

Reach reach(const Plan& plan, const ReachQuery& query) {
  Reach made;
  made.query = query;
  for (const PlannedCluster& cluster : plan.clusters) {
    made.clusters.push_back(cluster.topology->name);
  }
  const bool is_service = query.level == ReachLevel::Service;
  made.senders = query.level == ReachLevel::Node ? node_classes(plan, query.by_class)
                                                 : pod_classes(plan, query.by_class);
  made.receivers =
      is_service ? load_balancer_classes(plan, query.protocol, query.port) : made.senders;
  if (query.from) made.senders = {{query.from->cluster, {*query.from}, 0}};
  std::vector<Sample> samples;
  for (std::size_t from = 0; from < made.senders.size(); ++from) {
    for (std::size_t to = 0; to < made.receivers.size(); ++to) {
      const Sampler sampler{made.senders[from], made.receivers[to], made.pairs.size()};
      ReachPair pair{from, to, {}, {}, {}};
      pair.count.pairs = sampler.pairs();
      if (pair.count.pairs == 0) continue;
      sampler.add(samples);
      made.pairs.push_back(std::move(pair));
    }
  }

  const std::size_t flows = is_service ? kFlows : 1;
  std::vector<PathQuery> queries;
  for (const Sample& sample : samples) {
    const std::uint16_t port =
        is_service ? made.receivers[made.pairs[sample.pair].to].port : query.port;
    for (std::size_t flow = 0; flow < flows; ++flow) {
      queries.push_back(query_of(sample, query, port));
    }
  }
  PathFinder finder{plan};
  const std::vector<PathFinder::Answer> answers = finder.find_all(queries);
  made.probes = queries.size();
  for (std::size_t index = 0; index < samples.size(); ++index) {
    const Sample& sample = samples[index];
    const PathFinder::Answer answer = worst(answers, index * flows, flows);
    ReachPair& pair = made.pairs[sample.pair];
    if (answer.verdict == PathVerdict::Delivered) {
      pair.count.delivered += sample.stands_for;
      continue;
    }
    if (answer.verdict == PathVerdict::Unknown || !answer.code) {
      pair.count.unknown += sample.stands_for;
    } else {
      pair.count.dropped[*answer.code] += sample.stands_for;
    }
    pair.example_from = *sample.from;
    pair.example_to = *sample.to;
  }
  return made;
}

}  // namespace meshsim
