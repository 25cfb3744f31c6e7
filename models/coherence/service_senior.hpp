// The cluster senior's part in starting services: registers names, lets all members confirm a
// join, grants it. Source: coherence.md section 8.1 steps 1 and 3-5. Left out: overdue polls
// (225 and 375 s), soft rejects.
#pragma once

#include <string>
#include <vector>

#include "models/coherence/cluster.hpp"

namespace meshsim::coherence {

class ServiceSenior {
 public:
  void on(Turn& turn, Cluster& cluster, MemberId from, const ServiceRegisterRequest& request);
  void on(Turn& turn, Cluster& cluster, MemberId from, const ServiceJoinRequest& request);
  void on(Turn& turn, Cluster& cluster, MemberId from, const ServiceUpdateResponse& response);
  void member_left(Turn& turn, Cluster& cluster, MemberId gone);

  // While one is pending no cluster ids are given; from the request to the grant's acknowledgement.
  bool has_pending_joins(const Cluster& cluster);

  auto state() { return std::tie(pending_, polls_); }

 private:
  struct Pending {
    std::uint32_t poll = 0;
    MemberId joiner;
    std::string service;
    bool is_partitioned = false;
    bool is_granted = false;
    std::vector<MemberId> outstanding;
  };

  void grant(Turn& turn, Cluster& cluster, Pending& pending);

  std::vector<Pending> pending_;
  std::uint32_t polls_ = 0;
};

}  // namespace meshsim::coherence
