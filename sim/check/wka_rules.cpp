// MS06nn, the part about WKA lists: whom they lead to, and who may found a cluster.
// Source: coherence.md sections 2.1, 2.2 and 3.7.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sim/check/members.hpp"
#include "sim/check/pairs.hpp"
#include "sim/check/rules.hpp"

namespace meshsim::checks {
namespace {

using Kind = NameEnd::Kind;

// Groups of Kubernetes clusters that find each other by WKA, in either direction.
class Groups {
 public:
  explicit Groups(std::size_t count) : parent_(count) {
    for (std::size_t i = 0; i < count; ++i) parent_[i] = i;
  }
  std::size_t of(std::size_t one) {
    while (parent_[one] != one) one = parent_[one];
    return one;
  }
  void join(std::size_t a, std::size_t b) { parent_[of(b)] = of(a); }

 private:
  std::vector<std::size_t> parent_;
};

// Which places the lists of the members in each place lead to. Unknown names lead anywhere.
struct WkaGraph {
  std::vector<const PlannedCluster*> places;
  std::vector<std::set<std::size_t>> leads_to;
  const PlannedCluster* unknown = nullptr;  // of which a name depends on what no file says
};

// Whose files would have to say where the name leads; nullptr if it is known.
const PlannedCluster* unknown_of(const WkaTarget& target) {
  return !target.is_literal && target.end.kind == Kind::Unknown ? target.end.cluster : nullptr;
}

bool any_unknown(const std::vector<WkaTarget>& targets, Findings& findings) {
  bool is_any = false;
  for (const WkaTarget& target : targets) {
    const PlannedCluster* const cluster = unknown_of(target);
    if (cluster != nullptr) is_any |= findings.is_unknown(Unknown::Of::Cluster, name_of(*cluster));
  }
  return is_any;
}

bool is_unknown(const WkaGraph& graph, Findings& findings) {
  if (graph.unknown == nullptr) return false;
  findings.is_unknown(Unknown::Of::Cluster, name_of(*graph.unknown));
  return true;
}

WkaGraph wka_graph(const Subject& subject, const std::vector<MemberSet>& sets) {
  WkaGraph graph;
  graph.places = places_of(sets);
  graph.leads_to.resize(graph.places.size());
  const auto index = [&](const PlannedCluster* cluster) {
    return static_cast<std::size_t>(std::find(graph.places.begin(), graph.places.end(), cluster) -
                                    graph.places.begin());
  };
  for (const MemberSet& set : sets) {
    for (const WkaTarget& target : wka_targets(subject, set)) {
      if (unknown_of(target) != nullptr) graph.unknown = unknown_of(target);
      if (target.cluster == nullptr || target.pods.empty()) continue;
      const std::size_t to = index(target.cluster);
      if (to < graph.places.size()) graph.leads_to[index(set.cluster)].insert(to);
    }
  }
  return graph;
}

void find_two_clusters(const Subject& subject, Findings& findings) {
  for (const auto& [name, sets] : coherence_clusters(subject)) {
    const WkaGraph graph = wka_graph(subject, sets);
    if (is_unknown(graph, findings)) continue;
    Groups groups{graph.places.size()};
    for (std::size_t from = 0; from < graph.places.size(); ++from) {
      for (const std::size_t to : graph.leads_to[from]) groups.join(from, to);
    }
    for (std::size_t i = 1; i < graph.places.size(); ++i) {
      if (groups.of(i) == groups.of(0)) continue;
      const MemberSet& own = set_in(sets, *graph.places[i]);
      findings.add(wka_pos(own.manifest()),
                   {own.object(), object(*graph.places[i]), object(*graph.places[0])},
                   fmt::format("no WKA list leads from {} to {} or back: the members form two "
                               "clusters, both named {}",
                               name_of(*graph.places[i]), name_of(*graph.places[0]), name),
                   fmt::format("add a name to coherence.wka that resolves to the members in {}",
                               name_of(*graph.places[0])),
                   {{wka_pos(set_in(sets, *graph.places[0]).manifest()), "the other list"}});
    }
  }
}

void find_wka_hub(const Subject& subject, Findings& findings) {
  PairFindings pairs{findings};
  for (const auto& [name, sets] : coherence_clusters(subject)) {
    const WkaGraph graph = wka_graph(subject, sets);
    if (graph.places.size() < 3 || is_unknown(graph, findings)) continue;
    for (std::size_t a = 0; a < graph.places.size(); ++a) {
      for (std::size_t b = 0; b < a; ++b) {
        if (graph.leads_to[a].contains(b) || graph.leads_to[b].contains(a)) continue;
        const MemberSet& own = set_in(sets, *graph.places[b]);
        pairs.add(
            wka_pos(own.manifest()), name, with(*graph.places[b], *graph.places[a]),
            {own.object(), object(*graph.places[b])},
            fmt::format("the WKA lists of {} and {} do not name each other: enough to join "
                        "while a third cluster is up; without it, each forms a cluster of its "
                        "own",
                        name_of(*graph.places[b]), name_of(*graph.places[a])),
            "name the members of every cluster in every list");
      }
    }
  }
}

void find_unresolved_names(const Subject& subject, Findings& findings) {
  for (const auto& [name, sets] : coherence_clusters(subject)) {
    for (const MemberSet& set : sets) {
      const auto& targets = wka_targets(subject, set);
      const bool finds_some = std::any_of(targets.begin(), targets.end(),
                                          [](const WkaTarget& one) { return !one.pods.empty(); });
      if (!finds_some) continue;  // MS0606
      for (const WkaTarget& target : targets) {
        if (target.is_literal || target.end.kind == Kind::Answered) continue;
        if (target.end.kind == Kind::Unknown) {
          findings.is_unknown(Unknown::Of::Cluster, name_of(*target.end.cluster));
          continue;
        }
        findings.add(
            target.address->pos ? target.address->pos : wka_pos(set.manifest()),
            {set.object(), object(*set.cluster), coredns_object(*set.cluster)},
            fmt::format("{} does not resolve in {} and is skipped with one log line: {}",
                        target.address->value, name_of(*set.cluster), target.end.steps.back().text),
            "add a server block for it to coredns-custom, or remove the name", target.end.steps);
      }
    }
  }
}

void find_no_names(const Subject& subject, Findings& findings) {
  for (const auto& [name, sets] : coherence_clusters(subject)) {
    for (const MemberSet& set : sets) {
      const auto& targets = wka_targets(subject, set);
      const bool resolves = std::any_of(targets.begin(), targets.end(), [](const WkaTarget& one) {
        return one.is_literal || one.end.kind == Kind::Answered;
      });
      if (resolves || any_unknown(targets, findings)) continue;
      Finding& finding = findings.add(
          wka_pos(set.manifest()), {set.object(), object(*set.cluster)},
          fmt::format("no name of the WKA list of {} resolves in {}: the JVM fails at its start",
                      set.manifest().name, name_of(*set.cluster)),
          "name a headless Service that selects the members, like coherence-wka");
      if (!targets.empty()) finding.steps = targets.front().end.steps;
    }
  }
}

// Services that WKA names of some member lead to, each once.
template <class Use>
void for_wka_services(const Subject& subject, Use&& use) {
  std::set<std::string> seen;
  for (const auto& [name, sets] : coherence_clusters(subject)) {
    for (const MemberSet& set : sets) {
      for (const WkaTarget& target : wka_targets(subject, set)) {
        if (target.is_literal || target.end.kind != Kind::Answered) continue;
        const ServiceManifest& service = target.end.service->manifest;
        if (seen.insert(object(*target.cluster, service)).second) use(set, target, service);
      }
    }
  }
}

void find_late_addresses(const Subject& subject, Findings& findings) {
  for_wka_services(
      subject, [&](const MemberSet& set, const WkaTarget& target, const ServiceManifest& service) {
        if (!service.headless || service.publish_not_ready.value) return;
        findings.add(
            service.publish_not_ready.pos ? service.publish_not_ready.pos : service.pos,
            {object(*target.cluster, service), object(*target.cluster), set.object()},
            fmt::format("Service {}/{} of {} lists pods only when they are ready, and a member "
                        "is ready only in a cluster: none is found, none is ever formed",
                        service.namespace_, service.name, name_of(*target.cluster)),
            "write publishNotReadyAddresses: true");
      });
}

void find_wrong_services(const Subject& subject, Findings& findings) {
  for_wka_services(
      subject, [&](const MemberSet& set, const WkaTarget& target, const ServiceManifest& service) {
        if (service.headless && !target.pods.empty()) return;
        // A Service for members that come later, or of none, is told from a wrong selector by the
        // pods.
        const bool has_members = !target.cluster->coherence.empty();
        if (service.headless && !has_members) return;
        findings.add(
            service.pos, {object(*target.cluster, service), object(*target.cluster), set.object()},
            service.headless
                ? fmt::format("Service {}/{} of {} selects no member: the name resolves to "
                              "nothing",
                              service.namespace_, service.name, name_of(*target.cluster))
                : fmt::format("Service {}/{} of {} is not headless: the name resolves to a "
                              "ClusterIP, which is no member's address",
                              service.namespace_, service.name, name_of(*target.cluster)),
            service.headless ? "let the selector match the labels of the operator's pods: "
                               "coherenceComponent: coherencePod, coherenceWKAMember: \"true\""
                             : "write clusterIP: None");
      });
}

void find_foreign_members(const Subject& subject, Findings& findings) {
  for (const auto& [name, sets] : coherence_clusters(subject)) {
    for (const MemberSet& set : sets) {
      for (const WkaTarget& target : wka_targets(subject, set)) {
        for (const PlannedPod* pod : target.pods) {
          const CoherenceManifest& other = manifest_of(*target.cluster, *pod);
          if (other.cluster.value == name) continue;
          findings.add(
              target.address->pos ? target.address->pos : wka_pos(set.manifest()),
              {set.object(), object(*set.cluster)},
              fmt::format("{} leads members of Coherence cluster {} to pod {} of {}, which "
                          "is of cluster {}: its messages are dropped",
                          target.address->value, name, pod->name, name_of(*target.cluster),
                          other.cluster.value),
              "give both the same spec.cluster, or name a Service of the own cluster",
              {{other.pos, "the other cluster"}});
          break;
        }
      }
    }
  }
}

void find_pod_addresses(const Subject& subject, Findings& findings) {
  for (const auto& [name, sets] : coherence_clusters(subject)) {
    for (const MemberSet& set : sets) {
      for (const Located<std::string>& address : set.manifest().jvm.wka) {
        const auto literal = parse_ipv4(without_port(address.value));
        if (!literal) continue;
        const auto is_pods = [&](const PlannedCluster& cluster) {
          return cluster.topology->pods_cidr.contains(*literal);
        };
        const auto owner =
            std::find_if(subject.clusters().begin(), subject.clusters().end(), is_pods);
        if (owner == subject.clusters().end()) continue;
        findings.add(address.pos, {set.object(), object(*set.cluster)},
                     fmt::format("{} in the WKA list of {} is an address of pods in {}: it is gone "
                                 "when the pod is replaced",
                                 address.value, set.manifest().name, name_of(*owner)),
                     "name a headless Service instead");
      }
    }
  }
}

// Only a member whose own address is in its own list may found the cluster.
void find_nobody_well_known(const Subject& subject, Findings& findings) {
  for (const auto& [name, sets] : coherence_clusters(subject)) {
    const auto knows_itself = [&](const MemberSet& set) {
      const auto& targets = wka_targets(subject, set);
      return std::any_of(targets.begin(), targets.end(), [&](const WkaTarget& target) {
        return std::any_of(target.pods.begin(), target.pods.end(), [&](const PlannedPod* pod) {
          return target.cluster == set.cluster &&
                 &manifest_of(*target.cluster, *pod) == &set.manifest();
        });
      });
    };
    if (std::any_of(sets.begin(), sets.end(), knows_itself)) continue;
    if (std::any_of(sets.begin(), sets.end(), [&](const MemberSet& set) {
          return any_unknown(wka_targets(subject, set), findings);
        })) {
      continue;
    }
    const CoherenceManifest& first = sets.front().manifest();
    findings.add(
        wka_pos(first), {sets.front().object(), object(*sets.front().cluster)},
        fmt::format("no member of Coherence cluster {} is in its own WKA list, so none may "
                    "form the cluster: all wait until their start gives up after 300 s",
                    name),
        "let the name select members that are not excludedFromWKA");
  }
}

constexpr Rule kRules[] = {
    {"MS0602", Level::Error, "WKA lists can form two clusters", find_two_clusters},
    {"MS0603", Level::Note, "the WKA graph is no full mesh", find_wka_hub},
    {"MS0605", Level::Warning, "a WKA name does not resolve", find_unresolved_names},
    {"MS0606", Level::Error, "no WKA name resolves", find_no_names},
    {"MS0607", Level::Error, "a WKA Service hides pods that are not ready", find_late_addresses},
    {"MS0608", Level::Error, "a WKA Service leads to no member", find_wrong_services},
    {"MS0611", Level::Error, "a WKA name leads to another Coherence cluster", find_foreign_members},
    {"MS0617", Level::Warning, "a WKA list names addresses of pods", find_pod_addresses},
    {"MS0618", Level::Error, "no member may form the cluster", find_nobody_well_known},
};

}  // namespace

std::span<const Rule> wka_rules() { return kRules; }

}  // namespace meshsim::checks
