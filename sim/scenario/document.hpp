// A scenario as people write it; load.cpp makes a Scenario of it.
#pragma once

#include <tuple>

#include "sim/config/value_type.hpp"
#include "sim/scenario/parameters.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/topology/document.hpp"

namespace meshsim {

struct ManifestsSpec {
  Located<std::string> cluster;
  std::vector<Located<std::string>> files;
  Pos pos;
};

template <>
struct Fields<ManifestsSpec> {
  static constexpr auto list = std::tuple{
      field("cluster", &ManifestsSpec::cluster, "a cluster of the topology").required(),
      field("files", &ManifestsSpec::files, "manifests, Helm values; relative to this file")
          .required(),
  };
};

struct TimelineSpec {
  Located<Duration> at;
  Located<std::string> cluster;
  std::vector<Located<std::string>> apply;
  Pos pos;
};

template <>
struct Fields<TimelineSpec> {
  static constexpr auto list = std::tuple{
      field("at", &TimelineSpec::at, "simulated time since the start").required(),
      field("cluster", &TimelineSpec::cluster, "a cluster of the topology").required(),
      field("apply", &TimelineSpec::apply, "files as for kubectl apply; relative to this file")
          .required(),
  };
};

// `reachable:` under `expect`.
struct ReachableSpec {
  std::string from;
  std::string to;
  std::string proto = "tcp";
  std::uint32_t port = 0;
  std::string during;
};

template <>
struct Fields<ReachableSpec> {
  static constexpr auto list = std::tuple{
      field("from", &ReachableSpec::from, "who sends: pod/CLUSTER/NAME, node/CLUSTER/ADDRESS")
          .required(),
      field("to", &ReachableSpec::to, "likewise, or lb/CLUSTER/NAME, or an address").required(),
      field("proto", &ReachableSpec::proto, "tcp, udp or icmp"),
      field("port", &ReachableSpec::port, "target port; not of icmp").range(1, 65535),
      field("during", &ReachableSpec::during, "30s..60s; at the end of the run if not given"),
  };
};

// `topology:` under `expect`.
struct ShapeSpec {
  std::string graph;
  std::string shape;
};

template <>
struct Fields<ShapeSpec> {
  static constexpr auto list = std::tuple{
      field("graph", &ShapeSpec::graph, "rpc, cilium, dns or wka").required(),
      field("shape", &ShapeSpec::shape, "full-mesh, hub, chain, ring, ...").required(),
  };
};

struct ScenarioDocument {
  std::string api_version;
  std::string kind;
  std::string name;
  std::string description;
  Either<std::string, TopologyDocument> topology;
  std::vector<ManifestsSpec> manifests;
  std::vector<TimelineSpec> timeline;
  std::uint64_t seed = Scenario{}.seed;
  std::uint32_t runs = Scenario{}.runs;
  Duration until = Scenario{}.until;
  std::vector<Node> expect;
  Parameters parameters;
  std::vector<Ignore> ignores;
  Pos pos;
};

template <>
struct Fields<ScenarioDocument> {
  static constexpr auto list = std::tuple{
      field("apiVersion", &ScenarioDocument::api_version, "meshsim.dev/v1alpha1").required(),
      field("kind", &ScenarioDocument::kind, "Scenario").required(),
      field("name", &ScenarioDocument::name, "for people"),
      field("description", &ScenarioDocument::description, "for people"),
      field("topology", &ScenarioDocument::topology,
            "a file relative to this one (a topology, or terraform show -json), or written here")
          .required(),
      field("manifests", &ScenarioDocument::manifests, "what is applied to which cluster at 0s"),
      field("timeline", &ScenarioDocument::timeline, "what is applied later"),
      field("seed", &ScenarioDocument::seed, "of all that is random"),
      field("runs", &ScenarioDocument::runs, "runs with the seeds seed, seed+1, ...")
          .range(1, 1'000'000),
      field("until", &ScenarioDocument::until, "simulated time at which a run ends"),
      field("expect", &ScenarioDocument::expect,
            "what must hold: 'members == 6', 'rule: MS0201', 'topology: {graph: wka, shape: hub}'"),
      field("parameters", &ScenarioDocument::parameters, "figures that the references estimate"),
      field("ignore", &ScenarioDocument::ignores,
            "findings that are known, like 'MS0305 because ...'"),
  };
};

// Of all its tables this takes the compiler seconds, so it is made in load.cpp alone.
extern template const ValueType& value_type<ScenarioDocument>();

}  // namespace meshsim
