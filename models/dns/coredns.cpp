// Life of a CoreDNS process, its configuration and its datagrams; source: dns.md sections 1.8, 2.9.
#include "models/dns/coredns.hpp"

#include <algorithm>
#include <set>

#include "models/dns/name.hpp"
#include "models/dns/observations.hpp"
#include "models/fabric/drop.hpp"

namespace meshsim::dns {

CoreDns::CoreDns(CoreDnsSpec spec, std::uint64_t seed, Meter meter)
    : spec_(std::move(spec)),
      seed_(seed),
      metrics_(std::move(meter)),
      random_(seed, spec_.path, "coredns"),
      shuffle_(seed, spec_.path, "loadbalance"),
      changes_(seed, spec_.path, "configuration"),
      names_(spec_.services, spec_.namespaces, spec_.pods, spec_.version) {
  check(!spec_.configs.empty(), "a CoreDNS server has a configuration");
}

void CoreDns::on(Context& context, const k8s::StartProcess& start) {
  if (running_) return;
  stack_ = HostStack{start.address, uplink, spec_.uplink_delay};
  ++life_;
  context.send(address<ServerUp>(), ServerUp{life_}, spec_.parameters.startup);
}

void CoreDns::on(Context& context, const ServerUp& up) {
  if (up.life != life_ || running_) return;
  if (!spec_.configs[files_version_]) {
    tried_version_ = files_version_;
    context.trace({.label = kRefusedConfig,
                   .value = files_version_,
                   .text = "the Corefile has errors: CoreDNS does not start"});
    return;
  }
  running_ = true;
  load(context, files_version_);
  if (!running_) return;
  if (control_plane) {
    context.send(control_plane, k8s::ReadinessChange{spec_.pod, true}, spec_.readiness_delay);
  }
}

void CoreDns::on(Context& context, const k8s::StopProcess&) { exit(context); }

void CoreDns::exit(Context&) {
  ++life_;
  ++generation_;
  running_ = false;
  stack_.close_all();
  runtimes_.clear();
  queries_.clear();
  waiting_.clear();
  listening_.clear();
}

// The cluster's watches are followed whether the process runs or not: a start begins with a list
// of all there is, and takes no more than the start-up time.
void CoreDns::on(Context&, const k8s::EndpointChange& change) { names_.on(change); }
void CoreDns::on(Context&, const k8s::ServiceChange& change) { names_.on(change); }

void CoreDns::on(Context& context, const ApplyConfig& apply) {
  check(apply.version < spec_.configs.size(), "a configuration of this server is applied");
  context.send(address<ConfigSynced>(), ConfigSynced{apply.version},
               changes_.between(spec_.parameters.configmap_sync));
}

void CoreDns::on(Context& context, const ConfigSynced& synced) {
  // A later change may have overtaken this one.
  files_version_ = std::max(files_version_, synced.version);
  if (running_) plan_reload(context);
}

// The period runs from the start, not from the change; no event where nothing has changed.
void CoreDns::plan_reload(Context& context) {
  if (reload_period_ <= Duration::zero()) return;
  const std::int64_t passed = (context.now() - loaded_at_) / reload_period_;
  const Time next = loaded_at_ + reload_period_ * (passed + 1);
  context.send(address<ReloadCheck>(), ReloadCheck{generation_}, next - context.now());
}

void CoreDns::on(Context& context, const ReloadCheck& due) {
  if (!running_ || due.generation != generation_ || files_version_ == tried_version_) return;
  if (spec_.configs[files_version_]) return load(context, files_version_);
  tried_version_ = files_version_;
  context.trace({.label = kRefusedConfig,
                 .value = files_version_,
                 .text = "the Corefile has errors: the old configuration keeps serving"});
}

// All caches, health states and sockets start afresh; queries under way end in the old runtime.
void CoreDns::load(Context& context, std::uint32_t version) {
  const std::uint32_t old = generation_;
  const Config& config = *spec_.configs[version];
  tried_version_ = version;
  ++generation_;
  Runtime& runtime = runtimes_[generation_];
  runtime.version = version;
  const std::string purpose = "forward " + std::to_string(generation_) + " ";
  std::set<std::uint16_t> ports;
  std::optional<ReloadConfig> reload;
  for (const ServerBlock& block : config.blocks) {
    Block state;
    configure(state, block);
    if (block.cache) {
      state.cache.emplace(*block.cache, cache_habits(),
                          RandomStream{seed_, spec_.path, purpose + "cache"});
    }
    state.first_forwarder = runtime.forwarders.size();
    state.forwarders = block.forwards.size();
    for (const ForwardConfig& forward : block.forwards) {
      const std::string name = purpose + std::to_string(runtime.forwarders.size());
      runtime.forwarders.emplace_back(forward, at_least(spec_.version, 1, 14, 0),
                                      RandomStream{seed_, spec_.path, name});
    }
    for (const ServerKey& key : block.keys) ports.insert(key.port);
    if (!reload) reload = block.reload;
    runtime.blocks.push_back(std::move(state));
  }
  for (const std::uint16_t port : listening_) stack_.stop_listening(port);
  listening_.assign(ports.begin(), ports.end());
  for (const std::uint16_t port : listening_) {
    stack_.listen_udp(port);
    stack_.listen_tcp(port);
  }
  loaded_at_ = context.now();
  reload_period_ = Duration::zero();
  if (reload) {
    const Duration half = reload->jitter / 2;
    reload_period_ =
        changes_.between({reload->interval - half, reload->interval + half - Duration{1}});
  }
  context.trace({.label = kLoaded, .value = version});
  retire(old);
  if (files_version_ != version) plan_reload(context);
  probe_for_loops(context);
}

// What a block takes from its Corefile.
void CoreDns::configure(Block& block, const ServerBlock& config) const {
  block.config = &config;
  block.stages.clear();
  for (const Plugin plugin : plugin_order(spec_.version)) {
    if (config.has(plugin)) block.stages.push_back(plugin);
  }
  block.rewriter = Rewriter{config.rewrites, spec_.version};
  block.templates = Templates{config.templates};
}

void CoreDns::archive(Snapshot& snapshot) {
  snapshot.all(random_, shuffle_, changes_, stack_, running_, life_, names_, files_version_,
               tried_version_, loaded_at_, reload_period_, generation_, runtimes_, listening_,
               last_query_, queries_, waiting_);
  for (auto& [generation, runtime] : runtimes_) find_configuration(snapshot, runtime);
}

// What a runtime takes from its Corefile is not saved.
void CoreDns::find_configuration(Snapshot& snapshot, Runtime& runtime) {
  constexpr const char* kChanged =
      "has loaded a Corefile whose server blocks are others in this scenario; change what is "
      "applied after the snapshot only";
  if (runtime.version >= spec_.configs.size() || !spec_.configs[runtime.version]) {
    snapshot.fail(kChanged);
  }
  const std::vector<ServerBlock>& blocks = spec_.configs[runtime.version]->blocks;
  if (blocks.size() != runtime.blocks.size()) snapshot.fail(kChanged);
  std::vector<const ForwardConfig*> forwards;
  for (std::size_t index = 0; index < blocks.size(); ++index) {
    Block& block = runtime.blocks[index];
    configure(block, blocks[index]);
    if (block.cache.has_value() != blocks[index].cache.has_value() ||
        block.first_forwarder != forwards.size() ||
        block.forwarders != blocks[index].forwards.size()) {
      snapshot.fail(kChanged);
    }
    if (block.cache) block.cache->configure(*blocks[index].cache, cache_habits());
    for (const ForwardConfig& forward : blocks[index].forwards) forwards.push_back(&forward);
  }
  if (forwards.size() != runtime.forwarders.size()) snapshot.fail(kChanged);
  for (std::size_t index = 0; index < forwards.size(); ++index) {
    if (!runtime.forwarders[index].configure(*forwards[index])) snapshot.fail(kChanged);
  }
}

// Ends a runtime that is not the newest one any more, once its last query is answered.
void CoreDns::retire(std::uint32_t generation) {
  const auto old = runtimes_.find(generation);
  if (generation == generation_ || old == runtimes_.end()) return;
  for (const auto& [number, query] : queries_) {
    if (query.served && query.generation == generation) return;
  }
  for (const Forwarder& forwarder : old->second.forwarders) {
    for (const std::uint16_t port : forwarder.idle_sockets()) stack_.close_udp(port);
  }
  std::vector<std::uint16_t> probes;
  for (const auto& [port, waiting] : waiting_) {
    if (waiting.generation == generation) probes.push_back(port);
  }
  for (const std::uint16_t port : probes) close_socket(port);
  runtimes_.erase(old);
}

void CoreDns::close_socket(std::uint16_t port) {
  waiting_.erase(port);
  stack_.close_udp(port);
}

std::uint16_t CoreDns::new_socket() {
  const std::uint16_t port = stack_.ephemeral_port(random_);
  stack_.listen_udp(port);
  return port;
}

void CoreDns::on(Context& context, const Packet& packet) {
  if (!running_) return drop(context, packet, DropCode::ProcessDown);
  switch (stack_.receive(context, packet)) {
    case Arrival::Datagram:
    case Arrival::Segment: break;
    case Arrival::Unreachable: return on_refused(context, packet.source_port, true);
    case Arrival::Connected: return on_connected(context, packet.target_port);
    case Arrival::Refused:
    case Arrival::Closed: return on_refused(context, packet.target_port, false);
    default: return;
  }
  const bool is_dns = context.payloads().holds<DnsMessage>(packet.payload);
  const bool is_ours =
      std::find(listening_.begin(), listening_.end(), packet.target_port) != listening_.end();
  if (is_dns && is_ours) {
    // A reply sent to the server's own port is thrown away.
    if (!context.payloads().get<DnsMessage>(packet.payload).response) on_query(context, packet);
  } else if (is_dns) {
    on_answer(context, packet);
  }
  context.payloads().release(packet.payload);
}

void CoreDns::on_query(Context& context, const Packet& packet) {
  context.count(metrics_.queries);
  if (queries_.size() >= spec_.parameters.pending_limit) {
    context.trace({.label = kOverflow, .text = "queries of a CoreDNS server"});
    return;
  }
  const std::uint32_t number = ++last_query_;
  Query& query = queries_[number];
  query.asked = context.payloads().get<DnsMessage>(packet.payload);
  query.client = packet.source;
  query.client_port = packet.source_port;
  query.server = packet.target;
  query.port = packet.target_port;
  query.is_tcp = packet.protocol == Protocol::Tcp;
  context.send(address<QueryTimer>(), QueryTimer{number, query.step},
               random_.between(spec_.parameters.processing));
}

void CoreDns::on(Context& context, const QueryTimer& fired) {
  const auto found = queries_.find(fired.query);
  if (found == queries_.end() || found->second.step != fired.step) return;
  Query& query = found->second;
  if (!query.served) return serve(context, fired.query);
  if (query.by_tcp && !query.is_connected) return dial(context, fired.query);
  context.count(metrics_.timeouts);
  attempt_failed(context, fired.query, "no answer within 2 s from");
}

void CoreDns::on_answer(Context& context, const Packet& packet) {
  const auto found = waiting_.find(packet.target_port);
  if (found == waiting_.end()) return;  // an idle socket: a late answer is thrown away
  const Waiting waiting = found->second;
  const DnsMessage& answer = context.payloads().get<DnsMessage>(packet.payload);
  Forwarder& forwarder = runtimes_.at(waiting.generation).forwarders[waiting.forwarder];
  const Upstream& upstream = forwarder.upstream(waiting.upstream);
  if (packet.source != upstream.address || packet.source_port != upstream.port) return;
  if (waiting.probe) {
    // Any answer will do, even SERVFAIL or REFUSED.
    if (answer.id == forwarder.probe(waiting.upstream).id) probe_ended(context, waiting, true);
    return;
  }
  Query& query = queries_.at(waiting.query);
  if (answer.id != query.id) return;
  waiting_.erase(found);
  forwarder.give_socket_back(waiting.upstream, packet.target_port, query.by_tcp, context.now());
  ++query.step;
  DnsMessage taken = answer;
  // A datagram longer than was asked for cannot be read to its end.
  if (!query.by_tcp && packet.size > udp_limit(query.passed) + kIpUdpHeader) {
    taken.answer.clear();
    taken.authority.clear();
    taken.additional.clear();
    taken.truncated = true;
  }
  forwarded_answer(context, waiting.query, taken);
}

// ICMP tells that a port is closed, RST or FIN that a connection is.
void CoreDns::on_refused(Context& context, std::uint16_t port, bool by_icmp) {
  const auto found = waiting_.find(port);
  if (found == waiting_.end()) {
    for (auto& [generation, runtime] : runtimes_) {
      for (Forwarder& forwarder : runtime.forwarders) forwarder.forget_socket(port);
    }
    return;
  }
  const Waiting waiting = found->second;
  Forwarder& forwarder = runtimes_.at(waiting.generation).forwarders[waiting.forwarder];
  if (by_icmp && spec_.limits_icmp && !forwarder.icmp_passes(waiting.upstream, context.now())) {
    return;
  }
  if (waiting.probe) return probe_ended(context, waiting, false);
  attempt_failed(context, waiting.query, "port closed at");
}

}  // namespace meshsim::dns
