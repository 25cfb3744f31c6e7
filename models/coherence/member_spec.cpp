// The service lists of the product's main class.
#include "models/coherence/member_spec.hpp"

namespace meshsim::coherence {
namespace {

void append(std::vector<ServiceSpec>& list, std::vector<ServiceSpec> more) {
  for (ServiceSpec& service : more) list.push_back(std::move(service));
}

std::vector<ServiceSpec> system_session() {
  return {{"TransportService", ServiceKind::Transport, {}},
          {"Management", ServiceKind::Plain, {}},
          {"$SYS:Config", ServiceKind::Partitioned, {}},
          {"$SYS:HealthHttpProxy", ServiceKind::Plain, {}},
          {"$SYS:SystemProxy", ServiceKind::Plain, {}}};
}

std::vector<ServiceSpec> default_session() {
  return {{"PartitionedCache", ServiceKind::Partitioned, {}},
          {"PartitionedTopic", ServiceKind::Partitioned, {}},
          {"Proxy", ServiceKind::Plain, {}}};
}

}  // namespace

std::vector<ServiceSpec> default_services() {
  std::vector<ServiceSpec> list = system_session();
  append(list, default_session());
  return list;
}

std::vector<ServiceSpec> concurrent_services() {
  std::vector<ServiceSpec> list = system_session();
  append(list, {{"$SYS:Concurrent", ServiceKind::Partitioned, {}},
                {"$SYS:ConcurrentProxy", ServiceKind::Plain, {}}});
  append(list, default_session());
  return list;
}

}  // namespace meshsim::coherence
