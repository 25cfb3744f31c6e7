// Builds the world of a case and runs its steps.
#include "sim/resolve/case_world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <stdexcept>

#include "meshsim/kernel/simulation.hpp"
#include "models/dns/coredns.hpp"
#include "sim/resolve/case_files.hpp"

namespace meshsim::resolve {
namespace {

constexpr Duration kKubePause = 150ms;  // after changes of the API content
const Ipv4 kServer = *parse_ipv4("100.64.1.2");

// The files around the Corefile over time: version 0 at the start, one more per `write`.
std::vector<CaseFiles> files_over_time(const Json& one) {
  CaseFiles files;
  files.texts["Corefile"] = one.at("corefile").get<std::string>();
  files.resolv_conf = one.value("resolv_conf", "");
  if (one.contains("environment")) {
    for (const auto& [name, value] : one.at("environment").items()) {
      files.environment[name] = value.get<std::string>();
    }
  }
  const auto add = [&](const Json& texts) {
    for (const auto& [name, text] : texts.items()) files.texts[name] = text.get<std::string>();
  };
  if (one.contains("files")) add(one.at("files"));
  std::vector<CaseFiles> versions{files};
  if (!one.contains("steps")) return versions;
  for (const Json& step : one.at("steps")) {
    if (!step.contains("write")) continue;
    add(step.at("write"));
    versions.push_back(files);
  }
  return versions;
}

// The API's content over time: each Service that ever exists, with the steps at which it comes and
// goes.
struct Kube : KubeContent {
  std::map<std::uint32_t, std::vector<k8s::ServiceChange>> changes;  // by step

  void put(std::uint32_t step, const Json& service) {
    dns::ServiceSpec spec = service_of(service);
    remove(step, spec.namespace_name, spec.name);
    changes[step].push_back({k8s::ServiceIndex{static_cast<std::uint32_t>(services.size())}, true});
    services.push_back(std::move(spec));
  }
  void remove(std::uint32_t step, const std::string& space, const std::string& name) {
    for (std::uint32_t index = 0; index < services.size(); ++index) {
      if (services[index].namespace_name != space || services[index].name != name) continue;
      changes[step].push_back({k8s::ServiceIndex{index}, false});
    }
  }
};

Kube kube_of(const Json& file, const Json& one) {
  Kube kube;
  if (one.contains("fixture")) {
    static_cast<KubeContent&>(kube) =
        content_of(file.at("fixtures").at(one.at("fixture").get<std::string>()));
  }
  if (!one.contains("steps")) return kube;
  std::uint32_t number = 0;
  for (const Json& step : one.at("steps")) {
    if (step.contains("kube")) {
      for (const Json& change : step.at("kube")) {
        if (change.at("op") == "put") {
          kube.put(number, change.at("service"));
        } else if (change.value("kind", "Service") == "Service") {
          kube.remove(number, change.at("namespace"), change.at("name"));
        }
      }
    }
    ++number;
  }
  return kube;
}

// Applies what a step changes to the server.
class ServerChanges final : public Accepts<ServerChanges, Act> {
 public:
  std::map<std::uint32_t, std::vector<k8s::ServiceChange>> services;
  std::map<std::uint32_t, std::uint32_t> configs;
  Address<k8s::ServiceChange> service_port;
  Address<dns::ApplyConfig> config_port;
  void on(Context& context, const Act& act) {
    if (const auto found = services.find(act.step); found != services.end()) {
      for (const k8s::ServiceChange& change : found->second) {
        context.send(service_port, change, kCaseWire);
      }
    }
    if (const auto found = configs.find(act.step); found != configs.end()) {
      context.send(config_port, dns::ApplyConfig{found->second}, kCaseWire);
    }
  }
  auto state() { return std::tie(); }
};

std::vector<ScriptStep> script_of(const Json& one) {
  std::vector<ScriptStep> script;
  if (!one.contains("steps")) return script;
  for (const Json& step : one.at("steps")) {
    ScriptStep made;
    if (step.contains("at_s")) made.at = seconds_of(step.at("at_s"));
    if (step.contains("ask")) {
      made.ask = question_of(step.at("ask"));
      made.ask->server = made.ask->client ? *parse_ipv4("127.0.0.1") : kServer;
    } else {
      made.settle = step.contains("kube") ? kKubePause : Duration{0};
    }
    if (step.contains("settle_s")) made.settle = seconds_of(step.at("settle_s"));
    if (made.settle <= kCaseWindow) made.settle = kCaseWindow * 10;
    script.push_back(std::move(made));
  }
  return script;
}

Duration patience(const std::vector<ScriptStep>& script) {
  Duration total = 10s;
  for (const ScriptStep& step : script) {
    if (step.at) total = std::max(total, *step.at + Duration{10s});
    if (step.ask) total += step.ask->timeout * step.ask->repeat;
    total += step.settle;
  }
  return total;
}

void add_upstreams(const Json& json, std::map<std::string, Behaviour>& into,
                   std::set<Ipv4>& addresses) {
  for (const auto& [address, behaviour] : json.items()) {
    into[address] = behaviour_of(behaviour);
    if (const auto parsed_address = parse_ipv4(address.substr(0, address.find(':')))) {
      addresses.insert(*parsed_address);
    }
  }
}

Json json_of_steps(const std::vector<ScriptStep>& script, const CaseClient& client,
                   const CaseServers& servers) {
  constexpr double kShown = 0.9;
  Json steps = Json::array();
  for (std::size_t index = 0; index < script.size(); ++index) {
    Json step = Json::object();
    const std::vector<Outcome>& outcomes = client.outcomes[index];
    if (!script[index].ask || outcomes.empty()) {
      steps.push_back(std::move(step));
      continue;
    }
    const Outcome& first = outcomes.front();
    step["reply"] = json_of(first, script[index].ask->timeout);
    const double after = static_cast<double>((first.ended - first.asked).count()) / 1e9;
    if (first.kind != Outcome::Kind::Timeout && after >= kShown) {
      step["after_s"] = std::round(after * 100) / 100;
    }
    Json upstream = Json::array();
    std::map<std::string, std::uint32_t> counts;
    for (const Arrived& arrived : servers.log) {
      if (arrived.at < first.asked || arrived.at > client.read_at[index]) continue;
      upstream.push_back(json_of(arrived, first.asked));
      ++counts[arrived.to];
    }
    if (script[index].ask->repeat == 1) {
      if (!upstream.empty()) step["upstream"] = std::move(upstream);
    } else {
      if (!counts.empty()) step["upstream_counts"] = counts;
      std::map<std::pair<std::string, std::string>, std::uint32_t> groups;
      for (const Outcome& outcome : outcomes) {
        const bool has_answer = !outcome.reply.answer.empty();
        ++groups[{std::string{to_string(outcome.reply.rcode)},
                  has_answer ? value_of(outcome.reply.answer.front()) : ""}];
      }
      for (const auto& [group, count] : groups) {
        Json one{{"count", count}, {"rcode", group.first}, {"first", nullptr}};
        if (!group.second.empty()) one["first"] = group.second;
        step["replies"].push_back(std::move(one));
      }
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

Json listens_of(const dns::Config& config) {
  std::set<std::string> lines;
  for (const dns::ServerBlock& block : config.blocks) {
    if (!block.bind.empty()) continue;  // printed in another way
    for (const dns::ServerKey& key : block.keys) {
      lines.insert(fmt::format("{}:{}", key.zone, key.port));
    }
  }
  return lines;
}

}  // namespace

Json run_steps_case(const Json& file, const Json& one, const std::string& version) {
  Json result;
  std::string message;
  dns::CoreDnsSpec spec;
  spec.path = "coredns";
  spec.version = version;
  for (const CaseFiles& files : files_over_time(one)) {
    std::string why;
    spec.configs.push_back(parsed_corefile(files, version, {kServer}, why));
    if (spec.configs.size() == 1) message = why;
  }
  if (!spec.configs.front()) {
    result["starts"] = false;
    result["message"] = message;
    return result;
  }
  const dns::Config first = *spec.configs.front();
  const Kube kube = kube_of(file, one);
  spec.services = kube.services;
  spec.namespaces = kube.namespaces;
  spec.pods = kube.pods;
  spec.uplink_delay = kCaseWire;
  spec.limits_icmp = false;
  spec.own_ipv6 = "fe80::1";
  spec.parameters.configmap_sync = {};
  spec.parameters.processing = {50us, 100us};

  std::map<std::string, Behaviour> behaviours;
  std::map<std::uint32_t, std::map<std::string, Behaviour>> changes;
  std::set<Ipv4> addresses;
  if (one.contains("upstream")) add_upstreams(one.at("upstream"), behaviours, addresses);
  const std::vector<ScriptStep> script = script_of(one);
  std::map<std::uint32_t, std::uint32_t> configs;
  std::uint32_t config = 0;
  for (std::uint32_t index = 0; index < script.size(); ++index) {
    const Json& step = one.at("steps")[index];
    if (step.contains("now_upstream")) {
      add_upstreams(step.at("now_upstream"), changes[index], addresses);
    }
    if (step.contains("write")) configs[index] = ++config;
  }

  Simulation simulation{1, kCaseWindow, 1};
  auto& net = simulation.add<CaseSwitch>("switch", simulation.cell("switch"));
  auto& servers = simulation.add<CaseServers>("servers", simulation.cell("servers"),
                                              std::move(behaviours), std::move(changes));
  auto& client =
      simulation.add<CaseClient>("client", simulation.cell("client"), script, kCaseClient);
  auto& coredns = simulation.add<dns::CoreDns>("coredns", simulation.cell("coredns"), spec,
                                               simulation.seed(), simulation.meter("coredns"));
  auto& acts = simulation.add<ServerChanges>("changes", simulation.cell("changes"));
  simulation.seal();
  const Address<Outbound> uplink = net.address<Outbound>();
  servers.uplink = client.uplink = coredns.uplink = uplink;
  acts.services = kube.changes;
  acts.configs = configs;
  acts.service_port = coredns.address<k8s::ServiceChange>();
  acts.config_port = coredns.address<dns::ApplyConfig>();
  client.actors = {servers.address<Act>(), acts.address<Act>()};
  for (const Ipv4 address : addresses) net.hosts[address] = servers.address<Packet>();
  net.hosts[kServer] = net.server = coredns.address<Packet>();
  net.hosts[kCaseClient] = client.address<Packet>();
  for (const ScriptStep& step : script) {
    if (step.ask && step.ask->client) net.hosts[step.ask->client] = client.address<Packet>();
  }

  const Duration settle = one.contains("settle_s") ? seconds_of(one.at("settle_s")) : Duration{0};
  const Time begin = kStart + 1s + settle;
  simulation.send(coredns.address<k8s::StartProcess>(), k8s::StartProcess{kServer}, kStart);
  simulation.run_until(begin - Duration{1});
  result["starts"] = coredns.is_running();
  if (!coredns.is_running()) {
    result["message"] = "plugin/loop: Loop";
    return result;
  }
  result["listens"] = listens_of(first);
  if (script.empty()) return result;
  simulation.send(client.address<StartScript>(), StartScript{}, begin);
  const Duration most = patience(script);
  for (Duration passed{0}; passed < most && !client.has_ended; passed += 1s) {
    simulation.run_until(begin + passed + 1s);
  }
  result["steps"] = json_of_steps(script, client, servers);
  if (!coredns.is_running()) result["process"] = "ended";
  return result;
}

}  // namespace meshsim::resolve
