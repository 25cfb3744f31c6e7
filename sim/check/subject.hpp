// What all rules look at: a plan, and what several of them would otherwise work out again.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/plan.hpp"
#include "sim/topology/routes.hpp"

namespace meshsim::checks {

struct WkaTarget;

struct LoadBalancerAt {
  const PlannedCluster* cluster = nullptr;
  const PlannedLoadBalancer* balancer = nullptr;

  explicit operator bool() const { return cluster != nullptr; }
  const ServiceManifest& service() const { return cluster->services[balancer->service].manifest; }
};

// The plan must outlive it.
class Subject {
 public:
  explicit Subject(const Plan& plan);

  const Plan& plan() const { return plan_; }
  const Topology& topology() const { return plan_.scenario.topology; }
  const std::vector<PlannedCluster>& clusters() const { return plan_.clusters; }
  const DrgRoutes& routes() const { return routes_; }

  // By name, or nullptr.
  const PlannedCluster* cluster(std::string_view name) const;
  const Vcn* vcn_with(Ipv4 address) const;
  // The way through DRGs to an address; worked out once.
  const DrgTrace& trace(const Vcn& from, Ipv4 target) const;
  LoadBalancerAt load_balancer_at(Ipv4 address) const;
  // DRGs on the shortest way over peerings, both ends included; 0: there is none.
  std::size_t drgs_between(std::string_view from, std::string_view to) const;
  const PlannedCluster* cluster_with_node(Ipv4 address) const;

  // Wires lead from one to the other, whatever the route tables say.
  bool are_connected(const PlannedCluster& a, const PlannedCluster& b) const;

  // The entry of Cilium's list of clusters that makes `from` know `to`; nullptr if there is none or
  // the list has no effect.
  const CiliumRemote* entry(const PlannedCluster& from, const PlannedCluster& to) const;
  // Either has, or is to have, an entry for the other.
  bool are_meshed(const PlannedCluster& a, const PlannedCluster& b) const {
    return entry(a, b) != nullptr || entry(b, a) != nullptr;
  }

  // Server blocks of a cluster's last Corefile by zone, at port 53.
  using Blocks = std::map<std::string, const dns::ServerBlock*, std::less<>>;
  const Blocks& blocks_of(const PlannedCluster& cluster) const;
  // What members.cpp has worked out already, by the object's name.
  using WkaMemo = std::map<std::string, std::shared_ptr<const std::vector<WkaTarget>>>;
  WkaMemo& wka_memo() const { return wka_; }

  // True if the user gave anything that a cluster runs, not only the network.
  bool has_manifests() const { return has_manifests_; }
  bool has_cilium() const { return has_cilium_; }
  // The same of one cluster. What is missing in one without files is not known to be missing.
  bool has_files(const PlannedCluster& cluster) const {
    return with_files_.contains(cluster.topology->name);
  }
  // A cluster in the VCN that no file was given of, or nullptr.
  const PlannedCluster* silent_cluster_in(const Vcn& vcn) const;

 private:
  void add_blocks(const PlannedCluster& cluster);

  const Plan& plan_;
  DrgRoutes routes_;
  std::map<std::string_view, const PlannedCluster*> by_name_;
  std::map<std::string_view, std::map<std::string_view, const CiliumRemote*>> entries_;
  std::map<Ipv4, LoadBalancerAt> balancers_;
  std::map<Ipv4, const PlannedCluster*> nodes_;
  std::map<std::string_view, std::size_t> islands_;
  mutable std::map<std::pair<std::string_view, Ipv4>, DrgTrace> traces_;
  std::map<std::string_view, std::vector<std::string_view>> peers_;  // of each DRG
  mutable std::map<std::string_view, std::map<std::string_view, std::size_t>> distances_;
  std::map<std::string_view, Blocks> blocks_;
  mutable WkaMemo wka_;
  std::set<std::string_view> with_files_;
  bool has_manifests_ = false;
  bool has_cilium_ = false;
};

// How findings name what they are about.
std::string object(const PlannedCluster& cluster);  // "cluster c1"
std::string object(const Vcn& vcn);
std::string object(const Drg& drg);
std::string object(const Rpc& rpc);
std::string object(const PlannedCluster& cluster, const ServiceManifest& service);
std::string object(const PlannedCluster& cluster, const CoherenceManifest& coherence);
std::string coredns_object(const PlannedCluster& cluster);  // its ConfigMaps

const std::string& name_of(const PlannedCluster& cluster);

}  // namespace meshsim::checks
