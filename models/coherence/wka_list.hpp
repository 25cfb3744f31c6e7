// The well-known addresses: names and addresses of the list, resolved in an order drawn once,
// and resolved anew in the background when a walk ends and the list is older than 10 s.
// Source: coherence.md section 2.1.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/coherence/identity.hpp"
#include "models/coherence/turn.hpp"
#include "models/dns/stub_resolver.hpp"

namespace meshsim::coherence {

class WkaList {
 public:
  WkaList() = default;
  // `order` shuffles the entries now.
  WkaList(const std::vector<std::string>& entries, std::uint16_t cluster_port, RandomStream order);

  // Starts resolving every entry, one after another. Returns whether it is already through:
  // addresses need no resolver.
  bool resolve(Turn& turn, dns::StubResolver& resolver, Address<dns::ResolverTimer> timer);
  // Takes an answer of the resolver; returns whether the walk through the entries is complete.
  bool take(Turn& turn, dns::StubResolver& resolver, Address<dns::ResolverTimer> timer,
            const dns::LookupResult& result);
  // An iterator has reached the end of the list; whether it is to be resolved again.
  bool is_stale(Time now) const;
  bool is_resolving() const { return is_resolving_; }

  // Each once, in the order of the entries.
  const std::vector<SocketAddress>& addresses() const { return addresses_; }
  // Socket address or (address, cluster port) of a member; source: 2.1, "well known".
  bool contains(Ipv4 address, std::uint16_t port) const;
  // Names that have never been resolved.
  std::string unresolved() const;

  auto state() {
    return std::tie(holders_, cluster_port_, addresses_, is_resolving_, position_, lookup_,
                    resolved_at_);
  }

 private:
  struct Holder {
    std::string host;
    std::uint16_t port = 0;  // 0 as long as the list gives none
    bool is_literal = false;
    bool is_skip_logged = false;
    std::vector<Ipv4> resolved;
  };

  bool advance(Turn& turn, dns::StubResolver& resolver, Address<dns::ResolverTimer> timer);
  void keep(Turn& turn, const dns::LookupResult& result);
  void finish(Time now);

  std::vector<Holder> holders_;
  std::uint16_t cluster_port_ = 0;
  std::vector<SocketAddress> addresses_;
  bool is_resolving_ = false;
  std::size_t position_ = 0;  // the entry that is being looked up
  std::uint32_t lookup_ = 0;  // numbers of look-ups are never used twice
  Time resolved_at_ = kStart;
};

}  // namespace meshsim::coherence
