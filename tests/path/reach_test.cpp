// Reach by classes equals reach pair by pair.
#include "sim/path/reach.hpp"

#include <gmock/gmock.h>

#include "sim/path/reach_classes.hpp"
#include "tests/path/mesh_plans.hpp"

namespace meshsim {
namespace {

std::string text_of(const ReachCount& count) {
  std::string text = std::to_string(count.delivered) + "/" + std::to_string(count.pairs);
  for (const auto& [code, number] : count.dropped) {
    text += " " + std::string{row_of(code).name} + " x" + std::to_string(number);
  }
  return text + (count.unknown > 0 ? " unknown x" + std::to_string(count.unknown) : "");
}

void expect_equal(const Plan& plan, ReachQuery query, std::uint64_t seed) {
  query.by_class = true;
  const Reach by_class = reach(plan, query);
  query.by_class = false;
  const Reach plain = reach(plan, query);
  for (std::size_t from = 0; from < plan.clusters.size(); ++from) {
    for (std::size_t to = 0; to < plan.clusters.size(); ++to) {
      EXPECT_EQ(text_of(by_class.between(from, to)), text_of(plain.between(from, to)))
          << "seed " << seed << ", from c" << from + 1 << " to c" << to + 1;
    }
  }
  EXPECT_LE(by_class.probes, plain.probes);
}

TEST(Reach, ByClassesIsThePlainOneForRandomNetworks) {
  const char* const scenarios[] = {"scenarios/three-region.yaml",
                                   "scenarios/three-region-hub-transit.yaml"};
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    RandomStream random{seed, "reach", "network"};
    const MeshOptions options{scenarios[random.below(2)],
                              static_cast<std::uint32_t>(2 + random.below(4)), false};
    const auto planned = plan_mesh(
        options, [&](Topology& topology) { damage(topology, random, random.below(6), true); });
    ASSERT_TRUE(planned->plan) << planned->messages();
    expect_equal(*planned->plan, {ReachLevel::Node, Protocol::Udp, 8472}, seed);
    expect_equal(*planned->plan, {ReachLevel::Node, Protocol::Tcp, 22}, seed);
    expect_equal(*planned->plan, {ReachLevel::Pod, Protocol::Tcp, 7574, 1440}, seed);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(Reach, CountsEveryPairOfTheHub) {
  const auto planned = look_at({"topologies/three-region-hub.yaml"});
  const Reach found = reach(*planned->plan, {ReachLevel::Node, Protocol::Udp, 8472});
  EXPECT_EQ(text_of(found.between(0, 1)), "4/4");
  EXPECT_EQ(text_of(found.between(1, 2)), "0/4 drg-no-route x4");
  EXPECT_EQ(text_of(found.between(1, 1)), "2/2");
  EXPECT_EQ(found.probes, 9U) << "one path for each pair of clusters";
}

TEST(Reach, OfOneEndIsARowOfTheWhole) {
  const auto planned = plan_mesh({"scenarios/three-region-hub.yaml", 3, false});
  ASSERT_TRUE(planned->plan) << planned->messages();
  const Plan& plan = *planned->plan;
  ReachQuery query{ReachLevel::Pod, Protocol::Tcp, 53};
  const Reach all = reach(plan, query);
  for (std::size_t to = 0; to < plan.clusters.size(); ++to) {
    ReachCount sum;
    for (std::size_t pod = 0; pod < plan.clusters[1].pods.size(); ++pod) {
      query.from = pod_end(plan, 1, pod);
      sum.add(reach(plan, query).between(1, to));
    }
    EXPECT_EQ(text_of(sum), text_of(all.between(1, to)));
  }
}

TEST(Reach, FollowsAFewPathsOfManyPairs) {
  const auto planned = plan_mesh({"scenarios/three-region.yaml", 100, false});
  ASSERT_TRUE(planned->plan) << planned->messages();
  const Reach found = reach(*planned->plan, {ReachLevel::Node, Protocol::Udp, 8472});
  EXPECT_EQ(text_of(found.between(0, 2)), "10000/10000");
  EXPECT_EQ(found.probes, 9U);
}

TEST(Reach, TellsANodeThatARuleNamesFromTheOthers) {
  const auto planned = plan_mesh({"scenarios/three-region.yaml", 5, false}, [](Topology& topology) {
    for (SecurityGroup& nsg : topology.vcns[1].nsgs) {
      for (SecurityRule& rule : nsg.rules) {
        if (rule.ports && rule.ports->min == 8472 && rule.cidr &&
            rule.cidr->contains(*parse_ipv4("10.1.64.12"))) {
          rule.cidr = Prefix{*parse_ipv4("10.1.64.12"), 32};
        }
      }
    }
  });
  const Reach found = reach(*planned->plan, {ReachLevel::Node, Protocol::Udp, 8472});
  EXPECT_EQ(text_of(found.between(0, 1)), "5/25 security-ingress-denied x20");
  EXPECT_EQ(text_of(found.between(1, 0)), "25/25");
}

TEST(Reach, LooksAtEachListenerOfEachLoadBalancer) {
  const auto planned = look_at({"scenarios/three-region.yaml"});
  const Reach found = reach(*planned->plan, {ReachLevel::Service, Protocol::Udp, 0});
  ASSERT_EQ(found.receivers.size(), 3U) << "one DNS load balancer per cluster";
  EXPECT_EQ(found.between(0, 1).delivered, found.between(0, 1).pairs);
  EXPECT_GT(found.between(0, 1).pairs, 0U);
}

TEST(ReachOverTime, ShowsWhenPodsBecomeReachable) {
  const auto mesh = plan_mesh({"scenarios/three-region-hub.yaml", 2, false});
  ASSERT_TRUE(mesh->plan) << mesh->messages();
  const auto histories =
      reach_over_time(*mesh->plan, {ReachLevel::Pod, Protocol::Icmp}, 1, 30s, 1s);
  bool has_begun = false;
  bool has_not = false;
  for (const ReachHistory& history : histories) {
    ASSERT_FALSE(history.intervals.empty());
    EXPECT_EQ(history.intervals.back().end, at(30s));
    if (history.from.cluster == 0 && history.to.cluster == 1) {
      has_begun |= !history.intervals.front().reached && history.intervals.back().reached;
    }
    if (history.from.cluster == 1 && history.to.cluster == 2) {
      has_not |= history.intervals.back().code == DropCode::NatPrivateTarget;
    }
  }
  EXPECT_TRUE(has_begun) << "the mesh takes a moment to connect";
  EXPECT_TRUE(has_not);
}

}  // namespace
}  // namespace meshsim
