// Coherence members: JVM start, clocks, CPU times, detectors. Defaults are those of a small pod; a
// replay of a recorded run sets what differs there. Source: coherence.md section 17 unless noted.
#pragma once

#include <tuple>

#include "meshsim/base/fields.hpp"
#include "meshsim/base/units.hpp"

namespace meshsim {
namespace coherence {

struct Parameters {
  // Start of a process; source: section 2.4.
  DurationRange jvm_to_wka{1740ms, 1780ms};
  DurationRange wka_to_bound{0ms, 60ms};
  DurationRange bound_to_timestamp{18ms, 20ms};
  DurationRange timestamp_to_announce{13ms, 19ms};
  Duration container_restart = 10s;

  // The 200 ms tick; source: section 3.3. Together the two ranges have the measured standard
  // deviation of 1.2 ms; most ticks are punctual, or the recorded joins at RTT 200 and 400, where
  // a tick and a reply race within 1.6 ms, would not be as regular as they are.
  Duration tick_drift = 400us;
  DurationRange tick_jitter{0us, 600us};
  DurationRange tick_late{600us, 6ms};
  Ratio tick_late_share{1, 10};

  // CPU. All but svc_cpu are measured in recorded joins: a round trip is 1-2 ms longer than the
  // path, an attempt costs 5-6 ms beside its three round trips, and so on (section 3.7).
  DurationRange message_cpu{400us, 1400us};
  DurationRange tick_cpu{300us, 1100us};
  DurationRange check_cpu{2ms, 5ms};
  DurationRange id_reply_cpu{1500us, 2300us};
  DurationRange joined_log_cpu{2ms, 6ms};
  DurationRange welcome_cpu{10ms, 50ms};
  DurationRange bus_cpu{15ms, 45ms};
  DurationRange svc_cpu{700ms, 1100ms};

  // The packet publisher lets a TCMP message go after this time, in one of four cases later.
  DurationRange publisher_delay{50us, 500us};
  DurationRange publisher_late{500us, 4ms};
  Ratio publisher_late_share{1, 4};

  Duration clock_tolerance = 16ms;
  bool concurrent_module = false;  // the image has it; source: section 8.2
  DurationRange monitor_offset{500ms, 800ms};
  DurationRange restart_to_bound{5ms, 20ms};
  Duration readiness_delay = 20ms;
};

}  // namespace coherence

template <>
struct Fields<coherence::Parameters> {
  using P = coherence::Parameters;
  static constexpr auto list = std::tuple{
      field("jvm_to_wka", &P::jvm_to_wka, "JVM start to the first look-up of the WKA list"),
      field("wka_to_bound", &P::wka_to_bound, "WKA list resolved to 'TCMP bound'"),
      field("bound_to_timestamp", &P::bound_to_timestamp, "'TCMP bound' to the own timestamp"),
      field("timestamp_to_announce", &P::timestamp_to_announce,
            "own timestamp to the first announce"),
      field("container_restart", &P::container_restart,
            "a JVM that failed to start to its next start; doubles up to 5 min"),
      field("tick_drift", &P::tick_drift, "by how much a tick of the cluster service comes late"),
      field("tick_jitter", &P::tick_jitter, "lateness of a tick; does not add up"),
      field("tick_late", &P::tick_late, "the same when the thread wakes late"),
      field("tick_late_share", &P::tick_late_share, "how often it does"),
      field("message_cpu", &P::message_cpu, "CPU time to handle a message"),
      field("tick_cpu", &P::tick_cpu, "CPU time of a tick, before its datagrams leave"),
      field("check_cpu", &P::check_cpu, "CPU time of the checks before a join"),
      field("id_reply_cpu", &P::id_reply_cpu,
            "an id reply received to its sender known; TCMP packets are ignored meanwhile"),
      field("joined_log_cpu", &P::joined_log_cpu, "sender known to 'This Member joined cluster'"),
      field("welcome_cpu", &P::welcome_cpu, "all welcomes received to services may start"),
      field("bus_cpu", &P::bus_cpu, "CPU time of the message bus before its first connections"),
      field("svc_cpu", &P::svc_cpu, "local CPU time of starting one service"),
      field("publisher_delay", &P::publisher_delay, "TCMP message queued to its packet sent"),
      field("publisher_late", &P::publisher_late, "the same when the publisher is late"),
      field("publisher_late_share", &P::publisher_late_share, "how often it is late"),
      field("clock_tolerance", &P::clock_tolerance,
            "round trip accepted by a joining member's clock check at first"),
      field("concurrent_module", &P::concurrent_module,
            "the image has the concurrent module: two services more"),
      field("monitor_offset", &P::monitor_offset, "between the two 5 s service monitors"),
      field("restart_to_bound", &P::restart_to_bound, "restart in the same JVM to 'TCMP bound'"),
      field("readiness_delay", &P::readiness_delay, "all services started to a ready answer"),
  };
};

}  // namespace meshsim
