// The resolver inside a pod: libc's search list and retries, and the JVM's cache on top.
// A plain class inside its component; the owner passes it the datagrams and timers that are its.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "meshsim/base/ip.hpp"
#include "meshsim/base/units.hpp"
#include "meshsim/kernel/context.hpp"
#include "meshsim/kernel/random.hpp"
#include "models/fabric/host_stack.hpp"

namespace meshsim::dns {

// A pod's resolv.conf and what reads it; source: dns.md section 4.
struct ResolverSpec {
  std::vector<Ipv4> nameservers;
  std::vector<std::string> search;  // "storage.svc.cluster.local"
  std::uint32_t ndots = 5;
  Duration timeout = 5s;
  std::uint32_t attempts = 2;
  std::string libc = "glibc-2.28";  // decides which answers are believed (dns.md section 4.3)
  bool ipv4_only = false;           // java.net.preferIPv4Stack
  Duration positive_ttl = 30s;      // of the JVM's cache
  Duration negative_ttl = 10s;
};

// The owner accepts this message and hands it back through on_timer().
struct ResolverTimer {
  std::uint32_t lookup = 0;
  std::uint32_t step = 0;
};

struct LookupResult {
  std::uint32_t lookup = 0;  // as given by the caller
  std::vector<Ipv4> addresses;  // empty: the name does not resolve
  std::string failure;          // "NXDOMAIN", "SERVFAIL", "timeout"; empty on success
};

class StubResolver {
 public:
  StubResolver() = default;
  StubResolver(ResolverSpec spec, RandomStream random);

  // Starts looking a name up; the answer comes at once (from the JVM's cache) or from one of the
  // calls below. `lookup` is the caller's number for it, not in use by another lookup.
  std::optional<LookupResult> lookup(Context& context, HostStack& stack,
                                     Address<ResolverTimer> timer, std::uint32_t lookup,
                                     std::string name);

  // Whether a datagram (or ICMP unreachable) to this local port is the resolver's.
  bool owns(std::uint16_t port) const;

  // Takes the datagram and releases its payload.
  std::optional<LookupResult> on_datagram(Context& context, HostStack& stack,
                                          Address<ResolverTimer> timer, const Packet& packet);
  std::optional<LookupResult> on_unreachable(Context& context, HostStack& stack,
                                             Address<ResolverTimer> timer, std::uint16_t port);
  std::optional<LookupResult> on_timer(Context& context, HostStack& stack,
                                       Address<ResolverTimer> timer, const ResolverTimer& fired);
};

}  // namespace meshsim::dns
