// What the libcs do differently, as pure functions: which names are tried, which answers are
// believed, how often a long answer is asked for again. Source: dns.md section 4.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/dns/message.hpp"
#include "models/dns/stub_resolver.hpp"

namespace meshsim::dns {

enum class Libc : std::uint8_t { Glibc, Musl };

// "musl-1.2.5" is musl, anything else glibc.
Libc libc_of(std::string_view libc);

// Whether records of another owner than the question (or its CNAME target) are thrown away.
bool rejects_foreign_owners(std::string_view libc, bool ipv4_only);

struct Candidate {
  std::string name;    // absolute
  bool as_is = false;  // not made with a search domain
};
// The names to try, in order.
std::vector<Candidate> candidates(const ResolverSpec& spec, std::string_view name);

struct BelievedAnswer {
  std::vector<Ipv4> addresses;
  std::string foreign_owner;  // owner of a record that was not believed
};
BelievedAnswer believed(const DnsMessage& answer, bool check_owners);

// Whether getaddrinfo() of glibc asks all over again, its buffer having been too small; `round`
// counts from 0.
bool buffer_overflows(std::size_t addresses, std::uint32_t round);

}  // namespace meshsim::dns
