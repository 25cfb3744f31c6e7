// The ends of a path as people name them: pod/c2/storage-c2-0, node/c1/10.1.64.10,
// host/c1-operator, api/c1, service/c2/default/name, lb/c1/name, or an address. Where a plan has
// them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/scenario/plan.hpp"

namespace meshsim {

inline constexpr std::size_t kNowhere = ~std::size_t{0};

struct PathEnd {
  enum class Kind : std::uint8_t { Pod, Node, Host, Endpoint, Service, LoadBalancer, Address };
  Kind kind = Kind::Address;
  std::string name;  // in the form above, as it is printed
  Ipv4 address;
  std::size_t cluster = kNowhere;  // of Plan::clusters; nowhere if no cluster has the address
  std::size_t node = kNowhere;     // of its nodes: the node itself, or the pod's
  std::size_t item = kNowhere;     // of its pods, services or load balancers; of Plan::hosts

  // Pods, nodes and hosts send; the other ends only receive.
  bool sends() const { return node != kNowhere || kind == Kind::Host; }
  // Processes in the network of a node or host: no CNI has a say in what they send.
  bool is_machine() const { return kind == Kind::Node || kind == Kind::Host; }
};

struct FoundEnd {
  std::optional<PathEnd> end;
  std::string problem;      // why there is none
  bool is_unknown = false;  // the files do not say; else the name is wrong
};

FoundEnd find_end(const Plan& plan, std::string_view name);

// By place, for those who go through all of them.
PathEnd pod_end(const Plan& plan, std::size_t cluster, std::size_t pod);
PathEnd node_end(const Plan& plan, std::size_t cluster, std::size_t node);
PathEnd host_end(const Plan& plan, std::size_t host);
PathEnd load_balancer_end(const Plan& plan, std::size_t cluster, std::size_t balancer);
// Whoever has the address: a pod, a node, a load balancer, a Service, in this order; else nobody.
PathEnd end_at(const Plan& plan, Ipv4 address);

}  // namespace meshsim
