// One flow stopped and one started among N, and the next end known, without the kernel. The
// counters say how much of the network a change touches: limits looked at, levels set, flows moved.
#include <benchmark/benchmark.h>

#include <array>
#include <vector>

#include "meshsim/kernel/random.hpp"
#include "models/fabric/flow_completions.hpp"

namespace meshsim::fabric {
namespace {

constexpr std::uint32_t kRegions = 3;
constexpr std::uint32_t kHosts = 333;  // of a region

// Three regions of hosts, a link of 10 Gb/s between each two of them.
class Mesh {
 public:
  // Hosts' links have from `least` to `most`.
  Mesh(BitRate least, BitRate most) {
    for (std::uint32_t wan = 0; wan < kRegions; ++wan) flows.add_link(gigabits(10));
    for (std::uint32_t region = 0; region < kRegions; ++region) flows.add_link(gigabits(100));
    for (std::uint32_t host = 0; host < kRegions * kHosts; ++host) {
      flows.add_link({random_.below(most.bits_per_second - least.bits_per_second + 1) +
                      least.bits_per_second});
    }
  }

  void start() {
    const auto from = static_cast<std::uint32_t>(random_.below(kRegions));
    const std::uint32_t to = (from + 1 + static_cast<std::uint32_t>(random_.below(2))) % kRegions;
    const std::array path{host(from), LinkId{kRegions + from}, LinkId{from + to - 1},
                          LinkId{kRegions + to}, host(to)};
    const Bytes size{1'000'000'000'000 + random_.below(1'000'000'000'000)};
    under_way_.push_back(flows.start(kStart, size, path));
  }
  void stop_one() {
    const std::size_t which = random_.below(under_way_.size());
    flows.stop(kStart, under_way_[which]);
    under_way_[which] = under_way_.back();
    under_way_.pop_back();
  }

  FlowCompletions flows;

 private:
  LinkId host(std::uint32_t region) {
    return {2 * kRegions + region * kHosts + static_cast<std::uint32_t>(random_.below(kHosts))};
  }

  RandomStream random_{1, "bench", "flows"};
  std::vector<FlowId> under_way_;
};

void churn(benchmark::State& state, BitRate least, BitRate most) {
  Mesh mesh{least, most};
  for (std::int64_t flow = 0; flow < state.range(0); ++flow) mesh.start();
  const FlowRates::Work before = mesh.flows.rates().work();
  for (auto _ : state) {
    mesh.stop_one();
    mesh.start();
    benchmark::DoNotOptimize(mesh.flows.next());
  }
  const FlowRates::Work& after = mesh.flows.rates().work();
  const auto each = [&](std::uint64_t count) {
    return benchmark::Counter(static_cast<double>(count), benchmark::Counter::kAvgIterations);
  };
  state.counters["looks"] = each(after.looks - before.looks);
  state.counters["binds"] = each(after.binds - before.binds);
  state.counters["moves"] = each(after.moves - before.moves);
}

// The links between the regions bind everything.
void BM_WanBinds(benchmark::State& state) { churn(state, gigabits(10), gigabits(10)); }
// Hosts bind some flows, the links between the regions the others; bottlenecks shift all the time.
void BM_HostsBindToo(benchmark::State& state) {
  const auto fair = static_cast<std::uint64_t>(30'000'000'000 / state.range(0));
  const std::uint64_t of_host = fair * (2 * static_cast<std::uint64_t>(state.range(0)) / 999);
  churn(state, {of_host / 2}, {of_host * 4});
}

BENCHMARK(BM_WanBinds)->Arg(1'000)->Arg(10'000)->Arg(100'000);
BENCHMARK(BM_HostsBindToo)->Arg(1'000)->Arg(10'000)->Arg(100'000);

}  // namespace
}  // namespace meshsim::fabric
