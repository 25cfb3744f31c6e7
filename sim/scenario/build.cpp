// Adds everything, seals, ties the wires.
#include "sim/scenario/build.hpp"

#include "sim/scenario/world_parts.hpp"

namespace meshsim {
namespace {

// Shorter than any delay between two cells that the parameters allow; see infra/parameters.hpp.
constexpr Duration kWindow = 10us;

}  // namespace

std::unique_ptr<World> build_world(const Plan& plan, std::uint64_t seed, std::uint32_t jobs) {
  auto world = std::make_unique<World>();
  world->simulation = std::make_unique<Simulation>(seed, kWindow, jobs);
  Build build{plan, *world, {}};
  const Underlay underlay = build_underlay(build);
  build_clusters(build, underlay);
  world->simulation->seal();
  for (const auto& wire : build.wiring) wire();
  return world;
}

}  // namespace meshsim
