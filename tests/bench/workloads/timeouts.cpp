// A lane: a request sets a 1 s time-out; with 95 % a response after 10 to 500 us cancels it, else
// it fires; either way the next request starts at once.
#include "tests/bench/workloads/timeouts.hpp"

#include <common.h>

#include "meshsim/kernel/context.hpp"
#include "meshsim/kernel/simulation.hpp"

namespace meshsim::bench {
namespace {

struct Begin {};
struct Response {};
struct TimedOut {};

struct Course {
  ::bench::Rng random{7};
  std::uint64_t answered = 0;
  std::uint64_t warm_up = 0;
  std::uint64_t end = 0;
  double started = 0;
  double stopped = 0;
};

class Client final : public Accepts<Client, Begin, Response, TimedOut> {
 public:
  explicit Client(Course& course) : course_(course) {}

  void on(Context& context, Begin) { request(context); }
  void on(Context& context, Response) {
    context.cancel(time_out_);
    done(context);
  }
  void on(Context& context, TimedOut) { done(context); }

 private:
  void done(Context& context) {
    ++course_.answered;
    if (course_.answered == course_.warm_up) course_.started = ::bench::now();
    if (course_.answered == course_.end) course_.stopped = ::bench::now();
    request(context);
  }
  void request(Context& context) {
    const std::uint64_t draw = course_.random.next();
    time_out_ = context.start(address<TimedOut>(), TimedOut{},
                              1s + Duration{static_cast<std::int64_t>(draw & 1023)});
    if ((draw >> 32) % 100 < 95) {
      context.send(address<Response>(), Response{},
                   10us + Duration{static_cast<std::int64_t>((draw >> 10) % 490'000)});
    }
  }

  Course& course_;
  Timer time_out_;
};

}  // namespace

Row timeouts(std::uint64_t lanes) {
  Course course;
  course.warm_up = 25 * lanes;
  course.end = course.warm_up + std::max<std::uint64_t>(5 * lanes, 1'000'000);
  Simulation simulation{1, 1us};
  std::vector<Client*> clients;
  for (std::uint64_t index = 0; index < lanes; ++index) {
    std::string name = std::to_string(1'000'000'000 + index);
    const CellId cell = simulation.cell(name);
    clients.push_back(&simulation.add<Client>(std::move(name), cell, course));
  }
  simulation.seal();
  for (const Client* client : clients) {
    const double start = course.random.u() * 50e6;
    simulation.send(client->address<Begin>(), Begin{},
                    at(Duration{static_cast<std::int64_t>(start)}));
  }
  const double before = ::bench::rss();
  for (Time end = at(100ms); course.stopped == 0; end += 100ms) simulation.run_until(end);
  const double after = ::bench::rss();
  return {"timeout95",
          "cancel",
          "-",
          lanes,
          static_cast<double>(course.end - course.warm_up),
          course.stopped - course.started,
          (after - before) / static_cast<double>(lanes)};
}

}  // namespace meshsim::bench
