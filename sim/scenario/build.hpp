// Makes a world of components out of a plan: the one place where models are wired together.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "meshsim/base/decisions.hpp"
#include "meshsim/kernel/simulation.hpp"
#include "models/fabric/packet.hpp"
#include "sim/scenario/observe.hpp"
#include "sim/scenario/plan.hpp"

namespace meshsim {

struct World {
  Decisions decisions;
  std::unique_ptr<Simulation> simulation;
  std::vector<MemberSlot> members;
  // By cluster and node of the plan: where the node takes what its pods and processes send.
  std::vector<std::vector<Address<Outbound>>> uplinks;
  std::vector<Address<Outbound>> host_uplinks;  // likewise, by host of the plan
};

// The world at time 0, with everything scheduled that the scenario applies later.
// `jobs`: threads that will run it.
std::unique_ptr<World> build_world(const Plan& plan, std::uint64_t seed, std::uint32_t jobs = 1);

}  // namespace meshsim
