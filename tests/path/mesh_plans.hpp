// Plans for tests of paths: scenarios that came with meshsim, and random faults in their networks.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "meshsim/kernel/random.hpp"
#include "sim/path/path.hpp"
#include "sim/scenario/plan.hpp"

namespace meshsim {

struct Planned {
  Sources sources;
  Diagnostics diagnostics;
  std::optional<Plan> plan;

  std::string messages() const { return diagnostics.text(sources); }
};

// Of files to look at; `change` may damage the topology before things are placed on it.
std::unique_ptr<Planned> look_at(const std::vector<std::string>& files);

struct MeshOptions {
  std::string scenario;      // a file
  std::uint32_t nodes = 2;   // of each pool
  bool has_members = false;  // else the Coherence clusters are left out, and pods never restart
};
// Of a scenario for a run, with everything applied at the start and an operator's host in each VCN.
std::unique_ptr<Planned> plan_mesh(const MeshOptions& options,
                                   const std::function<void(Topology&)>& change = nullptr);

// Takes away or bends `count` things of a network: rules, routes, attachments, peerings, MTUs,
// distributions, gateways, hosts that forward. `narrow`: also prefixes of single addresses.
void damage(Topology& topology, RandomStream& random, std::size_t count, bool narrow);

// Two ends and a packet between them.
PathQuery random_query(const Plan& plan, RandomStream& random);

// "tcp pod/c1/a > node/c2/b 2379, 64 bytes, from 33001", for messages of failed tests.
std::string text_of(const PathQuery& query);

}  // namespace meshsim
