// Sends probes through a converged world and judges what came of them.
#include "sim/path/path.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/fabric/well_known.hpp"
#include "sim/path/converged_world.hpp"
#include "sim/path/legs.hpp"
#include "sim/path/outcome.hpp"

namespace meshsim {
namespace {

// Where chance decides, so many flows per choice, which sees all of n choices but for e^-8 of them.
constexpr std::size_t kFlowsPerChoice = 8;
constexpr std::size_t kMostFlows = 256;

bool by_chance(const std::vector<ProbeStep>& steps) {
  return std::any_of(steps.begin(), steps.end(), [](const ProbeStep& step) {
    return step.hop == Hop::ToBackend || step.hop == Hop::ToEndpoint ||
           step.hop == Hop::ToNodePortTarget;
  });
}

// Tells the world what these queries need it to know.
void prepare(ConvergedWorld& world, const PathQuery& query) {
  const bool is_underlay =
      query.from.is_machine() && query.to.is_machine() && !is_node_port(query.port);
  if (is_underlay) return;
  if (query.from.cluster != kNowhere) world.learn(query.from.cluster);
  if (query.to.cluster != kNowhere) world.learn(query.to.cluster);
  const std::vector<PlannedCluster>& clusters = world.plan().clusters;
  for (std::size_t other = 0; other < clusters.size(); ++other) {
    if (other == query.from.cluster) continue;
    const bool has_it = query.to.cluster == other && query.to.kind == PathEnd::Kind::Pod;
    const bool may_have_it = clusters[other].topology->pods_cidr.contains(query.to.address);
    if (query.from.cluster != kNowhere && (has_it || may_have_it)) {
      world.connect(query.from.cluster, query.from.node);
    }
    if (has_it) world.connect(other, query.to.node);
  }
}

std::size_t choices(const Plan& plan, const PathQuery& query) {
  const std::size_t at = query.to.cluster != kNowhere ? query.to.cluster : query.from.cluster;
  if (at == kNowhere) return 4;
  const PlannedCluster& cluster = plan.clusters[at];
  return std::max<std::size_t>(cluster.nodes.size(), 4);
}

// A load balancer's port whose node port no file says: the API server picks one.
void add_unknown_node_ports(const Plan& plan, Path& path) {
  for (const PathLeg& leg : path.legs) {
    for (const PathHop& hop : leg.hops) {
      if (hop.hop != Hop::ToBackend || path.query.to.cluster == kNowhere) continue;
      const PlannedCluster& cluster = plan.clusters[path.query.to.cluster];
      for (const PlannedLoadBalancer& balancer : cluster.load_balancers) {
        if (balancer.address != path.query.to.address) continue;
        const ServiceManifest& service = cluster.services[balancer.service].manifest;
        for (const ServicePort& port : service.ports) {
          if (port.node_port || port.node_port.value != 0) continue;
          if (port.port.value != path.query.port) continue;
          path.unknowns.push_back({Unknown::Of::Cluster, cluster.topology->name,
                                   fmt::format("the nodePort of port {} of Service {}/{}",
                                               port.port.value, service.namespace_, service.name),
                                   port.pos, "not given, so the API server picks one"});
        }
      }
      return;
    }
  }
}

// What a packet between pods ended for, if that is a connection between their clusters.
std::optional<PathQuery> connection_behind(const ConvergedWorld& world, const Path& path) {
  if (path.verdict != PathVerdict::Dropped) return std::nullopt;
  for (std::size_t leg = 0; leg < path.legs.size(); ++leg) {
    if (!path.legs[leg].code) continue;
    const bool is_back = leg == 1;
    const PathEnd& from = is_back ? path.query.to : path.query.from;
    const PathEnd& to = is_back ? path.query.from : path.query.to;
    const bool is_between = from.node != kNowhere && to.kind == PathEnd::Kind::Pod &&
                            from.cluster != to.cluster && !path.legs[leg].last().cause.empty();
    if (!is_between) return std::nullopt;
    return world.failed_connection(from.cluster, from.node, to.cluster);
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(PathVerdict verdict) {
  switch (verdict) {
    case PathVerdict::Delivered: return "Delivered";
    case PathVerdict::Dropped: return "Dropped";
    case PathVerdict::Unknown: return "Unknown";
  }
  return "?";
}

std::optional<DropCode> Path::code() const {
  for (const PathLeg& leg : legs) {
    if (leg.code) return leg.code;
  }
  return std::nullopt;
}

PathFinder::PathFinder(const Plan& plan) : world_(std::make_unique<ConvergedWorld>(plan)) {}
PathFinder::~PathFinder() = default;

Path PathFinder::find(const PathQuery& query) {
  prepare(*world_, query);
  std::vector<Probe> probes{probe_of(query, world_->next_port())};
  ProbeLog log;
  world_->send(probes, log);
  std::uint32_t chosen = 1;
  Path path;
  path.query = query;
  path.flows = 1;
  path.flows_delivered = outcome_of(log, 1, query).is_through ? 1 : 0;
  if (query.source_port == 0 && by_chance(log.steps(1))) {
    const std::size_t flows =
        std::min(kMostFlows, kFlowsPerChoice * choices(world_->plan(), query));
    probes.clear();
    while (probes.size() < flows) probes.push_back(probe_of(query, world_->next_port()));
    log.clear();
    world_->send(probes, log);
    path.flows = static_cast<std::uint32_t>(flows);
    path.flows_delivered = 0;
    for (std::uint32_t number = path.flows; number > 0; --number) {
      if (outcome_of(log, number, query).is_through) {
        ++path.flows_delivered;
      } else {
        chosen = number;
      }
    }
  }
  path.legs =
      legs_of({world_->plan(), world_->world()}, query, log.steps(chosen), probes[chosen - 1].at);
  if (!query.wants_answer && path.legs.size() > 1) path.legs.resize(1);
  path.verdict =
      outcome_of(log, chosen, query).is_through ? PathVerdict::Delivered : PathVerdict::Dropped;
  path.unknowns = unknowns_of(world_->plan(), path);
  add_unknown_node_ports(world_->plan(), path);
  if (!path.unknowns.empty()) path.verdict = PathVerdict::Unknown;
  if (const auto connection = connection_behind(*world_, path)) {
    path.failed_connection.push_back(find(*connection));
  }
  return path;
}

std::vector<PathFinder::Answer> PathFinder::find_all(const std::vector<PathQuery>& queries) {
  for (const PathQuery& query : queries) prepare(*world_, query);
  std::vector<Probe> probes;
  for (const PathQuery& query : queries) probes.push_back(probe_of(query, world_->next_port()));
  // What was passed is needed only if something is unknown.
  const bool is_known = world_->plan().unknowns.empty();
  ProbeLog log{is_known ? ProbeLog::Keep::Ends : ProbeLog::Keep::AllSteps};
  world_->send(probes, log);
  std::vector<Answer> answers;
  for (std::uint32_t index = 0; index < queries.size(); ++index) {
    const Outcome outcome = outcome_of(log, index + 1, queries[index]);
    Answer answer{outcome.is_through ? PathVerdict::Delivered : PathVerdict::Dropped, outcome.code};
    if (!is_known) {
      Path path;
      path.query = queries[index];
      path.legs = legs_of({world_->plan(), world_->world()}, path.query, log.steps(index + 1),
                          probes[index].at);
      if (!unknowns_of(world_->plan(), path).empty()) answer = {PathVerdict::Unknown, {}};
    }
    answers.push_back(answer);
  }
  return answers;
}

}  // namespace meshsim
