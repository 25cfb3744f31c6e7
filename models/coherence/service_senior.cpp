// Registering, confirming, granting.
#include "models/coherence/service_senior.hpp"

#include <algorithm>

namespace meshsim::coherence {

void ServiceSenior::on(Turn& turn, Cluster& cluster, MemberId from,
                       const ServiceRegisterRequest& request) {
  const bool is_new = !cluster.services.knows(request.service);
  cluster.services.add(request.service);
  const Letter answer = letter(ServiceRegister{request.service});
  if (is_new) {
    cluster.tell_others(turn, answer);
    if (from == cluster.self) cluster.tell(turn, from, answer);
  } else {
    cluster.tell(turn, from, answer);
  }
}

void ServiceSenior::on(Turn& turn, Cluster& cluster, MemberId from,
                       const ServiceJoinRequest& request) {
  const bool is_repeated = std::any_of(pending_.begin(), pending_.end(), [&](const Pending& one) {
    return one.joiner == from && one.service == request.service;
  });
  if (is_repeated) return;

  Pending pending;
  pending.poll = ++polls_;
  pending.joiner = from;
  pending.service = request.service;
  pending.is_partitioned = request.is_partitioned;
  pending.outstanding = cluster.members.others(cluster.self);
  std::erase(pending.outstanding, from);

  ServiceJoining joining;
  joining.service = request.service;
  joining.joiner = from;
  joining.poll = pending.poll;
  joining.is_partitioned = request.is_partitioned;
  const Letter question = letter(std::move(joining));
  for (const MemberId member : pending.outstanding) cluster.tell(turn, member, question);
  if (pending.outstanding.empty()) grant(turn, cluster, pending);
  pending_.push_back(std::move(pending));
}

void ServiceSenior::on(Turn& turn, Cluster& cluster, MemberId from,
                       const ServiceUpdateResponse& response) {
  for (Pending& pending : pending_) {
    if (pending.poll != response.poll) continue;
    std::erase(pending.outstanding, from);
    if (pending.outstanding.empty()) grant(turn, cluster, pending);
  }
}

void ServiceSenior::member_left(Turn& turn, Cluster& cluster, MemberId gone) {
  std::erase_if(pending_, [&](const Pending& pending) { return pending.joiner == gone; });
  for (Pending& pending : pending_) {
    std::erase(pending.outstanding, gone);
    if (pending.outstanding.empty()) grant(turn, cluster, pending);
  }
}

bool ServiceSenior::has_pending_joins(const Cluster& cluster) {
  std::erase_if(pending_, [&](const Pending& pending) {
    return pending.is_granted && cluster.tcmp.unacked(pending.joiner) == 0;
  });
  return !pending_.empty();
}

void ServiceSenior::grant(Turn& turn, Cluster& cluster, Pending& pending) {
  if (pending.is_granted) return;
  pending.is_granted = true;
  ServiceJoining grant;
  grant.service = pending.service;
  grant.joiner = pending.joiner;
  grant.is_partitioned = pending.is_partitioned;
  grant.is_grant = true;
  grant.join_number = cluster.services.next_join_number();
  grant.members = cluster.services.members(pending.service);
  cluster.services.joined(pending.service, pending.joiner, grant.join_number);
  cluster.tell(turn, pending.joiner, letter(std::move(grant)));
}

}  // namespace meshsim::coherence
