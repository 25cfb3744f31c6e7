// Hold through the public API: Accepts, on(), Context::send.
#include "tests/bench/workloads/hold.hpp"

#include <common.h>

#include <memory>

#include "meshsim/kernel/context.hpp"
#include "meshsim/kernel/simulation.hpp"

namespace meshsim::bench {
namespace {

struct Token {};

// What all holders share: the increments, and when the clock is read. The peers' drivers have the
// same as globals.
struct Course {
  explicit Course(const std::string& distribution) : increments(distribution) {}

  ::bench::Dist increments;
  ::bench::Rng choices{9};
  std::uint64_t handled = 0;
  std::uint64_t warm_up = 0;
  std::uint64_t end = 0;
  double started = 0;
  double stopped = 0;
  std::vector<Address<Token>> holders;

  void count() {
    ++handled;
    if (handled == warm_up) started = ::bench::now();
    if (handled == end) stopped = ::bench::now();
  }
  Duration increment() { return Duration{static_cast<std::int64_t>(increments.next())}; }
};

class Holder final : public Accepts<Holder, Token> {
 public:
  explicit Holder(Course& course) : course_(course) {}
  void on(Context& context, Token) {
    course_.count();
    context.send(address<Token>(), Token{}, course_.increment());
  }

 private:
  Course& course_;
};

class Thrower final : public Accepts<Thrower, Token> {
 public:
  explicit Thrower(Course& course) : course_(course) {}
  void on(Context& context, Token) {
    course_.count();
    const std::uint64_t choice = course_.choices.next() >> 32;
    const auto& holders = course_.holders;
    context.send(holders[(choice * holders.size()) >> 32], Token{}, course_.increment());
  }

 private:
  Course& course_;
};

template <class C>
Row run(const std::string& variant, const std::string& distribution, std::uint64_t pending) {
  Course course(distribution);
  course.warm_up = ::bench::warm(pending);
  course.end = course.warm_up + ::bench::ops(pending);
  Simulation simulation{1, 1us};
  std::vector<C*> components;
  for (std::uint64_t index = 0; index < pending; ++index) {
    std::string name = std::to_string(1'000'000'000 + index);
    const CellId cell = simulation.cell(name);
    components.push_back(&simulation.add<C>(std::move(name), cell, course));
  }
  simulation.seal();
  for (const C* component : components) {
    course.holders.push_back(component->template address<Token>());
  }
  const double before = ::bench::rss();
  for (const Address<Token> holder : course.holders) {
    simulation.send(holder, Token{},
                    at(Duration{static_cast<std::int64_t>(course.increments.initial())}));
  }
  const double after = ::bench::rss();
  // In steps of simulated time, until the timed part is over.
  for (Time end = at(100ms); course.stopped == 0; end += 100ms) simulation.run_until(end);
  return {"hold",
          variant,
          distribution,
          pending,
          static_cast<double>(course.end - course.warm_up),
          course.stopped - course.started,
          (after - before) / static_cast<double>(pending)};
}

}  // namespace

Row hold(const std::string& variant, const std::string& distribution, std::uint64_t pending) {
  return variant == "peer" ? run<Thrower>(variant, distribution, pending)
                           : run<Holder>(variant, distribution, pending);
}

}  // namespace meshsim::bench
