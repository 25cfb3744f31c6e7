// Stated addresses first, then the first free ones, in the order of the files.
#include "sim/scenario/plan_hosts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace meshsim {
namespace {

// Behind the network's own address and the virtual router's; source: oci-oke.md section 1.1.
constexpr std::uint32_t kFirstHost = 2;

// Gives API endpoints and hosts the addresses they ask for, or the first free ones of their
// subnets.
class HostPlacer {
 public:
  HostPlacer(Plan& plan, Diagnostics& diagnostics) : plan_(plan), diagnostics_(diagnostics) {
    for (const PlannedCluster& cluster : plan.clusters) {
      if (cluster.vcn == nullptr) continue;  // of a plan to look at
      for (const PlannedNode& node : cluster.nodes) take(*cluster.vcn, node.address, "a node");
      for (const PlannedLoadBalancer& balancer : cluster.load_balancers) {
        take(*cluster.vcn, balancer.address, "a load balancer");
      }
    }
  }

  void place() {
    // What is stated comes first, so that nothing else is put there.
    for (const bool is_stated : {true, false}) {
      for (PlannedCluster& cluster : plan_.clusters) {
        const auto& endpoint = cluster.topology->endpoint;
        if (!endpoint || cluster.vcn == nullptr) continue;
        if (bool{endpoint->address} != is_stated) continue;
        const Pos pos = endpoint->pos ? endpoint->pos : cluster.topology->pos;
        cluster.endpoint = address_of(*cluster.vcn, endpoint->subnet, endpoint->address,
                                      "the API endpoint of " + cluster.topology->name, pos);
      }
      for (const Host& host : plan_.scenario.topology.hosts) {
        if (bool{host.address} != is_stated) continue;
        const Vcn* const vcn = find_named(plan_.scenario.topology.vcns, host.vcn);
        plan_.hosts.push_back(
            {&host, vcn,
             address_of(*vcn, host.subnet, host.address, "host " + host.name, host.pos)});
      }
    }
    std::sort(plan_.hosts.begin(), plan_.hosts.end(),
              [](const PlannedHost& a, const PlannedHost& b) { return a.host < b.host; });
  }

 private:
  Ipv4 address_of(const Vcn& vcn, const std::string& subnet_name, Ipv4 stated,
                  const std::string& what, Pos pos) {
    const Subnet& subnet = *find_named(vcn.subnets, subnet_name);
    Ipv4 address = stated;
    if (!stated) {
      address = {subnet.cidr.base.value + kFirstHost};
      while (taken_[vcn.name].contains(address)) ++address.value;
      const std::uint64_t last = subnet.cidr.base.value + subnet.cidr.size() - 1;  // broadcast
      if (address.value >= last) {
        diagnostics_.error(
            pos, "subnet " + subnet_name,
            fmt::format("{} has no address left for {}", to_string(subnet.cidr), what));
      }
    }
    const auto owner = taken_[vcn.name].find(address);
    if (owner != taken_[vcn.name].end()) {
      diagnostics_.error(
          pos, "subnet " + subnet_name,
          fmt::format("address {} of {} is taken by {}", to_string(address), what, owner->second));
    }
    take(vcn, address, what);
    return address;
  }

  void take(const Vcn& vcn, Ipv4 address, const std::string& what) {
    taken_[vcn.name].emplace(address, what);
  }

  Plan& plan_;
  Diagnostics& diagnostics_;
  std::map<std::string, std::map<Ipv4, std::string>> taken_;  // by VCN
};

}  // namespace

void place_hosts(Plan& plan, Diagnostics& diagnostics) { HostPlacer{plan, diagnostics}.place(); }

}  // namespace meshsim
