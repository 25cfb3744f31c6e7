// The closed list of drop codes. `meshsim explain drop-codes` prints it.
#include "models/fabric/drop.hpp"

#include <array>

#include "models/fabric/hop.hpp"

namespace meshsim {
namespace {

constexpr std::array kRows{
    DropCodeRow{DropCode::VcnNoRoute, "vcn-no-route",
                "the subnet's route table has no rule for the target; the VCN drops in silence",
                "add a route rule for the target CIDR to the DRG (or another gateway)"},
    DropCodeRow{DropCode::VcnNoSuchAddress, "vcn-no-such-address",
                "the target lies in the VCN, but no VNIC or load balancer has this address",
                "check the address; a node or load balancer may not exist (any more)"},
    DropCodeRow{DropCode::SourceTargetCheck, "source-destination-check",
                "the source is not an address of the sending VNIC (pod addresses never are)",
                "encapsulate or masquerade pod traffic, or set skip_source_dest_check"},
    DropCodeRow{DropCode::SecurityEgress, "security-egress-denied",
                "no egress rule of the sender's security lists and NSGs allows it",
                "add an egress rule for the target, protocol and port"},
    DropCodeRow{DropCode::SecurityIngress, "security-ingress-denied",
                "no ingress rule of the receiver's security lists and NSGs allows it",
                "add an ingress rule for the source CIDR, protocol and port"},
    DropCodeRow{
        DropCode::NatPrivateTarget, "nat-private-target",
        "a route rule took a private address to the NAT (or internet) gateway, which leads nowhere",
        "add a route rule to the DRG, or connect the clusters so that pod traffic is "
        "encapsulated between node addresses"},
    DropCodeRow{DropCode::DrgNoRoute, "drg-no-route",
                "the DRG route table of the attachment the packet came in by has no route to the "
                "target; by default a DRG is not transitive between RPCs",
                "peer the two DRGs directly, or give the hub's RPC attachments a route table whose "
                "import distribution accepts REMOTE_PEERING_CONNECTION"},
    DropCodeRow{DropCode::RpcDown, "rpc-down", "the remote peering connection is not PEERED",
                "peer both sides; a REVOKED side must be made anew"},
    DropCodeRow{DropCode::LinkLoss, "link-loss", "lost at random on the link, at its loss rate",
                "none: protocols resend"},
    DropCodeRow{DropCode::LinkCut, "link-cut", "the link was cut at that time by the scenario",
                "none: it is the fault under study"},
    DropCodeRow{DropCode::MtuExceeded, "mtu-exceeded",
                "the packet, encapsulation included, is larger than the MTU of the path",
                "lower the MTU of the pods or raise the path's"},
    DropCodeRow{DropCode::TtlExpired, "ttl-expired", "64 hops without arrival: a routing loop",
                "look for two tables that send the same prefix to each other"},
    DropCodeRow{DropCode::NlbNoListener, "lb-no-listener",
                "the load balancer has no listener for this protocol and port",
                "add the port and protocol to the Service of type LoadBalancer"},
    DropCodeRow{DropCode::NlbNoBackend, "lb-no-backend", "the load balancer has no healthy backend",
                "check the nodes behind it and their health checks"},
    DropCodeRow{DropCode::NodePortClosed, "node-port-closed",
                "the packet reached a node on a port where nothing listens",
                "check the node port of the Service and the load balancer's backends"},
    DropCodeRow{DropCode::ServiceNoEndpoint, "service-no-endpoint",
                "the Service has no ready endpoint", "check the selector and the pods' readiness"},
    DropCodeRow{DropCode::PodUnknown, "pod-unknown", "the node has no pod with this address",
                "none if the pod has just gone; else look for overlapping pod CIDRs"},
    DropCodeRow{DropCode::HostUnknown, "host-unknown", "no host has this address",
                "check the address"},
    DropCodeRow{DropCode::NatTableFull, "nat-table-full",
                "the node has no free port left to masquerade with",
                "spread the load over more nodes or close idle flows"},
    DropCodeRow{DropCode::NatNoState, "nat-no-state",
                "an answer for which the node or gateway keeps no (more) state",
                "look for an idle time-out shorter than the silence of the flow"},
    DropCodeRow{DropCode::ProcessDown, "process-down",
                "the pod has the address, but its process does not run (yet)",
                "none: it starts or restarts"},
    DropCodeRow{DropCode::LinkQueueFull, "link-queue-full",
                "the packet would have waited longer than 200 ms for the link's rate",
                "raise the link's rate or send less at a time"},
    DropCodeRow{DropCode::TrackingTableFull, "tracking-table-full",
                "the connection tracking table has no room for a new flow",
                "take a larger shape, or use stateless rules for the busiest flows"},
    DropCodeRow{DropCode::InternetNotModelled, "internet-not-modelled",
                "the packet left for the internet or an Oracle service, which is not modelled",
                "none: nothing answers there"},
    DropCodeRow{DropCode::GatewayClosed, "gateway-closed",
                "the route's gateway is disabled or blocks all traffic",
                "enable the gateway, or take block_traffic away"},
    DropCodeRow{DropCode::VnicQueueFull, "vnic-queue-full",
                "the packet would have waited longer than 200 ms for the VNIC's bandwidth",
                "take a shape with more bandwidth, or spread the load over more nodes"},
    DropCodeRow{DropCode::OnPremisesNoRoute, "on-premises-no-route",
                "the DRG announces no route for the target to the on-premises network",
                "import the route into the table of the circuit's or tunnel's attachment, and keep "
                "its export distribution"},
    DropCodeRow{DropCode::ServiceNoLocalEndpoint, "service-no-local-endpoint",
                "externalTrafficPolicy is Local and no ready endpoint runs on this node",
                "run an endpoint on each node that gets traffic, or use externalTrafficPolicy "
                "Cluster"},
    DropCodeRow{DropCode::LbHairpin, "lb-hairpin",
                "a backend sent to the load balancer it is behind, which would send it back to it",
                "use the Service's cluster address from inside the cluster"},
};

constexpr bool in_order() {
  for (std::size_t index = 0; index < kRows.size(); ++index) {
    if (static_cast<std::size_t>(kRows[index].code) != index) return false;
  }
  return kRows.size() == static_cast<std::size_t>(DropCode::LbHairpin) + 1;
}
static_assert(in_order(), "one row per code, in the order of the enumeration");

}  // namespace

std::span<const DropCodeRow> drop_codes() { return kRows; }

const DropCodeRow& row_of(DropCode code) { return kRows[static_cast<std::size_t>(code)]; }

void drop(Context& context, const Packet& packet, DropCode code, DecisionId decided_by) {
  context.trace({.label = kDropLabel,
                 .value = static_cast<std::int64_t>(code),
                 .other = packet.watched() ? to_number(mark_of(context, packet)) : 0,
                 .decided_by = decided_by,
                 .cause = packet.cause(),
                 .text = to_string(packet)});
  context.payloads().release(packet.payload);
}

}  // namespace meshsim
