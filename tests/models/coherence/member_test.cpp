// One member's dealings with its surroundings: WKA names, ids, payloads, executors.
#include <gmock/gmock.h>

#include "models/fabric/drop.hpp"
#include "tests/models/coherence/lab.hpp"

namespace meshsim::coherence {
namespace {

Lab three_and_one(std::uint64_t seed) {
  return {seed, {"par", "ams"}, {{"par1"}, {"par2", 10ms}, {"par3", 28ms}, {"ams1", 6s}}};
}

TEST(Member, ReleasesEveryPayloadItReceives) {
  Lab lab = three_and_one(1);
  lab.run_for(12s);
  EXPECT_EQ(lab.world().simulation().payloads().live(), 0U);
}

TEST(Member, RunsAlikeTwiceAndUnderBothExecutors) {
  Lab first = three_and_one(7);
  Lab again = three_and_one(7);
  Lab serial = three_and_one(7);
  Lab other = three_and_one(8);
  first.run_for(10s);
  again.run_for(10s);
  other.run_for(10s);
  serial.world().simulation().run_until(at(10s), ExecutorKind::Serial);
  const std::uint64_t fingerprint = first.world().simulation().fingerprint();
  EXPECT_EQ(again.world().simulation().fingerprint(), fingerprint);
  EXPECT_EQ(serial.world().simulation().fingerprint(), fingerprint);
  EXPECT_NE(other.world().simulation().fingerprint(), fingerprint);
}

TEST(Member, KeepsIdsInTheOrderOfJoiningAndSpreadsServiceSeniority) {
  Lab lab = three_and_one(2);
  lab.run_for(14s);
  EXPECT_EQ(lab.member("par1").cluster().self, MemberId{1});
  EXPECT_EQ(lab.member("ams1").cluster().self, MemberId{4});
  // The cluster's senior sleeps before each service, so others come first in some of them.
  const ServiceRegistry& services = lab.member("ams1").cluster().services;
  EXPECT_NE(services.senior("PartitionedTopic"), MemberId{1});
  for (const char* service : {"PartitionedCache", "Proxy"}) {
    EXPECT_EQ(services.members(service).size(), 4U) << service;
  }
}

TEST(Member, AgreesOnPartitionOwnersWithAllOthers) {
  Lab lab = three_and_one(3);
  lab.run_for(14s);
  const PartitionTable& table = lab.member("par1").partitioned("PartitionedCache")->table();
  for (const char* name : {"par2", "par3", "ams1"}) {
    EXPECT_TRUE(same_places(lab.member(name).partitioned("PartitionedCache")->table(), table));
  }
  for (const Ownership& one : table) {
    EXPECT_TRUE(one.primary);
    EXPECT_TRUE(one.backup);
    EXPECT_NE(one.primary, one.backup);
  }
}

TEST(Member, IsADropToWhomeverSpeaksToItsStoppedProcess) {
  Lab lab(1, {"par"}, {{"par1"}, {"par2", 20s}});
  lab.run_for(2s);
  EXPECT_GT(lab.records(kDropLabel, "par2").size(), 0U);
}

// A process whose only name does not resolve ends, and its container starts it again.
TEST(Member, FailsToStartWithoutAnyAddressAndTriesAgainLater) {
  TestWorld world;
  MemberSpec spec;
  spec.cluster = "australis";
  spec.member = "par1";
  spec.wka = {"coherence-wka.storage.cluster.c2"};
  auto& member = world.add<Member>("par1", spec, armed(), 1U, "par1");
  infra::WanSwitchSpec nowhere;
  nowhere.wires = infra::uniform_wires(1, {.delay = 200us}, {.delay = 200us});
  nowhere.hosts = {{{0x0A010001U}, 0}};
  auto& network =
      world.add<infra::WanSwitch>("switch", nowhere, world.simulation().stream("switch", "wires"));
  world.seal();
  member.uplink = network.address<Outbound>();
  member.uplink_delay = 50us;
  network.wire({0x0A010001U}, member.address<Packet>());
  world.send(member.address<k8s::StartProcess>(), {{0x0A010001U}});
  world.run_for(65s);
  EXPECT_GE(world.traced(kStartFailed), 2U);
  EXPECT_EQ(world.traced(kWkaSkipped), world.traced(kProcessStarted));
  for (const TraceRecord& record : world.trace()) {
    if (record.label != kWkaSkipped) continue;
    EXPECT_EQ(record.text, "coherence-wka.storage.cluster.c2:0");
  }
}

}  // namespace
}  // namespace meshsim::coherence
