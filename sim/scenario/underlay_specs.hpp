// The specs of the underlay's models, made from a plan: what the simulation builds its components
// from, and what a path is followed through without one.
#pragma once

#include "meshsim/base/decisions.hpp"
#include "models/infra/drg.hpp"
#include "models/infra/host.hpp"
#include "models/infra/load_balancer.hpp"
#include "models/infra/on_premises.hpp"
#include "models/infra/vcn_tables.hpp"
#include "models/infra/wan_link.hpp"
#include "sim/scenario/plan.hpp"
#include "sim/topology/routes.hpp"

namespace meshsim {

// Every decision that a packet can meet is added to `decisions`.
struct UnderlaySpecs {
  const Plan& plan;
  Decisions& decisions;

  // With the VNICs of nodes, VCN-native pods, load balancers, API endpoints and hosts. Groups are
  // the security lists, then the NSGs, in the order of the topology, as are their rules.
  infra::VcnSpec vcn(const Vcn& vcn) const;
  infra::DrgAttachmentSpec drg_attachment(const DrgRoutes& routes, std::uint32_t drg,
                                          std::uint32_t attachment) const;
  infra::WanLinkSpec link(const Rpc& rpc) const;
  infra::OnPremisesSpec on_premises(const OnPremises& network, const DrgRoutes& routes) const;
  infra::LoadBalancerSpec load_balancer(const PlannedCluster& cluster,
                                        const PlannedLoadBalancer& balancer) const;
  infra::HostSpec host(const PlannedHost& host) const;
  infra::HostSpec endpoint(const PlannedCluster& cluster) const;

  const Topology& topology() const { return plan.scenario.topology; }
  const infra::Parameters& network() const { return plan.scenario.parameters.network; }
};

// Pods of the cluster are VNICs of the VCN and need no encapsulation.
bool has_native_pods(const PlannedCluster& cluster);

// The attachments that lead to an on-premises network, as (DRG, attachment).
std::vector<std::pair<std::uint32_t, std::uint32_t>> attachments_to(const Topology& topology,
                                                                    const OnPremises& network);

// The MTU of what is behind the attachment, bytes; 0 of a VCN, which looks itself.
std::uint32_t mtu_behind(const DrgWire& wire, const DrgAttachment& attachment);

}  // namespace meshsim
