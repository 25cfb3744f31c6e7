// One exact look-up per prefix length in use, longest first.
#include "models/fabric/ipcache.hpp"

namespace meshsim::fabric {

bool Ipcache::apply(const IpcacheChange& change) {
  const auto found = entries_.find(change.prefix);
  if (change.removed) {
    if (found == entries_.end()) return true;
    entries_.erase(found);
    --of_length_[change.prefix.length];
    return true;
  }
  if (found != entries_.end()) {
    found->second = {change.tunnel, change.identity};
    return true;
  }
  if (entries_.size() >= kCapacity) return false;
  entries_.emplace(change.prefix, Entry{change.tunnel, change.identity});
  ++of_length_[change.prefix.length];
  return true;
}

const Ipcache::Entry* Ipcache::find(Ipv4 address) const {
  for (int length = 32; length >= 0; --length) {
    if (of_length_[static_cast<std::size_t>(length)] == 0) continue;
    Prefix prefix{address, static_cast<std::uint8_t>(length)};
    prefix.base.value &= prefix.mask();
    if (const auto found = entries_.find(prefix); found != entries_.end()) return &found->second;
  }
  return nullptr;
}

}  // namespace meshsim::fabric
