// The resolver inside a pod: libc's search list and retries, and the JVM's cache on top.
// A plain class inside its component; the owner passes it the datagrams and timers that are its.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "meshsim/base/ip.hpp"
#include "meshsim/base/units.hpp"
#include "meshsim/kernel/context.hpp"
#include "meshsim/kernel/random.hpp"
#include "models/dns/message.hpp"
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
  std::uint32_t lookup = 0;     // as given by the caller
  std::vector<Ipv4> addresses;  // empty: the name does not resolve
  std::string failure;          // "NXDOMAIN", "SERVFAIL", "timeout"; empty on success
};

// At most kLimit lookups run at a time; more fail at once. Left out: DNS over TCP (a truncated
// answer fails at once, as where the server's TCP port is closed) and the options rotate, use-vc,
// single-request and edns0.
class StubResolver {
 public:
  static constexpr std::size_t kLimit = 256;        // lookups at a time
  static constexpr std::size_t kCacheLimit = 1024;  // names in the JVM's cache

  StubResolver() = default;
  StubResolver(ResolverSpec spec, RandomStream random) : spec_(std::move(spec)), random_(random) {}

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

  auto state() { return std::tie(spec_, random_, steps_, lookups_, cache_, woken_); }

 private:
  enum class Verdict : std::uint8_t {
    Pending,
    Records,
    NoData,
    NxDomain,
    FormErr,
    ServFail,  // or NOTIMP
    Refused,
    Silence,
    Unreachable,
    ForeignOwner,
    Truncated,
  };
  struct Question {
    RecordType type{};
    std::uint16_t id = 0;
    Verdict verdict = Verdict::Pending;
    std::vector<Ipv4> addresses;
  };
  struct Lookup {
    std::uint32_t number = 0;
    std::string name;                // as the caller gave it
    std::vector<std::string> names;  // to try, absolute
    std::size_t as_is = 0;           // which of them is not of the search list
    std::size_t current = 0;
    std::uint16_t port = 0;  // each name has a socket of its own
    std::size_t server = 0;
    std::uint32_t attempt = 0;
    std::uint32_t partial = 0;  // time-outs with one of A and AAAA answered
    std::uint32_t step = 0;     // of the timer that counts
    Time deadline{};            // when that is due: an older run's timers do not count
    std::uint32_t round = 0;    // glibc: with a larger buffer each time
    std::uint32_t repeats = 0;  // musl: repeats after SERVFAIL left in this interval
    Time started{};             // musl: the budget is per name
    bool saw_no_data = false;
    bool saw_failure = false;
    std::optional<Verdict> as_is_verdict;
    std::vector<Question> questions;
    std::vector<std::uint32_t> waiting;  // lookups of the same name
  };
  struct Cached {
    std::string name;
    Time until{};
    std::vector<Ipv4> addresses;
    std::string failure;
  };
  struct Wires {  // what a call may use
    Context& context;
    HostStack& stack;
    Address<ResolverTimer> timer;
  };
  using Outcome = std::optional<LookupResult>;

  Lookup* find(std::uint32_t number);
  Lookup* find_port(std::uint16_t port);
  static std::string_view failure_text(Verdict verdict);

  void start_name(Wires wires, Lookup& lookup);
  void send_question(Wires wires, const Lookup& lookup, const Question& question, Ipv4 server);
  void send_pending(Wires wires, Lookup& lookup);
  void arm(Wires wires, Lookup& lookup, Duration delay);
  Verdict judge(Wires wires, const Lookup& lookup, const DnsMessage& answer,
                std::vector<Ipv4>& addresses) const;

  Outcome glibc_settle(Wires wires, Lookup& lookup);
  Outcome glibc_timeout(Wires wires, Lookup& lookup);
  Outcome glibc_next_server(Wires wires, Lookup& lookup, Verdict verdict);
  Outcome musl_settle(Wires wires, Lookup& lookup);
  Outcome musl_timeout(Wires wires, Lookup& lookup);

  Outcome name_failed(Wires wires, Lookup& lookup, Verdict verdict);
  Outcome succeed(Wires wires, Lookup& lookup);
  Outcome finish(Wires wires, Lookup& lookup, std::vector<Ipv4> addresses, std::string failure);

  const Cached* cached(Time now, std::string_view name) const;
  void remember(Time now, const Lookup& lookup, const LookupResult& result);

  ResolverSpec spec_;
  RandomStream random_;
  std::uint32_t steps_ = 0;  // timers set so far
  std::vector<Lookup> lookups_;
  std::vector<Cached> cache_;
  std::vector<std::pair<std::uint32_t, std::string>> woken_;  // waited for the same name
};

}  // namespace meshsim::dns
