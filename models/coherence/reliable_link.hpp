// One end of the reliable, ordered packet exchange with one peer: numbers, acknowledgements, gaps,
// resends. Pure state; who sends what when is decided by Tcmp and MessageBus.
// Source: coherence.md section 4.1. Left out: flow control, since control messages stay far below
// its 64 packets, and the witnesses that a packet timeout of 300 s would call.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/coherence/messages.hpp"

namespace meshsim::coherence {

inline constexpr Duration kAckDelay = 16ms;
inline constexpr Duration kNackDelay = 1ms;
inline constexpr Duration kResend = 200ms;
inline constexpr Duration kPacketTimeout = 300s;
inline constexpr std::size_t kMostEarly = 4096;  // packets kept ahead of a gap

struct ReliableLink {
  struct Sent {
    std::uint32_t sequence = 0;
    std::uint32_t bytes = 0;
    Letter letter;
    Time first{};
    Time due = kNever;  // of the next resend; never: not yet sent
  };
  struct Early {
    std::uint32_t sequence = 0;
    Letter letter;
  };

  std::vector<Sent> unacked;  // in the order of their numbers
  std::uint32_t next_out = 1;
  std::uint32_t next_in = 1;
  std::vector<Early> early;  // by number
  std::vector<std::uint32_t> to_ack;
  bool nack_is_due = false;
  bool resend_is_due = false;
  Duration resend = kResend;

  // Numbers a message as one packet or more, each of at most `packet` bytes; the last carries the
  // letter. Returns the first number.
  std::uint32_t queue(const Letter& message, std::uint32_t bytes, std::uint32_t packet, Time now);
  // Takes a packet; returns the letters now in order.
  std::vector<Letter> take(std::uint32_t sequence, const Letter& message);
  void acknowledged(const std::vector<std::uint32_t>& sequences);
  // Numbers below the newest early packet that have not come.
  std::vector<std::uint32_t> missing() const;
  // Earliest resend of those sent; kNever if nothing waits. Packets of 300 s are given up.
  Time next_due(Time now);
};

}  // namespace meshsim::coherence
