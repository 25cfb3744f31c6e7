// One exact look-up per prefix length in use, longest first.
#include "models/fabric/ipcache.hpp"

namespace meshsim::fabric {

bool Ipcache::apply(const IpcacheChange& change) {
  std::uint32_t& of_length = of_length_[change.prefix.length];
  if (change.removed) {
    if (entries_.erase(change.prefix)) --of_length;
    return true;
  }
  if (Entry* const known = entries_.find(change.prefix)) {
    *known = {change.tunnel, change.identity};
    return true;
  }
  if (entries_.size() >= kCapacity) return false;
  entries_[change.prefix] = {change.tunnel, change.identity};
  ++of_length;
  return true;
}

const Ipcache::Entry* Ipcache::find(Ipv4 address) const {
  for (int length = 32; length >= 0; --length) {
    if (of_length_[static_cast<std::size_t>(length)] == 0) continue;
    Prefix prefix{address, static_cast<std::uint8_t>(length)};
    prefix.base.value &= prefix.mask();
    if (const Entry* const found = entries_.find(prefix)) return found;
  }
  return nullptr;
}

}  // namespace meshsim::fabric
