// Lifetimes and what may be kept; source: dns.md section 2.4 (coredns, plugin/cache).
#include "models/dns/cache.hpp"

#include <algorithm>

#include "models/dns/name.hpp"

namespace meshsim::dns {
namespace {

enum class Kind : std::uint8_t { Success, NoData, NxDomain, ServerError, Delegation, Other };

bool has(const DnsMessage& reply, RecordType type) {
  return std::any_of(reply.authority.begin(), reply.authority.end(),
                     [type](const Record& record) { return record.type == type; });
}

Kind kind_of(const DnsMessage& reply) {
  const bool with_soa = has(reply, RecordType::Soa);
  const bool is_transfer = reply.type == RecordType::Axfr || reply.type == RecordType::Ixfr;
  if (is_transfer) return Kind::Other;
  switch (reply.rcode) {
    case Rcode::NoError:
      if (!reply.answer.empty()) return Kind::Success;
      if (with_soa) return Kind::NoData;
      return has(reply, RecordType::Ns) ? Kind::Delegation : Kind::Success;
    case Rcode::NxDomain: return with_soa ? Kind::NxDomain : Kind::Other;
    case Rcode::ServFail:
    case Rcode::NotImp: return Kind::ServerError;
    default: return Kind::Other;
  }
}

// The smallest TTL of all records; of a negative reply, the TTL in the header of its SOA counts,
// not its minimum field. Seconds; 5 without any record and for what is no ordinary answer.
std::uint32_t smallest_ttl(const DnsMessage& reply, Kind kind) {
  constexpr std::uint32_t kWithoutRecords = 5;
  constexpr std::uint32_t kLongest = 3600;
  const bool is_empty = reply.answer.empty() && reply.authority.empty() && reply.additional.empty();
  if (is_empty || kind == Kind::Delegation || kind == Kind::Other) return kWithoutRecords;
  std::uint32_t smallest = kLongest;
  for (const auto* section : {&reply.answer, &reply.authority, &reply.additional}) {
    for (const Record& record : *section) smallest = std::min(smallest, record.ttl);
  }
  return smallest;
}

std::uint32_t in_seconds(Duration duration) {
  return static_cast<std::uint32_t>(duration / std::chrono::seconds{1});
}

std::uint32_t clamped(std::uint32_t ttl, Duration shortest, Duration longest) {
  return std::min(std::max(ttl, in_seconds(shortest)), in_seconds(longest));
}

void set_ttls(DnsMessage& reply, std::uint32_t ttl) {
  for (auto* section : {&reply.answer, &reply.authority, &reply.additional}) {
    for (Record& record : *section) record.ttl = ttl;
  }
}

// Whether the chain of aliases that begins at the question ends in a record of the asked type.
bool answers_the_question(const DnsMessage& reply) {
  if (reply.answer.empty()) return true;
  std::string_view name = reply.name;
  for (std::size_t step = 0; step <= reply.answer.size(); ++step) {
    const Record* alias = nullptr;
    for (const Record& record : reply.answer) {
      if (!same_name(record.owner, name)) continue;
      if (record.type == reply.type || reply.type == RecordType::Any) return true;
      if (record.type == RecordType::Cname) alias = &record;
    }
    if (alias == nullptr) return false;
    name = alias->target;
  }
  return false;
}

}  // namespace

DnsCache::Key DnsCache::key_of(const DnsMessage& query) const {
  return {lower(query.name), query.type, habits_.keys_class ? query.record_class : RecordClass::In,
          query.dnssec_ok(), query.checking_disabled};
}

DnsCache::Entry* DnsCache::usable(Store& store, const Key& key, Time now) {
  const auto found = store.find(key);
  if (found == store.end()) return nullptr;
  const std::int64_t left =
      std::int64_t{found->second.ttl} - (now - found->second.stored) / std::chrono::seconds{1};
  const bool is_usable = left > 0 || -left < config_.stale / std::chrono::seconds{1};
  return is_usable ? &found->second : nullptr;
}

std::optional<DnsCache::Hit> DnsCache::find(const DnsMessage& query, Time now) {
  const Key key = key_of(query);
  // The denial store first: up to 1.14.3 a kept SERVFAIL hides a positive entry.
  Entry* entry = usable(denial_, key, now);
  if (entry == nullptr) entry = usable(success_, key, now);
  if (entry == nullptr) return std::nullopt;
  const std::int64_t left =
      std::int64_t{entry->ttl} - (now - entry->stored) / std::chrono::seconds{1};
  Hit hit{entry->reply, left < 0, false};
  if (!hit.is_stale) hit.is_due = is_due(*entry, now);
  DnsMessage& reply = hit.reply;
  reply.id = query.id;
  reply.name = query.name;
  reply.recursion_desired = query.recursion_desired;
  reply.checking_disabled = query.checking_disabled;
  reply.authoritative = true;  // always set on hits
  if (!query.dnssec_ok() && !query.authentic) reply.authentic = false;
  const std::int64_t shown = config_.keep_ttl ? entry->ttl : std::max<std::int64_t>(0, left);
  set_ttls(reply, static_cast<std::uint32_t>(shown));
  return hit;
}

// Often enough asked for within the window, and near enough to its end.
bool DnsCache::is_due(Entry& entry, Time now) const {
  if (config_.prefetch == 0) return false;
  entry.hits = now - entry.last_hit > config_.prefetch_window ? 1 : entry.hits + 1;
  entry.last_hit = now;
  const std::uint32_t threshold = (config_.prefetch_percent * entry.ttl + 99) / 100;
  const auto left = std::int64_t{entry.ttl} - (now - entry.stored) / std::chrono::seconds{1};
  return entry.hits >= config_.prefetch && left <= threshold;
}

void DnsCache::pass(const DnsMessage& asked, DnsMessage& reply, Time now, bool is_refresh) {
  const Kind kind = kind_of(reply);
  std::uint32_t ttl = 0;
  switch (kind) {
    case Kind::ServerError: ttl = in_seconds(config_.servfail); break;
    case Kind::NoData:
    case Kind::NxDomain:
      ttl = clamped(smallest_ttl(reply, kind), config_.denial_min, config_.denial_max);
      break;
    default: ttl = clamped(smallest_ttl(reply, kind), config_.success_min, config_.success_max);
  }
  const bool is_success = kind == Kind::Success || kind == Kind::Delegation;
  const bool answers_it = reply.has_question && same_name(reply.name, asked.name) &&
                          reply.type == asked.type && reply.record_class == asked.record_class;
  const bool is_complete =
      !habits_.checks_chain || kind != Kind::Success || answers_the_question(reply);
  const Zones& off = is_success ? config_.success_disabled : config_.denial_disabled;
  const bool is_off = matching_zone(off, asked.name) != nullptr;
  if (kind != Kind::Other && ttl > 0 && !reply.truncated && answers_it && is_complete && !is_off) {
    Store& store = is_success ? success_ : denial_;
    const Key key = key_of(asked);
    if (is_success && (is_refresh || habits_.success_ends_denial)) denial_.erase(key);
    Entry entry{reply, now, ttl, {}, 0};
    entry.reply.edns.reset();
    if (const auto old = store.find(key); is_refresh && old != store.end()) {
      entry.hits = old->second.hits;
      entry.last_hit = now;
    }
    put(store, is_success ? config_.capacity : config_.denial_capacity, key, std::move(entry));
  }
  reply.edns.reset();
  if (!asked.dnssec_ok() && !asked.authentic) reply.authentic = false;
  set_ttls(reply, ttl);
}

void DnsCache::put(Store& store, std::uint32_t capacity, Key key, Entry entry) {
  if (store.size() >= capacity && !store.contains(key)) {
    const auto victim = eviction_.below(store.size());
    store.erase(std::next(store.begin(), static_cast<std::ptrdiff_t>(victim)));
  }
  store.insert_or_assign(std::move(key), std::move(entry));
}

}  // namespace meshsim::dns
