// What `meshsim path` says of a configuration is what happens to a packet in a run of it, for
// random faults in the network and random packets.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "models/fabric/observations.hpp"
#include "sim/path/path.hpp"
#include "sim/path/reach.hpp"
#include "sim/scenario/build.hpp"
#include "sim/scenario/probe.hpp"
#include "tests/path/mesh_plans.hpp"

namespace meshsim {
namespace {

// When agents have connected, or have failed for good.
constexpr Duration kSettled = 400s;
constexpr std::uint64_t kNetworks = 60;
constexpr std::size_t kQueries = 60;

const char* const kScenarios[] = {"scenarios/three-region.yaml", "scenarios/three-region-hub.yaml",
                                  "scenarios/three-region-hub-transit.yaml"};

// Nodes that had a whole list from a cluster.
struct MeshReady final : TraceSink {
  std::set<std::pair<ComponentId, std::string>> ready;
  void take(const TraceRecord& record) override {
    if (record.label == fabric::kMeshReady) ready.emplace(record.component, record.text);
  }
};

std::string end_text(const ProbeStep* end) {
  if (end == nullptr) return "nothing";
  return end->dropped ? std::string{row_of(*end->dropped).name} : "arrived";
}

std::string leg_text(const Path& path, std::size_t leg) {
  if (path.legs.size() <= leg) return "nothing";
  return path.legs[leg].code ? std::string{row_of(*path.legs[leg].code).name} : "arrived";
}

// Whether some flows of this kind get through and others do not, by the choice of an endpoint.
bool is_by_chance(PathFinder& finder, PathQuery query) {
  query.source_port = 0;
  const Path path = finder.find(query);
  return path.flows_delivered > 0 && path.flows_delivered < path.flows;
}

std::unique_ptr<Planned> damaged_mesh(std::uint64_t seed) {
  RandomStream random{seed, "path", "network"};
  const MeshOptions options{kScenarios[random.below(std::size(kScenarios))], 2, false};
  auto planned = plan_mesh(
      options, [&](Topology& topology) { damage(topology, random, random.below(5), false); });
  // Entries of Helm values that are missing.
  for (PlannedCluster& cluster : planned->plan->clusters) {
    auto& remotes = cluster.cilium.remotes;
    if (!remotes.empty() && random.below(4) == 0) remotes.pop_back();
  }
  return planned;
}

TEST(PathInRun, SaysWhatHappensToAPacket) {
  std::size_t compared = 0;
  std::size_t delivered = 0;
  std::size_t by_chance = 0;
  std::set<std::string> codes;
  for (std::uint64_t seed = 1; seed <= kNetworks; ++seed) {
    const auto planned = damaged_mesh(seed);
    ASSERT_TRUE(planned->plan) << planned->messages();
    const Plan& plan = *planned->plan;
    RandomStream random{seed, "path", "queries"};
    std::vector<PathQuery> queries;
    while (queries.size() < kQueries) queries.push_back(random_query(plan, random));

    const auto world = build_world(plan, seed);
    ProbeLog log{ProbeLog::Keep::Ends};
    world->simulation->add_sink(log);
    for (std::uint32_t index = 0; index < queries.size(); ++index) {
      const PathQuery& query = queries[index];
      Probe probe;
      probe.from = query.from;
      probe.target = query.to.address;
      probe.protocol = query.protocol;
      probe.port = query.port;
      probe.source_port = query.source_port;
      probe.size = query.size;
      probe.wants_answer = true;
      probe.at = at(kSettled + index * 100ms);
      send_probe(*world, probe, index + 1);
    }
    world->simulation->run_until(at(kSettled + kQueries * 100ms + 5s));

    PathFinder finder{plan};
    for (std::uint32_t index = 0; index < queries.size(); ++index) {
      PathQuery query = queries[index];
      query.wants_answer = true;
      const Path path = finder.find(query);
      const std::string said = leg_text(path, 0);
      const std::string happened = end_text(log.end(index + 1, 0));
      const std::string answer = end_text(log.end(index + 1, 1));
      if (happened == "link-loss" || answer == "link-loss") continue;
      if (said != happened && is_by_chance(finder, query)) {
        ++by_chance;
        continue;
      }
      EXPECT_EQ(said, happened) << "seed " << seed << ": " << text_of(query);
      ++compared;
      codes.insert(happened);
      if (said != "arrived" || happened != "arrived") continue;
      ++delivered;
      // A closed port is answered too: by a RST, as TCP; by ICMP if it is UDP.
      const bool is_refused = log.end(index + 1, 0)->hop == Hop::Refused;
      if (is_refused && query.protocol == Protocol::Udp) continue;
      if (leg_text(path, 1) != answer && is_by_chance(finder, query)) continue;
      EXPECT_EQ(leg_text(path, 1), answer) << "seed " << seed << ", answer: " << text_of(query);
    }
    if (testing::Test::HasFailure()) break;
  }
  EXPECT_GT(compared, 3000U);
  EXPECT_LT(by_chance, compared / 50);
  EXPECT_GT(delivered, compared / 10) << "too few arrive for the test to mean much";
  EXPECT_GT(codes.size(), 8U) << "too few kinds of drops are met";
}

TEST(PathInRun, DeliveredForwardAndBackMeansThatAgentsConnect) {
  std::size_t connected = 0;
  std::size_t apart = 0;
  for (std::uint64_t seed = 1; seed <= kNetworks; ++seed) {
    const auto planned = damaged_mesh(seed);
    const Plan& plan = *planned->plan;
    const auto world = build_world(plan, seed);
    MeshReady mesh;
    world->simulation->add_sink(mesh);
    world->simulation->run_until(at(kSettled));
    std::set<std::string> ready;
    for (const auto& [component, cluster] : mesh.ready) {
      ready.insert(world->simulation->path(component) + " " + cluster);
    }
    PathFinder finder{plan};
    for (std::size_t from = 0; from < plan.clusters.size(); ++from) {
      for (const CiliumRemote& remote : plan.clusters[from].cilium.remotes) {
        PathQuery query;
        query.from = node_end(plan, from, 0);
        query.to = end_at(plan, remote.ips.front().value);
        query.port = 2379;
        query.size = 1332;  // as large as what the store answers
        query.wants_answer = true;
        const Path path = finder.find(query);
        const bool is_ready = ready.contains(plan.clusters[from].topology->name + "/node/" +
                                             plan.clusters[from].nodes[0].name + "/cilium-agent " +
                                             remote.name.value);
        EXPECT_EQ(path.flows_delivered > 0, is_ready) << "seed " << seed << ": " << text_of(query);
        ++(is_ready ? connected : apart);
      }
    }
  }
  EXPECT_GT(connected, 50U);
  EXPECT_GT(apart, 10U);
}

TEST(PathAt, ShowsThatAPodIsNotThereYet) {
  const auto mesh = plan_mesh({"scenarios/three-region.yaml", 2, true});
  ASSERT_TRUE(mesh->plan) << mesh->messages();
  PathQuery query;
  query.from = find_end(*mesh->plan, "pod/c1/coredns-0").end.value();
  query.to = find_end(*mesh->plan, "pod/c1/storage-c1-0").end.value();
  query.port = 7574;
  query.protocol = Protocol::Icmp;
  const Path early = path_at(*mesh->plan, query, 1, 0ms);
  EXPECT_EQ(early.verdict, PathVerdict::Dropped);
  const Path late = path_at(*mesh->plan, query, 1, 60s);
  EXPECT_EQ(late.verdict, PathVerdict::Delivered);
  EXPECT_EQ(late.legs[0].last().where, "c1/storage-c1-0");
}

}  // namespace
}  // namespace meshsim
