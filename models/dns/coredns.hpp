// One CoreDNS pod: listens, chooses the server block, runs the query through the block's plugins
// in the compiled-in order, forwards real packets, keeps a cache. Source: dns.md sections 1 to 3.
// Left out: TCP, EDNS options, views, start-up checks of `loop`, queueing for CPU.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "meshsim/kernel/context.hpp"
#include "meshsim/kernel/random.hpp"
#include "models/dns/cache.hpp"
#include "models/dns/config.hpp"
#include "models/dns/forward.hpp"
#include "models/dns/kubernetes.hpp"
#include "models/dns/message.hpp"
#include "models/dns/parameters.hpp"
#include "models/dns/rewrite.hpp"
#include "models/fabric/host_stack.hpp"
#include "models/k8s/messages.hpp"

namespace meshsim::dns {

struct CoreDnsSpec {
  std::string path;  // of the component: "c1/coredns-0"
  std::string version{kDefaultVersion};
  // The Corefile over time; the first is there from the start. None: one with errors, which
  // CoreDNS refuses (it keeps the old one, or does not start).
  std::vector<std::optional<Config>> configs;
  std::vector<ServiceSpec> services;    // by ServiceIndex
  std::vector<std::string> namespaces;  // further ones, without Services
  k8s::PodIndex pod;
  Duration uplink_delay{};     // to its node
  Duration readiness_delay{};  // to the control plane, at least a window
  Parameters parameters;
};

// The ConfigMap changes: the files of configs[version] are on their way to the pod.
struct ApplyConfig {
  std::uint32_t version = 0;
};

// The server's own timers.
struct ServerUp {
  std::uint32_t life = 0;
};
struct ConfigSynced {
  std::uint32_t version = 0;
};
struct ReloadCheck {
  std::uint32_t generation = 0;
};
struct QueryTimer {
  std::uint32_t query = 0;
  std::uint32_t step = 0;
};
struct ProbeTimer {
  std::uint32_t generation = 0;
  std::uint32_t forwarder = 0;
  std::uint32_t upstream = 0;
  std::uint32_t step = 0;
};

struct CoreDnsMetrics {
  explicit CoreDnsMetrics(Meter meter)
      : queries(meter.counter("dns_queries", "queries received")),
        hits(meter.counter("dns_cache_hits", "answered from the cache")),
        forwards(meter.counter("dns_forwards", "attempts at an upstream")),
        timeouts(meter.counter("dns_forward_timeouts", "attempts without an answer in time")) {}
  Counter queries;
  Counter hits;
  Counter forwards;
  Counter timeouts;
};

class CoreDns final : public Accepts<CoreDns, Packet, k8s::StartProcess, k8s::StopProcess,
                                     k8s::EndpointChange, k8s::ServiceChange, ApplyConfig, ServerUp,
                                     ConfigSynced, ReloadCheck, QueryTimer, ProbeTimer> {
 public:
  CoreDns(CoreDnsSpec spec, std::uint64_t seed, Meter meter);

  Address<Outbound> uplink;                     // its node; must be wired
  Address<k8s::ReadinessChange> control_plane;  // may stay unwired

  void on(Context& context, const Packet& packet);
  void on(Context& context, const k8s::StartProcess& start);
  void on(Context& context, const k8s::StopProcess& stop);
  void on(Context& context, const k8s::EndpointChange& change);
  void on(Context& context, const k8s::ServiceChange& change);
  void on(Context& context, const ApplyConfig& apply);
  void on(Context& context, const ServerUp& up);
  void on(Context& context, const ConfigSynced& synced);
  void on(Context& context, const ReloadCheck& check);
  void on(Context& context, const QueryTimer& fired);
  void on(Context& context, const ProbeTimer& fired);

  void archive(Snapshot& snapshot);

 private:
  struct Block {  // the state of a server block
    const ServerBlock* config = nullptr;
    std::optional<DnsCache> cache;
    Rewriter rewriter;
    std::size_t first_forwarder = 0;
    std::size_t forwarders = 0;
    auto state() { return std::tie(cache, first_forwarder, forwarders); }
  };
  struct Runtime {  // of one loaded configuration
    std::uint32_t version = 0;
    std::vector<Block> blocks;
    std::vector<Forwarder> forwarders;
  };
  struct Query {
    DnsMessage asked;
    Ipv4 client;
    std::uint16_t client_port = 0;
    std::uint16_t port = 0;
    std::uint32_t step = 0;  // of the timer that counts
    // From here on once it is served.
    bool served = false;
    std::uint32_t generation = 0;
    std::size_t block = 0;
    Rewritten rewritten;
    DnsMessage passed;  // as the plugins below rewrite see it
    // From here on while it is forwarded.
    bool forwarded = false;
    std::size_t forwarder = 0;
    std::vector<std::size_t> order;
    std::size_t next = 0;
    std::size_t down = 0;  // skipped in this round
    std::uint32_t attempts = 0;
    Time started{};
    std::size_t upstream = 0;
    std::uint16_t socket = 0;
    std::uint16_t id = 0;
  };
  struct Waiting {  // whom a datagram to a local port is for
    bool probe = false;
    std::uint32_t query = 0;
    std::uint32_t generation = 0;
    std::size_t forwarder = 0;
    std::size_t upstream = 0;
  };
  struct Reply {
    DnsMessage message;
    bool written = true;  // or returned as a code, which the next writer above turns into a reply
    DecisionId by;
    bool from_cache = false;
  };

  // coredns.cpp: life, configuration, datagrams
  void load(Context& context, std::uint32_t version);
  void plan_reload(Context& context);
  void find_configuration(Snapshot& snapshot, Runtime& runtime);
  void retire(std::uint32_t generation);
  void close_socket(std::uint16_t port);
  void on_query(Context& context, const Packet& packet);
  void on_answer(Context& context, const Packet& packet);
  void on_unreachable(Context& context, std::uint16_t port);

  // chain.cpp: one query through the plugins
  const Block* choose(const Runtime& runtime, std::uint16_t port, std::string_view name,
                      std::size_t& index) const;
  bool cache_serves(const Block& block, std::string_view name) const;
  void serve(Context& context, std::uint32_t number);
  void serve_below_rewrite(Context& context, std::uint32_t number);
  void complete(Context& context, std::uint32_t number, Reply reply);
  void respond(Context& context, std::uint32_t number, Reply reply, bool load_balance);

  // exchange.cpp: queries and probes to upstreams
  void start_forward(Context& context, std::uint32_t number, std::size_t forwarder);
  void attempt(Context& context, std::uint32_t number);
  void send_attempt(Context& context, std::uint32_t number);
  void attempt_failed(Context& context, std::uint32_t number, std::string_view why);
  void forward_failed(Context& context, std::uint32_t number);
  void start_probe(Context& context, std::size_t forwarder, std::size_t upstream);
  void send_probe(Context& context, std::size_t forwarder, std::size_t upstream);
  void probe_ended(Context& context, const Waiting& waiting, bool answered);

  Runtime& runtime_of(const Query& query) { return runtimes_.at(query.generation); }
  // Whether `cache` stands above `rewrite`: up to 1.14.6; source: dns.md section 1.5.
  bool cache_above_rewrite() const { return cache_above_rewrite_; }
  std::uint16_t new_socket();

  CoreDnsSpec spec_;
  std::uint64_t seed_;
  CoreDnsMetrics metrics_;
  bool cache_above_rewrite_;
  RandomStream random_;   // ports, processing times
  RandomStream shuffle_;  // loadbalance
  RandomStream changes_;  // kubelet sync, reload periods
  HostStack stack_;
  bool running_ = false;
  std::uint32_t life_ = 0;
  ClusterNames names_;
  std::uint32_t files_version_ = 0;  // what lies in the pod's volume
  std::uint32_t tried_version_ = 0;  // what has been loaded, or refused
  Time loaded_at_{};
  Duration reload_period_{};      // zero: no reload
  std::uint32_t generation_ = 0;  // of the newest runtime
  std::map<std::uint32_t, Runtime> runtimes_;
  std::vector<std::uint16_t> listening_;
  std::uint32_t last_query_ = 0;
  std::map<std::uint32_t, Query> queries_;    // at most parameters.pending_limit
  std::map<std::uint16_t, Waiting> waiting_;  // by local port
};

}  // namespace meshsim::dns
