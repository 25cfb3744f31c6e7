// The main thread of one member: starts its services one after another, each in the eight steps
// of coherence.md section 8.1.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/coherence/cluster.hpp"
#include "models/coherence/member_spec.hpp"

namespace meshsim::coherence {

class ServiceStartup {
 public:
  ServiceStartup() = default;
  explicit ServiceStartup(std::vector<ServiceSpec> services) : services_(std::move(services)) {}

  void begin(Turn& turn);
  bool is_complete() const { return is_begun_ && position_ == services_.size(); }

  // Each returns the service that is complete by it, or nullptr.
  const ServiceSpec* on_alarm(Turn& turn, Cluster& cluster, std::uint64_t detail);
  const ServiceSpec* on_registered(Turn& turn, Cluster& cluster, std::string_view service);
  const ServiceSpec* on_granted(Turn& turn, Cluster& cluster, const ServiceJoining& grant);
  const ServiceSpec* on_welcomed(Turn& turn, Cluster& cluster, MemberId from,
                                 std::string_view service);
  const ServiceSpec* on_member_left(Turn& turn, Cluster& cluster, MemberId gone,
                                    bool senior_changed);

  auto state() {
    return std::tie(services_, position_, step_, is_begun_, join_number_, unwelcomed_);
  }

 private:
  enum class Step : std::uint8_t { Cpu, Register, Courtesy, Join, Connect, Welcome };

  const ServiceSpec& current() const { return services_[position_]; }
  bool is_at(Step step, std::string_view service) const;
  void spend_cpu(Turn& turn);
  void go(Turn& turn, Step step, Duration after);
  void ask(Turn& turn, Cluster& cluster);
  void connect(Turn& turn, Cluster& cluster);
  const ServiceSpec* finish(Turn& turn, Cluster& cluster);

  std::vector<ServiceSpec> services_;
  std::size_t position_ = 0;
  Step step_ = Step::Cpu;
  bool is_begun_ = false;
  std::int64_t join_number_ = 0;
  std::vector<MemberId> unwelcomed_;  // members that have not welcomed this one yet
};

}  // namespace meshsim::coherence
