// Activations, tries and probes of the scanner.
#include "models/coherence/ip_monitor.hpp"

#include <algorithm>

namespace meshsim::coherence {
namespace {

// Source: coherence.md section 5.2.
constexpr Duration kPingTimeout = 5s;
constexpr Duration kAddressTimeout = 15s;
constexpr Duration kWait = 1010ms;  // measured; 1000 and the thread's own time
constexpr Duration kFreshAck = 1s;
constexpr Duration kEchoRepeat = 1s;  // ICMP only
constexpr std::uint32_t kTries = 2;
constexpr std::uint16_t kEchoPort = 7;

}  // namespace

void IpMonitor::start(Turn& turn) {
  if (is_started_) return;
  is_started_ = true;
  wake(turn, Wake::Activate, kWait);
}

void IpMonitor::follow(const Membership& members, MemberId self) {
  // Members mostly come one by one and with the highest id: only what is new is looked at then.
  const std::vector<MemberRecord>& all = members.all();
  const bool has_only_grown =
      seen_.size() <= all.size() &&
      std::equal(seen_.begin(), seen_.end(), all.begin(),
                 [](Ipv4 address, const MemberRecord& one) { return address == one.uuid.address; });
  if (!has_only_grown) {
    seen_.clear();
    known_.clear();
  }
  while (seen_.size() < all.size()) {
    const Ipv4 address = all[seen_.size()].uuid.address;
    seen_.push_back(address);
    if (std::find(known_.begin(), known_.end(), address) == known_.end()) known_.push_back(address);
  }
  addresses_ = known_;
  const MemberRecord* me = members.find(self);
  if (me != nullptr) std::erase(addresses_, me->uuid.address);
  order_.shuffle(std::span{addresses_});
  next_ = 0;
}

IpMonitor::Failure IpMonitor::on_alarm(Turn& turn, std::uint64_t detail, const Membership& members,
                                       const Tcmp& tcmp) {
  const auto what = static_cast<Wake>(detail % 4);
  if (what == Wake::Activate) {
    tries_left_ = kTries;
    activated_ = turn.now();
    attempt(turn, members, tcmp);
    return {};
  }
  if (!is_probing_ || detail / 4 != probe_) return {};
  if (what == Wake::Echo) {
    turn.stack.ping(turn.context, *current_, probe_port_);
    wake(turn, Wake::Echo, kEchoRepeat);
    return {};
  }

  Failure failure;
  failure.silent = current_;
  is_probing_ = false;
  --tries_left_;
  if (turn.now() >= deadline_) {
    failure.dead = current_;
    current_.reset();
  }
  if (tries_left_ > 0) {
    attempt(turn, members, tcmp);
  } else {
    end_activation(turn);
  }
  return failure;
}

void IpMonitor::on_answer(Turn& turn) {
  is_probing_ = false;
  current_.reset();
  end_activation(turn);
}

void IpMonitor::wake(Turn& turn, Wake what, Duration after) {
  turn.wake(AlarmKind::Scan, after, 0, probe_ * 4 + static_cast<std::uint64_t>(what));
}

void IpMonitor::attempt(Turn& turn, const Membership& members, const Tcmp& tcmp) {
  if (!current_) {
    if (addresses_.empty()) return end_activation(turn);
    next_ %= addresses_.size();
    current_ = addresses_[next_++];
    deadline_ = turn.now() + kAddressTimeout;
  }
  for (const MemberRecord& member : members.all()) {
    if (member.uuid.address != *current_) continue;
    const Time ack = tcmp.last_ack(member.id);
    if (ack == kStart || ack < activated_ - kFreshAck) continue;
    current_.reset();  // it has acknowledged something just now: alive without a probe
    return end_activation(turn);
  }
  probe(turn);
}

void IpMonitor::probe(Turn& turn) {
  is_probing_ = true;
  ++probe_;
  probe_port_ = turn.stack.ephemeral_port(turn.ports);
  wake(turn, Wake::Silence, kPingTimeout);
  if (mode_ == Port7Mode::Icmp) {
    turn.stack.ping(turn.context, *current_, probe_port_);
    wake(turn, Wake::Echo, kEchoRepeat);
  } else {
    turn.stack.connect(turn.context, probe_port_, *current_, kEchoPort);
  }
}

void IpMonitor::end_activation(Turn& turn) { wake(turn, Wake::Activate, kWait); }

}  // namespace meshsim::coherence
