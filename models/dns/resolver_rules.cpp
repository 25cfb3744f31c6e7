// Rules of glibc and musl; source: dns.md sections 4.2 to 4.4.
#include "models/dns/resolver_rules.hpp"

#include <algorithm>
#include <charconv>

#include "models/dns/name.hpp"

namespace meshsim::dns {
namespace {

constexpr std::string_view kGlibcPrefix = "glibc-2.";
constexpr int kChecksSince = 34;  // the stable branches 2.34 to 2.36 have the check as well

int glibc_minor(std::string_view libc) {
  if (!libc.starts_with(kGlibcPrefix)) return 0;
  const std::string_view digits = libc.substr(kGlibcPrefix.size());
  int minor = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), minor);
  return minor;
}

}  // namespace

Libc libc_of(std::string_view libc) { return libc.starts_with("musl") ? Libc::Musl : Libc::Glibc; }

bool rejects_foreign_owners(std::string_view libc, bool ipv4_only) {
  if (libc_of(libc) == Libc::Musl) return false;
  // The AF_INET path has always checked; source: dns.md section 4.3.
  return ipv4_only || glibc_minor(libc) >= kChecksSince;
}

std::vector<Candidate> candidates(const ResolverSpec& spec, std::string_view name) {
  const Candidate as_is{absolute(lower(name)), true};
  if (name.ends_with('.')) return {as_is};
  const auto dots = std::count(name.begin(), name.end(), '.');
  const bool enough_dots = dots >= static_cast<std::int64_t>(spec.ndots);
  if (enough_dots && libc_of(spec.libc) == Libc::Musl) return {as_is};

  std::vector<Candidate> result;
  if (enough_dots) result.push_back(as_is);
  for (const std::string& domain : spec.search) {
    result.push_back({as_is.name + absolute(lower(domain)), false});
  }
  if (!enough_dots) result.push_back(as_is);
  return result;
}

BelievedAnswer believed(const DnsMessage& answer, bool check_owners) {
  BelievedAnswer result;
  std::string_view expected = answer.name;
  for (const Record& record : answer.answer) {
    if (check_owners && !same_name(record.owner, expected)) {
      result.foreign_owner = record.owner;
      continue;
    }
    if (record.type == RecordType::Cname) expected = record.target;
    if (record.type == RecordType::A) result.addresses.push_back(record.address);
  }
  return result;
}

bool buffer_overflows(std::size_t addresses, std::uint32_t round) {
  constexpr std::size_t kBuffer = 1024;  // bytes, doubled for each round
  constexpr std::size_t kPerAddress = 40;
  return addresses >= (kBuffer << round) / kPerAddress;
}

}  // namespace meshsim::dns
