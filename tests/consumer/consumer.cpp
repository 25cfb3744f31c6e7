// The smallest user of the library: a component that answers to itself until it has had enough.
#include <cstdio>

#include "meshsim/kernel/context.hpp"
#include "meshsim/kernel/simulation.hpp"

using namespace meshsim;

struct Tick {
  int left;
};

struct Clock final : Accepts<Clock, Tick> {
  void on(Context& context, const Tick& tick) {
    if (tick.left > 0) context.send(address<Tick>(), Tick{tick.left - 1}, 1s);
  }
};

int main() {
  Simulation world{1, 10us};
  Clock& clock = world.add<Clock>("clock", world.cell("desk"));
  world.seal();
  world.send(clock.address<Tick>(), Tick{9}, kStart);
  std::printf("%d events\n", static_cast<int>(world.run_until(at(1h)).events));
}
