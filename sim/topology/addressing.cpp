// Computes the address plan; pure arithmetic on prefixes.
#include "sim/topology/addressing.hpp"

#include "meshsim/base/check.hpp"

namespace meshsim {
namespace {

constexpr std::uint32_t kFirstPlan = 50;  // how many clusters it has room for

constexpr Prefix prefix(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d,
                        std::uint8_t length) {
  return {Ipv4{a << 24 | b << 16 | c << 8 | d}, length};
}

// The `index`-th prefix of that length from `start` on.
constexpr Prefix nth(const Prefix& start, std::uint8_t length, std::uint32_t index) {
  return {Ipv4{start.base.value + (index << (32 - length))}, length};
}

}  // namespace

ClusterAddresses planned_addresses(std::uint32_t number) {
  check(number >= 1 && number <= kMaxClusters, "the address plan has 255 clusters");
  if (number <= kFirstPlan) {
    return {prefix(10, number, 0, 0, 16), prefix(10, 100 + number, 0, 0, 16),
            prefix(10, 200 + number, 0, 0, 16)};
  }
  const std::uint32_t index = number - kFirstPlan - 1;
  return {nth(prefix(10, 51, 0, 0, 16), 19, index), nth(prefix(172, 16, 0, 0, 12), 20, index),
          nth(prefix(100, 64, 0, 0, 10), 18, index)};
}

std::vector<Subnet> cut_subnets(const Prefix& vcn, Pos pos) {
  check(vcn.length >= kVcnShortest && vcn.length <= kVcnLongest, "the VCN is large enough to cut");
  const auto subnet = [&](const char* name, std::uint32_t offset, std::uint8_t length,
                          bool is_public, const char* security_list) {
    return Subnet{name,
                  {Ipv4{vcn.base.value + offset}, length},
                  is_public ? "internet-route" : "nat-route",
                  {security_list},
                  is_public,
                  pos};
  };
  const auto quarter = static_cast<std::uint32_t>(vcn.size() / 4);
  return {
      subnet("bastion", 0, 29, true, "default"),
      subnet("operator", 8, 29, false, "default"),
      subnet("cp", 16, 29, false, "default"),
      subnet("int_lb", 512, 27, false, "int_lb"),
      subnet("pub_lb", 544, 27, true, "pub_lb"),
      subnet("workers", quarter, static_cast<std::uint8_t>(vcn.length + 2), false, "default"),
  };
}

}  // namespace meshsim
