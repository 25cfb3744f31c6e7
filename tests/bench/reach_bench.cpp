// Paths and reach of generated meshes. The goal: nodes of 64 clusters of 50 nodes, ten million
// pairs, in under 2 s.
#include <benchmark/benchmark.h>

#include <fstream>
#include <string>
#include <vector>

#include "meshsim/base/check.hpp"
#include "sim/path/path.hpp"
#include "sim/path/reach.hpp"
#include "sim/scenario/input.hpp"

namespace meshsim {
namespace {

struct Mesh {
  Sources sources;
  Diagnostics diagnostics;
  std::optional<Plan> plan;

  Mesh(std::int64_t clusters, std::int64_t nodes) {
    const std::string file = "reach_bench_mesh.yaml";
    std::ofstream{file} << "apiVersion: meshsim.dev/v1alpha1\nkind: Topology\nname: bench\n"
                        << "clusters: {count: " << clusters << ", mesh: full, nodes: " << nodes
                        << ", ocpus: 2}\n";
    const std::vector<std::string> files{file};
    plan = load_input(files, sources, diagnostics);
    check(plan.has_value(), "the generated mesh is a plan");
  }
};

void BM_LoadMesh(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Mesh{state.range(0), state.range(1)}.plan);
}

void BM_ReachNodes(benchmark::State& state) {
  const Mesh mesh{state.range(0), state.range(1)};
  Reach found;
  for (auto _ : state) found = reach(*mesh.plan, {ReachLevel::Node, Protocol::Udp, 8472});
  ReachCount all;
  for (const ReachPair& pair : found.pairs) all.add(pair.count);
  state.counters["pairs"] = static_cast<double>(all.pairs);
  state.counters["probes"] = static_cast<double>(found.probes);
}

void BM_Path(benchmark::State& state) {
  const Mesh mesh{state.range(0), state.range(1)};
  PathFinder finder{*mesh.plan};
  PathQuery query;
  query.from = node_end(*mesh.plan, 0, 0);
  query.to = node_end(*mesh.plan, mesh.plan->clusters.size() - 1, 0);
  query.protocol = Protocol::Udp;
  query.port = 8472;
  for (auto _ : state) benchmark::DoNotOptimize(finder.find(query).verdict);
}

BENCHMARK(BM_LoadMesh)->Args({64, 50})->Unit(benchmark::kMillisecond);
BENCHMARK(BM_ReachNodes)->Args({8, 50})->Args({64, 50})->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Path)->Args({3, 2})->Args({64, 50})->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace meshsim
