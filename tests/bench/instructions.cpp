// Runs a hot loop for a given number of rounds, to be counted from outside:
//   instructions hold|timeouts|packet-hops ROUNDS
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "meshsim/kernel/context.hpp"
#include "meshsim/kernel/simulation.hpp"
#include "tests/bench/workloads/packet_hops.hpp"

namespace meshsim::bench {
namespace {

constexpr std::uint32_t kComponents = 1000;

struct Token {};
struct TimedOut {};

// Sends itself the token after 0 to 2 s; with a time-out that the token cancels, or without.
class Holder final : public Accepts<Holder, Token, TimedOut> {
 public:
  Holder(RandomStream random, bool with_time_out)
      : random_(random), with_time_out_(with_time_out) {}

  void on(Context& context, Token) {
    if (with_time_out_) {
      context.cancel(time_out_);
      time_out_ = context.start(address<TimedOut>(), TimedOut{}, 10s);
    }
    context.send(address<Token>(), Token{}, random_.between({0s, 2s}));
  }
  void on(Context&, TimedOut) {}

 private:
  RandomStream random_;
  bool with_time_out_;
  Timer time_out_;
};

// `rounds` seconds of 1,000 components that handle one token a second each.
std::uint64_t hold(std::uint64_t rounds, bool with_time_outs) {
  Simulation simulation{1, 1us};
  std::vector<Holder*> holders;
  for (std::uint32_t index = 0; index < kComponents; ++index) {
    const std::string name = std::to_string(index);
    holders.push_back(&simulation.add<Holder>(name, simulation.cell(name),
                                              simulation.stream(name, "hold"), with_time_outs));
  }
  simulation.seal();
  for (const Holder* holder : holders) simulation.send(holder->address<Token>(), Token{}, kStart);
  return simulation.run_until(at(std::chrono::seconds{rounds})).events;
}

}  // namespace
}  // namespace meshsim::bench

// Prints how often the loop went round.
int main(int argc, char** argv) {
  using namespace meshsim::bench;
  if (argc != 3) return 2;
  const std::string_view workload = argv[1];
  const std::uint64_t rounds = std::strtoull(argv[2], nullptr, 10);
  std::uint64_t done = 0;
  if (workload == "hold") done = hold(rounds, false);
  if (workload == "timeouts") done = hold(rounds, true);
  if (workload == "packet-hops") {
    done = static_cast<std::uint64_t>(
        packet_hops(1000, static_cast<std::uint32_t>(rounds), 1).operations);
  }
  std::printf("%llu\n", static_cast<unsigned long long>(done));
  return done > 0 ? 0 : 2;
}
