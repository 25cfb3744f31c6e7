// One CoreDNS server against scripted upstreams: choice of the block, cache, kubernetes names,
// time-outs and probes, reload. Times are those of dns.md section 2.
#include "models/dns/coredns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "models/dns/observations.hpp"
#include "models/dns/vcn_resolver.hpp"
#include "sim/import/corefile.hpp"
#include "tests/models/dns/dns_test_support.hpp"

namespace meshsim::dns {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::optional<Config> corefile(const std::string& text, const std::string& version = "1.12.2") {
  CorefileInput input;
  input.version = version;
  input.files["Corefile"] = {text};
  input.node_resolvers = {ip("198.51.100.1")};
  Diagnostics diagnostics;
  auto config = parse_corefile(input, diagnostics);
  EXPECT_TRUE(config) << diagnostics.text(Sources{});
  return config;
}

struct AskQuestion {
  std::uint32_t index = 0;
};

// Sends single queries and keeps the replies with their times.
class Questioner final : public Accepts<Questioner, AskQuestion, Packet> {
 public:
  void wire(Address<Outbound> uplink) {
    stack_ = HostStack{ip("10.0.0.9"), uplink, 10us};
    stack_.listen_udp(40000);
  }
  std::vector<DnsMessage> questions;
  std::vector<std::pair<Time, DnsMessage>> replies;

  void on(Context& context, const AskQuestion& ask) {
    DnsMessage query = questions.at(ask.index);
    query.id = static_cast<std::uint16_t>(ask.index);
    const std::uint32_t bytes = plain_size(query);
    stack_.send_udp(context, 40000, ip("10.0.0.53"), kDnsPort, bytes,
                    context.payloads().put(std::move(query)));
  }
  void on(Context& context, const Packet& packet) {
    if (stack_.receive(context, packet) != Arrival::Datagram) return;
    replies.emplace_back(context.now(), context.payloads().get<DnsMessage>(packet.payload));
    context.payloads().release(packet.payload);
  }

 private:
  HostStack stack_;
};

struct Lab {
  explicit Lab(std::vector<std::optional<Config>> configs, std::string version = "1.12.2")
      : up1(world.add<ScriptedServer>("up1", ip("198.51.100.1"))),
        up2(world.add<ScriptedServer>("up2", ip("198.51.100.2"))),
        client(world.add<Questioner>("client")),
        network(world.add<TestSwitch>("switch")) {
    CoreDnsSpec spec;
    spec.path = "coredns";
    spec.version = std::move(version);
    spec.configs = std::move(configs);
    spec.uplink_delay = 10us;
    spec.services = {{.namespace_name = "storage", .name = "wka", .headless = true, .exists = true},
                     {.namespace_name = "shop",
                      .name = "web",
                      .cluster_ip = ip("10.96.10.10"),
                      .ports = {{"http", "TCP", 80}},
                      .exists = true},
                     {.namespace_name = "late", .name = "svc", .cluster_ip = ip("10.96.10.11")}};
    spec.parameters.processing = {100us, 100us};
    server =
        &world.add<CoreDns>("coredns", std::move(spec), 1, world.simulation().meter("coredns"));
    world.seal();
    client.wire(network.address<Outbound>());
    up1.wire(network.address<Outbound>());
    up2.wire(network.address<Outbound>());
    server->uplink = network.address<Outbound>();
    network.attach(ip("198.51.100.1"), up1.address<Packet>());
    network.attach(ip("198.51.100.2"), up2.address<Packet>());
    network.attach(ip("10.0.0.9"), client.address<Packet>());
    network.attach(ip("10.0.0.53"), server->address<Packet>());
    world.send(server->address<k8s::StartProcess>(), k8s::StartProcess{ip("10.0.0.53")});
    world.run_for(1s);
  }

  // The reply within `limit`; `took` is the time from the question.
  std::optional<DnsMessage> ask(std::string name, RecordType type = RecordType::A,
                                Duration limit = 10ms) {
    DnsMessage query;
    query.name = std::move(name);
    query.type = type;
    client.questions.push_back(query);
    const auto index = static_cast<std::uint32_t>(client.questions.size() - 1);
    const std::size_t before = client.replies.size();
    const Time start = world.now();
    world.send(client.address<AskQuestion>(), AskQuestion{index});
    world.run_for(limit);
    if (client.replies.size() == before) return std::nullopt;
    took = client.replies[before].first - start;
    return client.replies[before].second;
  }

  std::size_t asked_a(const ScriptedServer& up) const {
    std::size_t count = 0;
    for (const AskedQuery& query : up.asked) count += query.type == RecordType::A ? 1 : 0;
    return count;
  }

  TestWorld world;
  ScriptedServer& up1;
  ScriptedServer& up2;
  Questioner& client;
  TestSwitch& network;
  CoreDns* server = nullptr;
  Duration took{};
};

TEST(CoreDns, TheLongestZoneOnLabelBoundariesAnswers) {
  Lab lab{
      {corefile(".:53 {\n forward . 198.51.100.1\n}\n"
                "cluster.c2:53 {\n forward . 198.51.100.2\n}\n")}};
  lab.ask("a.cluster.c2.");
  lab.ask("A.CLUSTER.C2.");
  EXPECT_EQ(lab.asked_a(lab.up2), 2U);
  lab.ask("a.mycluster.c2.");
  lab.ask("a.cluster.c22.");
  lab.ask("c2.");
  EXPECT_EQ(lab.asked_a(lab.up2), 2U);
  EXPECT_EQ(lab.asked_a(lab.up1), 3U);
}

TEST(CoreDns, RefusesWhatNoBlockServesAndBlocksWithoutPlugins) {
  Lab lab{{corefile("a.test {\n forward . 198.51.100.1\n}\nb.test {\n}\n")}};
  EXPECT_EQ(lab.ask("x.c.test.")->rcode, Rcode::Refused);
  EXPECT_EQ(lab.ask("x.b.test.")->rcode, Rcode::Refused);
  EXPECT_THAT(lab.up1.asked, IsEmpty());
}

TEST(CoreDns, UpperCaseZonesNeverMatchBefore1147) {
  const std::string text = "A.test {\n forward . 198.51.100.1\n}\n";
  Lab old{{corefile(text)}};
  EXPECT_EQ(old.ask("x.a.test.")->rcode, Rcode::Refused);
  Lab newer{{corefile(text, "1.14.7")}, "1.14.7"};
  EXPECT_EQ(newer.ask("x.a.test.")->rcode, Rcode::NxDomain);
}

TEST(CoreDns, AKeptAnswerCountsDownAndLivesAtLeastFiveSeconds) {
  Lab lab{{corefile(". {\n cache 30\n forward . 198.51.100.1\n}\n")}};
  lab.up1.names["a.test."] = {ip("203.0.113.7")};
  struct Case {
    std::uint32_t upstream, first;
  };
  for (const Case each : {Case{1, 5}, Case{12, 12}, Case{3600, 30}}) {
    lab.up1.ttl = each.upstream;
    const std::size_t before = lab.asked_a(lab.up1);
    EXPECT_EQ(lab.ask("a.test.", RecordType::A, 2s)->answer.at(0).ttl, each.first);
    EXPECT_EQ(lab.ask("a.test.", RecordType::A, 2s)->answer.at(0).ttl, each.first - 1);
    EXPECT_EQ(lab.asked_a(lab.up1), before + 1);
    lab.world.run_for(std::chrono::seconds{each.first});
  }
}

TEST(CoreDns, NegativeAnswersLiveByTheTtlOfTheirSoa) {
  Lab lab{{corefile(". {\n cache 30\n forward . 198.51.100.1\n}\n")}};
  lab.up1.soa_ttl = 8;
  const auto first = lab.ask("no.test.", RecordType::A, 7s);
  EXPECT_EQ(first->authority.at(0).ttl, 8U);
  lab.ask("no.test.", RecordType::A, 2s);
  EXPECT_EQ(lab.asked_a(lab.up1), 1U);
  lab.ask("no.test.");
  EXPECT_EQ(lab.asked_a(lab.up1), 2U);
  lab.up1.with_soa = false;  // without an SOA an NXDOMAIN is not kept
  lab.ask("other.test.");
  lab.ask("other.test.");
  EXPECT_EQ(lab.asked_a(lab.up1), 4U);
}

TEST(CoreDns, ServfailIsKeptFiveSecondsRefusedIsNot) {
  Lab lab{{corefile(". {\n cache\n forward . 198.51.100.1\n}\n")}};
  lab.up1.rcodes["bad.test."] = Rcode::ServFail;
  lab.up1.rcodes["no.test."] = Rcode::Refused;
  lab.ask("bad.test.", RecordType::A, 4s);
  EXPECT_EQ(lab.ask("bad.test.", RecordType::A, 2s)->rcode, Rcode::ServFail);
  EXPECT_EQ(lab.asked_a(lab.up1), 1U);
  lab.ask("bad.test.");
  EXPECT_EQ(lab.asked_a(lab.up1), 2U);
  lab.ask("no.test.");
  EXPECT_EQ(lab.ask("no.test.")->rcode, Rcode::Refused);
  EXPECT_EQ(lab.asked_a(lab.up1), 4U);
}

TEST(CoreDns, KeepsItsCacheWithinItsCapacity) {
  Lab lab{{corefile(". {\n cache {\n  denial 1024\n }\n forward . 198.51.100.1\n}\n")}};
  for (int name = 0; name < 1100; ++name) lab.ask("n" + std::to_string(name) + ".test.");
  lab.up1.asked.clear();
  std::size_t kept = 0;
  for (int name = 0; name < 1100; ++name) {
    const std::size_t before = lab.up1.asked.size();
    lab.ask("n" + std::to_string(name) + ".test.", RecordType::A, 2ms);
    kept += lab.up1.asked.size() == before ? 1 : 0;
  }
  EXPECT_LE(kept, 1024U);
  EXPECT_GT(kept, 800U);
}

TEST(CoreDns, ASwallowedQueryEndsAfterSixSecondsWithProbesBeside) {
  Lab lab{{corefile(". {\n errors\n forward . 198.51.100.1\n}\n")}};
  lab.up1.silent = true;
  const Time start = lab.world.now();
  EXPECT_EQ(lab.ask("a.test.", RecordType::A, 7s)->rcode, Rcode::ServFail);
  EXPECT_EQ(lab.took / 1ms, 6000);
  std::vector<std::int64_t> attempts, probes;
  std::set<std::uint16_t> ports;
  for (const AskedQuery& query : lab.up1.asked) {
    (query.type == RecordType::A ? attempts : probes).push_back((query.at - start) / 1ms);
    ports.insert(query.source_port);
  }
  EXPECT_THAT(attempts, ElementsAre(0, 2000, 4000));
  EXPECT_THAT(probes, ElementsAre(2000, 3500, 5000, 6500));
  EXPECT_THAT(ports, SizeIs(7));               // a socket that failed is not used again
  EXPECT_EQ(lab.world.traced(kUpstream), 1U);  // Down

  // Down: one attempt; and the first query after the path heals succeeds.
  EXPECT_EQ(lab.ask("a.test.", RecordType::A, 3s)->rcode, Rcode::ServFail);
  EXPECT_EQ(lab.took / 1ms, 2000);
  lab.up1.silent = false;
  EXPECT_EQ(lab.ask("a.test.", RecordType::A, 2s)->rcode, Rcode::NxDomain);
  EXPECT_EQ(lab.world.traced(kUpstream), 2U);  // and up again
}

TEST(CoreDns, In1147TwoAttemptsAreAllThereIs) {
  Lab lab{{corefile(". {\n errors\n forward . 198.51.100.1\n}\n", "1.14.7")}, "1.14.7"};
  lab.up1.silent = true;
  EXPECT_EQ(lab.ask("a.test.", RecordType::A, 7s)->rcode, Rcode::ServFail);
  EXPECT_EQ(lab.took / 1ms, 4000);
  EXPECT_EQ(lab.asked_a(lab.up1), 2U);
}

TEST(CoreDns, AClosedPortEndsAfterTheFarHostsIcmpLimit) {
  Lab lab{{corefile(". {\n errors\n forward . 198.51.100.1\n}\n")}};
  lab.network.set_delay(ip("10.0.0.53"), ip("198.51.100.1"), 5ms);
  lab.up1.close();
  EXPECT_EQ(lab.ask("a.test.", RecordType::A, 7s)->rcode, Rcode::ServFail);
  EXPECT_EQ(lab.took / 100ms, 20);  // recorded: 2.1 s
}

TEST(CoreDns, ATimeoutBehindAMatchingRewriteIsKeptOtherwiseItIsNot) {
  const std::string rule = "rewrite name substring cluster.c2 svc.cluster.local";
  Lab with{{corefile("cluster.c2 {\n cache 10\n " + rule + "\n forward . 198.51.100.1\n}\n")}};
  with.up1.silent = true;
  with.ask("a.s.cluster.c2.", RecordType::A, 7s);
  const std::size_t before = with.asked_a(with.up1);
  EXPECT_EQ(with.ask("a.s.cluster.c2.")->rcode, Rcode::ServFail);
  EXPECT_EQ(with.asked_a(with.up1), before);

  Lab without{{corefile("cluster.c2 {\n cache 10\n forward . 198.51.100.1\n}\n")}};
  without.up1.silent = true;
  without.ask("a.s.cluster.c2.", RecordType::A, 7s);
  EXPECT_EQ(without.ask("a.s.cluster.c2."), std::nullopt);  // it asks again
}

TEST(CoreDns, PoliciesOrderTheUpstreams) {
  const auto order = [](const std::string& policy) {
    Lab lab{{corefile(". {\n forward . 198.51.100.1 198.51.100.2 {\n  policy " + policy +
                      "\n }\n}\n")}};
    std::string text;
    for (int query = 0; query < 4; ++query) {
      const std::size_t before = lab.asked_a(lab.up1);
      lab.ask("a.test.");
      text += lab.asked_a(lab.up1) > before ? '1' : '2';
    }
    return text;
  };
  EXPECT_EQ(order("sequential"), "1111");
  EXPECT_EQ(order("round_robin"), "2121");
}

TEST(CoreDns, ADeadUpstreamCostsTwoSecondsUntilTheNextIsAsked) {
  Lab lab{{corefile(". {\n forward . 198.51.100.1 198.51.100.2 {\n  policy sequential\n }\n}\n")}};
  lab.up1.silent = true;
  EXPECT_EQ(lab.ask("a.test.", RecordType::A, 7s)->rcode, Rcode::NxDomain);
  EXPECT_EQ(lab.took / 1ms, 2000);
  EXPECT_EQ(lab.ask("a.test.", RecordType::A, 1s)->rcode, Rcode::NxDomain);
  EXPECT_LT(lab.took, 1ms);  // the first one is Down by now
}

TEST(CoreDns, SocketsAreUsedAgainUntilTheyExpire) {
  Lab lab{{corefile(". {\n forward . 198.51.100.1\n}\n")}};
  lab.ask("a.test.", RecordType::A, 9s);
  lab.ask("b.test.", RecordType::A, 11s);
  lab.ask("c.test.");
  ASSERT_THAT(lab.up1.asked, SizeIs(3));
  EXPECT_EQ(lab.up1.asked[0].source_port, lab.up1.asked[1].source_port);
  EXPECT_NE(lab.up1.asked[1].source_port, lab.up1.asked[2].source_port);
}

TEST(CoreDns, MaxConcurrentRefusesTheRest) {
  Lab lab{{corefile(". {\n forward . 198.51.100.1 {\n  max_concurrent 2\n }\n}\n")}};
  lab.up1.silent = true;
  EXPECT_EQ(lab.ask("a.test."), std::nullopt);
  EXPECT_EQ(lab.ask("b.test."), std::nullopt);
  EXPECT_EQ(lab.ask("c.test.")->rcode, Rcode::Refused);
}

constexpr auto kLocal =
    ".:53 {\n kubernetes cluster.local in-addr.arpa ip6.arpa {\n  pods insecure\n  fallthrough "
    "in-addr.arpa ip6.arpa\n }\n forward . 198.51.100.1\n}\n";

TEST(CoreDns, KubernetesNamesFollowTheGrammar) {
  Lab lab{{corefile(kLocal)}};
  for (const char* member : {"10.1.1.4", "10.1.1.5"}) {
    lab.world.send(lab.server->address<k8s::EndpointChange>(),
                   k8s::EndpointChange{{0}, ip(member), true, false});
  }
  lab.world.send(lab.server->address<k8s::EndpointChange>(),
                 k8s::EndpointChange{{0}, ip("10.1.1.6"), false, false});
  struct Case {
    const char* name;
    RecordType type;
    Rcode rcode;
    std::size_t answers;
  };
  using enum RecordType;
  const Case cases[] = {
      {"wka.storage.svc.cluster.local.", A, Rcode::NoError, 2},
      {"WKA.storage.svc.cluster.local.", A, Rcode::NoError, 2},
      {"wka.storage.svc.cluster.local.", Aaaa, Rcode::NoError, 0},
      {"10-1-1-4.wka.storage.svc.cluster.local.", A, Rcode::NoError, 1},
      {"10-1-1-6.wka.storage.svc.cluster.local.", A, Rcode::NxDomain, 0},
      {"web.shop.svc.cluster.local.", A, Rcode::NoError, 1},
      {"_http._tcp.web.shop.svc.cluster.local.", Srv, Rcode::NoError, 1},
      {"http.udp.web.shop.svc.cluster.local.", Srv, Rcode::NxDomain, 0},
      {"shop.svc.cluster.local.", A, Rcode::NoError, 0},
      {"nosuch.svc.cluster.local.", A, Rcode::NxDomain, 0},
      {"svc.cluster.local.", A, Rcode::NoError, 0},
      {"cluster.local.", A, Rcode::NoError, 0},
      {"wka.storage.cluster.c1.storage.svc.cluster.local.", A, Rcode::NxDomain, 0},
      {"wka.storage.cluster.c1.svc.cluster.local.", A, Rcode::NxDomain, 0},
      {"wka.storage.cluster.c1.cluster.local.", A, Rcode::NxDomain, 0},
      {"10-9-9-9.shop.pod.cluster.local.", A, Rcode::NoError, 1},
      {"10-9-9-9.nosuch.pod.cluster.local.", A, Rcode::NxDomain, 0},
      {"4.1.1.10.in-addr.arpa.", Ptr, Rcode::NoError, 1},
      {"svc.late.svc.cluster.local.", A, Rcode::NxDomain, 0},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.name);
    const auto reply = lab.ask(each.name, each.type);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->rcode, each.rcode);
    EXPECT_EQ(reply->answer.size(), each.answers);
    EXPECT_EQ(reply->authority.empty(), each.answers > 0);
    if (each.answers > 0) {
      EXPECT_EQ(reply->answer[0].ttl, 5U);
    }
  }
  EXPECT_THAT(lab.up1.asked, IsEmpty());
  lab.ask("4.3.2.1.in-addr.arpa.", RecordType::Ptr);  // falls through
  EXPECT_THAT(lab.up1.asked, SizeIs(1));
}

TEST(CoreDns, FollowsServicesAndEndpoints) {
  Lab lab{{corefile(kLocal)}};
  EXPECT_EQ(lab.ask("wka.storage.svc.cluster.local.")->rcode, Rcode::NxDomain);  // no endpoint
  const auto change = [&](bool ready, bool removed) {
    lab.world.send(lab.server->address<k8s::EndpointChange>(),
                   k8s::EndpointChange{{0}, ip("10.1.1.4"), ready, removed});
    return lab.ask("wka.storage.svc.cluster.local.")->rcode;
  };
  EXPECT_EQ(change(true, false), Rcode::NoError);
  EXPECT_EQ(change(false, false), Rcode::NxDomain);
  EXPECT_EQ(change(true, false), Rcode::NoError);
  EXPECT_EQ(change(false, true), Rcode::NxDomain);
  lab.world.send(lab.server->address<k8s::ServiceChange>(), k8s::ServiceChange{{2}, true});
  EXPECT_EQ(lab.ask("svc.late.svc.cluster.local.")->rcode, Rcode::NoError);
}

TEST(CoreDns, LoadbalanceShufflesFromTheCacheToo) {
  const auto orders = [](const std::string& plugin) {
    Lab lab{{corefile(". {\n cache\n " + plugin + "\n forward . 198.51.100.1\n}\n")}};
    for (std::uint32_t host = 1; host < 6; ++host) {
      lab.up1.names["a.test."].push_back({ip("203.0.113.0").value + host});
    }
    std::set<std::vector<std::uint32_t>> seen;
    for (int query = 0; query < 20; ++query) {
      std::vector<std::uint32_t> order;
      const auto reply = lab.ask("a.test.");
      for (const Record& record : reply->answer) {
        order.push_back(record.address.value);
      }
      seen.insert(order);
    }
    return seen.size();
  };
  EXPECT_EQ(orders("errors"), 1U);
  EXPECT_GT(orders("loadbalance"), 10U);
}

TEST(CoreDns, ANewCorefileCountsAfterTheKubeletAndTheReloadPeriod) {
  Lab lab{{corefile(". {\n reload\n forward . 198.51.100.1\n}\n"),
           corefile(". {\n reload\n forward . 198.51.100.2\n}\n")}};
  lab.world.send(lab.server->address<ApplyConfig>(), ApplyConfig{1});
  lab.world.run_for(130s);
  ASSERT_EQ(lab.world.traced(kLoaded), 2U);
  Time loaded{};
  for (const TraceRecord& record : lab.world.trace()) {
    if (record.label == kLoaded) loaded = record.at;
  }
  EXPECT_GE(loaded - kStart, 22500ms);
  EXPECT_LE(loaded - kStart, 130s);
  lab.ask("a.test.");
  EXPECT_EQ(lab.asked_a(lab.up2), 1U);
}

TEST(CoreDns, ABadCorefileKeepsTheOldOneAndStopsARestart) {
  Lab lab{{corefile(". {\n reload\n forward . 198.51.100.1\n}\n"), std::nullopt}};
  lab.world.send(lab.server->address<ApplyConfig>(), ApplyConfig{1});
  lab.world.run_for(130s);
  EXPECT_EQ(lab.world.traced(kRefusedConfig), 1U);
  EXPECT_EQ(lab.ask("a.test.")->rcode, Rcode::NxDomain);
  lab.world.send(lab.server->address<k8s::StopProcess>(), k8s::StopProcess{});
  lab.world.send(lab.server->address<k8s::StartProcess>(), k8s::StartProcess{ip("10.0.0.53")}, 1s);
  lab.world.run_for(3s);
  EXPECT_EQ(lab.ask("a.test."), std::nullopt);
  EXPECT_EQ(lab.world.traced(kDropLabel), 1U);
  EXPECT_EQ(lab.world.simulation().payloads().live(), 0U);
}

TEST(CoreDns, AQueryUnderWayOutlivesTheReload) {
  Lab lab{{corefile(". {\n reload 2s 1s\n forward . 198.51.100.1\n}\n"),
           corefile(". {\n reload 2s 1s\n forward . 198.51.100.2\n}\n")}};
  lab.up1.silent = true;
  lab.world.send(lab.server->address<ApplyConfig>(), ApplyConfig{1});
  std::size_t replies = 0;
  for (int second = 0; second < 100; ++second) {
    replies += lab.ask("a.test.", RecordType::A, 1s) ? 1 : 0;
  }
  lab.world.run_for(10s);
  EXPECT_EQ(lab.world.traced(kLoaded), 2U);
  EXPECT_THAT(lab.client.replies, SizeIs(100));
  EXPECT_GT(replies, 0U);
  EXPECT_EQ(lab.world.simulation().payloads().live(), 0U);
}

TEST(CoreDns, TracesNameTheLineThatDecided) {
  CorefileInput input;
  input.files["Corefile"] = {". {\n forward . 198.51.100.1\n}\n", 1};
  Diagnostics diagnostics;
  auto config = parse_corefile(input, diagnostics);
  Decisions decisions;
  register_decisions(*config, decisions);
  Lab lab{{config}};
  lab.ask("a.cluster.c2.");
  const auto answer =
      std::find_if(lab.world.trace().begin(), lab.world.trace().end(),
                   [](const TraceRecord& record) { return record.label == kAnswer; });
  ASSERT_NE(answer, lab.world.trace().end());
  EXPECT_THAT(answer->text, HasSubstr("A a.cluster.c2. NXDOMAIN"));
  EXPECT_EQ(decisions.at(answer->decided_by).pos, (Pos{1, 2, 2}));
}

TEST(VcnResolver, DeniesWhatItDoesNotKnow) {
  TestWorld world;
  VcnResolverSpec spec;
  spec.path = "vcn";
  spec.hosts = {{"node1.workers.vcn.oraclevcn.com.", ip("10.1.68.8")}};
  spec.uplink_delay = 10us;
  auto& resolver = world.add<VcnResolver>("vcn", spec, 1);
  ResolverSpec pod;
  pod.nameservers = {kVcnResolver};
  auto& client = world.add<LookupClient>("client", ip("10.0.0.9"), pod,
                                         world.simulation().stream("client", "resolver"));
  auto& network = world.add<TestSwitch>("switch");
  world.seal();
  resolver.uplink = network.address<Outbound>();
  client.wire(network.address<Outbound>());
  network.attach(kVcnResolver, resolver.address<Packet>());
  network.attach(ip("10.0.0.9"), client.address<Packet>());
  client.to_look_up = {"node1.workers.vcn.oraclevcn.com", "wka.storage.cluster.c2"};
  for (std::uint32_t index : {0U, 1U}) {
    world.send(client.address<StartLookup>(), StartLookup{index});
  }
  world.run_for(1s);
  EXPECT_THAT(client.results[0].second.addresses, ElementsAre(ip("10.1.68.8")));
  EXPECT_EQ(client.results[1].second.failure, "NXDOMAIN");
  EXPECT_EQ(world.simulation().payloads().live(), 0U);
}

}  // namespace
}  // namespace meshsim::dns
