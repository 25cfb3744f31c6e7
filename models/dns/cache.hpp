// The cache plugin of one server block: two bounded stores, lifetimes clamped, TTLs counted down.
// Source: dns.md section 2.4. Left out: prefetch, serve_stale, the DO and CD bits of the key.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <string>

#include "meshsim/kernel/random.hpp"
#include "models/dns/config.hpp"
#include "models/dns/message.hpp"

namespace meshsim::dns {

class DnsCache {
 public:
  DnsCache() = default;
  DnsCache(CacheConfig config, RandomStream eviction)
      : config_(std::move(config)), eviction_(eviction) {}

  const CacheConfig& config() const { return config_; }
  void configure(CacheConfig config) { config_ = std::move(config); }

  // The stored reply to this query, with its ID and its TTLs counted down.
  std::optional<DnsMessage> find(const DnsMessage& query, Time now) const;

  // Takes a reply that passes by on its way up: keeps it if it may be kept, and overwrites its
  // TTLs by the lifetime it would have. `asked`: the query as the cache saw it.
  void pass(const DnsMessage& asked, DnsMessage& reply, Time now);

  std::size_t size() const { return success_.size() + denial_.size(); }

  auto state() { return std::tie(eviction_, success_, denial_); }

 private:
  struct Key {
    std::string name;
    RecordType type{};
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct Entry {
    DnsMessage reply;
    Time stored{};
    std::uint32_t ttl = 0;  // seconds at that time
  };
  using Store = std::map<Key, Entry>;

  void put(Store& store, std::uint32_t capacity, Key key, Entry entry);

  CacheConfig config_;
  RandomStream eviction_;
  Store success_;
  Store denial_;
};

}  // namespace meshsim::dns
