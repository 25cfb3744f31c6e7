// Between JSON as case files have it and what the models use.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "models/dns/kubernetes.hpp"
#include "sim/resolve/case_hosts.hpp"

namespace meshsim::resolve {

using Json = nlohmann::json;

// Throws std::runtime_error with what is wrong with the text.
Behaviour behaviour_of(const Json& json);
Question question_of(const Json& ask);
dns::ServiceSpec service_of(const Json& service);
Duration seconds_of(const Json& json);

// What the Kubernetes API of a case holds at its start.
struct KubeContent {
  std::vector<dns::ServiceSpec> services;
  std::vector<std::string> namespaces;
  std::vector<dns::PodAddress> pods;
};
KubeContent content_of(const Json& fixture);

Json json_of(const dns::DnsMessage& reply, std::uint32_t bytes);
Json json_of(const Arrived& arrived, Time asked);
Json json_of(const Outcome& outcome, Duration timeout);

}  // namespace meshsim::resolve
