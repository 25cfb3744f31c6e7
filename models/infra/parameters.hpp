// Delays inside a region and of gateways, and the idle times of what keeps state per flow. Each is
// an estimate of the references and can be set in a scenario's `parameters:`.
// A delay must be at least a window (10us), since every hop is a cell of its own. Left out: jitter
// inside a region (10-30us, section 3.3 there), which no protocol above can tell.
#pragma once

#include <cstdint>
#include <tuple>

#include "meshsim/base/fields.hpp"
#include "meshsim/base/units.hpp"

namespace meshsim {
namespace infra {

struct Parameters {
  // VM to VM in one availability domain is 0.08-0.20 ms there and back: 50us one way.
  // Source: oci-oke.md section 3.3.
  Duration node_to_vcn = 25us;
  Duration vcn_to_node = 25us;
  // AD to AD is 0.3-1.0 ms there and back, 0.6 ms typically: 0.25 ms more one way than inside one.
  // Source: oci-oke.md section 10.
  Duration between_domains = 250us;
  // A DRG adds "some microseconds" over direct peering; source: oci-oke.md section 3.3.
  Duration vcn_to_drg = 10us;
  Duration drg_hop = 10us;
  // A network load balancer adds 0.05-0.2 ms there and back; source: oci-oke.md section 3.3.
  Duration load_balancer_hop = 50us;

  // Idle times of a load balancer's flows; source: oci-oke.md sections 4.1 and 4.2.
  Duration nlb_tcp_idle = 360s;
  Duration nlb_udp_idle = 120s;
  Duration lb_tcp_idle = 300s;
  std::uint32_t nlb_flows = 330'000;

  // Connection tracking of a VNIC; source: oci-oke.md section 1.3.
  Duration tracking_tcp_setup = 60s;
  Duration tracking_tcp_established = 24h;
  Duration tracking_tcp_closing = 120s;
  Duration tracking_udp_one_way = 30s;
  Duration tracking_udp_both_ways = 180s;
  Duration tracking_icmp = 15s;
  std::uint32_t tracked_flows_per_ocpu = 15'000;  // of shape E4
};

// The one-way delay of a peering's backbone such that the round trip between VMs on both sides,
// gateways included, is the given one; at least 10us.
constexpr Duration backbone_delay(Duration round_trip, const Parameters& parameters) {
  const Duration hops = parameters.node_to_vcn + parameters.vcn_to_drg + 2 * parameters.drg_hop +
                        parameters.vcn_to_node;
  const Duration rest = round_trip / 2 - hops;
  return rest < Duration{10us} ? Duration{10us} : rest;
}

}  // namespace infra

template <>
struct Fields<infra::Parameters> {
  using P = infra::Parameters;
  static constexpr auto list = std::tuple{
      field("node_to_vcn", &P::node_to_vcn, "from a VNIC to its VCN's virtual router, one way"),
      field("vcn_to_node", &P::vcn_to_node, "from the virtual router to a VNIC, one way"),
      field("between_domains", &P::between_domains,
            "more between two availability domains, one way"),
      field("vcn_to_drg", &P::vcn_to_drg, "from a VCN to the DRG it is attached to"),
      field("drg_hop", &P::drg_hop, "from a DRG to a VCN or to a remote peering"),
      field("load_balancer_hop", &P::load_balancer_hop, "through a load balancer, each direction"),
      field("nlb_tcp_idle", &P::nlb_tcp_idle, "a network load balancer forgets an idle TCP flow"),
      field("nlb_udp_idle", &P::nlb_udp_idle, "a network load balancer forgets an idle UDP flow"),
      field("lb_tcp_idle", &P::lb_tcp_idle, "a load balancer closes an idle TCP connection"),
      field("nlb_flows", &P::nlb_flows, "flows that a load balancer keeps at most"),
      field("tracking_tcp_setup", &P::tracking_tcp_setup, "VNIC tracking: unanswered TCP"),
      field("tracking_tcp_established", &P::tracking_tcp_established, "VNIC tracking: idle TCP"),
      field("tracking_tcp_closing", &P::tracking_tcp_closing,
            "VNIC tracking: TCP after FIN or RST"),
      field("tracking_udp_one_way", &P::tracking_udp_one_way, "VNIC tracking: unanswered UDP"),
      field("tracking_udp_both_ways", &P::tracking_udp_both_ways, "VNIC tracking: answered UDP"),
      field("tracking_icmp", &P::tracking_icmp, "VNIC tracking: ICMP"),
      field("tracked_flows_per_ocpu", &P::tracked_flows_per_ocpu,
            "size of the tracking table of a VNIC of shape E4; others in proportion"),
  };
};

}  // namespace meshsim
