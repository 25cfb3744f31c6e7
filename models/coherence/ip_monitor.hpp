// IpMonitor: asks one address after another whether it lives, and declares it dead when a probe
// fails 15 s or more after it became current. Source: coherence.md section 5.2.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/coherence/member_spec.hpp"
#include "models/coherence/membership.hpp"
#include "models/coherence/tcmp.hpp"
#include "models/coherence/turn.hpp"

namespace meshsim::coherence {

class IpMonitor {
 public:
  IpMonitor() = default;
  IpMonitor(Port7Mode mode, RandomStream order) : mode_(mode), order_(order) {}

  // What the owner has to do after a probe failed.
  struct Failure {
    std::optional<Ipv4> silent;  // send the members there a MemberHeartbeat
    std::optional<Ipv4> dead;    // remove the members there
  };

  // The scanner runs from the first check of a senior on [M: a newcomer's first probe comes 1.0 s
  // after that, not after its induct], or from founding; further calls do nothing.
  void start(Turn& turn);
  // The members changed: their other addresses in a new random order. A suspect stays current,
  // even one that somebody else has removed.
  void follow(const Membership& members, MemberId self);

  Failure on_alarm(Turn& turn, std::uint64_t detail, const Membership& members, const Tcmp& tcmp);

  // An echo reply to this identifier, or an answer (accepted or refused) from port 7.
  bool owns(std::uint16_t port, Ipv4 from) const {
    return is_probing_ && port == probe_port_ && current_ == from;
  }
  void on_answer(Turn& turn);

  auto state() {
    return std::tie(mode_, order_, seen_, known_, addresses_, next_, current_, deadline_,
                    activated_, tries_left_, is_started_, is_probing_, probe_port_, probe_);
  }

 private:
  enum class Wake : std::uint8_t { Activate, Echo, Silence };

  void wake(Turn& turn, Wake what, Duration after);
  void attempt(Turn& turn, const Membership& members, const Tcmp& tcmp);
  void probe(Turn& turn);
  void end_activation(Turn& turn);

  Port7Mode mode_ = Port7Mode::Tcp;
  RandomStream order_;
  std::vector<Ipv4> seen_;   // of all members, by id
  std::vector<Ipv4> known_;  // each once, in the order in which they were first seen
  std::vector<Ipv4> addresses_;
  std::size_t next_ = 0;
  std::optional<Ipv4> current_;
  Time deadline_{};
  Time activated_{};
  std::uint32_t tries_left_ = 0;
  bool is_started_ = false;
  bool is_probing_ = false;
  std::uint16_t probe_port_ = 0;
  std::uint64_t probe_ = 0;  // number of the probe; alarms of an earlier one are void
};

}  // namespace meshsim::coherence
