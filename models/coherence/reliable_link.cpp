// Numbering, ordering and acknowledging packets of one pair of members.
#include "models/coherence/reliable_link.hpp"

#include <algorithm>

namespace meshsim::coherence {

std::uint32_t ReliableLink::queue(const Letter& message, std::uint32_t bytes, std::uint32_t packet,
                                  Time now) {
  const std::uint32_t first = next_out;
  while (bytes > packet) {
    unacked.push_back({next_out++, packet, nullptr, now, kNever});
    bytes -= packet;
  }
  unacked.push_back({next_out++, bytes, message, now, kNever});
  return first;
}

std::vector<Letter> ReliableLink::take(std::uint32_t sequence, const Letter& message) {
  to_ack.push_back(sequence);
  if (sequence < next_in) return {};           // a resend of what has been delivered
  if (sequence == next_in && early.empty()) {  // nearly always
    ++next_in;
    if (!message) return {};
    return {message};
  }
  const auto place = std::lower_bound(
      early.begin(), early.end(), sequence,
      [](const Early& packet, std::uint32_t number) { return packet.sequence < number; });
  if (place != early.end() && place->sequence == sequence) return {};
  if (early.size() == kMostEarly) {
    to_ack.pop_back();  // not kept, so it must come again
    return {};
  }
  early.insert(place, {sequence, message});

  std::vector<Letter> in_order;
  std::size_t taken = 0;
  while (taken < early.size() && early[taken].sequence == next_in) {
    if (early[taken].letter) in_order.push_back(early[taken].letter);
    ++taken;
    ++next_in;
  }
  early.erase(early.begin(), early.begin() + static_cast<std::ptrdiff_t>(taken));
  return in_order;
}

void ReliableLink::acknowledged(const std::vector<std::uint32_t>& sequences) {
  std::erase_if(unacked, [&](const Sent& sent) {
    return std::find(sequences.begin(), sequences.end(), sent.sequence) != sequences.end();
  });
}

std::vector<std::uint32_t> ReliableLink::missing() const {
  std::vector<std::uint32_t> numbers;
  std::uint32_t expected = next_in;
  for (const Early& packet : early) {
    while (expected < packet.sequence) numbers.push_back(expected++);
    ++expected;
  }
  return numbers;
}

Time ReliableLink::next_due(Time now) {
  std::erase_if(unacked, [&](const Sent& sent) { return now - sent.first >= kPacketTimeout; });
  Time earliest = kNever;
  for (const Sent& sent : unacked) earliest = std::min(earliest, sent.due);
  return earliest;
}

}  // namespace meshsim::coherence
