// Lifetimes and what may be kept; source: dns.md section 2.4 (coredns, plugin/cache).
#include "models/dns/cache.hpp"

#include <algorithm>

#include "models/dns/name.hpp"

namespace meshsim::dns {
namespace {

enum class Kind : std::uint8_t { Success, NoData, NxDomain, ServerError, Other };

bool has_soa(const DnsMessage& reply) {
  return std::any_of(reply.authority.begin(), reply.authority.end(),
                     [](const Record& record) { return record.type == RecordType::Soa; });
}

Kind kind_of(const DnsMessage& reply) {
  switch (reply.rcode) {
    case Rcode::NoError:
      return reply.answer.empty() && has_soa(reply) ? Kind::NoData : Kind::Success;
    case Rcode::NxDomain: return has_soa(reply) ? Kind::NxDomain : Kind::Other;
    case Rcode::ServFail:
    case Rcode::NotImp: return Kind::ServerError;
    case Rcode::FormErr:
    case Rcode::Refused: break;
  }
  return Kind::Other;
}

// The smallest TTL of all records; of a negative reply, the TTL in the header of its SOA counts,
// not its minimum field. Seconds; 5 without any record.
std::uint32_t smallest_ttl(const DnsMessage& reply) {
  constexpr std::uint32_t kWithoutRecords = 5;
  constexpr std::uint32_t kLongest = 3600;
  if (reply.answer.empty() && reply.authority.empty() && reply.additional.empty()) {
    return kWithoutRecords;
  }
  std::uint32_t smallest = kLongest;
  for (const auto* section : {&reply.answer, &reply.authority, &reply.additional}) {
    for (const Record& record : *section) smallest = std::min(smallest, record.ttl);
  }
  return smallest;
}

std::uint32_t clamped(std::uint32_t ttl, Duration shortest, Duration longest) {
  const auto seconds = [](Duration duration) {
    return static_cast<std::uint32_t>(duration / std::chrono::seconds{1});
  };
  return std::min(std::max(ttl, seconds(shortest)), seconds(longest));
}

void set_ttls(DnsMessage& reply, std::uint32_t ttl) {
  for (auto* section : {&reply.answer, &reply.authority, &reply.additional}) {
    for (Record& record : *section) record.ttl = ttl;
  }
}

}  // namespace

std::optional<DnsMessage> DnsCache::find(const DnsMessage& query, Time now) const {
  const Key key{lower(query.name), query.type};
  // The denial store first: up to 1.14.3 a kept SERVFAIL hides a positive entry.
  for (const Store* store : {&denial_, &success_}) {
    const auto found = store->find(key);
    if (found == store->end()) continue;
    const Entry& entry = found->second;
    const auto age = static_cast<std::uint32_t>((now - entry.stored) / std::chrono::seconds{1});
    if (age >= entry.ttl) continue;
    DnsMessage reply = entry.reply;
    reply.id = query.id;
    reply.name = query.name;
    reply.edns_size = query.edns_size;
    reply.recursion_desired = query.recursion_desired;
    reply.authoritative = true;  // always set on hits
    if (!config_.keep_ttl) set_ttls(reply, entry.ttl - age);
    return reply;
  }
  return std::nullopt;
}

void DnsCache::pass(const DnsMessage& asked, DnsMessage& reply, Time now) {
  const Kind kind = kind_of(reply);
  std::uint32_t ttl = 0;
  switch (kind) {
    case Kind::ServerError: ttl = clamped(0, config_.servfail, config_.servfail); break;
    case Kind::NoData:
    case Kind::NxDomain:
      ttl = clamped(smallest_ttl(reply), config_.denial_min, config_.denial_max);
      break;
    case Kind::Success:
    case Kind::Other:
      ttl = clamped(smallest_ttl(reply), config_.success_min, config_.success_max);
      break;
  }
  const bool answers_it = same_name(reply.name, asked.name) && reply.type == asked.type;
  if (kind != Kind::Other && ttl > 0 && !reply.truncated && answers_it) {
    const bool success = kind == Kind::Success;
    Store& store = success ? success_ : denial_;
    const Key key{lower(asked.name), asked.type};
    // A positive reply ends what was denied before.
    if (success) denial_.erase(key);
    put(store, success ? config_.capacity : config_.denial_capacity, key, {reply, now, ttl});
  }
  if (!config_.keep_ttl) set_ttls(reply, ttl);
}

void DnsCache::put(Store& store, std::uint32_t capacity, Key key, Entry entry) {
  if (store.size() >= capacity && !store.contains(key)) {
    const auto victim = eviction_.below(store.size());
    store.erase(std::next(store.begin(), static_cast<std::ptrdiff_t>(victim)));
  }
  store.insert_or_assign(std::move(key), std::move(entry));
}

}  // namespace meshsim::dns
