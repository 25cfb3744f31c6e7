// What the parts of one member share: who is in, the two ways to reach them, the services they run.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/coherence/membership.hpp"
#include "models/coherence/message_bus.hpp"
#include "models/coherence/tcmp.hpp"

namespace meshsim::coherence {

// Which members run which service, in the order of joining; the first is the service's senior.
class ServiceRegistry {
 public:
  bool knows(std::string_view service) const { return find(service) != nullptr; }
  void add(std::string_view service);
  void joined(std::string_view service, MemberId member, std::int64_t join_number);
  void left(MemberId member);
  void merge(const std::vector<ServiceRecord>& records);

  const std::vector<ServiceRecord>& all() const { return services_; }
  const std::vector<ServiceMember>& members(std::string_view service) const;
  MemberId senior(std::string_view service) const;
  bool is_senior_of_any(MemberId member) const;
  std::int64_t next_join_number() const { return last_join_number_ + 1; }

  auto state() { return std::tie(services_, last_join_number_); }

 private:
  const ServiceRecord* find(std::string_view service) const;
  // Made if it is new.
  ServiceRecord& record(std::string_view service);

  std::vector<ServiceRecord> services_;
  std::int64_t last_join_number_ = 0;
};

struct Cluster {
  MemberId self;
  Membership members;
  Tcmp tcmp;
  MessageBus bus;
  ServiceRegistry services;
  MemberId told_senior;         // the one that was traced last
  std::vector<Letter> to_self;  // handled by the own thread after the current turn

  bool is_senior() const { return self && members.senior() == self; }

  // Over TCMP, reliably; to this member itself without a packet.
  void tell(Turn& turn, MemberId to, const Letter& message);
  void tell_others(Turn& turn, const Letter& message);
  // Over the message bus, connecting if need be.
  void bus_tell(Turn& turn, MemberId to, const Letter& message);
};

}  // namespace meshsim::coherence
