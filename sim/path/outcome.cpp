// Counts the legs that a flow has.
#include "sim/path/outcome.hpp"

namespace meshsim {
namespace {

// A handshake of TCP has three, of which the third is not sent if the port is closed; whatever UDP
// and ICMP answer is one.
std::uint8_t legs_wanted(const PathQuery& query, bool is_refused) {
  if (!query.wants_answer) return 1;
  if (query.protocol == Protocol::Tcp) return is_refused ? 2 : 3;
  return is_refused ? 1 : 2;
}

}  // namespace

Outcome outcome_of(const ProbeLog& log, std::uint32_t number, const PathQuery& query) {
  Outcome outcome;
  const ProbeStep* const first = log.end(number, 0);
  const bool is_refused = first != nullptr && !first->dropped && first->hop == Hop::Refused;
  for (std::uint8_t leg = 0; leg < legs_wanted(query, is_refused); ++leg) {
    const ProbeStep* const end = log.end(number, leg);
    outcome.is_through = end != nullptr && !end->dropped;
    if (end != nullptr) outcome.code = end->dropped;
    if (!outcome.is_through) return outcome;
  }
  return outcome;
}

}  // namespace meshsim
