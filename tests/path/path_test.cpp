// Paths in the state that a configuration leads to: which line decides.
#include "sim/path/path.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/path/mesh_plans.hpp"

namespace meshsim {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const std::string kImported = "scenarios/imported/two-region/";
const std::vector<std::string> kRealFiles{kImported + "state.json", kImported + "kubectl-c1.json",
                                          kImported + "kubectl-c2.json",
                                          "scenarios/manifests/two-region/c1/cilium-values.yaml",
                                          "scenarios/manifests/two-region/c2/cilium-values.yaml"};

PathQuery query_of(const Plan& plan, const char* from, const char* to, Protocol protocol,
                   std::uint16_t port) {
  PathQuery query;
  const FoundEnd a = find_end(plan, from);
  const FoundEnd b = find_end(plan, to);
  EXPECT_TRUE(a.end) << a.problem;
  EXPECT_TRUE(b.end) << b.problem;
  query.from = a.end.value_or(PathEnd{});
  query.to = b.end.value_or(PathEnd{});
  query.protocol = protocol;
  query.port = port;
  query.wants_answer = true;
  return query;
}

bool has(const Path& path, Hop hop, std::size_t leg = 0) {
  if (path.legs.size() <= leg) return false;
  const std::vector<PathHop>& hops = path.legs[leg].hops;
  return std::any_of(hops.begin(), hops.end(), [&](const PathHop& one) { return one.hop == hop; });
}

std::string code_of(const Path& path) {
  return path.code() ? std::string{row_of(*path.code()).name} : std::string{"none"};
}

struct Asked {
  std::unique_ptr<Planned> planned;
  Path path;
  std::string place(Pos pos) const { return planned->sources.text(pos); }
};

Asked ask(const std::vector<std::string>& files, const char* from, const char* to,
          Protocol protocol, std::uint16_t port) {
  Asked asked{look_at(files), {}};
  EXPECT_TRUE(asked.planned->plan) << asked.planned->messages();
  const Plan& plan = *asked.planned->plan;
  asked.path = PathFinder{plan}.find(query_of(plan, from, to, protocol, port));
  return asked;
}

TEST(Path, GoesThroughTheTunnelBetweenPodsOfConnectedClusters) {
  const Asked asked = ask({"scenarios/three-region.yaml"}, "pod/c2/storage-c2-0",
                          "pod/c3/storage-c3-0", Protocol::Tcp, 7575);
  const Path& path = asked.path;
  ASSERT_EQ(path.verdict, PathVerdict::Delivered) << code_of(path);
  EXPECT_EQ(path.legs.size(), 3U) << "SYN, SYN-ACK, ACK";
  for (const Hop hop : {Hop::LeftProcess, Hop::Encapsulated, Hop::EgressNewFlow, Hop::VcnRouted,
                        Hop::Crossed, Hop::IngressNewFlow, Hop::Decapsulated, Hop::Arrived}) {
    EXPECT_TRUE(has(path, hop)) << static_cast<int>(hop);
  }
  // Amsterdam - Frankfurt is 9 ms there and back.
  EXPECT_GT(path.legs[0].last().latency, 4ms);
  EXPECT_LT(path.legs[0].last().latency, 5ms);
  EXPECT_EQ(path.legs[0].last().where, "c3/node/10.3.64.11");
}

TEST(Path, CountsTheEncapsulation) {
  const Asked asked = ask({"scenarios/three-region.yaml"}, "pod/c2/storage-c2-0",
                          "pod/c3/storage-c3-0", Protocol::Udp, 7574);
  for (const PathHop& hop : asked.path.legs[0].hops) {
    EXPECT_EQ(hop.bytes, hop.tunnel.empty() ? 64U : 114U) << hop.where;
  }
}

TEST(Path, NamesTheHelmValuesThatLackAnEntry) {
  const Asked asked = ask({"scenarios/three-region-hub.yaml"}, "pod/c3/coredns-0",
                          "pod/c2/coredns-0", Protocol::Tcp, 53);
  EXPECT_EQ(asked.path.verdict, PathVerdict::Dropped);
  EXPECT_EQ(code_of(asked.path), "nat-private-target");
  const PathHop& last = asked.path.legs[0].last();
  EXPECT_THAT(asked.place(last.cause_pos),
              HasSubstr("scenarios/manifests/hub/c3/cilium-values.yaml:"));
  EXPECT_THAT(last.cause, HasSubstr("no clustermesh.config.clusters entry for c2"));
  EXPECT_THAT(last.rule, HasSubstr("rule 0.0.0.0/0"));
}

TEST(Path, NamesTheTableOfTheHubThatDoesNotPassOn) {
  const Asked asked = ask({"topologies/three-region-hub.yaml"}, "node/c2/10.2.64.10",
                          "node/c3/10.3.64.10", Protocol::Udp, 8472);
  EXPECT_EQ(code_of(asked.path), "drg-no-route");
  EXPECT_THAT(asked.path.legs[0].last().rule,
              HasSubstr("DRG c1-drg does not announce it, since its route table 'auto-rpc'"));
  const Asked transit = ask({"topologies/three-region-hub-transit.yaml"}, "node/c2/10.2.64.10",
                            "node/c3/10.3.64.10", Protocol::Udp, 8472);
  EXPECT_EQ(transit.path.verdict, PathVerdict::Delivered) << code_of(transit.path);
}

TEST(Path, GoesBothWaysInTheRealFiles) {
  struct Case {
    const char* from;
    const char* to;
    Protocol protocol;
    std::uint16_t port;
  };
  const Case cases[] = {
      {"pod/c1/storage-0", "pod/c2/storage-c2-0", Protocol::Tcp, 7575},
      {"node/c1/10.1.68.8", "lb/c2/kube-dns-nlb", Protocol::Udp, 53},
      {"node/c2/10.2.73.222", "lb/c1/kube-dns-nlb", Protocol::Udp, 53},
  };
  for (const Case& one : cases) {
    const auto planned = look_at(kRealFiles);
    ASSERT_TRUE(planned->plan) << planned->messages();
    PathEnd from = find_end(*planned->plan, one.from).end.value_or(PathEnd{});
    PathEnd to = find_end(*planned->plan, one.to).end.value_or(PathEnd{});
    // Pods by their addresses: their names are the dump's.
    if (from.kind == PathEnd::Kind::Address) from = pod_end(*planned->plan, 0, 0);
    if (to.kind == PathEnd::Kind::Address) to = pod_end(*planned->plan, 1, 0);
    PathQuery query;
    query.from = from;
    query.to = to;
    query.protocol = one.protocol;
    query.port = one.port;
    query.wants_answer = true;
    const Path path = PathFinder{*planned->plan}.find(query);
    EXPECT_EQ(path.verdict, PathVerdict::Delivered)
        << one.from << " > " << one.to << ": " << code_of(path);
  }
}

TEST(Path, TriesTheFlowsThatALoadBalancerSpreads) {
  const Asked asked = ask({"scenarios/three-region.yaml"}, "pod/c1/coredns-0", "lb/c2/kube-dns-nlb",
                          Protocol::Udp, 53);
  EXPECT_EQ(asked.path.verdict, PathVerdict::Delivered) << code_of(asked.path);
  EXPECT_GT(asked.path.flows, 8U);
  EXPECT_EQ(asked.path.flows, asked.path.flows_delivered);
  EXPECT_TRUE(has(asked.path, Hop::ToBackend));
  EXPECT_TRUE(has(asked.path, Hop::FromBackend, 1));
}

TEST(Path, FindsTheFallbackToTcpClosed) {
  const Asked asked = ask({"scenarios/three-region.yaml"}, "pod/c1/coredns-0", "lb/c2/kube-dns-nlb",
                          Protocol::Tcp, 53);
  EXPECT_EQ(code_of(asked.path), "security-ingress-denied");
  EXPECT_THAT(asked.path.legs[0].last().rule, HasSubstr("'int_lb'"));
}

TEST(Path, SaysWhatTheVnicsRemember) {
  const Asked asked = ask({"topologies/three-region.yaml"}, "node/c1/10.1.64.10",
                          "node/c2/10.2.64.10", Protocol::Udp, 8472);
  EXPECT_TRUE(has(asked.path, Hop::IngressNewFlow, 0));
  EXPECT_TRUE(has(asked.path, Hop::EgressKnownFlow, 1));
  for (const PathHop& hop : asked.path.legs[1].hops) {
    if (hop.hop == Hop::EgressKnownFlow) {
      EXPECT_THAT(hop.state, HasSubstr("180s"));
    }
  }
}

TEST(Path, IsUnknownWhereTheFilesDoNotSayTheCni) {
  const Asked pods = ask({"topologies/three-region.yaml"}, "pod/c1/coredns-0", "pod/c2/coredns-0",
                         Protocol::Tcp, 53);
  EXPECT_EQ(pods.path.verdict, PathVerdict::Unknown);
  ASSERT_FALSE(pods.path.unknowns.empty());
  EXPECT_THAT(pods.path.unknowns[0].what, HasSubstr("which CNI"));
  const Asked nodes = ask({"topologies/three-region.yaml"}, "node/c1/10.1.64.10",
                          "node/c2/10.2.64.10", Protocol::Udp, 8472);
  EXPECT_EQ(nodes.path.verdict, PathVerdict::Delivered);
}

TEST(Path, FindsTheRuleThatWasTakenAway) {
  const auto planned = plan_mesh({"scenarios/three-region.yaml"}, [](Topology& topology) {
    for (SecurityGroup& nsg : topology.vcns[2].nsgs) {
      if (nsg.name != "workers") continue;
      std::erase_if(nsg.rules, [](const SecurityRule& rule) {
        return rule.ports && rule.ports->min == 8472 && rule.cidr &&
               rule.cidr->contains(*parse_ipv4("10.2.0.1"));
      });
    }
  });
  ASSERT_TRUE(planned->plan) << planned->messages();
  PathFinder finder{*planned->plan};
  const Path there = finder.find(
      query_of(*planned->plan, "pod/c2/coredns-0", "pod/c3/coredns-0", Protocol::Tcp, 53));
  EXPECT_EQ(code_of(there), "security-ingress-denied");
  // The other way the packet arrives, but its answer is a flow of its own to the underlay.
  const Path back = finder.find(
      query_of(*planned->plan, "pod/c3/coredns-0", "pod/c2/coredns-0", Protocol::Tcp, 53));
  ASSERT_EQ(back.legs.size(), 2U);
  EXPECT_TRUE(back.legs[0].arrived);
  EXPECT_EQ(back.verdict, PathVerdict::Dropped);
  EXPECT_EQ(code_of(back), "security-ingress-denied");
}

TEST(Path, StopsAPacketThatIsTooLargeWithItsTunnel) {
  const auto planned = look_at({"scenarios/three-region.yaml"});
  PathQuery query =
      query_of(*planned->plan, "pod/c1/coredns-0", "pod/c2/coredns-0", Protocol::Tcp, 53);
  PathFinder finder{*planned->plan};
  query.size = 8950;
  EXPECT_EQ(finder.find(query).verdict, PathVerdict::Delivered);
  query.size = 8951;
  EXPECT_EQ(code_of(finder.find(query)), "mtu-exceeded");
}

TEST(PathEnd, SaysWhatToWriteInstead) {
  const auto planned = look_at({"scenarios/three-region.yaml"});
  const auto problem = [&](const char* name) { return find_end(*planned->plan, name).problem; };
  EXPECT_THAT(problem("pod/c1/storage-c1-O"), HasSubstr("did you mean 'storage-c1-"));
  EXPECT_THAT(problem("pod/c9/x"), HasSubstr("there is no cluster 'c9'"));
  EXPECT_THAT(problem("pdo/c1/x"), HasSubstr("did you mean 'pod'?"));
  EXPECT_THAT(problem("storage"), HasSubstr("write pod/CLUSTER/NAME"));
  EXPECT_THAT(problem("service/c1/storage/coherence-wka"), HasSubstr("is headless"));
  EXPECT_EQ(find_end(*planned->plan, "10.1.0.18").end->name, "api/c1");
  EXPECT_FALSE(find_end(*planned->plan, "api/c1").end->sends());
  EXPECT_THAT(problem("host/c1-operator"), HasSubstr("the files have none"));
  EXPECT_EQ(find_end(*planned->plan, "10.1.64.10").end->name, "node/c1/10.1.64.10");
  EXPECT_EQ(find_end(*planned->plan, "10.1.2.11").end->name, "lb/c1/kube-dns-nlb");
  EXPECT_FALSE(find_end(*planned->plan, "192.0.2.1").end->sends());
}

}  // namespace
}  // namespace meshsim
