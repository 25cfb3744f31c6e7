// Agents and exporters across a real underlay, against the recorded figures of Cilium 1.14.19.
#include <gtest/gtest.h>

#include "models/fabric/drop.hpp"
#include "models/fabric/observations.hpp"
#include "tests/models/fabric/two_clusters.hpp"

namespace meshsim::fabric {
namespace {

std::vector<const TraceRecord*> records(const TestWorld& world, std::string_view label) {
  std::vector<const TraceRecord*> found;
  for (const TraceRecord& record : world.trace()) {
    if (record.label == label) found.push_back(&record);
  }
  return found;
}

// Recorded: 163-175 ms at a round trip of 10 ms, about 16 round trips.
TEST(ClusterMesh, ANewEntryTakesSixteenRoundTrips) {
  struct Case {
    Duration round_trip;
    Duration min;
    Duration max;
  };
  for (const Case& test : {Case{10ms, 160ms, 180ms}, Case{100ms, 1600ms, 1620ms}}) {
    TwoClusters two({.round_trip = test.round_trip});
    two.start_mesh();
    two.world.run_for(5s);
    const auto ready = records(two.world, kMeshReady);
    ASSERT_EQ(ready.size(), 4U);
    for (const TraceRecord* record : ready) {
      EXPECT_GE(Duration{record->other}, test.min);
      EXPECT_LE(Duration{record->other}, test.max);
      EXPECT_EQ(record->decided_by, kMeshEntry);
      EXPECT_EQ(record->value, 5) << "two nodes, three pods";
    }
    const Ipcache& cache = two.sides[0].nodes[0].path->ipcache();
    const Ipcache::Entry* entry = cache.find(two.sides[1].nodes[1].pod_address);
    ASSERT_NE(entry, nullptr);
    EXPECT_EQ(entry->tunnel, two.sides[1].nodes[1].address);
    EXPECT_EQ(entry->identity, 300U);
    EXPECT_EQ(two.world.traced(kDropLabel), 0U);
    EXPECT_EQ(two.live_payloads(), 0U);
  }
}

// Recorded: key to remote ipcache one way + 0-2 ms.
TEST(ClusterMesh, ANewPodIsKnownOneWayAfterItsKey) {
  TwoClusters two;
  two.start_mesh();
  two.world.run_for(5s);
  const TwoClusters::Node& there = two.sides[1].nodes[1];
  const Ipcache& cache = two.sides[0].nodes[0].path->ipcache();
  const Ipv4 pod = TwoClusters::address(202, 0, 200);
  const auto known_after = [&](bool present) {
    Duration waited{};
    while (waited < 1s) {
      const Ipcache::Entry* const entry = cache.find(pod);
      if (present == (entry != nullptr && entry->identity == 301)) break;
      two.world.run_for(100us);
      waited += 100us;
    }
    return waited;
  };
  two.world.send(there.path->address<k8s::PodAttached>(),
                 k8s::PodAttached{pod, there.pod->address<Packet>(), 301});
  const Duration added = known_after(true);
  EXPECT_GE(added, 2ms + 5ms);
  EXPECT_LE(added, 8ms + 5ms + 3ms);
  two.world.send(there.path->address<k8s::PodDetached>(), k8s::PodDetached{pod});
  EXPECT_LE(known_after(false), 8ms + 5ms + 3ms);
}

// Recorded: 200 endpoints at once, the first 20 or so at once, the last remote entry after 9.1 s.
TEST(ClusterMesh, TheWriterIsLimitedToTwentyKeysPerSecond) {
  TwoClusters two;
  two.start_mesh();
  two.world.run_for(5s);
  const MeshExporter& exporter = *two.sides[1].exporter;
  const std::size_t before = exporter.keys();
  for (std::uint32_t index = 0; index < 200; ++index) {
    two.world.send(
        exporter.address<IpcacheChange>(),
        IpcacheChange{
            {TwoClusters::address(202, 7, index), 32}, two.sides[1].nodes[0].address, 301, false});
  }
  two.world.run_for(20ms);
  EXPECT_EQ(exporter.keys() - before, 20U);
  two.world.run_for(8900ms);
  EXPECT_LT(exporter.keys() - before, 200U);
  two.world.run_for(200ms);
  EXPECT_EQ(exporter.keys() - before, 200U);
  const Ipcache& cache = two.sides[0].nodes[0].path->ipcache();
  EXPECT_NE(cache.find(TwoClusters::address(202, 7, 199)), nullptr);
}

TEST(ClusterMesh, KeepsItsEntriesThroughACutAndCatchesUpAfterIt) {
  TwoClusters two;
  two.start_mesh();
  two.world.run_for(5s);
  const Ipcache& cache = two.sides[0].nodes[0].path->ipcache();
  const TwoClusters::Node& there = two.sides[1].nodes[0];
  two.cut(true);
  two.world.send(there.path->address<k8s::PodDetached>(), k8s::PodDetached{there.pod_address});
  two.world.run_for(300s);
  EXPECT_EQ(records(two.world, kMeshLost).size(), 4U);
  ASSERT_NE(cache.find(there.pod_address), nullptr);
  EXPECT_EQ(cache.find(there.pod_address)->identity, 300U) << "stale, but kept";

  two.cut(false);
  two.world.run_for(125s);  // the longest back-off
  EXPECT_EQ(records(two.world, kMeshReady).size(), 8U);
  EXPECT_EQ(cache.find(there.pod_address)->identity, 6U) << "only its node is left";
}

// Recorded: a cut of 30 s shows nothing at all; ours must not lose what changed meanwhile.
TEST(ClusterMesh, MissesNothingInAShortCut) {
  TwoClusters two;
  two.start_mesh();
  two.world.run_for(5s);
  const TwoClusters::Node& there = two.sides[1].nodes[0];
  two.cut(true);
  two.world.send(there.path->address<k8s::PodDetached>(), k8s::PodDetached{there.pod_address});
  two.world.run_for(8s);
  two.cut(false);
  two.world.run_for(30s);
  EXPECT_EQ(records(two.world, kMeshLost).size(), 0U);
  const Ipcache& cache = two.sides[0].nodes[1].path->ipcache();
  EXPECT_EQ(cache.find(there.pod_address)->identity, 6U);
}

TEST(ClusterMesh, ConvergesOverALossyLink) {
  TwoClusters two({.loss = {5, 100}});
  two.start_mesh();
  two.world.run_for(60s);
  const MeshExporter& exporter = *two.sides[1].exporter;
  for (std::uint32_t index = 0; index < 100; ++index) {
    two.world.send(
        exporter.address<IpcacheChange>(),
        IpcacheChange{
            {TwoClusters::address(202, 7, index), 32}, two.sides[1].nodes[0].address, 301, false});
  }
  two.world.run_for(120s);
  for (const TwoClusters::Node& node : two.sides[0].nodes) {
    for (std::uint32_t index = 0; index < 100; ++index) {
      EXPECT_NE(node.path->ipcache().find(TwoClusters::address(202, 7, index)), nullptr) << index;
    }
  }
}

TEST(ClusterMesh, GoesOnTryingAnUnreachableRemoteWithGrowingPauses) {
  TwoClusters two;
  two.cut(true);
  two.start_mesh();
  two.world.run_for(100s);
  const auto tries = records(two.world, kMeshConnecting);
  EXPECT_EQ(records(two.world, kMeshReady).size(), 0U);
  ASSERT_GE(tries.size(), 16U);  // four agents, one attempt per 20 s of silence
  EXPECT_LE(tries.size(), 24U);
  two.cut(false);
  two.world.run_for(30s);
  EXPECT_EQ(records(two.world, kMeshReady).size(), 4U);
}

// Recorded: all entries of a removed remote are gone after 5-12 ms.
TEST(ClusterMesh, ARemovedEntryTakesItsAddressesAlong) {
  TwoClusters two;
  two.start_mesh();
  two.world.run_for(5s);
  const TwoClusters::Node& here = two.sides[0].nodes[0];
  const Ipv4 far = two.sides[1].nodes[0].pod_address;
  two.world.send(here.agent->address<ConfigureRemote>(), ConfigureRemote{0, false});
  two.world.run_for(4ms);
  EXPECT_NE(here.path->ipcache().find(far), nullptr);
  two.world.run_for(9ms);
  EXPECT_EQ(here.path->ipcache().find(far), nullptr);
  two.world.send(here.agent->address<ConfigureRemote>(), ConfigureRemote{0, true});
  two.world.run_for(1s);
  EXPECT_NE(here.path->ipcache().find(far), nullptr);
}

TEST(ClusterMesh, ARestartedStoreIsListedAgain) {
  TwoClusters two;
  two.start_mesh();
  two.world.run_for(5s);
  TwoClusters::Side& there = two.sides[1];
  two.world.send(there.exporter->address<k8s::StopProcess>(), k8s::StopProcess{});
  two.world.run_for(45s);
  const Ipcache& cache = two.sides[0].nodes[0].path->ipcache();
  EXPECT_NE(cache.find(there.nodes[0].pod_address), nullptr) << "nothing is withdrawn";
  two.world.send(there.exporter->address<k8s::StartProcess>(),
                 k8s::StartProcess{there.exporter_address});
  two.world.run_for(120s);
  EXPECT_TRUE(two.sides[0].nodes[0].agent->ready(0));
  EXPECT_NE(cache.find(there.nodes[0].pod_address), nullptr);
}

// A new store writes all its keys at the exporter's rate, and nobody lists before that is done.
TEST(ClusterMesh, NobodyListsAStoreThatIsStillBeingFilled) {
  TwoClusters two;
  two.start_mesh();
  TwoClusters::Side& there = two.sides[1];
  for (std::uint32_t index = 0; index < 95; ++index) {  // 100 keys with nodes and pods
    two.world.send(
        there.exporter->address<IpcacheChange>(),
        IpcacheChange{
            {TwoClusters::address(202, 7, index), 32}, there.nodes[0].address, 301, false});
  }
  two.world.run_for(10s);
  two.world.send(there.exporter->address<k8s::StopProcess>(), k8s::StopProcess{});
  two.world.run_for(60s);
  const Time restarted = two.world.now();
  two.world.send(there.exporter->address<k8s::StartProcess>(),
                 k8s::StartProcess{there.exporter_address});
  two.world.run_for(1900ms);
  EXPECT_EQ(there.exporter->keys(), 0U);
  two.world.run_for(60s);
  int listed = 0;
  for (const TraceRecord* record : records(two.world, kMeshReady)) {
    if (record->at < restarted || record->text != "c2") continue;
    EXPECT_GE(record->at, restarted + 2s + 80 * 50ms);
    EXPECT_EQ(record->value, 100);
    ++listed;
  }
  EXPECT_EQ(listed, 2);
}

TEST(ClusterMesh, BothExecutorsAgree) {
  std::vector<std::uint64_t> fingerprints;
  for (const ExecutorKind kind : {ExecutorKind::Serial, ExecutorKind::Windowed}) {
    TwoClusters two({.loss = {1, 100}});
    two.start_mesh();
    two.world.simulation().run_until(at(40s), kind);
    fingerprints.push_back(two.world.simulation().fingerprint());
  }
  EXPECT_EQ(fingerprints[0], fingerprints[1]);
}

}  // namespace
}  // namespace meshsim::fabric
