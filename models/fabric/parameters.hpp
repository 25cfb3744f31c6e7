// The data path of a Cilium node and the control plane of the cluster mesh. Each is an estimate of
// the references and can be set in a scenario's `parameters:`.
#pragma once

#include <cstdint>
#include <tuple>

#include "meshsim/base/fields.hpp"
#include "meshsim/base/units.hpp"
#include "models/fabric/flow_life.hpp"

namespace meshsim {
namespace fabric {

struct Parameters {
  // Legacy host routing adds 8.4us to a round trip, which passes a node four times; VXLAN adds
  // 2-4us to it. Source: cilium-clustermesh.md section 5.3.
  Duration pod_to_node = 1us;
  Duration node_hop = 2us;
  Duration encapsulation = 1us;

  // Idle times of translated flows. Source: cilium-clustermesh.md section 5.4 (TCP); dns.md section
  // 5.3 (UDP: 30 s unanswered, 120 s else); ICMP as in Linux's connection tracking.
  Duration nat_tcp_setup = 60s;
  Duration nat_tcp_established = 21'600s;
  Duration nat_tcp_closing = 10s;
  Duration nat_udp_one_way = 30s;
  Duration nat_udp_both_ways = 120s;
  Duration nat_icmp = 30s;
  std::uint32_t nat_flows = 524'288;

  // The endpoint object is in the Kubernetes API 45-84 ms after the CNI call, which itself takes
  // 119-160 ms (section 15); here a pod is attached when the call is over, so at once. From there
  // the key is in etcd within 1-6 ms.
  DurationRange endpoint_published{1ms, 2ms};
  DurationRange key_written{1ms, 6ms};
  // The exporter writes 20 keys per second, the first 20 at once (section 2.6, measured).
  std::uint32_t keys_per_second = 20;
  std::uint32_t keys_at_once = 20;
  // A new mesh entry takes about 16 round trips to its first ipcache entry (section 15).
  std::uint32_t connect_round_trips = 16;
  Duration store_start = 2s;            // container start to ready; a guess, configurable
  Duration store_answer = 100us;        // the store's own time per request
  DurationRange key_applied{0ms, 2ms};  // key heard to eBPF ipcache (section 15)
  std::uint32_t keys_per_page = 256;    // of a list (section 2.5)
  Duration keepalive = 15s;             // gRPC of the etcd client (section 2.5)
  Duration keepalive_timeout = 25s;
  // Connection back-off of gRPC: 1 s x 1.6, jitter 20 %, at most 120 s (section 2.4); a silent
  // attempt is given up after 20 s, the library's default.
  Duration backoff_first = 1s;
  Duration backoff_most = 120s;
  Duration connect_timeout = 20s;
};

constexpr FlowTimeouts nat_timeouts(const Parameters& parameters) {
  return {parameters.nat_tcp_setup,   parameters.nat_tcp_established, parameters.nat_tcp_closing,
          parameters.nat_udp_one_way, parameters.nat_udp_both_ways,   parameters.nat_icmp};
}

}  // namespace fabric

template <>
struct Fields<fabric::Parameters> {
  using P = fabric::Parameters;
  static constexpr auto list = std::tuple{
      field("pod_to_node", &P::pod_to_node, "from a pod's process to its node's data path"),
      field("node_hop", &P::node_hop, "a packet through a node's data path"),
      field("encapsulation", &P::encapsulation, "adding or removing a VXLAN header"),
      field("nat_tcp_setup", &P::nat_tcp_setup, "a node forgets unanswered TCP"),
      field("nat_tcp_established", &P::nat_tcp_established, "a node forgets idle TCP"),
      field("nat_tcp_closing", &P::nat_tcp_closing, "a node forgets TCP after FIN or RST"),
      field("nat_udp_one_way", &P::nat_udp_one_way, "a node forgets unanswered UDP"),
      field("nat_udp_both_ways", &P::nat_udp_both_ways, "a node forgets answered UDP"),
      field("nat_icmp", &P::nat_icmp, "a node forgets ICMP"),
      field("nat_flows", &P::nat_flows, "translated flows that a node keeps at most"),
      field("endpoint_published", &P::endpoint_published, "pod attached to its endpoint object"),
      field("key_written", &P::key_written, "endpoint object to the mesh's etcd, without queue"),
      field("keys_per_second", &P::keys_per_second, "keys that the mesh exporter writes per second")
          .range(1, 1'000'000),
      field("keys_at_once", &P::keys_at_once, "keys that it writes at once after a pause")
          .range(1, 1'000'000),
      field("connect_round_trips", &P::connect_round_trips, "new mesh entry to the first list")
          .range(3, 1000),
      field("store_start", &P::store_start, "the mesh's etcd starts to ready"),
      field("store_answer", &P::store_answer, "the mesh's etcd answers a request"),
      field("key_applied", &P::key_applied, "key heard to the node's ipcache"),
      field("keys_per_page", &P::keys_per_page, "keys in one answer to a list").range(1, 100'000),
      field("keepalive", &P::keepalive, "an idle mesh connection is probed this often"),
      field("keepalive_timeout", &P::keepalive_timeout, "silence that ends a mesh connection"),
      field("backoff_first", &P::backoff_first, "mesh reconnection: first pause"),
      field("backoff_most", &P::backoff_most, "mesh reconnection: longest pause"),
      field("connect_timeout", &P::connect_timeout, "mesh connection attempt without an answer"),
  };
};

}  // namespace meshsim
