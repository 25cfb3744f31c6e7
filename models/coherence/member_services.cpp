// Letters of the services, and the one place where a letter finds its handler.
#include <concepts>
#include <string_view>
#include <variant>

#include "models/coherence/member.hpp"
#include "models/coherence/observations.hpp"

namespace meshsim::coherence {
namespace {

// What a partitioned service handles itself.
template <class T>
concept PartitionLetter = std::same_as<T, DistributionPlanUpdate> ||
    std::same_as<T, DistributionRequest> || std::same_as<T, TransferRequest> ||
    std::same_as<T, TransferReject> || std::same_as<T, BackupTransfer> ||
    std::same_as<T, BackupTaken> || std::same_as<T, OwnershipUpdate> ||
    std::same_as<T, OwnershipRequest> || std::same_as<T, OwnershipResponse>;

template <class T>
concept NamesSender = requires(const T& m) {
  m.from.names;
};

}  // namespace

void Member::hear_letter(Turn& turn, Work letter) {
  hearing_ = std::move(letter);
  const Work& work = hearing_;
  std::visit(
      [&]<class T>(const T& m) {
        if constexpr (NamesSender<T>) {
          if (m.from.names->cluster != spec_.cluster) return;  // of another cluster's name
          if (m.from.uuid == record_.uuid) return;
        } else if (cluster_.members.find(work.from) == nullptr) {
          return;  // it has left while its letter waited
        }
        if constexpr (PartitionLetter<T>) {
          PartitionedService* service = find_partitioned(m.service);
          if (service != nullptr) service->on(turn, cluster_, work.from, m);
        } else {
          hear(turn, work, m);
        }
      },
      *work.letter);
}

void Member::service_started(Turn& turn, const ServiceSpec* complete) {
  if (complete == nullptr) return;
  if (complete->kind == ServiceKind::Transport) {
    turn.observe(kStarted, record_.id.value, static_cast<std::int64_t>(cluster_.members.size()));
  }
  if (complete->kind == ServiceKind::Partitioned) {
    find_partitioned(complete->name)->join(turn, cluster_);
  }
  if (startup_.is_complete()) turn.wake(AlarmKind::Ready, parameters_.readiness_delay);
}

PartitionedService* Member::find_partitioned(std::string_view service) {
  for (PartitionedService& one : partitioned_) {
    if (one.name() == service) return &one;
  }
  return nullptr;
}

void Member::hear(Turn& turn, const Work& work, const ServiceRegisterRequest& m) {
  service_senior_.on(turn, cluster_, work.from, m);
}

void Member::hear(Turn& turn, const Work&, const ServiceRegister& m) {
  cluster_.services.add(m.service);
  service_started(turn, startup_.on_registered(turn, cluster_, m.service));
}

void Member::hear(Turn& turn, const Work& work, const ServiceJoinRequest& m) {
  service_senior_.on(turn, cluster_, work.from, m);
}

void Member::hear(Turn& turn, const Work& work, const ServiceJoining& m) {
  if (m.is_grant) return service_started(turn, startup_.on_granted(turn, cluster_, m));
  cluster_.tell(turn, work.from, letter(ServiceUpdateResponse{m.poll}));
}

void Member::hear(Turn& turn, const Work& work, const ServiceUpdateResponse& m) {
  service_senior_.on(turn, cluster_, work.from, m);
}

void Member::hear(Turn& turn, const Work& work, const ServiceJoined& m) {
  cluster_.services.joined(m.service, work.from, m.join_number);
  PartitionedService* service = find_partitioned(m.service);
  if (service != nullptr) service->member_joined(turn, cluster_);
}

void Member::hear(Turn&, const Work&, const BusHello&) {}  // the bus deals with it

void Member::hear(Turn& turn, const Work& work, const MemberWelcomeRequest& m) {
  PartitionedService* service = find_partitioned(m.service);
  if (service != nullptr) return service->on(turn, cluster_, work.from, m);
  cluster_.bus_tell(turn, work.from, letter(MemberWelcome{m.service, 0, nullptr}));
}

void Member::hear(Turn& turn, const Work& work, const MemberWelcome& m) {
  PartitionedService* service = find_partitioned(m.service);
  if (service != nullptr) service->on(turn, cluster_, work.from, m);
  service_started(turn, startup_.on_welcomed(turn, cluster_, work.from, m.service));
}

}  // namespace meshsim::coherence
