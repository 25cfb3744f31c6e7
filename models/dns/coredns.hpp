// One CoreDNS pod: listens, chooses the server block, runs the query through the block's plugins
// in the compiled-in order, forwards real packets, keeps a cache. Source: dns.md sections 1 to 3.
// Left out: DNS over TLS, HTTPS and QUIC, queueing for CPU.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "meshsim/kernel/context.hpp"
#include "meshsim/kernel/random.hpp"
#include "models/dns/answerers.hpp"
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
  std::vector<PodAddress> pods;         // that `pods verified` and autopath know
  k8s::PodIndex pod;
  Duration uplink_delay{};     // to its node
  Duration readiness_delay{};  // to the control plane, at least a window
  std::string own_ipv6;        // that the kubernetes plugin names beside its own address, if any
  // Linux hosts send six ICMP errors in a burst to one peer, then one per second.
  bool limits_icmp = true;
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

  bool is_running() const { return running_; }

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
    std::vector<Plugin> stages;  // those that it has, in the order of the release
    std::optional<DnsCache> cache;
    Rewriter rewriter;
    Templates templates;
    std::size_t first_forwarder = 0;
    std::size_t forwarders = 0;
    std::string loop_name;  // of the query by which `loop` looks for one
    std::uint32_t loop_seen = 0;
    std::uint32_t erratic_queries = 0;
    auto state() {
      return std::tie(cache, first_forwarder, forwarders, loop_name, loop_seen, erratic_queries);
    }
  };
  struct Runtime {  // of one loaded configuration
    std::uint32_t version = 0;
    std::vector<Block> blocks;
    std::vector<Forwarder> forwarders;
  };
  // Why a query was made that no client has asked.
  enum class Role : std::uint8_t {
    Client,       // a client has
    Chase,        // for the target of an alias that the parent's answer ends in
    Dns64,        // for A records to make AAAA records of
    NewTarget,    // for the target that `rewrite cname` put in
    SearchPath,   // for the next name of autopath's list
    VerifyStale,  // for what is expired, before that is served
    Refresh,      // for what is about to expire, or has; nobody waits
    LoopProbe,    // of `loop`
  };
  struct Query {
    DnsMessage asked;   // as it came
    DnsMessage passed;  // as the plugins see it by now
    Ipv4 client;
    std::uint16_t client_port = 0;
    Ipv4 server;  // the address it came to
    std::uint16_t port = 0;
    bool is_tcp = false;
    std::uint32_t step = 0;  // of the timer that counts
    // From here on once it is served.
    bool served = false;
    std::uint32_t generation = 0;
    std::size_t block = 0;
    std::uint32_t stage = 0;  // where it is, in the block's stages
    std::uint32_t floor = 0;  // replies end their way up here
    Role role = Role::Client;
    std::uint32_t parent = 0;  // who waits for it
    DnsMessage cached_as;      // as the cache saw it
    bool meets_cache = false;
    Rewritten rewritten;
    DnsMessage rewritten_from;  // as rewrite saw it
    // While a query of its own is under way.
    DnsMessage pending;
    DecisionId pending_by;
    std::vector<std::string> search;  // names that autopath still has to try
    bool searched = false;
    // While it is forwarded.
    bool forwarded = false;
    bool by_tcp = false;
    bool is_connected = false;
    bool retried_by_tcp = false;
    std::size_t forwarder = 0;
    std::vector<std::size_t> order;
    std::size_t next = 0;
    std::size_t down = 0;  // skipped in this round
    std::uint32_t attempts = 0;
    Time started{};
    Time dialled{};
    std::uint32_t syns = 0;
    std::size_t upstream = 0;
    std::uint16_t socket = 0;
    std::uint16_t id = 0;

    auto state() {
      return std::tie(asked, passed, client, client_port, server, port, is_tcp, step, served,
                      generation, block, stage, floor, role, parent, cached_as, meets_cache,
                      rewritten, rewritten_from, pending, pending_by, search, searched, forwarded,
                      by_tcp, is_connected, retried_by_tcp, forwarder, order, next, down, attempts,
                      started, dialled, syns, upstream, socket, id);
    }
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
  void exit(Context& context);
  void configure(Block& block, const ServerBlock& config) const;
  void plan_reload(Context& context);
  void find_configuration(Snapshot& snapshot, Runtime& runtime);
  void retire(std::uint32_t generation);
  void close_socket(std::uint16_t port);
  void on_query(Context& context, const Packet& packet);
  void on_answer(Context& context, const Packet& packet);
  void on_refused(Context& context, std::uint16_t port, bool by_icmp);

  // chain.cpp: one query through the plugins
  const Block* choose(const Runtime& runtime, const Query& query, std::size_t& index) const;
  void serve(Context& context, std::uint32_t number);
  bool refuse_early(Context& context, std::uint32_t number);
  void descend(Context& context, std::uint32_t number, std::size_t stage);
  // Whether the plugin has dealt with the query.
  bool enter(Context& context, std::uint32_t number, Plugin plugin);
  bool enter_cache(Context& context, std::uint32_t number);
  bool enter_rewrite(Context& context, std::uint32_t number);
  bool enter_acl(Context& context, std::uint32_t number);
  bool enter_kubernetes(Context& context, std::uint32_t number);
  bool enter_loop(Context& context, std::uint32_t number);
  bool enter_forward(Context& context, std::uint32_t number, std::size_t first);
  bool enter_erratic(Context& context, std::uint32_t number);
  bool take(Context& context, std::uint32_t number, MaybeAnswered answered, DecisionId by);
  // The reply goes up from below `stage`.
  void ascend(Context& context, std::uint32_t number, std::size_t stage, Reply reply);
  // Whether the plugin holds the reply back.
  bool leave(Context& context, std::uint32_t number, Plugin plugin, Reply& reply);
  void leave_cache(Context& context, std::uint32_t number, Reply& reply);
  bool leave_rewrite(Context& context, std::uint32_t number, Reply& reply);
  void finish(Context& context, std::uint32_t number, Reply reply);
  void respond(Context& context, std::uint32_t number, Reply reply);
  void forget(std::uint32_t number);

  // subqueries.cpp: queries that a query makes
  void look_up(Context& context, std::uint32_t number, Role role, std::string name,
               RecordType type);
  void ask_below(Context& context, std::uint32_t number, Role role, std::size_t stage,
                 const DnsMessage& query);
  void resume(Context& context, std::uint32_t number, Role role, Reply reply);
  bool enter_autopath(Context& context, std::uint32_t number);
  void search_next(Context& context, std::uint32_t number);
  bool wants_dns64(const Query& query, const Reply& reply) const;
  void probe_for_loops(Context& context);

  // exchange.cpp: queries and probes to upstreams
  void start_forward(Context& context, std::uint32_t number, std::size_t forwarder);
  void attempt(Context& context, std::uint32_t number);
  void send_attempt(Context& context, std::uint32_t number);
  void dial(Context& context, std::uint32_t number);
  void send_query(Context& context, std::uint32_t number);
  void on_connected(Context& context, std::uint16_t port);
  void attempt_failed(Context& context, std::uint32_t number, std::string_view why);
  void forward_failed(Context& context, std::uint32_t number);
  void forwarded_answer(Context& context, std::uint32_t number, const DnsMessage& answer);
  void start_probe(Context& context, std::size_t forwarder, std::size_t upstream);
  void send_probe(Context& context, std::size_t forwarder, std::size_t upstream);
  void ask_probe(Context& context, const Waiting& waiting);
  void probe_ended(Context& context, const Waiting& waiting, bool answered);

  Runtime& runtime_of(const Query& query) { return runtimes_.at(query.generation); }
  CacheHabits cache_habits() const;
  std::uint16_t new_socket();

  CoreDnsSpec spec_;
  std::uint64_t seed_;
  CoreDnsMetrics metrics_;
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
