// The labels of the trace records that members make; the result table is built from them alone.
#pragma once

#include <string_view>

namespace meshsim::coherence {

// The component of each record is the member (its path is "<cluster>/<pod>").
inline constexpr std::string_view kProcessStarted = "coherence.process-started";  // JVM start
inline constexpr std::string_view kWkaSkipped = "coherence.wka-skipped";          // text: name:port
inline constexpr std::string_view kAnnouncing = "coherence.announcing";           // first announce
inline constexpr std::string_view kTimestamp = "coherence.timestamp";  // value: cluster time, ns
inline constexpr std::string_view kVariance =
    "coherence.variance";                                        // value/other: allowed, actual ms
inline constexpr std::string_view kFormed = "coherence.formed";  // value: own id
// "This Member ... joined cluster": the id reply is heard. value: own id, other: senior's id.
inline constexpr std::string_view kJoined = "coherence.joined";
// "Started cluster": welcomes complete, TransportService joined. value: own id, other: members
// seen.
inline constexpr std::string_view kStarted = "coherence.started";
// The senior in the member's own view changes (also when it forms, joins or takes over).
// value: id of the senior, other: own id.
inline constexpr std::string_view kSenior = "coherence.senior";
inline constexpr std::string_view kMemberJoined = "coherence.member-joined";  // value: who (id)
inline constexpr std::string_view kMemberLeft = "coherence.member-left";      // value: who (id)
// text: service, value: id of the service's senior, other: own id.
inline constexpr std::string_view kServiceJoined = "coherence.service-joined";
// "Partition ownership has stabilized with N nodes". text: service, value: N.
inline constexpr std::string_view kStable = "coherence.stable";
// An address declared dead by IpMonitor. value: id of a member there, text: address.
inline constexpr std::string_view kIpTimeout = "coherence.ip-timeout";
// The member stops: evicted, killed, rejected. text: why. value: own id.
inline constexpr std::string_view kStopped = "coherence.stopped";
// Stopped during its start: hangs with a live JVM until its pod is restarted. value: own id.
inline constexpr std::string_view kHung = "coherence.hung";
inline constexpr std::string_view kRestarting = "coherence.restarting";
// At most every 5 s while a start is not complete. text: what it waits for (member ids or names).
inline constexpr std::string_view kWaiting = "coherence.waiting";
// The start failed for good. text: why.
inline constexpr std::string_view kStartFailed = "coherence.start-failed";

}  // namespace meshsim::coherence
