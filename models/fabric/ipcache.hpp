// What a node knows about addresses outside itself: prefix -> tunnel endpoint and identity. Node
// entries cover a node's pod CIDR; pod entries (/32) add the pod's identity.
#pragma once

#include <array>
#include <cstdint>

#include "meshsim/base/ip.hpp"
#include "meshsim/kernel/component.hpp"
#include "models/fabric/lookup_table.hpp"

namespace meshsim::fabric {

// To a node's data path, and to the mesh exporter as the content of a key.
struct IpcacheChange {
  Prefix prefix{};
  Ipv4 tunnel{};  // the node's address
  std::uint32_t identity = 0;
  bool removed = false;
};

// Reserved identities; source: cilium-clustermesh.md section 2.8.
inline constexpr std::uint32_t kIdentityHost = 1;
inline constexpr std::uint32_t kIdentityWorld = 2;

class Ipcache {
 public:
  struct Entry {
    Ipv4 tunnel{};
    std::uint32_t identity = kIdentityWorld;
  };

  // Adds, replaces or removes. A full cache takes no new entries, as in the data path: false then.
  bool apply(const IpcacheChange& change);
  // The entry with the longest prefix that contains the address, or nullptr: world.
  const Entry* find(Ipv4 address) const;
  std::size_t size() const { return entries_.size(); }

  auto state() { return std::tie(entries_, of_length_); }

 private:
  // Source: cilium-clustermesh.md section 5.4.
  static constexpr std::size_t kCapacity = 512'000;

  LookupTable<Prefix, Entry> entries_;
  std::array<std::uint32_t, 33> of_length_{};  // entries per prefix length
};

}  // namespace meshsim::fabric
