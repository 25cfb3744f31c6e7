// What the verbs that look without running (path, reach, check) work on, from whatever files a user
// has: a scenario, a topology, `terraform show -json`, `kubectl get -o json`, manifests and Helm
// values. The one function they all call.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "meshsim/base/diagnostics.hpp"
#include "sim/import/terraform.hpp"
#include "sim/scenario/plan.hpp"
#include "sim/topology/validate.hpp"

namespace meshsim {

// A plan of all that the files say, and in `Plan::unknowns` what they do not: an answer that
// depends on one of those must be "unknown". Nothing, and all that is wrong, if the files
// contradict each other or cannot be read.
//
// `files` are, in any order: at most one scenario, or at most one topology or any number of
// Terraform states (which add up to one topology; without any, the dumps show as much of it as they
// can); and any number of dumps, manifests and Helm
// values. Which cluster those belong to is found by their content (cluster.name, cilium-config, the
// addresses of Nodes), or said by a prefix: "c1=manifests/coredns-custom.yaml".
// `use`: what only a run needs (ranges that do not overlap) is no error where rules look at it.
std::optional<Plan> load_input(std::span<const std::string> files, Sources& sources,
                               Diagnostics& diagnostics,
                               const std::string& installed_topologies = "",
                               ValidateFor use = ValidateFor::Run);

// Whose view of the network it is.
enum class NetworkOf : std::uint8_t { Terraform, Kubectl };

// The topology of Terraform states and plans, or of dumps, alone. `cluster`: whose the dumps are,
// if they and their prefixes do not say it.
std::optional<ImportedTopology> load_network(std::span<const std::string> files, NetworkOf of,
                                             Sources& sources, Diagnostics& diagnostics,
                                             const std::string& cluster = "");

}  // namespace meshsim
