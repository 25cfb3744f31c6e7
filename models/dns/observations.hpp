// The labels of the trace records of name resolution.
#pragma once

#include <string_view>

namespace meshsim::dns {

// A CoreDNS server loaded a configuration. value: its version (index of ApplyConfig).
inline constexpr std::string_view kLoaded = "dns.loaded";
// A new configuration was refused or does not start. value: its version; text: why.
inline constexpr std::string_view kRefusedConfig = "dns.config-refused";
// A query reached a CoreDNS server. text: "A name. from address"; decided_by: the server block.
inline constexpr std::string_view kQuery = "dns.query";
// Its answer. value: response code, other: records in the answer section; text as above;
// decided_by: the line of the plugin (or server block) that gave the answer.
inline constexpr std::string_view kAnswer = "dns.answer";
// Passed on to an upstream. text: "A name. to address"; decided_by: the forward line.
inline constexpr std::string_view kForward = "dns.forward";
// An attempt at an upstream got no answer in time. value: how many attempts so far; text as above.
inline constexpr std::string_view kTimeout = "dns.timeout";
// An upstream is Down (value 1) or answers its probes again (value 0). text: its address.
inline constexpr std::string_view kUpstream = "dns.upstream";
// A reply could not be sent: a rewrite has made one of its names illegal. text: the question;
// decided_by: the rule.
inline constexpr std::string_view kUnsendable = "dns.unsendable";
// `loop` has seen its own query come back and ends the process. text: the name of that query;
// decided_by: the server block.
inline constexpr std::string_view kLoop = "dns.loop";
// A query was refused or dropped because a table is full. text: which.
inline constexpr std::string_view kOverflow = "dns.overflow";
// A resolver threw an answer away because its records belong to another name than the question.
// value: lookup; text: both names.
inline constexpr std::string_view kOwnerIgnored = "dns.owner-ignored";
// A resolver got a truncated answer. value: lookup; text: the name.
inline constexpr std::string_view kTruncated = "dns.truncated";

}  // namespace meshsim::dns
