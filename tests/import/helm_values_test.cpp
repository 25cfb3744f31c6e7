// What the reader of Cilium's Helm values promises.
#include "sim/import/helm_values.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/import/import_support.hpp"

namespace meshsim {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

struct ReadValues {
  explicit ReadValues(std::string_view text) {
    const auto documents = parse_yaml(text, sources.add("in.yaml"), diagnostics);
    if (!documents.empty()) values = read_cilium_values(documents[0], diagnostics);
  }
  std::string messages() const { return diagnostics.text(sources); }

  Sources sources;
  Diagnostics diagnostics;
  CiliumValues values;
};

TEST(CiliumValues, OfTheSampleAreReadWithTheirPlaces) {
  Sources sources;
  Diagnostics diagnostics;
  const CiliumValues values =
      read_cilium_values("tests/import/data/cilium-values-c1.yaml", sources, diagnostics);
  EXPECT_EQ(diagnostics.text(sources), "");
  EXPECT_EQ(values.name.value, "c1");
  EXPECT_EQ(values.id.value, 1U);
  EXPECT_EQ(values.routing_mode.value, "tunnel");
  EXPECT_EQ(values.tunnel_protocol.value, "vxlan");
  EXPECT_EQ(values.ipam_mode.value, "kubernetes");
  EXPECT_TRUE(values.masquerade.value);
  EXPECT_EQ(values.kube_proxy_replacement.value, "false");
  EXPECT_TRUE(values.use_apiserver.value);
  EXPECT_TRUE(values.config_enabled.value);
  EXPECT_FALSE(values.apiserver.kvstoremesh.value);
  EXPECT_EQ(values.apiserver.service_type.value, "LoadBalancer");
  EXPECT_TRUE(values.apiserver.load_balancer.is_internal.value);
  EXPECT_EQ(values.apiserver.load_balancer.subnet.value,
            "ocid1.subnet.oc1.eu-paris-1.examplec1intlb");
  ASSERT_THAT(values.remotes, SizeIs(1));
  EXPECT_EQ(values.remotes[0].name.value, "c2");
  EXPECT_EQ(values.remotes[0].name.pos.line, 49U);
  EXPECT_EQ(values.remotes[0].port.value, 2379U);
  EXPECT_EQ(to_string(values.remotes[0].ips.at(0).value), "10.2.2.29");
  EXPECT_EQ(values.remotes[0].ips.at(0).pos.line, 52U);
  EXPECT_EQ(values.remotes_pos.line, 49U);  // where another entry would go
}

TEST(CiliumValues, AreTheChartsDefaultsWhenNotGiven) {
  const ReadValues read{"cluster: { name: c1, id: 7 }\nipam: { mode: kubernetes }\n"};
  EXPECT_EQ(read.messages(), "");
  EXPECT_EQ(read.values.tunnel_protocol.value, "vxlan");
  EXPECT_FALSE(read.values.tunnel_protocol);
  EXPECT_EQ(read.values.apiserver.service_type.value, "NodePort");
  EXPECT_EQ(read.values.apiserver.node_port.value, 32379U);
  EXPECT_EQ(read.values.domain.value, "mesh.cilium.io");
}

TEST(CiliumValues, AreToldFromManifestsByTheirKeys) {
  const auto looks = [](std::string_view text) {
    Diagnostics diagnostics;
    return looks_like_helm_values(parse_yaml(text, 1, diagnostics).at(0));
  };
  EXPECT_TRUE(looks("cluster: { name: c1 }\n"));
  EXPECT_TRUE(looks("clustermesh: {}\n"));
  EXPECT_FALSE(looks("apiVersion: v1\nkind: Service\ncluster: {}\n"));
  EXPECT_FALSE(looks("replicaCount: 1\n"));
  EXPECT_FALSE(looks("- cluster\n"));
}

TEST(CiliumValues, StateTheApiserversAddressInEitherWay) {
  const ReadValues by_ip{R"(ipam: { mode: kubernetes }
clustermesh: { apiserver: { service: { type: LoadBalancer, loadBalancerIP: 10.1.2.22 } } }
)"};
  EXPECT_EQ(to_string(by_ip.values.apiserver.load_balancer.address.value), "10.1.2.22");
  const ReadValues by_annotation{R"(ipam: { mode: kubernetes }
clustermesh:
  apiserver:
    service:
      annotations:
        oci.oraclecloud.com/load-balancer-type: "nlb"
        oci-network-load-balancer.oraclecloud.com/assigned-private-ipv4: "10.1.2.22"
)"};
  EXPECT_EQ(by_annotation.messages(), "");
  EXPECT_EQ(to_string(by_annotation.values.apiserver.load_balancer.address.value), "10.1.2.22");
}

class WrongValues : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongValues, AreReportedWithTheirPlace) {
  const ReadValues read{std::string{"ipam: { mode: kubernetes }\n"} + std::string{GetParam().text}};
  EXPECT_EQ(read.messages(), std::string{GetParam().message} + "\n");
}

// Each text starts in line 2.
constexpr Wrong kWrong[] = {
    {"IdTooLarge", "cluster: { name: c1, id: 256 }\n",
     "in.yaml:2:26: error: cluster.id: '256' is no whole number from 0 to 255"},
    {"IdAsText", "cluster: { name: c1, id: \"1\" }\n",
     "in.yaml:2:26: error: cluster.id: \"1\" is a text; write 1, without quotes"},
    {"UpperCaseName", "cluster: { name: C1, id: 1 }\n",
     "in.yaml:2:18: error: cluster.name: 'C1' may hold only lower-case letters, digits and '-'"},
    {"NameEndsWithDash", "cluster: { name: c1-, id: 1 }\n",
     "in.yaml:2:18: error: cluster.name: 'c1-' must start and end with a letter or digit"},
    {"NameTooLong", "cluster: { name: a23456789012345678901234567890123, id: 1 }\n",
     "in.yaml:2:18: error: cluster.name: 'a23456789012345678901234567890123' has more than 32 "
     "characters"},
    {"DefaultNameWithId", "cluster: { id: 1 }\n",
     "in.yaml:2:16: error: cluster.name: 'default' cannot be the name of a cluster with an id; "
     "give "
     "it one"},
    {"RemoteIsItself",
     "cluster: { name: c1, id: 1 }\nclustermesh:\n  useAPIServer: true\n  config:\n"
     "    enabled: true\n    clusters: [ { name: c1, ips: [ 10.2.2.29 ] } ]\n",
     "in.yaml:7:25: error: clustermesh.config.clusters[0].name: 'c1' is this cluster itself; list "
     "the others"},
    {"RemoteTwice",
     "cluster: { name: c1, id: 1 }\nclustermesh:\n  useAPIServer: true\n  config:\n"
     "    enabled: true\n    clusters:\n      - { name: c2, ips: [ 10.2.2.29 ] }\n"
     "      - { name: c2, ips: [ 10.3.2.22 ] }\n",
     "in.yaml:9:17: error: clustermesh.config.clusters[1].name: 'c2' is listed twice; first at "
     "8:17"},
    {"RemoteWithoutName",
     "cluster: { name: c1, id: 1 }\nclustermesh:\n  useAPIServer: true\n  config:\n"
     "    enabled: true\n    clusters: [ { ips: [ 10.2.2.29 ] } ]\n",
     "in.yaml:7:17: error: clustermesh.config.clusters[0].name: is missing"},
    {"RemoteNowhere",
     "cluster: { name: c1, id: 1 }\nclustermesh:\n  useAPIServer: true\n  config:\n"
     "    enabled: true\n    clusters: [ { name: c2 } ]\n",
     "in.yaml:7:17: warning: clustermesh.config.clusters[0]: has neither ips nor address, so it is "
     "never reached"},
    {"RemoteAddressNoAddress",
     "cluster: { name: c1, id: 1 }\nclustermesh:\n  useAPIServer: true\n  config:\n"
     "    enabled: true\n    clusters: [ { name: c2, address: x, ips: [ 10.2.2 ] } ]\n",
     "in.yaml:7:48: error: clustermesh.config.clusters[0].ips: '10.2.2' is no IPv4 address; write "
     "one like 10.2.2.29"},
    {"ClustersNoList",
     "cluster: { name: c1, id: 1 }\nclustermesh: { config: { clusters: [ c2 ] } }\n",
     "in.yaml:3:38: error: clustermesh.config.clusters: each item must be a mapping"},
    {"ConfigNotEnabled",
     "cluster: { name: c1, id: 1 }\nclustermesh:\n  useAPIServer: true\n  config:\n"
     "    clusters: [ { name: c2, ips: [ 10.2.2.29 ] } ]\n",
     "in.yaml:6:15: warning: clustermesh.config.enabled: is false, so the list of clusters has no "
     "effect; write true"},
    {"NoIdWithRemotes",
     "cluster: { name: c1 }\nclustermesh:\n  useAPIServer: true\n  config:\n"
     "    enabled: true\n    clusters: [ { name: c2, ips: [ 10.2.2.29 ] } ]\n",
     "in.yaml:1:1: error: cluster.id: is not set, which turns the cluster mesh off; write 1 to "
     "255"},
    {"UnknownWord", "routingMode: tunel\n",
     "in.yaml:2:14: error: routingMode: 'tunel' is not one of tunnel, native"},
    {"NativeWithoutRange", "routingMode: native\n",
     "in.yaml:2:14: error: ipv4NativeRoutingCIDR: is missing; native routing with masquerading "
     "needs the range of all pods"},
    {"MisspelledKey", "tunelProtocol: vxlan\n",
     "in.yaml:2:1: warning: tunelProtocol: unknown, so without effect; did you mean "
     "'tunnelProtocol'?"},
    {"ForeignKey", "mySettings: { a: b }\n",
     "in.yaml:2:1: warning: mySettings: not known to the simulator, so without effect on the run"},
    {"EncryptionOn", "encryption: { enabled: true, type: wireguard }\n",
     "in.yaml:2:15: warning: encryption.enabled: not modelled yet: encryption between nodes (port, "
     "MTU); the run ignores it"},
    {"HeadlessSynchronisation", "clustermesh: { enableEndpointSliceSynchronization: true }\n",
     "in.yaml:2:16: warning: clustermesh.enableEndpointSliceSynchronization: not modelled yet: "
     "headless names would answer with the pods of all clusters; the run ignores it"},
    {"OldTunnelKey", "tunnel: vxlan\n",
     "in.yaml:2:1: warning: tunnel: not modelled yet: renamed: write routingMode and "
     "tunnelProtocol; the run ignores it"},
    {"UnknownAnnotation",
     "clustermesh:\n  apiserver:\n    service:\n      annotations:\n"
     "        service.beta.kubernetes.io/oci-load-balancer-internl: \"true\"\n",
     "in.yaml:6:63: warning: clustermesh.apiserver.service.annotations: annotation "
     "service.beta.kubernetes.io/oci-load-balancer-internl: unknown; did you mean "
     "'service.beta.kubernetes.io/oci-load-balancer-internal'?"},
};
INSTANTIATE_TEST_SUITE_P(Each, WrongValues, ::testing::ValuesIn(kWrong),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(CiliumValues, WithEncryptionOffSayNothing) {
  const ReadValues read{R"(ipam: { mode: kubernetes }
encryption: { enabled: false, type: wireguard }
bpf: { masquerade: false, preallocateMaps: true }
clustermesh: { maxConnectedClusters: 255 }
)"};
  EXPECT_EQ(read.messages(), "");
}

TEST(CiliumValues, SayThatOtherAddressPoolsAreNotModelled) {
  const ReadValues read{"cluster: { name: c1, id: 1 }\nipam: { mode: cluster-pool }\n"};
  EXPECT_THAT(read.messages(), HasSubstr("in.yaml:2:15: warning: ipam.mode: 'cluster-pool'"));
}

}  // namespace
}  // namespace meshsim
