// The resolvers against a scripted server; the times and counts are those of dns.md section 4,
// recorded from glibc 2.36, musl 1.2.5 and OpenJDK 17.
#include "models/dns/stub_resolver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/dns/observations.hpp"
#include "models/dns/resolver_rules.hpp"
#include "tests/models/dns/dns_test_support.hpp"

namespace meshsim::dns {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

constexpr auto kLibcPod = "db.shop.cluster.c7";

ResolverSpec pod(std::string libc) {
  ResolverSpec spec;
  spec.nameservers = {ip("10.101.5.5")};
  spec.search = {"shop.svc.cluster.local", "svc.cluster.local", "cluster.local"};
  spec.libc = std::move(libc);
  return spec;
}

// One client, one server, joined by a switch.
struct Lab {
  explicit Lab(ResolverSpec spec)
      : server(world.add<ScriptedServer>("server", ip("10.101.5.5"))),
        client(world.add<LookupClient>("client", ip("10.201.0.9"), std::move(spec),
                                       world.simulation().stream("client", "resolver"))),
        network(world.add<TestSwitch>("switch")) {
    world.seal();
    server.wire(network.address<Outbound>());
    client.wire(network.address<Outbound>());
    network.attach(ip("10.101.5.5"), server.address<Packet>());
    network.attach(ip("10.201.0.9"), client.address<Packet>());
  }

  LookupResult look_up(std::string name, Duration limit = 200s) {
    const auto index = static_cast<std::uint32_t>(client.to_look_up.size());
    client.to_look_up.push_back(std::move(name));
    const Time start = world.now();
    world.send(client.address<StartLookup>(), StartLookup{index});
    world.run_for(limit);
    const auto found = client.results.find(index);
    if (found == client.results.end()) return {index, {}, "no result"};
    took = found->second.first - start;
    return found->second.second;
  }

  TestWorld world;
  ScriptedServer& server;
  LookupClient& client;
  TestSwitch& network;
  Duration took{};
};

TEST(StubResolver, AsksTheSearchListFirstAndNeedsEightQueriesForThePeersName) {
  Lab lab{pod("glibc-2.28")};
  lab.server.names["db.shop.cluster.c7."] = {ip("10.202.0.1"), ip("10.202.0.2")};

  const LookupResult result = lab.look_up(kLibcPod);

  EXPECT_THAT(result.addresses, SizeIs(2));
  ASSERT_THAT(lab.server.asked, SizeIs(8));
  EXPECT_EQ(lab.server.asked[0].name, "db.shop.cluster.c7.shop.svc.cluster.local.");
  EXPECT_EQ(lab.server.asked[2].name, "db.shop.cluster.c7.svc.cluster.local.");
  EXPECT_EQ(lab.server.asked[4].name, "db.shop.cluster.c7.cluster.local.");
  EXPECT_EQ(lab.server.asked[6].name, "db.shop.cluster.c7.");
  EXPECT_EQ(lab.server.asked[0].source_port, lab.server.asked[1].source_port);
  EXPECT_NE(lab.server.asked[0].source_port, lab.server.asked[2].source_port);
  EXPECT_EQ(lab.world.simulation().payloads().live(), 0U);
}

struct CountCase {
  const char* name;
  bool ipv4_only;
  std::uint32_t host_domains;
  std::uint32_t ndots;
  std::size_t queries;
};

TEST(StubResolver, QueryCountsAreThoseOfTheTable) {
  const CountCase cases[] = {
      {"db", false, 0, 5, 2},       {"db.shop.svc", false, 0, 5, 6},
      {kLibcPod, false, 0, 5, 8},   {kLibcPod, false, 1, 5, 10},
      {kLibcPod, true, 0, 5, 4},    {"db.shop.cluster.c7.", false, 0, 5, 2},
      {kLibcPod, false, 0, 3, 2},   {"missing", false, 0, 5, 8},
      {"missing", false, 2, 5, 12},
  };
  for (const CountCase& each : cases) {
    SCOPED_TRACE(each.name);
    ResolverSpec spec = pod("glibc-2.36");
    spec.ipv4_only = each.ipv4_only;
    spec.ndots = each.ndots;
    for (std::uint32_t host = 0; host < each.host_domains; ++host) {
      spec.search.push_back("sub" + std::to_string(host) + ".oraclevcn.com");
    }
    Lab lab{spec};
    lab.server.names["db.shop.svc.cluster.local."] = {ip("10.202.0.1")};
    lab.server.names["db.shop.cluster.c7."] = {ip("10.202.0.1")};
    lab.look_up(each.name);
    EXPECT_EQ(lab.server.asked.size(), each.queries);
  }
}

TEST(StubResolver, BelievesAForeignOwnerOnlyWhereTheLibcDoes) {
  struct Case {
    const char* libc;
    bool ipv4_only;
    bool believed;
  };
  const Case cases[] = {{"glibc-2.28", false, true},  {"glibc-2.31", false, true},
                        {"glibc-2.34", false, false}, {"glibc-2.36", false, false},
                        {"glibc-2.41", false, false}, {"glibc-2.28", true, false},
                        {"musl-1.2.5", false, true},  {"musl-1.2.5", true, true}};
  for (const Case& each : cases) {
    SCOPED_TRACE(each.libc);
    ResolverSpec spec = pod(each.libc);
    spec.ipv4_only = each.ipv4_only;
    Lab lab{spec};
    lab.server.names["db.shop.cluster.c7."] = {ip("10.202.0.1")};
    lab.server.owner = "db.shop.svc.cluster.local.";
    const LookupResult result = lab.look_up(kLibcPod);
    EXPECT_EQ(result.failure.empty(), each.believed) << result.failure;
    EXPECT_EQ(lab.world.traced(kOwnerIgnored), each.believed ? 0U : 1U);
  }
}

struct TimeCase {
  const char* what;
  const char* libc;
  Duration takes;
  std::size_t queries;
  const char* failure;
};

TEST(StubResolver, SilenceTakesTwentySecondsInGlibcAndFiveInMusl) {
  const TimeCase cases[] = {
      {"db", "glibc-2.36", 20s, 8, "timeout"},
      {"db.shop.cluster.c7.", "glibc-2.36", 10s, 4, "timeout"},
      {"db", "musl-1.2.5", 5s, 4, "timeout"},
      {"db.shop.cluster.c7.", "musl-1.2.5", 5s, 4, "timeout"},
  };
  for (const TimeCase& each : cases) {
    SCOPED_TRACE(std::string{each.what} + " " + each.libc);
    Lab lab{pod(each.libc)};
    lab.server.silent = true;
    EXPECT_EQ(lab.look_up(each.what).failure, each.failure);
    EXPECT_EQ(lab.took, each.takes);
    EXPECT_EQ(lab.server.asked.size(), each.queries);
  }
}

TEST(StubResolver, RepeatsServfailOnceOnTheSamePortAndGoesOn) {
  Lab lab{pod("glibc-2.36")};
  lab.server.rcodes["db.shop.cluster.c7."] = Rcode::ServFail;
  EXPECT_EQ(lab.look_up(kLibcPod).failure, "SERVFAIL");
  ASSERT_THAT(lab.server.asked, SizeIs(10));
  EXPECT_EQ(lab.server.asked[6].source_port, lab.server.asked[8].source_port);
  EXPECT_LT(lab.took, 10ms);
}

TEST(StubResolver, MuslRepeatsServfailUntilItsFiveSecondsAreOver) {
  Lab lab{pod("musl-1.2.5")};
  lab.server.rcodes["db.shop.cluster.c7."] = Rcode::ServFail;
  EXPECT_EQ(lab.look_up(kLibcPod).failure, "SERVFAIL");
  EXPECT_THAT(lab.server.asked, SizeIs(18));
  EXPECT_EQ(lab.took / 1s, 5);
}

TEST(StubResolver, RefusedSkipsTheRestOfTheSearchList) {
  Lab lab{pod("glibc-2.36")};
  lab.server.rcodes["db.shop.cluster.c7.shop.svc.cluster.local."] = Rcode::Refused;
  lab.server.names["db.shop.cluster.c7."] = {ip("10.202.0.1")};
  EXPECT_THAT(lab.look_up(kLibcPod).addresses, SizeIs(1));
  EXPECT_THAT(lab.server.asked, SizeIs(6));
}

TEST(StubResolver, ALostQueryCostsFiveSecondsAndAFamilyNeverAnsweredFifteen) {
  {
    Lab lab{pod("glibc-2.36")};
    lab.server.names["db.shop.cluster.c7."] = {ip("10.202.0.1")};
    lab.server.drop_next[RecordType::A] = 1;
    EXPECT_THAT(lab.look_up("db.shop.cluster.c7.").addresses, SizeIs(1));
    EXPECT_EQ(lab.took / 1s, 5);
    EXPECT_THAT(lab.server.asked, SizeIs(4));
  }
  {
    Lab lab{pod("glibc-2.36")};
    lab.server.names["db.shop.cluster.c7."] = {ip("10.202.0.1")};
    lab.server.drops = {RecordType::Aaaa};
    EXPECT_THAT(lab.look_up("db.shop.cluster.c7.").addresses, SizeIs(1));
    EXPECT_EQ(lab.took, 15s);
    EXPECT_THAT(lab.server.asked, SizeIs(6));
  }
  {
    Lab lab{pod("musl-1.2.5")};
    lab.server.names["db.shop.cluster.c7."] = {ip("10.202.0.1")};
    lab.server.drops = {RecordType::Aaaa};
    EXPECT_EQ(lab.look_up("db.shop.cluster.c7.").failure, "timeout");
    EXPECT_EQ(lab.took, 5s);
  }
}

TEST(StubResolver, AClosedPortFailsAtOnceInGlibcOnly) {
  Lab glibc{pod("glibc-2.36")};
  glibc.server.close();
  EXPECT_EQ(glibc.look_up("db").failure, "port unreachable");
  EXPECT_LT(glibc.took, 2ms);
  Lab musl{pod("musl-1.2.5")};
  musl.server.close();
  EXPECT_EQ(musl.look_up("db").failure, "timeout");
  EXPECT_EQ(musl.took, 5s);
}

TEST(StubResolver, TwentyFiveAddressesAreAskedForTwice) {
  for (const std::uint32_t count : {24U, 25U}) {
    Lab lab{pod("glibc-2.36")};
    for (std::uint32_t host = 1; host <= count; ++host) {
      lab.server.names["db.shop.svc.cluster.local."].push_back({ip("10.202.0.0").value + host});
    }
    EXPECT_THAT(lab.look_up("db").addresses, SizeIs(count));
    EXPECT_EQ(lab.server.asked.size(), count == 24 ? 2U : 4U);
  }
}

TEST(StubResolver, TheJvmKeepsSuccessThirtySecondsAndFailureTen) {
  Lab lab{pod("glibc-2.36")};
  lab.server.names["db.shop.svc.cluster.local."] = {ip("10.202.0.1")};
  lab.look_up("db", 29s);
  EXPECT_THAT(lab.server.asked, SizeIs(2));
  lab.look_up("db", 2s);
  EXPECT_EQ(lab.took, Duration::zero());
  EXPECT_THAT(lab.server.asked, SizeIs(2));
  lab.look_up("db", 1s);
  EXPECT_THAT(lab.server.asked, SizeIs(4));

  lab.look_up("missing", 9s);
  EXPECT_THAT(lab.server.asked, SizeIs(12));
  EXPECT_EQ(lab.look_up("missing", 2s).failure, "NXDOMAIN");
  EXPECT_THAT(lab.server.asked, SizeIs(12));
  lab.look_up("missing", 1s);
  EXPECT_THAT(lab.server.asked, SizeIs(20));
}

TEST(StubResolver, LookupsOfOneNameAtTheSameTimeShareTheQueries) {
  Lab lab{pod("glibc-2.36")};
  lab.server.names["db.shop.svc.cluster.local."] = {ip("10.202.0.1")};
  lab.client.to_look_up = {"db", "db"};
  lab.world.send(lab.client.address<StartLookup>(), StartLookup{0});
  lab.world.send(lab.client.address<StartLookup>(), StartLookup{1});
  lab.world.run_for(1s);
  EXPECT_THAT(lab.client.results, SizeIs(2));
  EXPECT_THAT(lab.client.results[1].second.addresses, ElementsAre(ip("10.202.0.1")));
  EXPECT_THAT(lab.server.asked, SizeIs(2));
}

}  // namespace
}  // namespace meshsim::dns
