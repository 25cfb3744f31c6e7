// The two blocking checks, one after the other.
#include "models/coherence/senior_check.hpp"

namespace meshsim::coherence {
namespace {

constexpr Duration kConnectionTimeout = 1s;  // source: section 3.1
constexpr Duration kProbeTimeout = 5s;
constexpr std::uint16_t kEchoPort = 7;

}  // namespace

void SeniorCheck::begin(Turn& turn, const NewMemberAnnounceReply& reply, Time received,
                        Port7Mode mode) {
  mode_ = mode;
  reply_ = reply;
  received_ = received;
  next(turn, Stage::Connection, kConnectionTimeout);
  const Uuid& senior = reply_.from.uuid;
  turn.stack.connect(turn.context, port_, senior.address, senior.port);
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
  next(turn, Stage::Probe, kProbeTimeout);
  if (mode_ == Port7Mode::Icmp) {
    turn.stack.ping(turn.context, senior.address, port_);
  } else {
    turn.stack.connect(turn.context, port_, senior.address, kEchoPort);
  }
  return Outcome::Pending;
}

SeniorCheck::Outcome SeniorCheck::on_timeout(Turn&, std::uint64_t detail) {
  if (stage_ == Stage::Idle || detail != number_) return Outcome::Pending;
  stage_ = Stage::Idle;
  return Outcome::Failed;
}

std::uint32_t SeniorCheck::round_trip_ms() const {
  const ClusterTime actual = cluster_time(received_) - reply_.echoed;
  return static_cast<std::uint32_t>(actual.count() < 0 ? 0 : actual.count());
}

void SeniorCheck::next(Turn& turn, Stage stage, Duration timeout) {
  stage_ = stage;
  port_ = turn.stack.ephemeral_port(turn.ports);
  turn.wake(AlarmKind::CheckTimeout, timeout, 0, ++number_);
}

}  // namespace meshsim::coherence
