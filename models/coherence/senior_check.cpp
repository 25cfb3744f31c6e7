// The two blocking checks, one after the other.
#include "models/coherence/senior_check.hpp"

namespace meshsim::coherence {
namespace {

constexpr std::uint32_t kConnectionSeconds = 1;  // source: section 3.1
constexpr std::uint32_t kProbeSeconds = 5;
constexpr std::uint16_t kEchoPort = 7;

}  // namespace

void SeniorCheck::begin(Turn& turn, const NewMemberAnnounceReply& reply, Time received,
                        Port7Mode mode) {
  mode_ = mode;
  reply_ = reply;
  received_ = received;
  next(turn, Stage::Connection);
}

SeniorCheck::Outcome SeniorCheck::on_answer(Turn& turn, bool was_refused) {
  const Uuid& senior = reply_.from.uuid;
  if (stage_ == Stage::Probe) {  // refused is an answer, too
    stage_ = Stage::Idle;
    return Outcome::Passed;
  }
  if (was_refused) {
    stage_ = Stage::Idle;
    return Outcome::Failed;
  }
  turn.stack.close(turn.context, port_, senior.address, senior.port);
  if (senior.address == turn.stack.address()) {
    stage_ = Stage::Idle;
    return Outcome::Passed;
  }
  next(turn, Stage::Probe);
  return Outcome::Pending;
}

SeniorCheck::Outcome SeniorCheck::on_alarm(Turn& turn, std::uint64_t detail) {
  if (stage_ == Stage::Idle || detail != number_) return Outcome::Pending;
  ++seconds_;
  if (seconds_ == (stage_ == Stage::Connection ? kConnectionSeconds : kProbeSeconds)) {
    stage_ = Stage::Idle;
    return Outcome::Failed;
  }
  // An echo goes out each second [M: section 2.3]; Linux repeats a SYN after 1 and 3 s.
  if (is_by_echo() || seconds_ == 1 || seconds_ == 3) ask(turn);
  turn.wake(AlarmKind::CheckTimeout, 1s, 0, number_);
  return Outcome::Pending;
}

std::uint32_t SeniorCheck::round_trip_ms() const {
  const ClusterTime actual = cluster_time(received_) - reply_.echoed;
  return static_cast<std::uint32_t>(actual.count() < 0 ? 0 : actual.count());
}

void SeniorCheck::next(Turn& turn, Stage stage) {
  stage_ = stage;
  seconds_ = 0;
  port_ = turn.stack.ephemeral_port(turn.ports);
  ask(turn);
  turn.wake(AlarmKind::CheckTimeout, 1s, 0, ++number_);
}

void SeniorCheck::ask(Turn& turn) const {
  const Uuid& senior = reply_.from.uuid;
  if (is_by_echo()) {
    turn.stack.ping(turn.context, senior.address, port_);
  } else {
    const bool is_probe = stage_ == Stage::Probe;
    turn.stack.connect(turn.context, port_, senior.address, is_probe ? kEchoPort : senior.port);
  }
}

}  // namespace meshsim::coherence
