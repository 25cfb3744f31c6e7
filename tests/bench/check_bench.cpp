// How long `meshsim check` takes for 64 clusters of 50 nodes: a full mesh at all four graphs, read
// from files as a user has them. The target is one second for reading and all rules together.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "sim/check/check.hpp"
#include "sim/scenario/input.hpp"

namespace meshsim {
namespace {

namespace fs = std::filesystem;

std::string address(int cluster, const char* host) {
  // Clusters 51 and up have a /19 each from 10.51.0.0 on.
  if (cluster <= 50) return fmt::format("10.{}.2.{}", cluster, host);
  const int offset = (cluster - 51) * 32;
  return fmt::format("10.{}.{}.{}", 51 + offset / 256, offset % 256 + 2, host);
}

std::string cilium_values(int own, int clusters) {
  std::string text = fmt::format(
      "cluster: {{name: c{0}, id: {0}}}\nclustermesh:\n  useAPIServer: true\n"
      "  apiserver: {{service: {{type: LoadBalancer, annotations: "
      "{{service.beta.kubernetes.io/oci-load-balancer-internal: \"true\"}}}}}}\n"
      "  config:\n    enabled: true\n    clusters:\n",
      own);
  for (int other = 1; other <= clusters; ++other) {
    if (other == own) continue;
    text += fmt::format("      - {{name: c{}, ips: [{}]}}\n", other, address(other, "22"));
  }
  return text;
}

std::string manifests(int own, int clusters) {
  std::string text = fmt::format(
      "apiVersion: v1\nkind: Service\nmetadata:\n  name: kube-dns-nlb\n  namespace: kube-system\n"
      "  annotations:\n    oci.oraclecloud.com/load-balancer-type: nlb\n"
      "    oci-network-load-balancer.oraclecloud.com/internal: \"true\"\n"
      "    oci-network-load-balancer.oraclecloud.com/assigned-private-ipv4: {}\n"
      "spec:\n  type: LoadBalancer\n  selector: {{k8s-app: kube-dns}}\n"
      "  ports: [{{name: dns, port: 53, protocol: UDP, nodePort: 30053}}]\n---\n"
      "apiVersion: v1\nkind: ConfigMap\n"
      "metadata: {{name: coredns-custom, namespace: kube-system}}\ndata:\n",
      address(own, "11"));
  for (int other = 1; other <= clusters; ++other) {
    if (other == own) continue;
    text += fmt::format(
        "  c{0}.server: |\n    cluster.c{0}:53 {{\n        cache 10\n"
        "        rewrite name substring cluster.c{0} svc.cluster.local\n        forward . {1}\n"
        "    }}\n",
        other, address(other, "11"));
  }
  text += fmt::format(
      "---\napiVersion: v1\nkind: Service\nmetadata: {{name: coherence-wka, namespace: storage}}\n"
      "spec:\n  clusterIP: None\n  publishNotReadyAddresses: true\n"
      "  selector: {{coherenceCluster: australis}}\n"
      "  ports: [{{name: coherence, port: 7574}}]\n---\n"
      "apiVersion: coherence.oracle.com/v1\nkind: Coherence\n"
      "metadata: {{name: storage-c{}, namespace: storage}}\nspec:\n  cluster: australis\n"
      "  jvm: {{args: [\"-Dcoherence.wka=coherence-wka",
      own);
  for (int other = 1; other <= clusters; ++other) {
    if (other != own) text += fmt::format(",coherence-wka.storage.cluster.c{}", other);
  }
  return text + "\"]}\n";
}

// The files of a mesh of that many clusters, in a folder that is removed at the end.
struct Mesh {
  Mesh(int clusters, int nodes, const char* shape) {
    std::string name = (fs::temp_directory_path() / "meshsim-bench-XXXXXX").string();
    folder = mkdtemp(name.data());
    add("topology.yaml",
        fmt::format("apiVersion: meshsim.dev/v1alpha1\nkind: Topology\n"
                    "clusters: {{count: {}, nodes: {}, mesh: {}}}\n",
                    clusters, nodes, shape),
        "");
    for (int own = 1; own <= clusters; ++own) {
      const std::string prefix = fmt::format("c{}=", own);
      add(fmt::format("values-{}.yaml", own), cilium_values(own, clusters), prefix);
      add(fmt::format("manifests-{}.yaml", own), manifests(own, clusters), prefix);
    }
  }
  Mesh(const Mesh&) = delete;
  Mesh& operator=(const Mesh&) = delete;
  ~Mesh() { fs::remove_all(folder); }

  void add(const std::string& name, const std::string& text, const std::string& prefix) {
    const fs::path path = folder / name;
    std::ofstream{path} << text;
    files.push_back(prefix + path.string());
  }

  fs::path folder;
  std::vector<std::string> files;
};

void check_files(benchmark::State& state, const char* shape) {
  const Mesh mesh{static_cast<int>(state.range(0)), static_cast<int>(state.range(1)), shape};
  for (auto _ : state) {
    Sources sources;
    Diagnostics diagnostics;
    const auto plan = load_input(mesh.files, sources, diagnostics, "", ValidateFor::Look);
    if (!plan) {
      state.SkipWithError(diagnostics.text(sources).substr(0, 500).c_str());
      return;
    }
    benchmark::DoNotOptimize(checks::check_plan(*plan, {}, diagnostics));
  }
}

void check_rules(benchmark::State& state, const char* shape) {
  const Mesh mesh{static_cast<int>(state.range(0)), static_cast<int>(state.range(1)), shape};
  Sources sources;
  Diagnostics diagnostics;
  const auto plan = load_input(mesh.files, sources, diagnostics, "", ValidateFor::Look);
  if (!plan) {
    state.SkipWithError(diagnostics.text(sources).substr(0, 500).c_str());
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(checks::check_plan(*plan, {}, diagnostics));
}

BENCHMARK_CAPTURE(check_files, full, "full")->Args({64, 50})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(check_rules, full, "full")->Args({64, 50})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(check_rules, hub, "hub")->Args({64, 50})->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace meshsim

BENCHMARK_MAIN();
