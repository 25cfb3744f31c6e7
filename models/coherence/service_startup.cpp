// Register, be courteous, join, connect, be welcomed, announce.
#include "models/coherence/service_startup.hpp"

#include <algorithm>

#include "models/coherence/observations.hpp"

namespace meshsim::coherence {
namespace {

constexpr Duration kCourtesy = 1s;  // source: section 8.1 step 2

}  // namespace

void ServiceStartup::begin(Turn& turn) {
  is_begun_ = true;
  position_ = 0;
  if (!is_complete()) spend_cpu(turn);
}

const ServiceSpec* ServiceStartup::on_alarm(Turn& turn, Cluster& cluster, std::uint64_t detail) {
  if (is_complete() || detail != position_ * 8 + static_cast<std::uint64_t>(step_)) return nullptr;
  if (step_ == Step::Cpu) {
    step_ = Step::Register;
    ask(turn, cluster);
  } else if (step_ == Step::Courtesy) {
    step_ = Step::Join;
    ask(turn, cluster);
  } else if (step_ == Step::Connect) {
    connect(turn, cluster);
    if (unwelcomed_.empty()) return finish(turn, cluster);
  }
  return nullptr;
}

const ServiceSpec* ServiceStartup::on_registered(Turn& turn, Cluster& cluster,
                                                 std::string_view service) {
  if (!is_at(Step::Register, service)) return nullptr;
  // A member with a burden already lets others become this service's senior.
  const bool is_burdened = cluster.is_senior() || cluster.services.is_senior_of_any(cluster.self);
  if (cluster.members.size() > 1 && is_burdened) {
    go(turn, Step::Courtesy, kCourtesy);
    return nullptr;
  }
  step_ = Step::Join;
  ask(turn, cluster);
  return nullptr;
}

const ServiceSpec* ServiceStartup::on_granted(Turn& turn, Cluster& cluster,
                                              const ServiceJoining& grant) {
  if (!is_at(Step::Join, grant.service)) return nullptr;
  join_number_ = grant.join_number;
  unwelcomed_.clear();
  for (const ServiceMember& member : grant.members) {
    cluster.services.joined(grant.service, member.id, member.join_number);
    if (cluster.members.find(member.id) != nullptr) unwelcomed_.push_back(member.id);
  }
  cluster.services.joined(grant.service, cluster.self, grant.join_number);
  turn.observe(kServiceJoined, cluster.services.senior(grant.service).value, cluster.self.value,
               grant.service);
  if (unwelcomed_.empty()) return finish(turn, cluster);
  if (current().kind == ServiceKind::Transport) {
    go(turn, Step::Connect, turn.cpu.between(turn.parameters.bus_cpu));
  } else {
    connect(turn, cluster);
  }
  return nullptr;
}

// The bus opens what connections are missing; the first service pays for them.
void ServiceStartup::connect(Turn& turn, Cluster& cluster) {
  step_ = Step::Welcome;
  const Letter question = letter(MemberWelcomeRequest{current().name});
  for (const MemberId member : unwelcomed_) cluster.bus_tell(turn, member, question);
}

const ServiceSpec* ServiceStartup::on_welcomed(Turn& turn, Cluster& cluster, MemberId from,
                                               std::string_view service) {
  if (!is_at(Step::Welcome, service)) return nullptr;
  std::erase(unwelcomed_, from);
  return unwelcomed_.empty() ? finish(turn, cluster) : nullptr;
}

const ServiceSpec* ServiceStartup::on_member_left(Turn& turn, Cluster& cluster, MemberId gone,
                                                  bool senior_changed) {
  if (!is_begun_ || is_complete()) return nullptr;
  if (senior_changed && (step_ == Step::Register || step_ == Step::Join)) ask(turn, cluster);
  std::erase(unwelcomed_, gone);
  if (step_ != Step::Welcome) return nullptr;
  return unwelcomed_.empty() ? finish(turn, cluster) : nullptr;
}

bool ServiceStartup::is_at(Step step, std::string_view service) const {
  return is_begun_ && !is_complete() && step_ == step && current().name == service;
}

void ServiceStartup::spend_cpu(Turn& turn) {
  const DurationRange own = current().cpu;
  const bool has_own = own.max > Duration::zero();
  go(turn, Step::Cpu, turn.cpu.between(has_own ? own : turn.parameters.svc_cpu));
}

void ServiceStartup::go(Turn& turn, Step step, Duration after) {
  step_ = step;
  turn.wake(AlarmKind::Startup, after, 0, position_ * 8 + static_cast<std::uint64_t>(step));
}

void ServiceStartup::ask(Turn& turn, Cluster& cluster) {
  const std::string& name = current().name;
  const MemberId senior = cluster.members.senior();
  if (step_ == Step::Register) {
    cluster.tell(turn, senior, letter(ServiceRegisterRequest{name}));
  } else {
    const bool is_partitioned = current().kind == ServiceKind::Partitioned;
    cluster.tell(turn, senior, letter(ServiceJoinRequest{name, is_partitioned}));
  }
}

const ServiceSpec* ServiceStartup::finish(Turn& turn, Cluster& cluster) {
  const ServiceSpec& complete = current();
  cluster.tell_others(turn, letter(ServiceJoined{complete.name, join_number_}));
  ++position_;
  if (!is_complete()) spend_cpu(turn);
  return &complete;
}

}  // namespace meshsim::coherence
