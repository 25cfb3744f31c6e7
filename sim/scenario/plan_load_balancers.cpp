// Gives load balancers their subnet, NSGs and address.
#include "sim/scenario/plan_load_balancers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace meshsim {
namespace {

constexpr std::uint32_t kFirstLbHost = 11;  // load balancers without a stated address
constexpr const char* kApiserver = "clustermesh-apiserver";

// By its name, or by the OCID that an imported one has.
template <class T>
const T* find_by_name_or_ocid(const std::vector<T>& list, const std::string& text) {
  for (const T& one : list) {
    if (one.name == text || (!one.ocid.empty() && one.ocid == text)) return &one;
  }
  return nullptr;
}

// A topology that was written or generated has no OCIDs; what annotations name by one is then taken
// for what the cluster has as default.
bool has_ocids(const Vcn& vcn) {
  return std::any_of(vcn.subnets.begin(), vcn.subnets.end(),
                     [](const Subnet& subnet) { return !subnet.ocid.empty(); });
}

// The address under which the other clusters' Helm values list this cluster's apiserver. OCI gives
// it out, and nothing among this cluster's own files states it; whoever wrote the others has seen
// it.
Located<Ipv4> listed_address(const Plan& plan, const PlannedCluster& cluster,
                             const Subnet& subnet) {
  for (const PlannedCluster& other : plan.clusters) {
    for (const CiliumRemote& remote : other.cilium.remotes) {
      if (remote.name.value != cluster.topology->name) continue;
      for (const Located<Ipv4>& address : remote.ips) {
        if (subnet.cidr.contains(address.value)) return address;
      }
    }
  }
  return {};
}

class LoadBalancerPlacer {
 public:
  LoadBalancerPlacer(Plan& plan, PlannedCluster& cluster, PlanFor use, Diagnostics& diagnostics)
      : plan_(plan), cluster_(cluster), use_(use), diagnostics_(diagnostics) {}

  void place() {
    std::vector<std::size_t> anywhere;
    for (std::size_t index = 0; index < cluster_.services.size(); ++index) {
      if (service(index).type.value != ServiceType::LoadBalancer) continue;
      const Subnet* const subnet = subnet_of(index);
      if (subnet == nullptr) continue;  // reported
      Located<Ipv4> address = service(index).load_balancer.address;
      if (!address && service(index).name == kApiserver) {
        address = listed_address(plan_, cluster_, *subnet);
      }
      if (address) {
        add(index, *subnet, address);
      } else {
        anywhere.push_back(index);
      }
    }
    for (const std::size_t index : anywhere) {
      const Subnet& subnet = *subnet_of(index);
      add(index, subnet, {first_free(subnet), service(index).pos});
    }
  }

 private:
  const ServiceManifest& service(std::size_t index) const {
    return cluster_.services[index].manifest;
  }

  // What a rule of `meshsim check` says is an error only for a run.
  void refuse_run(Pos pos, std::string message) {
    if (use_ != PlanFor::Run) return;
    diagnostics_.error(pos, "cluster " + cluster_.topology->name, std::move(message));
  }

  void unknown(std::size_t index, std::string_view what, Pos pos, std::string why) {
    plan_.unknowns.push_back({Unknown::Of::Cluster, cluster_.topology->name,
                              fmt::format("{} of the load balancer of Service {}/{}", what,
                                          service(index).namespace_, service(index).name),
                              pos, std::move(why)});
  }

  const Subnet* subnet_of(std::size_t index) {
    const Vcn& vcn = *cluster_.vcn;
    const Located<std::string>& asked = service(index).load_balancer.subnet;
    if (asked) {
      const Subnet* const subnet = find_by_name_or_ocid(vcn.subnets, asked.value);
      if (subnet != nullptr) return subnet;
      if (has_ocids(vcn)) {
        unknown(index, "the subnet", asked.pos,
                fmt::format("VCN {} has no subnet '{}'", vcn.name, asked.value));
        return nullptr;
      }
    }
    return find_named(vcn.subnets, cluster_.topology->lb_subnet);
  }

  std::vector<std::string> nsgs_of(std::size_t index) {
    const Vcn& vcn = *cluster_.vcn;
    const std::vector<Located<std::string>>& asked = service(index).load_balancer.nsgs;
    std::vector<std::string> names;
    for (const Located<std::string>& one : asked) {
      const SecurityGroup* const nsg = find_by_name_or_ocid(vcn.nsgs, one.value);
      if (nsg != nullptr) {
        names.push_back(nsg->name);
      } else if (has_ocids(vcn)) {
        unknown(index, "an NSG", one.pos,
                fmt::format("VCN {} has no NSG '{}'", vcn.name, one.value));
      } else {
        return cluster_.topology->lb_nsgs;
      }
    }
    return asked.empty() ? cluster_.topology->lb_nsgs : names;
  }

  const PlannedLoadBalancer* at(Ipv4 address) const {
    for (const PlannedLoadBalancer& balancer : cluster_.load_balancers) {
      if (balancer.address == address) return &balancer;
    }
    return nullptr;
  }

  Ipv4 first_free(const Subnet& subnet) const {
    Ipv4 address{subnet.cidr.base.value + kFirstLbHost};
    while (at(address) != nullptr) ++address.value;
    return address;
  }

  void add(std::size_t index, const Subnet& subnet, const Located<Ipv4>& address) {
    const std::string text = to_string(address.value);
    if (!subnet.cidr.contains(address.value)) {
      if (use_ == PlanFor::Look && !service(index).load_balancer.is_internal.value) {
        return unknown(index, "the private address", address.pos,
                       fmt::format("{} is its public one", text));
      }
      refuse_run(address.pos, fmt::format("load balancer address {} lies outside subnet '{}' {}",
                                          text, subnet.name, to_string(subnet.cidr)));
    }
    if (const PlannedLoadBalancer* other = at(address.value)) {
      refuse_run(address.pos, fmt::format("load balancer address {} is taken by Service {}", text,
                                          service(other->service).name));
    }
    cluster_.load_balancers.push_back({index, address.value, subnet.name, nsgs_of(index)});
  }

  Plan& plan_;
  PlannedCluster& cluster_;
  PlanFor use_;
  Diagnostics& diagnostics_;
};

}  // namespace

void place_load_balancers(Plan& plan, PlannedCluster& cluster, PlanFor use,
                          Diagnostics& diagnostics) {
  if (cluster.vcn == nullptr) return;
  LoadBalancerPlacer{plan, cluster, use, diagnostics}.place();
}

}  // namespace meshsim
