// What a newcomer checks of the senior that answered, blocking its thread: a TCP connection to the
// member port (1 s), then IpMonitor's probe of the address (5 s). Source: coherence.md section 3.4.
#pragma once

#include <cstdint>

#include "models/coherence/member_spec.hpp"
#include "models/coherence/messages.hpp"
#include "models/coherence/turn.hpp"

namespace meshsim::coherence {

class SeniorCheck {
 public:
  enum class Outcome : std::uint8_t { Pending, Passed, Failed };

  void begin(Turn& turn, const NewMemberAnnounceReply& reply, Time received, Port7Mode mode);
  bool owns(std::uint16_t port, Ipv4 from) const {
    return stage_ != Stage::Idle && port == port_ && from == reply_.from.uuid.address;
  }

  Outcome on_answer(Turn& turn, bool was_refused);
  // Part of the time allowed has passed without an answer.
  Outcome on_alarm(Turn& turn, std::uint64_t detail);

  const NewMemberAnnounceReply& reply() const { return reply_; }
  // Announce sent to reply received, by the own clock, in whole ms.
  std::uint32_t round_trip_ms() const;

  auto state() { return std::tie(mode_, reply_, received_, stage_, port_, number_, seconds_); }

 private:
  enum class Stage : std::uint8_t { Idle, Connection, Probe };

  void next(Turn& turn, Stage stage);
  void ask(Turn& turn) const;
  bool is_by_echo() const { return stage_ == Stage::Probe && mode_ == Port7Mode::Icmp; }

  Port7Mode mode_ = Port7Mode::Tcp;
  NewMemberAnnounceReply reply_;
  Time received_{};
  Stage stage_ = Stage::Idle;
  std::uint16_t port_ = 0;
  std::uint64_t number_ = 0;   // of the stage; alarms of an earlier one are void
  std::uint32_t seconds_ = 0;  // spent in the stage
};

}  // namespace meshsim::coherence
