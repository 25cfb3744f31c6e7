// The resolver of a VCN, 169.254.169.254: knows the VCN's own hosts and denies everything else.
// Left out: the public DNS behind it, private views and forwarding rules.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "meshsim/kernel/context.hpp"
#include "meshsim/kernel/random.hpp"
#include "models/dns/message.hpp"
#include "models/dns/parameters.hpp"
#include "models/fabric/host_stack.hpp"
#include "models/fabric/well_known.hpp"

namespace meshsim::dns {

struct VcnResolverSpec {
  std::string path;
  Ipv4 address = kVcnResolver;
  std::vector<std::pair<std::string, Ipv4>> hosts;  // absolute, lower-case
  Duration uplink_delay{};
  Parameters parameters;
};

class VcnResolver final : public Accepts<VcnResolver, Packet> {
 public:
  VcnResolver(VcnResolverSpec spec, std::uint64_t seed)
      : spec_(std::move(spec)), random_(seed, spec_.path, "vcn-resolver") {}

  Address<Outbound> uplink;  // must be wired

  void on(Context& context, const Packet& packet);

  auto state() { return std::tie(random_); }

 private:
  DnsMessage answer(const DnsMessage& query) const;

  VcnResolverSpec spec_;
  RandomStream random_;
};

}  // namespace meshsim::dns
