// The files that are applied to one cluster of a generated mesh.
#pragma once

#include <vector>

#include "sim/generate/mesh.hpp"

namespace meshsim {

inline constexpr const char* kCiliumValues = "cilium-values.yaml";
inline constexpr const char* kDnsBalancer = "kube-dns-nlb.yaml";
inline constexpr const char* kCorednsCustom = "coredns-custom.yaml";
inline constexpr const char* kCoherenceWka = "coherence-wka.yaml";
inline constexpr const char* kCoherence = "coherence-cluster.yaml";

// In the order in which they are applied; paths begin with the cluster's name. `topology` is that
// of the plan.
std::vector<GeneratedFile> cluster_files(const MeshPlan& plan, const Topology& topology,
                                         std::uint32_t self);

}  // namespace meshsim
