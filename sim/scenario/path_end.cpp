// Looks names up in a plan.
#include "sim/scenario/path_end.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace meshsim {
namespace {

using Kind = PathEnd::Kind;

constexpr std::string_view kForms =
    "write pod/CLUSTER/NAME, node/CLUSTER/ADDRESS, host/NAME, api/CLUSTER, "
    "service/CLUSTER/NAMESPACE/NAME, lb/CLUSTER/NAME or an address";

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find('/');
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

FoundEnd wrong(std::string problem) { return {std::nullopt, std::move(problem), false}; }

// "no pod 'x' in cluster c1; did you mean 'y'?"
FoundEnd none_named(std::string_view what, std::string_view name, const std::string& cluster,
                    const std::vector<std::string_view>& known) {
  const std::string_view near = nearest(name, known);
  std::string rest;
  if (!near.empty()) {
    rest = fmt::format("; did you mean '{}'?", near);
  } else if (known.empty()) {
    rest = "; it has none";
  } else if (known.size() <= 12) {
    rest = fmt::format("; it has {}", fmt::join(known, ", "));
  }
  return wrong(fmt::format("cluster {} has no {} '{}'{}", cluster, what, name, rest));
}

const std::string& cluster_name(const Plan& plan, std::size_t cluster) {
  return plan.clusters[cluster].topology->name;
}

PathEnd service_end(const Plan& plan, std::size_t cluster, std::size_t service) {
  const PlannedService& planned = plan.clusters[cluster].services[service];
  return {Kind::Service,
          fmt::format("service/{}/{}/{}", cluster_name(plan, cluster), planned.manifest.namespace_,
                      planned.manifest.name),
          planned.cluster_ip,
          cluster,
          kNowhere,
          service};
}

// Name, or namespace and name, of one kind of things in a cluster.
struct Wanted {
  std::string_view namespace_;  // any if empty
  std::string_view name;
};

// `each(index)` gives (namespace, name); `make(index)` the end.
template <class Each, class Make>
FoundEnd find_one(const Plan& plan, std::size_t cluster, std::string_view what, Wanted wanted,
                  std::size_t count, Each&& each, Make&& make) {
  std::vector<std::string_view> known;
  std::optional<std::size_t> found;
  for (std::size_t index = 0; index < count; ++index) {
    const auto [namespace_, name] = each(index);
    known.push_back(name);
    if (name != wanted.name) continue;
    if (!wanted.namespace_.empty() && namespace_ != wanted.namespace_) continue;
    if (found) {
      return wrong(fmt::format("{} '{}' is in several namespaces of {}; write {}/{}/NAMESPACE/{}",
                               what, wanted.name, cluster_name(plan, cluster), what,
                               cluster_name(plan, cluster), wanted.name));
    }
    found = index;
  }
  if (!found) return none_named(what, wanted.name, cluster_name(plan, cluster), known);
  return {make(*found), {}, false};
}

FoundEnd find_in(const Plan& plan, std::size_t at, std::string_view kind, Wanted wanted) {
  using Name = std::pair<std::string_view, std::string_view>;
  const PlannedCluster& cluster = plan.clusters[at];
  if (kind == "pod") {
    return find_one(
        plan, at, kind, wanted, cluster.pods.size(),
        [&](std::size_t i) {
          return Name{cluster.pods[i].namespace_, cluster.pods[i].name};
        },
        [&](std::size_t i) { return pod_end(plan, at, i); });
  }
  if (kind == "node") {
    const auto address = parse_ipv4(wanted.name);
    for (std::size_t i = 0; address && i < cluster.nodes.size(); ++i) {
      if (cluster.nodes[i].address == *address) return {node_end(plan, at, i), {}, false};
    }
    return find_one(
        plan, at, kind, wanted, cluster.nodes.size(),
        [&](std::size_t i) {
          return Name{{}, cluster.nodes[i].name};
        },
        [&](std::size_t i) { return node_end(plan, at, i); });
  }
  const auto service_name = [&](std::size_t i) {
    return Name{cluster.services[i].manifest.namespace_, cluster.services[i].manifest.name};
  };
  if (kind == "service") {
    FoundEnd found = find_one(plan, at, kind, wanted, cluster.services.size(), service_name,
                              [&](std::size_t i) { return service_end(plan, at, i); });
    if (found.end && !found.end->address) {
      return wrong(
          fmt::format("{} is headless: it has no address; name one of its pods", found.end->name));
    }
    return found;
  }
  return find_one(
      plan, at, kind, wanted, cluster.load_balancers.size(),
      [&](std::size_t i) { return service_name(cluster.load_balancers[i].service); },
      [&](std::size_t i) { return load_balancer_end(plan, at, i); });
}

FoundEnd find_host(const Plan& plan, std::string_view name) {
  std::vector<std::string_view> known;
  for (std::size_t i = 0; i < plan.hosts.size(); ++i) {
    known.push_back(plan.hosts[i].host->name);
    if (known.back() == name) return {host_end(plan, i), {}, false};
  }
  const std::string_view near = nearest(name, known);
  if (known.empty()) return wrong(fmt::format("there is no host '{}'; the files have none", name));
  return wrong(near.empty() ? fmt::format("there is no host '{}'; there are {}", name,
                                          fmt::join(known, ", "))
                            : fmt::format("there is no host '{}'; did you mean '{}'?", name, near));
}

PathEnd endpoint_end(const Plan& plan, std::size_t cluster) {
  return {Kind::Endpoint,
          "api/" + cluster_name(plan, cluster),
          plan.clusters[cluster].endpoint,
          cluster,
          kNowhere,
          kNowhere};
}

FoundEnd find_named_end(const Plan& plan, std::string_view name) {
  const std::vector<std::string_view> parts = split(name);
  const std::vector<std::string_view> kinds{"pod", "node", "host", "api", "service", "lb"};
  std::string_view kind = parts[0];
  if (kind == "svc") kind = "service";
  if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
    const std::string_view near = nearest(kind, kinds);
    return wrong(fmt::format("'{}' is no kind of end{}; {}", kind,
                             near.empty() ? "" : fmt::format(", did you mean '{}'?", near),
                             kForms));
  }
  if (kind == "host") return find_host(plan, name.substr(name.find('/') + 1));
  std::vector<std::string_view> names;
  std::size_t at = kNowhere;
  for (std::size_t i = 0; i < plan.clusters.size(); ++i) {
    names.push_back(cluster_name(plan, i));
    if (parts.size() > 1 && names.back() == parts[1]) at = i;
  }
  if (at == kNowhere) {
    const std::string_view wanted = parts.size() > 1 ? parts[1] : std::string_view{};
    const std::string_view near = nearest(wanted, names);
    return wrong(
        near.empty()
            ? fmt::format("there is no cluster '{}'; there are {}", wanted, fmt::join(names, ", "))
            : fmt::format("there is no cluster '{}'; did you mean '{}'?", wanted, near));
  }
  if (kind == "api") {
    if (plan.clusters[at].endpoint) return {endpoint_end(plan, at), {}, false};
    return {std::nullopt,
            fmt::format("the files do not say where the API endpoint of {} is", parts[1]), true};
  }
  if (parts.size() < 3 || parts.size() > 4 || parts.back().empty()) {
    return wrong(fmt::format("'{}' does not name an end; {}", name, kForms));
  }
  return find_in(plan, at, kind, {parts.size() == 4 ? parts[2] : std::string_view{}, parts.back()});
}

}  // namespace

PathEnd pod_end(const Plan& plan, std::size_t cluster, std::size_t pod) {
  const PlannedPod& planned = plan.clusters[cluster].pods[pod];
  return {Kind::Pod,       fmt::format("pod/{}/{}", cluster_name(plan, cluster), planned.name),
          planned.address, cluster,
          planned.node,    pod};
}

PathEnd node_end(const Plan& plan, std::size_t cluster, std::size_t node) {
  const PlannedNode& planned = plan.clusters[cluster].nodes[node];
  return {Kind::Node,
          fmt::format("node/{}/{}", cluster_name(plan, cluster), to_string(planned.address)),
          planned.address,
          cluster,
          node,
          node};
}

PathEnd host_end(const Plan& plan, std::size_t host) {
  const PlannedHost& planned = plan.hosts[host];
  return {Kind::Host, "host/" + planned.host->name, planned.address, kNowhere, kNowhere, host};
}

PathEnd load_balancer_end(const Plan& plan, std::size_t cluster, std::size_t balancer) {
  const PlannedLoadBalancer& planned = plan.clusters[cluster].load_balancers[balancer];
  return {Kind::LoadBalancer,
          fmt::format("lb/{}/{}", cluster_name(plan, cluster),
                      plan.clusters[cluster].services[planned.service].manifest.name),
          planned.address,
          cluster,
          kNowhere,
          balancer};
}

PathEnd end_at(const Plan& plan, Ipv4 address) {
  for (std::size_t i = 0; i < plan.hosts.size(); ++i) {
    if (plan.hosts[i].address == address) return host_end(plan, i);
  }
  for (std::size_t at = 0; at < plan.clusters.size(); ++at) {
    const PlannedCluster& cluster = plan.clusters[at];
    for (std::size_t i = 0; i < cluster.pods.size(); ++i) {
      if (cluster.pods[i].address == address) return pod_end(plan, at, i);
    }
    for (std::size_t i = 0; i < cluster.nodes.size(); ++i) {
      if (cluster.nodes[i].address == address) return node_end(plan, at, i);
    }
    for (std::size_t i = 0; i < cluster.load_balancers.size(); ++i) {
      if (cluster.load_balancers[i].address == address) return load_balancer_end(plan, at, i);
    }
    if (cluster.endpoint == address) return endpoint_end(plan, at);
    for (std::size_t i = 0; i < cluster.services.size(); ++i) {
      if (cluster.services[i].cluster_ip == address) return service_end(plan, at, i);
    }
  }
  return {Kind::Address, to_string(address), address, kNowhere, kNowhere, kNowhere};
}

FoundEnd find_end(const Plan& plan, std::string_view name) {
  if (name.find('/') != std::string_view::npos) return find_named_end(plan, name);
  if (const auto address = parse_ipv4(name)) return {end_at(plan, *address), {}, false};
  return wrong(fmt::format("'{}' does not name an end; {}", name, kForms));
}

}  // namespace meshsim
