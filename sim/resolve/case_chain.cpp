// Builds the clusters of a chain, each with its CoreDNS, and asks.
#include "sim/resolve/case_chain.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "meshsim/kernel/simulation.hpp"
#include "models/dns/coredns.hpp"
#include "sim/resolve/case_files.hpp"

namespace meshsim::resolve {
namespace {

constexpr Duration kSettle = 500ms;  // between the start and the first question
constexpr Duration kPause = 60ms;    // before a question is put again
constexpr Duration kPatience = 12s;  // of the client

Duration milliseconds_of(const Json& json) {
  return Duration{static_cast<std::int64_t>(std::llround(json.get<double>() * 1e6))};
}

Ipv4 address_of(const Json& file, const std::string& cluster) {
  const auto address = parse_ipv4(file.at("addresses").at(cluster).get<std::string>());
  if (!address) throw std::runtime_error{"'" + cluster + "' has no IPv4 address"};
  return *address;
}

dns::CoreDnsSpec server_of(const Json& file, const std::string& cluster, const Json& custom,
                           const std::string& version) {
  CaseFiles files;
  files.resolv_conf = file.value("resolv_conf", "");
  files.texts["Corefile"] = custom.contains("Corefile")
                                ? custom.at("Corefile").get<std::string>()
                                : file.at("base_corefile").get<std::string>();
  for (const auto& [name, text] : custom.items()) {
    if (name != "Corefile") files.texts["custom/" + name] = text.get<std::string>();
  }
  dns::CoreDnsSpec spec;
  spec.path = cluster;
  spec.version = version;
  std::string message;
  spec.configs.push_back(parsed_corefile(files, version, {address_of(file, cluster)}, message));
  if (!spec.configs.front()) throw std::runtime_error{cluster + ": " + message};
  if (file.at("fixtures").contains(cluster)) {
    KubeContent content = content_of(file.at("fixtures").at(cluster));
    spec.services = std::move(content.services);
    spec.namespaces = std::move(content.namespaces);
    spec.pods = std::move(content.pods);
  }
  spec.uplink_delay = kCaseWire;
  return spec;
}

double latency(const Outcome& outcome) {
  return static_cast<double>((outcome.ended - outcome.asked).count()) / 1e6;
}

Json crossings(const std::vector<Crossing>& log, const std::map<Ipv4, std::string>& names,
               Time from, Time to) {
  Json list = Json::array();
  for (const Crossing& one : log) {
    if (one.at < from || one.at > to) continue;
    list.push_back({{"from", names.at(one.from)}, {"to", names.at(one.to)}, {"name", one.name}});
  }
  return list;
}

}  // namespace

Json run_chain(const Json& file, const std::string& topology, const std::string& version) {
  std::vector<ScriptStep> script;
  std::vector<std::string> ids;
  for (const Json& one : file.at("cases")) {
    if (one.at("topology") != topology) continue;
    Question question = question_of(one.at("ask"));
    question.server = address_of(file, one.at("ask").at("at"));
    question.timeout = kPatience;
    ids.push_back(one.at("id"));
    for (int turn = 0; turn < 2; ++turn) script.push_back({{}, question, kPause});
  }

  Simulation simulation{1, kCaseWindow, 1};
  auto& net = simulation.add<CaseSwitch>("switch", simulation.cell("switch"));
  std::map<std::string, Behaviour> behaviours;
  for (const auto& [address, behaviour] : file.at("upstream").items()) {
    behaviours[address] = behaviour_of(behaviour);
  }
  auto& servers =
      simulation.add<CaseServers>("servers", simulation.cell("servers"), std::move(behaviours),
                                  std::map<std::uint32_t, std::map<std::string, Behaviour>>{});
  auto& client =
      simulation.add<CaseClient>("client", simulation.cell("client"), script, kCaseClient);
  std::vector<std::pair<Ipv4, dns::CoreDns*>> clusters;
  std::map<Ipv4, std::string> names;
  for (const auto& [cluster, custom] : file.at("topologies").at(topology).items()) {
    const std::string path = "coredns-" + cluster;
    auto& made = simulation.add<dns::CoreDns>(path, simulation.cell(path),
                                              server_of(file, cluster, custom, version),
                                              simulation.seed(), simulation.meter(path));
    const Ipv4 address = address_of(file, cluster);
    clusters.emplace_back(address, &made);
    names[address] = cluster;
  }
  simulation.seal();
  const Ipv4 resolver = address_of(file, "vcn");
  const Address<Outbound> uplink = net.address<Outbound>();
  servers.uplink = client.uplink = uplink;
  net.hosts[kCaseClient] = client.address<Packet>();
  net.hosts[resolver] = servers.address<Packet>();
  // Both ends and the switch have wires of their own.
  const auto between = [](Duration whole) {
    return std::max<Duration>(whole - 2 * kCaseWire, kCaseWire);
  };
  for (const auto& [address, server] : clusters) {
    server->uplink = uplink;
    net.hosts[address] = server->address<Packet>();
    const Duration to_resolver = between(milliseconds_of(file.at("resolver_one_way_ms")));
    net.delays[{address, resolver}] = net.delays[{resolver, address}] = to_resolver;
    for (const auto& [other, unused] : clusters) {
      if (other == address) continue;
      net.delays[{address, other}] = between(milliseconds_of(file.at("one_way_ms")));
      net.watched.insert({address, other});
    }
    simulation.send(server->address<k8s::StartProcess>(), k8s::StartProcess{address}, kStart);
  }
  const Time begin = kStart + 1s + kSettle;
  simulation.send(client.address<StartScript>(), StartScript{}, begin);
  const Duration most = (kPatience + kPause) * static_cast<std::int64_t>(script.size() + 1);
  for (Duration passed{0}; passed < most && !client.has_ended; passed += 1s) {
    simulation.run_until(begin + passed + 1s);
  }

  Json results = Json::object();
  for (std::size_t index = 0; index < ids.size(); ++index) {
    const Outcome& first = client.outcomes[2 * index].at(0);
    const Outcome& second = client.outcomes[2 * index + 1].at(0);
    const Time from = first.asked;
    const Time to = client.read_at[2 * index + 1];
    Json result{{"reply", json_of(first, kPatience)},
                {"queries_between_clusters", crossings(net.crossed, names, from, to)}};
    Json resolved = Json::array();
    for (const Arrived& arrived : servers.log) {
      const bool is_probe = arrived.query.type == dns::RecordType::Ns;
      if (arrived.at < from || arrived.at > to || is_probe) continue;
      resolved.push_back(arrived.query.name);
    }
    if (!resolved.empty()) result["queries_to_vcn_resolver"] = std::move(resolved);
    const auto shown = [](const Outcome& outcome) {
      return outcome.kind == Outcome::Kind::Reply ? Json(latency(outcome)) : Json();
    };
    result["latency_ms"] = {{"first", shown(first)}, {"second", shown(second)}};
    results[ids[index]] = std::move(result);
  }
  return results;
}

}  // namespace meshsim::resolve
