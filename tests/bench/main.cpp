// All workloads as Google Benchmarks. With --rows each prints the line that the peers' drivers
// print: peer,version,test,variant,dist,n,ops,seconds,ops_per_s,bytes_per_item
#include <benchmark/benchmark.h>

#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "meshsim/base/version.hpp"
#include "tests/bench/workloads/hold.hpp"
#include "tests/bench/workloads/packet_hops.hpp"
#include "tests/bench/workloads/timeouts.hpp"
#include "tests/bench/workloads/wan_flow_churn.hpp"

namespace meshsim::bench {
namespace {

bool prints_rows = false;

void print(const Row& row) {
  std::printf("meshsim,%s,%s,%s,%s,%llu,%.0f,%.6f,%.1f,%.1f\n", std::string{kVersion}.c_str(),
              row.test.c_str(), row.variant.c_str(), row.distribution.c_str(),
              static_cast<unsigned long long>(row.size), row.operations, row.seconds,
              row.seconds > 0 ? row.operations / row.seconds : 0.0, row.bytes_per_item);
  std::fflush(stdout);
}

void add(const std::string& name, std::function<Row()> workload) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [workload = std::move(workload)](benchmark::State& state) {
                                 for ([[maybe_unused]] auto _ : state) {
                                   const Row row = workload();
                                   state.SetIterationTime(row.seconds);
                                   state.counters["ops"] = benchmark::Counter(
                                       row.operations, benchmark::Counter::kIsRate);
                                   state.counters["bytes_per_item"] = row.bytes_per_item;
                                   if (prints_rows) print(row);
                                 }
                               })
      ->Iterations(1)
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond);
}

void add_all() {
  for (const char* variant : {"self", "peer"}) {
    for (const char* distribution : {"exp", "uniform", "bimodal", "mixed"}) {
      for (const std::uint64_t pending : {1'000ULL, 100'000ULL, 1'000'000ULL}) {
        add("hold/" + std::string{variant} + "/" + distribution + "/" + std::to_string(pending),
            [=] { return hold(variant, distribution, pending); });
      }
    }
  }
  for (const std::uint64_t lanes : {1'000ULL, 100'000ULL}) {
    add("timeout95/" + std::to_string(lanes), [=] { return timeouts(lanes); });
  }
  for (const std::uint32_t jobs : {1U, 2U}) {
    add("udp-packet-hops/10000/" + std::to_string(jobs),
        [=] { return packet_hops(10'000, 4, jobs); });
    add("udp-packet-hops-long/10000/" + std::to_string(jobs), [=] {
      Row row = packet_hops(10'000, 40, jobs);
      row.test += "-long";
      return row;
    });
  }
  for (const std::uint64_t flows : {1'000ULL, 10'000ULL}) {
    add("wan-flow-churn/" + std::to_string(flows), [=] { return wan_flow_churn(flows, 20'000); });
  }
}

// Says nothing: the rows have been printed by the workloads.
class Silent final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>&) override {}
};

}  // namespace
}  // namespace meshsim::bench

int main(int argc, char** argv) {
  std::vector<char*> arguments;
  for (int index = 0; index < argc; ++index) {
    if (std::string_view{argv[index]} == "--rows") {
      meshsim::bench::prints_rows = true;
    } else {
      arguments.push_back(argv[index]);
    }
  }
  int count = static_cast<int>(arguments.size());
  meshsim::bench::add_all();
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;
  meshsim::bench::Silent silent;
  if (meshsim::bench::prints_rows) {
    benchmark::RunSpecifiedBenchmarks(&silent);
  } else {
    benchmark::RunSpecifiedBenchmarks();
  }
  return 0;
}
