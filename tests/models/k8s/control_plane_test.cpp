// What the control plane promises: which messages follow from a manifest, and when.
#include "models/k8s/control_plane.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/k8s/observations.hpp"
#include "tests/support/test_world.hpp"

namespace meshsim::k8s {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Stands for a pod's node and its process: writes down what they are told, and when.
class Host final
    : public Accepts<Host, PodAttached, PodDetached, StartProcess, StopProcess, Packet> {
 public:
  std::vector<Time> attached;
  std::vector<Time> detached;
  std::vector<Time> started;
  std::vector<Time> stopped;
  PodAttached last{};

  void on(Context& context, const PodAttached& pod) {
    attached.push_back(context.now());
    last = pod;
  }
  void on(Context& context, const PodDetached&) { detached.push_back(context.now()); }
  void on(Context& context, const StartProcess&) { started.push_back(context.now()); }
  void on(Context& context, const StopProcess&) { stopped.push_back(context.now()); }
  void on(Context&, const Packet&) {}
};

class Watcher final : public Accepts<Watcher, EndpointChange, ServiceChange> {
 public:
  struct Seen {
    Time at;
    EndpointChange change;
  };
  std::vector<Seen> endpoints;
  std::vector<ServiceChange> services;

  void on(Context& context, const EndpointChange& change) {
    endpoints.push_back({context.now(), change});
  }
  void on(Context&, const ServiceChange& change) { services.push_back(change); }

  // How many addresses of the Service it knows now.
  int known(std::uint32_t service) const {
    int count = 0;
    for (const Seen& seen : endpoints) {
      if (seen.change.service.value == service) count += seen.change.removed ? -1 : 1;
    }
    return count;
  }
};

constexpr ServiceIndex kWka{0};    // publishes not-ready addresses
constexpr ServiceIndex kPlain{1};  // does not
constexpr ServiceIndex kOther{2};  // of another namespace

ControlPlaneSpec three_members() {
  ControlPlaneSpec spec;
  spec.services = {{"storage", "coherence-wka", {{"app", "coherence"}}, true, false, {}},
                   {"storage", "plain", {{"app", "coherence"}}, false, false, {}},
                   {"elsewhere", "coherence-wka", {{"app", "coherence"}}, true, false, {}}};
  for (std::uint32_t i = 0; i < 3; ++i) {
    PodSpec pod;
    pod.namespace_ = "storage";
    pod.name = "storage-c1-" + std::to_string(i);
    pod.labels = {{"app", "coherence"}, {"role", "storage"}};
    pod.address = {0x0AC90000U + 10 + i};
    pod.identity = 70'000 + i;
    pod.has_readiness_probe = true;
    spec.pods.push_back(pod);
  }
  return spec;
}

struct Cluster {
  explicit Cluster(ControlPlaneSpec spec = three_members(), std::uint64_t seed = 1) : world(seed) {
    const std::size_t pods = spec.pods.size();
    plane = &world.add<ControlPlane>("c1/control-plane", std::move(spec), seed,
                                     std::string{"c1/control-plane"});
    watcher = &world.add<Watcher>("watcher");
    for (std::size_t i = 0; i < pods; ++i) {
      hosts.push_back(&world.add<Host>("host-" + std::to_string(i)));
    }
    world.seal();
    for (std::size_t i = 0; i < pods; ++i) {
      const Host& host = *hosts[i];
      plane->wires[i] = {host.address<Packet>(), host.address<PodAttached>(),
                         host.address<PodDetached>(), host.address<StartProcess>(),
                         host.address<StopProcess>()};
    }
    plane->endpoint_watchers = {watcher->address<EndpointChange>()};
    plane->service_watchers = {watcher->address<ServiceChange>()};
  }

  template <Message M>
  void tell(const M& message) {
    world.send(plane->address<M>(), message);
  }

  TestWorld world;
  ControlPlane* plane = nullptr;
  Watcher* watcher = nullptr;
  std::vector<Host*> hosts;
};

TEST(ControlPlane, StartsThePodsOfASetInParallelEachAtItsOwnTime) {
  Cluster cluster;
  cluster.tell(ApplyWorkload{{0}, 3});
  cluster.world.run_for(5s);

  std::vector<Time> starts;
  for (const Host* host : cluster.hosts) {
    ASSERT_THAT(host->attached, SizeIs(1));
    ASSERT_THAT(host->started, SizeIs(1));
    EXPECT_LT(host->attached[0], at(700ms));  // all together, not one after another
    EXPECT_LT(host->attached[0], host->started[0]);
    starts.push_back(host->started[0]);
  }
  std::sort(starts.begin(), starts.end());
  EXPECT_LT(starts[0], starts[1]);
  EXPECT_LT(starts[1], starts[2]);
}

TEST(ControlPlane, TellsTheNodeTheAddressIdentityAndProcess) {
  Cluster cluster;
  cluster.tell(ApplyWorkload{{1}, 1});
  cluster.world.run_for(5s);

  const PodAttached& pod = cluster.hosts[1]->last;
  EXPECT_EQ(pod.address, Ipv4{0x0AC90000U + 11});
  EXPECT_EQ(pod.identity, 70'001U);
  EXPECT_EQ(pod.process, cluster.hosts[1]->address<Packet>());
  EXPECT_THAT(cluster.hosts[0]->attached, IsEmpty());
}

TEST(ControlPlane, KeepsEachStepWithinItsParametersForManySeeds) {
  const Parameters p;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Cluster cluster{three_members(), seed};
    cluster.tell(ApplyService{kWka});
    cluster.world.run_for(1s);
    cluster.tell(ApplyWorkload{{0}, 3});
    cluster.world.run_for(10s);
    for (const Host* host : cluster.hosts) {
      ASSERT_THAT(host->started, SizeIs(1));
      const Time call = host->attached[0] - 100us - 1s;
      EXPECT_GE(call, at(p.operator_delay.min + p.scheduling.min + p.cni_add.min)) << seed;
      EXPECT_LE(call, at(p.operator_delay.max + p.scheduling.max + p.cni_add.max)) << seed;
      const Duration start = host->started[0] - host->attached[0];
      EXPECT_GE(start, p.container_start.min) << seed;
      EXPECT_LE(start, p.container_start.max + 1ms) << seed;
    }
    ASSERT_THAT(cluster.watcher->endpoints, SizeIs(3)) << seed;
    for (const Watcher::Seen& seen : cluster.watcher->endpoints) {
      const std::size_t index = seen.change.address.value - 0x0AC90000U - 10;
      const Duration delay = seen.at - cluster.hosts[index]->attached[0];
      EXPECT_GE(delay, 199ms) << seed;  // source: dns.md section 2.3, 0.2-2 s
      EXPECT_LE(delay, 2s) << seed;
    }
  }
}

TEST(ControlPlane, PublishesAPodBeforeItIsReadyOnlyWhereTheServiceAsksForIt) {
  Cluster cluster;
  cluster.tell(ApplyService{kWka});
  cluster.tell(ApplyService{kPlain});
  cluster.tell(ApplyService{kOther});
  cluster.tell(ApplyWorkload{{0}, 3});
  cluster.world.run_for(10s);

  EXPECT_EQ(cluster.watcher->known(kWka.value), 3);
  EXPECT_EQ(cluster.watcher->known(kPlain.value), 0);
  EXPECT_EQ(cluster.watcher->known(kOther.value), 0);
}

TEST(ControlPlane, FindsAPodReadyAtAProbeTickAfterTheInitialDelay) {
  Cluster cluster;
  cluster.tell(ApplyService{kPlain});
  cluster.tell(ApplyWorkload{{0}, 1});
  cluster.world.run_for(10s);
  cluster.tell(ReadinessChange{{0}, true});
  cluster.world.run_for(20s);
  EXPECT_EQ(cluster.watcher->known(kPlain.value), 0);  // 30 s have not passed

  cluster.world.run_for(65s);
  EXPECT_EQ(cluster.watcher->known(kPlain.value), 1);
  EXPECT_EQ(cluster.world.traced(kPodReady), 1U);
}

TEST(ControlPlane, ForgetsAReadinessThatDoesNotLastToTheProbe) {
  Cluster cluster;
  cluster.tell(ApplyService{kPlain});
  cluster.tell(ApplyWorkload{{0}, 1});
  cluster.world.run_for(10s);
  cluster.tell(ReadinessChange{{0}, true});
  cluster.world.run_for(1s);
  cluster.tell(ReadinessChange{{0}, false});
  cluster.world.run_for(600s);
  EXPECT_EQ(cluster.world.traced(kPodReady), 0U);
}

TEST(ControlPlane, TakesAFailingPodOutAfterSeveralProbes) {
  Cluster cluster;
  cluster.tell(ApplyService{kPlain});
  cluster.tell(ApplyWorkload{{0}, 1});
  cluster.world.run_for(10s);
  cluster.tell(ReadinessChange{{0}, true});
  cluster.world.run_for(120s);
  cluster.tell(ReadinessChange{{0}, false});
  cluster.world.run_for(110s);  // two more periods must pass
  EXPECT_EQ(cluster.watcher->known(kPlain.value), 1);
  cluster.world.run_for(80s);
  EXPECT_EQ(cluster.watcher->known(kPlain.value), 0);
}

TEST(ControlPlane, IsReadyAtOnceWithoutAProbe) {
  ControlPlaneSpec spec = three_members();
  spec.pods[0].has_readiness_probe = false;
  Cluster cluster{spec};
  cluster.tell(ApplyService{kPlain});
  cluster.tell(ApplyWorkload{{0}, 3});
  cluster.world.run_for(8s);
  ASSERT_THAT(cluster.watcher->endpoints, SizeIs(1));
  EXPECT_EQ(cluster.watcher->endpoints[0].change.address, spec.pods[0].address);
}

TEST(ControlPlane, GivesALateServiceTheEndpointsOfRunningPods) {
  Cluster cluster;
  cluster.tell(ApplyWorkload{{0}, 3});
  cluster.world.run_for(10s);
  EXPECT_THAT(cluster.watcher->endpoints, IsEmpty());

  cluster.tell(ApplyService{kWka});
  cluster.world.run_for(1s);
  EXPECT_EQ(cluster.watcher->known(kWka.value), 3);
  ASSERT_THAT(cluster.watcher->services, SizeIs(1));
  EXPECT_TRUE(cluster.watcher->services[0].exists);
}

TEST(ControlPlane, KnowsNoAddressBeforeTheKubeletHasReportedIt) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Cluster cluster{three_members(), seed};
    cluster.tell(ApplyWorkload{{0}, 3});
    cluster.tell(ApplyService{kWka});  // its controller looks while the pods come
    cluster.world.run_for(10s);
    for (const Watcher::Seen& seen : cluster.watcher->endpoints) {
      const std::size_t index = seen.change.address.value - 0x0AC90000U - 10;
      const Parameters p;
      EXPECT_GE(seen.at - cluster.hosts[index]->attached[0] + 100us,
                p.status_delay.min + p.watch_delay.min);
    }
    EXPECT_EQ(cluster.watcher->known(kWka.value), 3);
  }
}

TEST(ControlPlane, TakesTheEndpointsOfADeletedServiceBack) {
  Cluster cluster;
  cluster.tell(ApplyService{kWka});
  cluster.tell(ApplyWorkload{{0}, 3});
  cluster.world.run_for(10s);
  cluster.tell(DeleteService{kWka});
  cluster.world.run_for(2s);
  EXPECT_EQ(cluster.watcher->known(kWka.value), 0);
  EXPECT_FALSE(cluster.watcher->services.back().exists);
}

TEST(ControlPlane, StopsADeletedPodBeforeItsAddressGoesAndStartsItAgain) {
  Cluster cluster;
  cluster.tell(ApplyService{kWka});
  cluster.tell(ApplyWorkload{{0}, 3});
  cluster.world.run_for(10s);
  cluster.tell(DeletePod{{1}});
  cluster.world.run_for(10s);

  const Host& host = *cluster.hosts[1];
  ASSERT_THAT(host.stopped, SizeIs(1));
  ASSERT_THAT(host.detached, SizeIs(1));
  EXPECT_LT(host.stopped[0], host.detached[0]);
  ASSERT_THAT(host.started, SizeIs(2));
  EXPECT_LT(host.detached[0], host.attached[1]);
  EXPECT_EQ(cluster.watcher->known(kWka.value), 3);
  EXPECT_THAT(cluster.hosts[0]->started, SizeIs(1));
}

TEST(ControlPlane, RemovesTheEndpointsOfADeletedSetForGood) {
  Cluster cluster;
  cluster.tell(ApplyService{kWka});
  cluster.tell(ApplyWorkload{{0}, 3});
  cluster.world.run_for(10s);
  cluster.tell(DeleteWorkload{{0}, 3});
  cluster.world.run_for(60s);
  EXPECT_EQ(cluster.watcher->known(kWka.value), 0);
  for (const Host* host : cluster.hosts) EXPECT_THAT(host->started, SizeIs(1));
}

TEST(ControlPlane, DoesNotStartAPodThatIsDeletedOnItsWay) {
  Cluster cluster;
  cluster.tell(ApplyWorkload{{0}, 1});
  cluster.world.run_for(1s);  // has its address, but its container has not started
  cluster.tell(DeleteWorkload{{0}, 1});
  cluster.world.run_for(30s);
  EXPECT_THAT(cluster.hosts[0]->started, IsEmpty());
  EXPECT_EQ(cluster.hosts[0]->attached.size(), cluster.hosts[0]->detached.size());
}

TEST(ControlPlane, RestartsAnExitedContainerWithAGrowingBackoffUpToFiveMinutes) {
  Cluster cluster;
  cluster.tell(ApplyWorkload{{0}, 1});
  cluster.world.run_for(5s);
  std::vector<std::int64_t> waits;
  for (int exit = 0; exit < 8; ++exit) {
    const Time before = cluster.world.now();
    cluster.tell(ProcessExited{{0}});
    cluster.world.run_for(301s);
    waits.push_back(ns(cluster.hosts[0]->started.back() - before) / 1'000'000'000);
  }
  EXPECT_THAT(waits, ElementsAre(10, 20, 40, 80, 160, 300, 300, 300));
  EXPECT_THAT(cluster.hosts[0]->attached, SizeIs(1));  // the sandbox stays
}

TEST(ControlPlane, AnnouncesAtOnceWhatRunsFromTheStart) {
  ControlPlaneSpec spec = three_members();
  spec.services[kPlain.value].exists_from_start = true;
  spec.pods[2].runs_from_start = true;
  Cluster cluster{spec};
  cluster.tell(StartCluster{});
  cluster.world.run_for(60ms);
  EXPECT_EQ(cluster.watcher->known(kPlain.value), 1);
  EXPECT_THAT(cluster.hosts[2]->started, SizeIs(1));
  EXPECT_THAT(cluster.hosts[0]->started, IsEmpty());
}

TEST(ControlPlane, IgnoresAWorkloadThatIsAppliedTwice) {
  Cluster cluster;
  cluster.tell(ApplyWorkload{{0}, 3});
  cluster.tell(ApplyWorkload{{0}, 3});
  cluster.tell(ApplyService{kWka});
  cluster.tell(ApplyService{kWka});
  cluster.world.run_for(10s);
  for (const Host* host : cluster.hosts) EXPECT_THAT(host->started, SizeIs(1));
  EXPECT_EQ(cluster.watcher->known(kWka.value), 3);
  EXPECT_THAT(cluster.watcher->services, SizeIs(1));
}

TEST(ControlPlane, DrawsAPodsTimesIndependentlyOfItsNeighbours) {
  Cluster alone;
  alone.tell(ApplyWorkload{{2}, 1});
  alone.world.run_for(5s);
  Cluster together;
  together.tell(ApplyWorkload{{0}, 3});
  together.world.run_for(5s);
  EXPECT_EQ(alone.hosts[2]->started, together.hosts[2]->started);
}

TEST(ControlPlane, BreaksAPromiseBeyondItsTables) {
  ControlPlaneSpec spec;
  spec.services.resize(ControlPlane::kMaxServices + 1);
  EXPECT_DEATH(ControlPlane(spec, 1, "c1/control-plane"), "kMaxServices");
}

}  // namespace
}  // namespace meshsim::k8s
