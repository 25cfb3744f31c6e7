// Walking the WKA list through the pod's resolver.
#include "models/coherence/wka_list.hpp"

#include <algorithm>
#include <charconv>

#include "models/coherence/observations.hpp"

namespace meshsim::coherence {
namespace {

constexpr Duration kRefresh = 10s;  // coherence.wka.refresh.interval

}  // namespace

WkaList::WkaList(const std::vector<std::string>& entries, std::uint16_t cluster_port,
                 RandomStream order)
    : cluster_port_(cluster_port) {
  for (const std::string& entry : entries) {
    Holder holder;
    const std::size_t colon = entry.find(':');
    holder.host = entry.substr(0, colon);
    if (colon != std::string::npos) {
      std::from_chars(entry.data() + colon + 1, entry.data() + entry.size(), holder.port);
    }
    if (const auto address = parse_ipv4(holder.host)) {
      holder.is_literal = true;
      holder.resolved = {*address};
    }
    holders_.push_back(std::move(holder));
  }
  order.shuffle(std::span{holders_});
}

bool WkaList::resolve(Turn& turn, dns::StubResolver& resolver, Address<dns::ResolverTimer> timer) {
  is_resolving_ = true;
  position_ = 0;
  return advance(turn, resolver, timer);
}

bool WkaList::take(Turn& turn, dns::StubResolver& resolver, Address<dns::ResolverTimer> timer,
                   const dns::LookupResult& result) {
  if (!is_resolving_ || result.lookup != lookup_) return false;
  keep(turn, result);
  return advance(turn, resolver, timer);
}

bool WkaList::is_stale(Time now) const {
  const bool has_names = std::any_of(holders_.begin(), holders_.end(),
                                     [](const Holder& holder) { return !holder.is_literal; });
  return has_names && !is_resolving_ && now - resolved_at_ >= kRefresh;
}

bool WkaList::contains(Ipv4 address, std::uint16_t port) const {
  return std::any_of(addresses_.begin(), addresses_.end(), [&](const SocketAddress& known) {
    return known.address == address && (known.port == port || known.port == cluster_port_);
  });
}

std::string WkaList::unresolved() const {
  std::string names;
  for (const Holder& holder : holders_) {
    if (!holder.resolved.empty()) continue;
    if (!names.empty()) names += ", ";
    names += holder.host;
  }
  return names;
}

bool WkaList::advance(Turn& turn, dns::StubResolver& resolver, Address<dns::ResolverTimer> timer) {
  while (position_ < holders_.size()) {
    const Holder& holder = holders_[position_];
    if (holder.is_literal) {
      ++position_;
      continue;
    }
    ++lookup_;
    const auto at_once = resolver.lookup(turn.context, turn.stack, timer, lookup_, holder.host);
    if (!at_once) return false;
    keep(turn, *at_once);
  }
  finish(turn.now());
  return true;
}

void WkaList::keep(Turn& turn, const dns::LookupResult& result) {
  Holder& holder = holders_[position_];
  holder.resolved = result.addresses;
  if (holder.resolved.empty() && !holder.is_skip_logged) {
    holder.is_skip_logged = true;
    turn.observe(kWkaSkipped, 0, 0, holder.host + ":" + std::to_string(holder.port));
  }
  ++position_;
}

void WkaList::finish(Time now) {
  is_resolving_ = false;
  resolved_at_ = now;
  addresses_.clear();
  for (const Holder& holder : holders_) {
    for (const Ipv4 address : holder.resolved) {
      const SocketAddress known{address, holder.port == 0 ? cluster_port_ : holder.port};
      if (std::find(addresses_.begin(), addresses_.end(), known) == addresses_.end()) {
        addresses_.push_back(known);
      }
    }
  }
}

}  // namespace meshsim::coherence
