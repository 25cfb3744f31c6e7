// Members of Coherence clusters over all Kubernetes clusters, and whom their WKA lists lead to.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/check/names.hpp"
#include "sim/check/subject.hpp"

namespace meshsim::checks {

// One Coherence resource (or StatefulSet) in one Kubernetes cluster.
struct MemberSet {
  const PlannedCluster* cluster = nullptr;
  const PlannedCoherence* coherence = nullptr;

  const CoherenceManifest& manifest() const { return coherence->manifest; }
  std::string object() const { return checks::object(*cluster, coherence->manifest); }
};

// By the name of the Coherence cluster; sets without pods are left out.
std::map<std::string, std::vector<MemberSet>> coherence_clusters(const Subject& subject);

// Kubernetes clusters that the sets are in, each once.
std::vector<const PlannedCluster*> places_of(const std::vector<MemberSet>& sets);
// The first of the sets in that cluster, which has one.
const MemberSet& set_in(const std::vector<MemberSet>& sets, const PlannedCluster& cluster);

// One entry of a WKA list and what it leads to.
struct WkaTarget {
  const Located<std::string>* address = nullptr;
  bool is_literal = false;  // an IP address
  NameEnd end;              // of a name
  std::vector<const PlannedPod*> pods;
  const PlannedCluster* cluster = nullptr;  // that the pods are of
};
const std::vector<WkaTarget>& wka_targets(const Subject& subject, const MemberSet& set);

// The Coherence resource that a pod is of.
const CoherenceManifest& manifest_of(const PlannedCluster& cluster, const PlannedPod& pod);

// Where the WKA list stands: the list, or the resource that has none.
Pos wka_pos(const CoherenceManifest& manifest);

}  // namespace meshsim::checks
