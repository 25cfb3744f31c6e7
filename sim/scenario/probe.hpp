// Watched packets put into a world, and what becomes of them: `meshsim path` and `meshsim reach`
// look at converged worlds with them, expectations at the worlds of runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/fabric/drop.hpp"
#include "models/fabric/hop.hpp"
#include "sim/scenario/build.hpp"
#include "sim/scenario/path_end.hpp"

namespace meshsim {

struct Probe {
  PathEnd from;  // one that sends
  Ipv4 target;
  Protocol protocol = Protocol::Tcp;
  std::uint16_t port = 0;         // not of ICMP
  std::uint16_t source_port = 0;  // of ICMP the identifier
  std::uint16_t size = 0;         // bytes of the IP packet
  bool wants_answer = false;
  Time at{};
};

// The first packet: of TCP a SYN, of ICMP an echo request.
Packet packet_of(const Probe& probe);
// `number`: from 1 on, and below 2^31; its records carry it. The world must not be past the time.
void send_probe(World& world, const Probe& probe, std::uint32_t number);

// One decision on the way of a probe, or its end.
struct ProbeStep {
  Time at{};
  ComponentId where;
  Hop hop{};
  std::optional<DropCode> dropped;
  std::uint8_t leg = 0;  // 0: the probe; 1: the answer; 2: the answer to that
  std::uint32_t bytes = 0;
  DecisionId decided_by;
  DecisionId cause;
  std::string packet;

  bool is_end() const { return dropped || hop == Hop::Arrived || hop == Hop::Refused; }
};

// Keeps the steps of all probes, or only how each of their legs ended.
class ProbeLog final : public TraceSink {
 public:
  enum class Keep : std::uint8_t { AllSteps, Ends };
  explicit ProbeLog(Keep keep = Keep::AllSteps) : keep_(keep) {}

  void take(const TraceRecord& record) override;

  const std::vector<ProbeStep>& steps(std::uint32_t number) const;
  // How the leg ended, or nullptr if it has not begun or is under way.
  const ProbeStep* end(std::uint32_t number, std::uint8_t leg = 0) const;
  void clear() { steps_.clear(); }
  auto state() { return std::tie(steps_); }

 private:
  Keep keep_;
  std::vector<std::vector<ProbeStep>> steps_;  // by number
};

}  // namespace meshsim
