// Groups resources by cluster name and resolves their WKA lists.
#include "sim/check/members.hpp"

#include <algorithm>

namespace meshsim::checks {

std::map<std::string, std::vector<MemberSet>> coherence_clusters(const Subject& subject) {
  std::map<std::string, std::vector<MemberSet>> clusters;
  for (const PlannedCluster& cluster : subject.clusters()) {
    for (const PlannedCoherence& coherence : cluster.coherence) {
      if (coherence.pods == 0) continue;
      clusters[coherence.manifest.cluster.value].push_back({&cluster, &coherence});
    }
  }
  return clusters;
}

std::vector<const PlannedCluster*> places_of(const std::vector<MemberSet>& sets) {
  std::vector<const PlannedCluster*> places;
  for (const MemberSet& set : sets) {
    if (std::find(places.begin(), places.end(), set.cluster) == places.end()) {
      places.push_back(set.cluster);
    }
  }
  return places;
}

const MemberSet& set_in(const std::vector<MemberSet>& sets, const PlannedCluster& cluster) {
  return *std::find_if(sets.begin(), sets.end(),
                       [&](const MemberSet& set) { return set.cluster == &cluster; });
}

namespace {

std::vector<WkaTarget> work_out(const Subject& subject, const MemberSet& set) {
  std::vector<WkaTarget> targets;
  for (const Located<std::string>& address : set.manifest().jvm.wka) {
    WkaTarget target;
    target.address = &address;
    const std::string_view host = without_port(address.value);
    if (const auto literal = parse_ipv4(host)) {
      target.is_literal = true;
      for (const PlannedCluster& cluster : subject.clusters()) {
        for (const PlannedPod& pod : cluster.pods) {
          if (pod.kind != PodKind::Member || pod.address != *literal) continue;
          target.cluster = &cluster;
          target.pods.push_back(&pod);
        }
      }
    } else {
      target.end = resolve(subject, *set.cluster, set.manifest().namespace_, host);
      if (target.end.kind == NameEnd::Kind::Answered) {
        target.cluster = target.end.cluster;
        const ServiceManifest& service = target.end.service->manifest;
        for (const PlannedPod& pod : target.cluster->pods) {
          if (pod.kind != PodKind::Member || pod.namespace_ != service.namespace_) continue;
          if (selects(service.selector, pod.labels)) target.pods.push_back(&pod);
        }
      }
    }
    targets.push_back(std::move(target));
  }
  return targets;
}

}  // namespace

const std::vector<WkaTarget>& wka_targets(const Subject& subject, const MemberSet& set) {
  auto& known = subject.wka_memo()[set.object()];
  if (!known) known = std::make_shared<const std::vector<WkaTarget>>(work_out(subject, set));
  return *known;
}

const CoherenceManifest& manifest_of(const PlannedCluster& cluster, const PlannedPod& pod) {
  return cluster.coherence[pod.coherence].manifest;
}

Pos wka_pos(const CoherenceManifest& manifest) {
  return manifest.wka_pos ? manifest.wka_pos : manifest.pos;
}

}  // namespace meshsim::checks
