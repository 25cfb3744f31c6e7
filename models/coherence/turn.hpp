// What the parts of a member may touch while one event is handled, and the one timer message that
// wakes them. A turn lives for one handler and is never kept.
#pragma once

#include <cstdint>
#include <string>

#include "meshsim/kernel/context.hpp"
#include "meshsim/kernel/random.hpp"
#include "models/coherence/parameters.hpp"
#include "models/fabric/host_stack.hpp"

namespace meshsim::coherence {

enum class AlarmKind : std::uint8_t {
  Boot,          // the next stage of a process start
  Tick,          // of the cluster service
  WorkDone,      // the cluster service's thread has spent the CPU time of its current work
  CheckTimeout,  // a blocking check has had no answer; detail: which check
  Waiting,       // every 5 s of an incomplete start
  StartTimeout,
  Publish,  // the TCMP publisher's next packet is due
  TcmpAck,  // subject: peer
  TcmpNack,
  TcmpResend,
  BusAck,
  BusResend,
  BusSyn,
  Scan,          // IpMonitor; detail: which activation or probe
  Startup,       // the main thread goes on starting services
  Distribution,  // subject: service
  Ready,
  MonitorWakes,  // a service monitor looks for stopped services
};

struct Alarm {
  std::uint32_t epoch = 0;  // of the cluster service that set it; an older one is void
  AlarmKind kind{};
  std::uint32_t subject = 0;
  std::uint64_t detail = 0;
};

struct Turn {
  Context& context;
  HostStack& stack;
  Address<Alarm> alarms;
  std::uint32_t epoch;
  const Parameters& parameters;
  RandomStream& cpu;    // CPU times
  RandomStream& ports;  // ephemeral ports

  Time now() const { return context.now(); }
  void wake(AlarmKind kind, Duration after, std::uint32_t subject = 0,
            std::uint64_t detail = 0) const {
    context.send(alarms, Alarm{epoch, kind, subject, detail}, after);
  }
  void observe(std::string_view label, std::int64_t value = 0, std::int64_t other = 0,
               std::string text = {}) const {
    Observation observation;
    observation.label = label;
    observation.value = value;
    observation.other = other;
    observation.text = std::move(text);
    context.trace(std::move(observation));
  }
};

}  // namespace meshsim::coherence
