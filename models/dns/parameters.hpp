// CoreDNS processing and the resolvers in the pods. Each is an estimate of the
// references and can be set in a scenario's `parameters:`.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "meshsim/base/fields.hpp"
#include "meshsim/base/units.hpp"

namespace meshsim {
namespace dns {

struct Parameters {
  DurationRange processing{100us, 300us};    // source: dns.md section 3.1
  Duration startup = 150ms;                  // source: dns.md section 2.3
  DurationRange configmap_sync{0s, 90s};     // source: dns.md section 1.8
  std::uint32_t pending_limit = 10'000;      // about 2 KB each; source: dns.md section 2.2
  DurationRange vcn_processing{200us, 1ms};  // estimate: no figure is published
  Duration vcn_negative_ttl = 60s;           // source: dns.md section 10 (uncertain)
  std::string libc = "glibc-2.28";           // Oracle Linux 8; source: dns.md section 4.3
  bool ipv4_only = false;
  Duration resolver_timeout = 5s;  // source: dns.md section 4.2
  std::uint32_t resolver_attempts = 2;
  Duration jvm_positive_ttl = 30s;  // source: dns.md section 4.5
  Duration jvm_negative_ttl = 10s;
};

}  // namespace dns

template <>
struct Fields<dns::Parameters> {
  using P = dns::Parameters;
  static constexpr auto list = std::tuple{
      field("processing", &P::processing, "what a query costs in a CoreDNS server"),
      field("startup", &P::startup, "from the start of a CoreDNS process to its first answer"),
      field("configmap_sync", &P::configmap_sync,
            "from a change of ConfigMap coredns-custom to the file in the pod (kubelet)"),
      field("pending_limit", &P::pending_limit, "queries a CoreDNS server holds at a time")
          .range(1, 1'000'000),
      field("vcn_processing", &P::vcn_processing, "what a query costs in the VCN's resolver"),
      field("vcn_negative_ttl", &P::vcn_negative_ttl,
            "TTL of the SOA in the VCN resolver's NXDOMAIN, whole seconds"),
      field("libc", &P::libc,
            "of the images, where nothing else is said: glibc-2.28, glibc-2.36, musl-1.2.5; "
            "decides whether answers of a foreign owner are believed"),
      field("ipv4_only", &P::ipv4_only, "java.net.preferIPv4Stack: asks for A records only"),
      field("resolver_timeout", &P::resolver_timeout, "of a query in the pod's resolver"),
      field("resolver_attempts", &P::resolver_attempts, "of the pod's resolver").range(1, 5),
      field("jvm_positive_ttl", &P::jvm_positive_ttl, "networkaddress.cache.ttl"),
      field("jvm_negative_ttl", &P::jvm_negative_ttl, "networkaddress.cache.negative.ttl"),
  };
};

}  // namespace meshsim
