// MS06nn but for WKA lists: whom members reach, how long joining takes, what is left after a cut.
// Source: coherence.md sections 1, 2.1, 3.4, 7 and 13.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <set>

#include "sim/check/members.hpp"
#include "sim/check/pairs.hpp"
#include "sim/check/rules.hpp"
#include "sim/check/way.hpp"

namespace meshsim::checks {
namespace {

// A member joins at once while the round trip is below this; source: coherence.md section 1 (2).
constexpr Duration kQuickJoin = 15ms;
// The TCP check of a join gives up; source: coherence.md section 3.1.
constexpr Duration kJoinTimeout = 1000ms;

// Why pods of `from` do not reach pods of `to`; no text if they do, or if it is not known.
struct Gap {
  std::string because;
  Pos pos;
  std::vector<Step> steps;
};

Gap pod_gap(const Subject& subject, const PlannedCluster& from, const PlannedCluster& to,
            Findings& findings) {
  if (!from.has_cilium || !from.knows_remotes) {
    findings.is_unknown(Unknown::Of::Cluster, name_of(from));
    return {};
  }
  if (subject.entry(from, to) == nullptr) {
    return {fmt::format("Cilium of {} has no clustermesh.config.clusters entry for {}",
                        name_of(from), name_of(to)),
            from.cilium.remotes_pos ? from.cilium.remotes_pos : from.cilium.pos,
            {}};
  }
  for (const End& source : node_ends(from)) {
    for (const End& target : node_ends(to)) {
      Way way = find_route_way(subject, source, target, findings);
      if (way.stop == Stop::None || way.stop == Stop::Unknown) continue;
      return {way.because, way.pos, std::move(way.steps)};
    }
  }
  return {};
}

void find_unreachable_members(const Subject& subject, Findings& findings) {
  PairFindings pairs{findings};
  for (const auto& [name, sets] : coherence_clusters(subject)) {
    const auto places = places_of(sets);
    for (const PlannedCluster* from : places) {
      for (const PlannedCluster* to : places) {
        if (from == to) continue;
        Gap gap = pod_gap(subject, *from, *to, findings);
        if (gap.because.empty()) continue;
        pairs.add(gap.pos, name, meshsim::checks::to(*from, *to),
                  {set_in(sets, *from).object(), object(*from), object(*to)},
                  fmt::format("members of Coherence cluster {} in {} do not reach those in {}: {}; "
                              "every member must reach every other, or newcomers hang and healthy "
                              "members are thrown out",
                              name, name_of(*from), name_of(*to), gap.because),
                  "connect every two clusters that have members, in the underlay and in Cilium",
                  std::move(gap.steps));
      }
    }
  }
}

void find_no_quorum(const Subject& subject, Findings& findings) {
  for (const auto& [name, sets] : coherence_clusters(subject)) {
    const auto places = places_of(sets);
    if (places.size() < 2) continue;
    const MemberSet& first = sets.front();
    const auto has_file = [](const MemberSet& set) { return bool{set.manifest().override_config}; };
    if (std::any_of(sets.begin(), sets.end(), has_file)) continue;  // says what cannot be read
    std::vector<std::string> objects;
    for (const MemberSet& set : sets) objects.push_back(set.object());
    findings.add(
        first.manifest().pos, std::move(objects),
        fmt::format("Coherence cluster {} stretches over {} clusters without a quorum: "
                    "there is none by default, so a cut between regions leaves two "
                    "clusters that both take writes",
                    name, places.size()),
        "give an overrideConfig with a cluster-quorum-policy (timeout-survivor-quorum) and "
        "write quorums per service");
  }
}

// Round trips between the places of a stretched cluster.
template <class Use>
void for_round_trips(const Subject& subject, Use&& use) {
  for (const auto& [name, sets] : coherence_clusters(subject)) {
    const auto places = places_of(sets);
    for (std::size_t a = 0; a < places.size(); ++a) {
      for (std::size_t b = 0; b < a; ++b) {
        const std::vector<End> nodes = node_ends(*places[a]);
        if (nodes.empty() || places[a]->vcn == places[b]->vcn) continue;
        const DrgTrace& trace = subject.trace(*places[b]->vcn, nodes.front().address);
        if (trace.arrives) use(set_in(sets, *places[a]), *places[b], *places[a], trace);
      }
    }
  }
}

Pos peering_pos(const Subject& subject, const DrgTrace& trace) {
  for (const DrgHop& hop : trace.hops) {
    const Rpc* const rpc = subject.routes().wires[hop.drg][hop.exit].rpc;
    if (rpc != nullptr) return rpc->pos;
  }
  return {};
}

std::string milliseconds(Duration duration) {
  return fmt::format("{:.1f} ms", static_cast<double>(ns(duration)) / 1e6);
}

void find_slow_joins(const Subject& subject, Findings& findings) {
  PairFindings pairs{findings};
  for_round_trips(subject, [&](const MemberSet& set, const PlannedCluster& a,
                               const PlannedCluster& b, const DrgTrace& trace) {
    if (trace.round_trip <= kQuickJoin || trace.round_trip > kJoinTimeout) return;
    pairs.add(
        peering_pos(subject, trace), "slow", with(a, b), {set.object(), object(a), object(b)},
        fmt::format("the round trip between {} and {} is {}: above 15 ms the clock check "
                    "makes a member wait for seconds before it may join (10 s at 100 ms)",
                    name_of(a), name_of(b), milliseconds(trace.round_trip)),
        "allow for it in start-up and roll-out times, or choose regions closer to each other");
  });
}

void find_impossible_joins(const Subject& subject, Findings& findings) {
  PairFindings pairs{findings};
  for_round_trips(subject, [&](const MemberSet& set, const PlannedCluster& a,
                               const PlannedCluster& b, const DrgTrace& trace) {
    if (trace.round_trip <= kJoinTimeout) return;
    pairs.add(
        peering_pos(subject, trace), "far", with(a, b), {set.object(), object(a), object(b)},
        fmt::format("the round trip between {} and {} is {}: the TCP check of a join gives up "
                    "after 1 s, so no member ever joins",
                    name_of(a), name_of(b), milliseconds(trace.round_trip)),
        "use a cluster of its own in each region, with federation");
  });
}

void find_different_ports(const Subject& subject, Findings& findings) {
  for (const auto& [name, sets] : coherence_clusters(subject)) {
    for (std::size_t i = 1; i < sets.size(); ++i) {
      const Located<std::uint32_t>& own = sets[i].manifest().jvm.cluster_port;
      const Located<std::uint32_t>& first = sets.front().manifest().jvm.cluster_port;
      if (own.value == first.value) continue;
      findings.add(own ? own.pos : sets[i].manifest().pos,
                   {sets[i].object(), sets.front().object(), object(*sets[i].cluster)},
                   fmt::format("members of {} in {} listen at cluster port {}, those in {} at {}: "
                               "they never hear each other",
                               name, name_of(*sets[i].cluster), own.value,
                               name_of(*sets.front().cluster), first.value),
                   "use one coherence.clusterport, 7574 by default",
                   {{sets.front().manifest().pos, "the other members"}});
    }
  }
}

void find_one_fault_domain(const Subject& subject, Findings& findings) {
  for (const auto& [name, sets] : coherence_clusters(subject)) {
    for (const MemberSet& set : sets) {
      std::set<std::string> domains;
      for (std::size_t i = 0; i < set.coherence->pods; ++i) {
        const std::size_t pod = set.coherence->first_pod + i;
        if (pod >= set.cluster->pods.size()) break;
        domains.insert(set.cluster->nodes[set.cluster->pods[pod].node].fault_domain);
      }
      if (set.coherence->pods < 2 || domains.size() != 1 || domains.begin()->empty()) continue;
      findings.add(set.manifest().pos, {set.object(), object(*set.cluster)},
                   fmt::format("all {} members of {} in {} are in {}: one maintenance or hardware "
                               "fault takes them all",
                               set.coherence->pods, set.manifest().name, name_of(*set.cluster),
                               *domains.begin()),
                   "use at least three nodes, one per fault domain",
                   {{set.cluster->topology->pos, "the nodes"}});
    }
  }
}

void find_equal_halves(const Subject& subject, Findings& findings) {
  for (const auto& [name, sets] : coherence_clusters(subject)) {
    std::map<std::string, std::size_t> members;
    for (const MemberSet& set : sets) members[name_of(*set.cluster)] += set.coherence->pods;
    if (members.size() != 2 || members.begin()->second != members.rbegin()->second) continue;
    std::vector<std::string> objects;
    for (const MemberSet& set : sets) objects.push_back(set.object());
    findings.add(sets.front().manifest().pos, std::move(objects),
                 fmt::format("Coherence cluster {} has {} members in each of two clusters: after a "
                             "cut neither half is the larger, and the younger one dies when they "
                             "meet again",
                             name, members.begin()->second),
                 "put an odd member into a third region, so that one side has the majority");
  }
}

void find_no_storage(const Subject& subject, Findings& findings) {
  for (const auto& [name, sets] : coherence_clusters(subject)) {
    const auto stores = [](const MemberSet& set) {
      return set.manifest().jvm.storage_enabled.value;
    };
    if (std::any_of(sets.begin(), sets.end(), stores)) continue;
    const CoherenceManifest& first = sets.front().manifest();
    findings.add(
        first.jvm.storage_enabled.pos ? first.jvm.storage_enabled.pos : first.pos,
        {sets.front().object(), object(*sets.front().cluster)},
        fmt::format("no member of Coherence cluster {} stores data: every put fails", name),
        "write coherence.storageEnabled: true for at least one set of members");
  }
}

// "2g", "4Gi", "512m": bytes; nothing if it is not of that form.
std::optional<std::uint64_t> bytes_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  std::string_view unit{end, static_cast<std::size_t>(text.data() + text.size() - end)};
  if (unit.ends_with('i')) unit.remove_suffix(1);
  if (unit.empty()) return number;
  if (unit.size() != 1) return std::nullopt;
  switch (std::tolower(static_cast<unsigned char>(unit[0]))) {
    case 'k': return number << 10;
    case 'm': return number << 20;
    case 'g': return number << 30;
    case 't': return number << 40;
    default: return std::nullopt;
  }
}

void find_large_heaps(const Subject& subject, Findings& findings) {
  for (const auto& [name, sets] : coherence_clusters(subject)) {
    for (const MemberSet& set : sets) {
      const CoherenceManifest& manifest = set.manifest();
      const auto heap = bytes_of(manifest.heap_size.value);
      const auto limit = bytes_of(manifest.memory_limit.value);
      if (!heap || !limit || *limit == 0 || *heap < *limit) continue;
      findings.add(
          manifest.heap_size.pos, {set.object(), object(*set.cluster)},
          fmt::format("the heap of {} ({}) is not smaller than its memory limit ({}): the "
                      "kernel kills the pod when the heap fills",
                      manifest.name, manifest.heap_size.value, manifest.memory_limit.value),
          "leave a quarter of the limit to the JVM itself, its threads and buffers",
          {{manifest.memory_limit.pos, "the limit"}});
    }
  }
}

constexpr Rule kRules[] = {
    {"MS0601", Level::Error, "members of a cluster do not reach each other",
     find_unreachable_members, Needs::Mesh},
    {"MS0604", Level::Warning, "a stretched cluster has no quorum", find_no_quorum},
    {"MS0609", Level::Error, "the round trip is too long to join", find_impossible_joins},
    {"MS0610", Level::Warning, "the round trip makes joining slow", find_slow_joins},
    {"MS0612", Level::Error, "members use different cluster ports", find_different_ports},
    {"MS0613", Level::Warning, "all members are in one fault domain", find_one_fault_domain},
    {"MS0614", Level::Note, "two halves of equal size", find_equal_halves},
    {"MS0615", Level::Error, "no member stores data", find_no_storage},
    {"MS0616", Level::Warning, "a heap is as large as its memory limit", find_large_heaps},
};

}  // namespace

std::span<const Rule> coherence_rules() { return kRules; }

}  // namespace meshsim::checks
