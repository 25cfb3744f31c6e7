// The cache plugin of one server block: two bounded stores, lifetimes clamped, TTLs counted down,
// refreshed ahead or served stale if asked to. Source: dns.md section 2.4.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <string>

#include "meshsim/kernel/random.hpp"
#include "models/dns/config.hpp"
#include "models/dns/message.hpp"

namespace meshsim::dns {

// What CoreDNS releases do differently.
struct CacheHabits {
  bool success_ends_denial = false;  // since 1.14.4
  bool keys_class = false;           // since 1.14.7
  bool checks_chain = false;         // since 1.14.7: an answer must end in what was asked
};

class DnsCache {
 public:
  DnsCache() = default;
  DnsCache(CacheConfig config, CacheHabits habits, RandomStream eviction)
      : config_(std::move(config)), habits_(habits), eviction_(eviction) {}

  const CacheConfig& config() const { return config_; }
  void configure(CacheConfig config, CacheHabits habits) {
    config_ = std::move(config);
    habits_ = habits;
  }

  struct Hit {
    DnsMessage reply;       // with the query's ID, TTLs counted down; 0 if stale
    bool is_stale = false;  // expired: served while it is refreshed
    bool is_due = false;    // to be fetched again ahead of its end
  };
  // The stored reply to this query. Counts the hit for `prefetch`.
  std::optional<Hit> find(const DnsMessage& query, Time now);

  // Takes a reply that passes by on its way up: keeps it if it may be kept, and overwrites its
  // TTLs by the lifetime it would have. `asked`: the query as the cache saw it; `is_refresh`: the
  // cache asked by itself, the old entry's hits go on counting.
  void pass(const DnsMessage& asked, DnsMessage& reply, Time now, bool is_refresh = false);

  std::size_t size() const { return success_.size() + denial_.size(); }

  auto state() { return std::tie(eviction_, success_, denial_); }

 private:
  struct Key {
    std::string name;
    RecordType type{};
    RecordClass record_class{};
    bool dnssec_ok = false;
    bool checking_disabled = false;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct Entry {
    DnsMessage reply;
    Time stored{};
    std::uint32_t ttl = 0;  // seconds at that time
    Time last_hit{};
    std::uint32_t hits = 0;  // within the window of `prefetch`
  };
  using Store = std::map<Key, Entry>;

  Key key_of(const DnsMessage& query) const;
  Entry* usable(Store& store, const Key& key, Time now);
  bool is_due(Entry& entry, Time now) const;
  void put(Store& store, std::uint32_t capacity, Key key, Entry entry);

  CacheConfig config_;
  CacheHabits habits_;
  RandomStream eviction_;
  Store success_;
  Store denial_;
};

}  // namespace meshsim::dns
