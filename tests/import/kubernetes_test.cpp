// What the reader of manifests promises about real files, and about broken ones.
#include "sim/import/kubernetes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>

#include "tests/import/import_support.hpp"

namespace meshsim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string kSamples = "tests/import/data/";

std::vector<std::string> values(const std::vector<Located<std::string>>& list) {
  std::vector<std::string> texts;
  for (const auto& each : list) texts.push_back(each.value);
  return texts;
}

TEST(Manifests, ReadTheHeadlessServiceOfTheSample) {
  const ImportedFile file{kSamples + "coherence-wka.yaml"};
  EXPECT_EQ(file.messages(), "");
  ASSERT_THAT(file.manifests.services, SizeIs(1));
  const ServiceManifest& service = file.manifests.services[0];
  EXPECT_EQ(service.namespace_ + "/" + service.name, "storage/coherence-wka");
  EXPECT_TRUE(service.headless);
  EXPECT_TRUE(service.publish_not_ready.value);
  EXPECT_EQ(file.at(service.publish_not_ready.pos), "coherence-wka.yaml:16:29");
  EXPECT_TRUE(service.is_global.value);
  EXPECT_EQ(file.at(service.is_global.pos), "coherence-wka.yaml:12:31");
  ASSERT_THAT(service.ports, SizeIs(4));
  EXPECT_EQ(service.ports[1].port.value, 7575U);
  EXPECT_EQ(service.ports[1].target_port, "coh-local");
  EXPECT_EQ(find_label(service.selector, "coherenceWKAMember")->value, "true");
}

TEST(Manifests, ReadTheCoherenceResourceOfTheSampleWithEachWkaNameAtItsColumn) {
  const ImportedFile file{kSamples + "coherence-cluster-c1.yaml"};
  EXPECT_EQ(file.messages(), "");
  ASSERT_THAT(file.manifests.coherence, SizeIs(1));
  const CoherenceManifest& coherence = file.manifests.coherence[0];
  EXPECT_EQ(coherence.name, "storage-c1");
  EXPECT_EQ(coherence.cluster.value, "australis");
  EXPECT_EQ(coherence.role.value, "storage");
  EXPECT_EQ(coherence.replicas.value, 3U);
  EXPECT_EQ(coherence.heap_size.value, "2g");
  EXPECT_EQ(coherence.cpu_request.value, "500m");
  EXPECT_TRUE(coherence.jvm.storage_enabled.value);
  EXPECT_THAT(values(coherence.jvm.wka),
              ElementsAre("coherence-wka", "coherence-wka.storage.cluster.c2"));
  EXPECT_EQ(file.at(coherence.jvm.wka[0].pos), "coherence-cluster-c1.yaml:19:26");
  EXPECT_EQ(file.at(coherence.jvm.wka[1].pos), "coherence-cluster-c1.yaml:19:40");
}

TEST(Manifests, GivePodsTheLabelsThatTheWkaServiceSelects) {
  const ImportedFile pods{kSamples + "coherence-cluster-c1.yaml"};
  const ImportedFile service{kSamples + "coherence-wka.yaml"};
  EXPECT_TRUE(
      selects(service.manifests.services[0].selector, pods.manifests.coherence[0].pod_labels));
  for (const ServiceManifest& own : operator_services(pods.manifests.coherence[0])) {
    EXPECT_TRUE(selects(own.selector, pods.manifests.coherence[0].pod_labels)) << own.name;
    EXPECT_TRUE(own.headless && own.publish_not_ready.value) << own.name;
  }
}

TEST(Manifests, KeepTheLinesOfACorefileInAConfigMap) {
  const ImportedFile file{kSamples + "coredns-custom-c1.yaml"};
  EXPECT_EQ(file.messages(), "");
  const ConfigMapManifest* map = file.manifests.config_map("kube-system", "coredns-custom");
  ASSERT_NE(map, nullptr);
  ASSERT_THAT(map->texts, SizeIs(1));
  EXPECT_EQ(map->texts[0].key, "c2.server");
  EXPECT_THAT(map->texts[0].text.scalar, HasSubstr("forward . 10.2.2.11"));
  // "forward" stands in line 5 of the text, behind four blanks.
  EXPECT_EQ(file.at(text_pos(map->texts[0].text, 5, 5)), "coredns-custom-c1.yaml:14:9");
}

TEST(Manifests, ReadADumpOfAClusterAsItIs) {
  const ImportedFile file{"scenarios/imported/two-region/kubectl-c1.json"};
  EXPECT_TRUE(file.diagnostics.ok()) << file.messages();
  EXPECT_THAT(file.manifests.services, SizeIs(7));
  const ServiceManifest* dns = file.manifests.service("kube-system", "kube-dns-nlb");
  ASSERT_NE(dns, nullptr);
  EXPECT_EQ(dns->type.value, ServiceType::LoadBalancer);
  EXPECT_EQ(dns->load_balancer.kind.value, LoadBalancerRequest::Kind::Nlb);
  EXPECT_TRUE(dns->load_balancer.is_internal.value);
  EXPECT_EQ(to_string(dns->load_balancer.address.value), "10.1.2.11");  // from its status
  EXPECT_EQ(dns->ports.at(0).node_port.value, 30053U);
  EXPECT_THAT(dns->load_balancer.nsgs, SizeIs(1));

  ASSERT_THAT(file.manifests.coherence, SizeIs(1));
  const CoherenceManifest& coherence = file.manifests.coherence[0];
  EXPECT_TRUE(coherence.from_stateful_set);
  EXPECT_EQ(coherence.cluster.value, "australis");
  EXPECT_THAT(values(coherence.jvm.wka),
              ElementsAre("coherence-wka", "coherence-wka.storage.cluster.c2"));

  ASSERT_THAT(file.manifests.nodes, SizeIs(2));
  EXPECT_EQ(to_string(file.manifests.nodes[1].pod_cidr.value), "10.201.0.128/25");
  EXPECT_EQ(file.manifests.nodes[1].fault_domain, "FAULT-DOMAIN-2");
  EXPECT_THAT(file.manifests.pods, SizeIs(8));
}

TEST(Manifests, OfADumpAreReadWithoutAWordAboutWhatTheClusterPutThere) {
  const ImportedFile file{"scenarios/imported/two-region/kubectl-c1.json"};
  EXPECT_TRUE(file.manifests.is_dump);
  EXPECT_EQ(file.messages(), "");
  EXPECT_FALSE(file.manifests.has_mesh_secret);
}

TEST(Manifests, ReadWhatCiliumKnowsOfADump) {
  const Imported read{R"({"apiVersion": "v1", "kind": "List", "items": [
    {"apiVersion": "cilium.io/v2", "kind": "CiliumNode", "metadata": {"name": "n1"},
     "spec": {"ipam": {"podCIDRs": ["10.201.1.0/24"]}}},
    {"apiVersion": "cilium.io/v2", "kind": "CiliumEndpoint",
     "metadata": {"name": "p", "namespace": "x"}, "status": {"identity": {"id": 70001}}},
    {"apiVersion": "cilium.io/v2", "kind": "CiliumIdentity", "metadata": {"name": "70001"}},
    {"apiVersion": "v1", "kind": "Secret",
     "metadata": {"name": "cilium-clustermesh", "namespace": "kube-system"},
     "data": {"c2": "x", "c2.etcd-client.crt": "x", "c3": "x"}}
  ]})"};
  EXPECT_EQ(read.messages(), "");
  ASSERT_THAT(read.manifests.cilium_nodes, SizeIs(1));
  EXPECT_EQ(to_string(read.manifests.cilium_nodes[0].pod_cidr.value), "10.201.1.0/24");
  ASSERT_THAT(read.manifests.cilium_endpoints, SizeIs(1));
  EXPECT_EQ(read.manifests.cilium_endpoints[0].identity.value, 70001U);
  EXPECT_TRUE(read.manifests.has_mesh_secret);
  EXPECT_THAT(values(read.manifests.mesh_remotes), ElementsAre("c2", "c3"));
}

TEST(Manifests, KnowTheVersionOfAnImageByItsTagIfThatIsOne) {
  EXPECT_EQ(version_of_image("repo/coredns:v1.11.3"), "1.11.3");
  EXPECT_EQ(version_of_image("host:5000/coredns:1.9.4-11@sha256:ab"), "1.9.4");
  EXPECT_EQ(version_of_image("example/coredns:1.0"), "");
  EXPECT_EQ(version_of_image("coredns"), "");
}

TEST(Manifests, ReadTheCiliumThatIsInstalledByItsConfigMap) {
  const ImportedFile file{"scenarios/imported/two-region/kubectl-c1.json"};
  const ConfigMapManifest* const map = file.manifests.config_map("kube-system", "cilium-config");
  ASSERT_NE(map, nullptr);
  Diagnostics diagnostics;
  const CiliumValues values = read_cilium_config(*map, diagnostics);
  EXPECT_EQ(values.name.value, "c1");
  EXPECT_EQ(values.id.value, 1U);
  EXPECT_EQ(values.routing_mode.value, "tunnel");
  EXPECT_EQ(values.ipam_mode.value, "kubernetes");
  EXPECT_TRUE(values.masquerade.value);
  EXPECT_EQ(diagnostics.warnings(), 0U);
}

TEST(Manifests, AreReadWithoutAWordWhenTheyAreTheScenarios) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("scenarios/manifests")) {
    if (entry.path().extension() != ".yaml") continue;
    const ImportedFile file{entry.path().string()};
    EXPECT_EQ(file.messages(), "");
    ++files;
  }
  EXPECT_GE(files, 40U);
}

TEST(Manifests, OfTheScenariosAgreeOnEachOthersAddresses) {
  // In the full mesh every cluster lists a remote under the same address as the others do.
  std::map<std::string, std::set<std::string>> listed;
  for (const std::string cluster : {"c1", "c2", "c3"}) {
    const std::string folder = "scenarios/manifests/full/" + cluster + "/";
    const ImportedFile values_file{folder + "cilium-values.yaml"};
    const ImportedFile dns{folder + "kube-dns-nlb.yaml"};
    const CiliumValues& cilium = values_file.manifests.cilium.at(0);
    EXPECT_EQ(cilium.name.value, cluster);
    for (const CiliumRemote& remote : cilium.remotes) {
      listed[remote.name.value].insert(to_string(remote.ips.at(0).value));
    }
    EXPECT_EQ(to_string(dns.manifests.services.at(0).load_balancer.address.value),
              "10." + cluster.substr(1) + ".2.11");
  }
  ASSERT_THAT(listed, SizeIs(3));
  for (const auto& [cluster, addresses] : listed) EXPECT_THAT(addresses, SizeIs(1)) << cluster;
}

TEST(Manifests, ReadSeveralDocumentsAndLists) {
  const Imported read{R"(apiVersion: v1
kind: Namespace
metadata: { name: storage }
---
apiVersion: v1
kind: List
items:
  - { apiVersion: v1, kind: Service, metadata: { name: a }, spec: { ports: [ { port: 80 } ] } }
  - { apiVersion: v1, kind: Service, metadata: { name: b }, spec: { ports: [ { port: 80 } ] } }
---
cluster: { name: c1, id: 1 }
ipam: { mode: kubernetes }
)"};
  EXPECT_EQ(read.messages(), "");
  EXPECT_THAT(read.manifests.services, SizeIs(2));
  EXPECT_EQ(read.manifests.services[1].namespace_, "default");
  EXPECT_THAT(read.manifests.cilium, SizeIs(1));
}

TEST(Manifests, LetTheResourceStandForTheStatefulSetMadeFromIt) {
  const Imported read{R"(apiVersion: apps/v1
kind: StatefulSet
metadata: { name: s, namespace: storage }
spec:
  replicas: 9
  template:
    metadata: { labels: { coherenceComponent: coherencePod } }
---
apiVersion: coherence.oracle.com/v1
kind: Coherence
metadata: { name: s, namespace: storage }
spec: { replicas: 2 }
)"};
  EXPECT_EQ(read.messages(), "");
  ASSERT_THAT(read.manifests.coherence, SizeIs(1));
  EXPECT_EQ(read.manifests.coherence[0].replicas.value, 2U);
}

TEST(Coherence, UsesItsOwnWkaServiceWhenNoneIsNamed) {
  const Imported read{R"(apiVersion: coherence.oracle.com/v1
kind: Coherence
metadata: { name: cache, namespace: storage }
)"};
  EXPECT_EQ(read.messages(), "");
  const CoherenceManifest& coherence = read.manifests.coherence.at(0);
  EXPECT_THAT(values(coherence.jvm.wka), ElementsAre("cache-wka.storage.svc"));
  EXPECT_FALSE(coherence.wka_pos);
  EXPECT_EQ(coherence.cluster.value, "cache");
  EXPECT_EQ(coherence.replicas.value, 3U);
}

TEST(Coherence, ReadsTheArgumentsThatMatter) {
  const Imported read{R"(apiVersion: coherence.oracle.com/v1
kind: Coherence
metadata: { name: cache }
spec:
  coherence:
    wka: { addresses: [ ignored ] }
  env:
    - { name: COHERENCE_SITE, value: from-variable }
    - { name: APP_MODE, value: test }
  jvm:
    args:
      - -Dcoherence.wka=a:7574, b
      - -Dcoherence.localport=9000
      - -Dtangosol.coherence.clusterport=9574
      - -Dcoherence.site=paris
      - -Djava.net.preferIPv4Stack=true
      - -Dcoherence.wka.refresh.interval=20s
      - -Dsun.net.inetaddr.ttl=5
      - -Xmx2g
      - -Dcom.example.tuning=7
)"};
  EXPECT_EQ(read.messages(), "");
  const JvmSettings& jvm = read.manifests.coherence.at(0).jvm;
  EXPECT_THAT(values(jvm.wka), ElementsAre("a:7574", "b"));
  EXPECT_EQ(read.at(jvm.wka[1].pos), "in.yaml:12:33");
  EXPECT_EQ(jvm.local_port.value, 9000U);
  EXPECT_EQ(jvm.cluster_port.value, 9574U);
  EXPECT_EQ(jvm.site.value, "paris");  // an argument beats a variable
  EXPECT_TRUE(jvm.prefers_ipv4.value);
  EXPECT_EQ(jvm.wka_refresh_ms.value, 20'000U);
  EXPECT_EQ(jvm.dns_ttl_s.value, 5U);
}

TEST(Coherence, TakesTheNameOfAnotherSetsService) {
  const Imported read{R"(apiVersion: coherence.oracle.com/v1
kind: Coherence
metadata: { name: client, namespace: web }
spec:
  coherence:
    storageEnabled: false
    excludeFromWKA: true
    wka: { deployment: storage, namespace: data }
)"};
  const CoherenceManifest& coherence = read.manifests.coherence.at(0);
  EXPECT_THAT(values(coherence.jvm.wka), ElementsAre("storage-wka.data.svc"));
  EXPECT_EQ(find_label(coherence.pod_labels, "coherenceWKAMember")->value, "false");
  EXPECT_FALSE(coherence.jvm.storage_enabled.value);
}

class WrongManifest : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongManifest, IsReportedWithItsPlace) {
  const Imported read{GetParam().text};
  EXPECT_EQ(read.messages(), std::string{GetParam().message} + "\n");
}

constexpr Wrong kWrongServices[] = {
    {"NotAnObject", "- a\n", "in.yaml:1:1: error: a manifest must be a mapping"},
    {"NoKind", "apiVersion: v1\nmetadata: { name: x }\n",
     "in.yaml:1:1: error: is neither a Kubernetes object (apiVersion and kind) nor values of the "
     "Cilium chart"},
    {"NoName", "apiVersion: v1\nkind: Service\nmetadata: { namespace: x }\n",
     "in.yaml:3:11: error: Service: metadata.name is missing"},
    {"UnknownKind", "apiVersion: v1\nkind: Ingress\nmetadata: { name: x }\n",
     "in.yaml:2:7: warning: Ingress default/x: kind Ingress is not modelled; the run ignores it"},
    {"Deployment", "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: x }\n",
     "in.yaml:3:19: warning: Deployment default/x: its pods are not modelled yet"},
    {"MisspelledKey",
     "apiVersion: v1\nkind: Service\nmetadata: { name: x }\nspec:\n  publishNotReadyAdresses: "
     "true\n",
     "in.yaml:5:3: warning: Service default/x: spec.publishNotReadyAdresses: unknown, so without "
     "effect; did you mean 'publishNotReadyAddresses'?"},
    {"TextForTruth",
     "apiVersion: v1\nkind: Service\nmetadata: { name: x }\nspec:\n"
     "  publishNotReadyAddresses: \"true\"\n",
     "in.yaml:5:29: error: Service default/x: spec.publishNotReadyAddresses: \"true\" is a text; "
     "write true or false, without quotes"},
    {"TruthForText",
     "apiVersion: v1\nkind: Service\nmetadata:\n  name: x\n  annotations:\n"
     "    service.cilium.io/global: true\n",
     "in.yaml:6:31: error: Service default/x: metadata.annotations: 'service.cilium.io/global' "
     "must "
     "have a text; write \"true\" with quotes"},
    {"MisspelledCiliumAnnotation",
     "apiVersion: v1\nkind: Service\nmetadata:\n  name: x\n  annotations:\n"
     "    service.cilium.io/globl: \"true\"\n",
     "in.yaml:6:30: warning: Service default/x: annotation service.cilium.io/globl: unknown, so "
     "without effect; did you mean 'service.cilium.io/global'?"},
    {"UnknownType",
     "apiVersion: v1\nkind: Service\nmetadata: { name: x }\nspec: { type: Loadbalancer }\n",
     "in.yaml:4:15: error: Service default/x: spec.type: 'Loadbalancer' is not one of ClusterIP, "
     "NodePort, LoadBalancer, ExternalName; did you mean 'LoadBalancer'?"},
    {"PortTooLarge",
     "apiVersion: v1\nkind: Service\nmetadata: { name: x }\nspec: { ports: [ { port: 70000 } ] }\n",
     "in.yaml:4:26: error: Service default/x: spec.ports[0].port: '70000' is no whole number from "
     "1 "
     "to 65535"},
    {"ClusterIpNoAddress",
     "apiVersion: v1\nkind: Service\nmetadata: { name: x }\nspec: { clusterIP: 10.1 }\n",
     "in.yaml:4:20: error: Service default/x: spec.clusterIP: '10.1' is no IPv4 address; write one "
     "like 10.1.2.11"},
    {"NodePortOutOfRange",
     "apiVersion: v1\nkind: Service\nmetadata: { name: x }\n"
     "spec: { type: NodePort, ports: [ { port: 53, nodePort: 53 } ] }\n",
     "in.yaml:4:56: error: Service default/x: spec.ports: nodePort 53 is outside of 30000 to "
     "32767"},
    {"UdpOnTheFlexibleLoadBalancer",
     "apiVersion: v1\nkind: Service\nmetadata: { name: x }\n"
     "spec: { type: LoadBalancer, ports: [ { port: 53, protocol: UDP } ] }\n",
     "in.yaml:4:15: error: Service default/x: metadata.annotations: the flexible load balancer "
     "cannot do UDP; write oci.oraclecloud.com/load-balancer-type: \"nlb\""},
    {"NlbAnnotationOnTheOtherKind",
     "apiVersion: v1\nkind: Service\nmetadata:\n  name: x\n  annotations:\n"
     "    oci-network-load-balancer.oraclecloud.com/internal: \"true\"\n"
     "spec: { type: LoadBalancer }\n",
     "in.yaml:6:57: warning: Service default/x: annotation "
     "oci-network-load-balancer.oraclecloud.com/internal: has no effect: this Service asks for "
     "load-balancer-type lb"},
    {"GivenTwice",
     "apiVersion: v1\nkind: Service\nmetadata: { name: x }\n---\n"
     "apiVersion: v1\nkind: Service\nmetadata: { name: x }\n",
     "in.yaml:7:19: error: Service default/x: is given twice; first at 3:19"},
    {"ConfigMapOfMappings",
     "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: coredns, namespace: kube-system }\n"
     "data: { Corefile: { a: b } }\n",
     "in.yaml:4:19: error: ConfigMap kube-system/coredns: data: 'Corefile' must be a text; write "
     "'Corefile: |' and indent it"},
};

constexpr Wrong kWrongCoherence[] = {
    {"OtherVersion",
     "apiVersion: coherence.oracle.com/v2\nkind: Coherence\nmetadata: { name: x }\n",
     "in.yaml:1:13: error: apiVersion: 'coherence.oracle.com/v2' of a Coherence resource is not "
     "read; write coherence.oracle.com/v1"},
    {"QuotedReplicas",
     "apiVersion: coherence.oracle.com/v1\nkind: Coherence\nmetadata: { name: x }\n"
     "spec: { replicas: \"3\" }\n",
     "in.yaml:4:19: error: Coherence default/x: spec.replicas: \"3\" is a text; write 3, without "
     "quotes"},
    {"ScalarForMapping",
     "apiVersion: coherence.oracle.com/v1\nkind: Coherence\nmetadata: { name: x }\n"
     "spec: { jvm: fast }\n",
     "in.yaml:4:14: error: Coherence default/x: spec.jvm: must be a mapping"},
    {"ArgumentsNoList",
     "apiVersion: coherence.oracle.com/v1\nkind: Coherence\nmetadata: { name: x }\n"
     "spec: { jvm: { args: -Da=b } }\n",
     "in.yaml:4:22: error: Coherence default/x: spec.jvm.args: must be a list, not a text"},
    {"StartQuorum",
     "apiVersion: coherence.oracle.com/v1\nkind: Coherence\nmetadata: { name: x }\n"
     "spec: { startQuorum: [ { deployment: y } ] }\n",
     "in.yaml:4:9: warning: Coherence default/x: spec.startQuorum: not modelled yet: pods wait for "
     "members of other sets; the run ignores it"},
    {"HostNetwork",
     "apiVersion: coherence.oracle.com/v1\nkind: Coherence\nmetadata: { name: x }\n"
     "spec: { network: { hostNetwork: true } }\n",
     "in.yaml:4:20: warning: Coherence default/x: spec.network.hostNetwork: not modelled yet: "
     "members use their node's address; the run ignores it"},
    {"Persistence",
     "apiVersion: coherence.oracle.com/v1\nkind: Coherence\nmetadata: { name: x }\n"
     "spec: { coherence: { persistence: { mode: active } } }\n",
     "in.yaml:4:22: warning: Coherence default/x: spec.coherence.persistence: not modelled yet: "
     "data on disk and recovery from it; the run ignores it"},
    {"MisspelledProperty",
     "apiVersion: coherence.oracle.com/v1\nkind: Coherence\nmetadata: { name: x }\n"
     "spec: { jvm: { args: [ -Dcoherence.localprt=1 ] } }\n",
     "in.yaml:4:26: warning: Coherence default/x: spec.jvm.args[0]: coherence.localprt is unknown "
     "to "
     "the simulator; did you mean coherence.localport?"},
    {"PropertyWithEffect",
     "apiVersion: coherence.oracle.com/v1\nkind: Coherence\nmetadata: { name: x }\n"
     "spec: { jvm: { args: [ -Dcoherence.distributed.aggressive=5 ] } }\n",
     "in.yaml:4:26: warning: Coherence default/x: spec.jvm.args[0]: "
     "coherence.distributed.aggressive is not modelled yet; the run ignores it"},
    {"SecurityProperty",
     "apiVersion: coherence.oracle.com/v1\nkind: Coherence\nmetadata: { name: x }\n"
     "spec: { jvm: { args: [ -Dnetworkaddress.cache.ttl=5 ] } }\n",
     "in.yaml:4:26: warning: Coherence default/x: spec.jvm.args[0]: networkaddress.cache.ttl is a "
     "security property and has no effect as -D; write -Dsun.net.inetaddr.ttl"},
    {"PortNoNumber",
     "apiVersion: coherence.oracle.com/v1\nkind: Coherence\nmetadata: { name: x }\n"
     "spec: { jvm: { args: [ \"-Dcoherence.localport=x\" ] } }\n",
     "in.yaml:4:47: error: Coherence default/x: spec.jvm.args[0]: coherence.localport: 'x' is no "
     "whole number up to 65535"},
};

std::string name_of(const ::testing::TestParamInfo<Wrong>& info) {
  return std::string{info.param.name};
}
INSTANTIATE_TEST_SUITE_P(Services, WrongManifest, ::testing::ValuesIn(kWrongServices), name_of);
INSTANTIATE_TEST_SUITE_P(Coherence, WrongManifest, ::testing::ValuesIn(kWrongCoherence), name_of);

TEST(Manifests, CollectAllErrorsOfAFile) {
  const Imported read{R"(apiVersion: v1
kind: Service
metadata: { name: x }
spec:
  type: Headless
  clusterIP: here
  ports:
    - { port: many }
    - { name: nothing }
)"};
  EXPECT_EQ(read.diagnostics.errors(), 4U) << read.messages();
}

TEST(Manifests, OfAMissingFileAreADiagnosticAndNothingElse) {
  const ImportedFile file{"tests/import/data/nowhere.yaml"};
  EXPECT_EQ(file.diagnostics.errors(), 1U);
  EXPECT_THAT(file.manifests.services, IsEmpty());
}

TEST(Selectors, SelectNothingWhenTheyAreEmpty) {
  EXPECT_FALSE(selects({}, {{"a", "b", {}, {}}}));
  EXPECT_TRUE(selects({{"a", "b", {}, {}}}, {{"a", "b", {}, {}}, {"c", "d", {}, {}}}));
  EXPECT_FALSE(selects({{"a", "x", {}, {}}}, {{"a", "b", {}, {}}}));
}

}  // namespace
}  // namespace meshsim
