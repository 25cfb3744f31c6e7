// Follows a DNS name through the CoreDNS of one cluster after the other, by zones, rewrites and
// forwards as they stand when everything has been applied. Left out: time, caches, and whether
// packets get through (MS03nn).
// Source: dns.md sections 1.4, 1.5, 2.1 and 4.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/check/rule.hpp"
#include "sim/check/subject.hpp"

namespace meshsim::checks {

struct NameEnd {
  enum class Kind : std::uint8_t {
    Answered,   // by a Service of `cluster`
    NoService,  // `cluster` is asked, and has no such Service
    Outside,    // the VCN's resolver or another server: not known inside the clusters
    Nobody,     // forwarded to an address where no CoreDNS listens
    Refused,    // no server block
    Circle,     // asked for a second time of the same CoreDNS
    Unknown,    // a CoreDNS on the way whose configuration is not known
  };
  Kind kind = Kind::Refused;
  const PlannedCluster* cluster = nullptr;          // where it ends
  const PlannedService* service = nullptr;          // of Answered
  std::vector<const PlannedLoadBalancer*> through;  // one for each step to another cluster
  std::vector<const PlannedCluster*> to;            // whose load balancers those are
  std::string name;                                 // as asked last
  std::vector<Step> steps;
  Pos pos;  // of the block or forward that decided
};

// `name` is absolute.
NameEnd follow_name(const Subject& subject, const PlannedCluster& cluster, std::string_view name);

// What a pod of the namespace finds: the search list first, then the name as it is.
NameEnd resolve(const Subject& subject, const PlannedCluster& cluster, std::string_view namespace_,
                std::string_view name);

// The configuration after the last change; nullptr if there is none.
const dns::Config* final_config(const PlannedCluster& cluster);
// The block that answers an absolute name at port 53; nullptr: none does.
const dns::ServerBlock* block_for(const Subject& subject, const PlannedCluster& cluster,
                                  std::string_view name);

// "coherence-wka:7574" without the port.
std::string_view without_port(std::string_view address);

}  // namespace meshsim::checks
