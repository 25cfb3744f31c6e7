// Queries to upstreams and the probes of those that failed; source: dns.md section 2.2.
#include <algorithm>
#include <array>

#include "models/dns/coredns.hpp"
#include "models/dns/name.hpp"
#include "models/dns/observations.hpp"

namespace meshsim::dns {
namespace {

// When Linux repeats a SYN, seconds after the first one; source: dns.md section 2.2.
constexpr std::array kSynTimes{0, 1, 2, 3, 4, 5, 7, 11, 19};

std::string exchange_text(const DnsMessage& message, std::string_view relation,
                          const Upstream& upstream) {
  return to_string(message.type) + " " + message.name + " " + std::string{relation} + " " +
         to_string(upstream.address);
}

bool contains(const std::vector<Rcode>& codes, Rcode code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

}  // namespace

void CoreDns::start_forward(Context& context, std::uint32_t number, std::size_t index) {
  Query& query = queries_.at(number);
  Forwarder& forwarder = runtime_of(query).forwarders[index];
  const ForwardConfig& config = forwarder.config();
  query.forwarder = index;
  if (config.max_concurrent > 0 && forwarder.concurrent >= config.max_concurrent) {
    context.trace({.label = kOverflow,
                   .decided_by = config.decision,
                   .text = "max_concurrent of a forward line"});
    return ascend(context, number, query.stage,
                  {reply_to(query.passed, Rcode::Refused), false, config.decision});
  }
  ++forwarder.concurrent;
  query.forwarded = true;
  query.by_tcp = config.force_tcp || (query.is_tcp && !config.prefer_udp);
  query.retried_by_tcp = false;
  query.order = forwarder.order();
  query.next = 0;
  query.down = 0;
  query.attempts = 0;
  query.started = context.now();
  attempt(context, number);
}

void CoreDns::attempt(Context& context, std::uint32_t number) {
  Query& query = queries_.at(number);
  Forwarder& forwarder = runtime_of(query).forwarders[query.forwarder];
  if (context.now() - query.started >= kTotalDeadline) return forward_failed(context, number);
  // Since 1.14.7 there are at most two attempts per upstream, if nothing else is said.
  std::size_t most = forwarder.config().max_connect_attempts;
  if (most == 0 && at_least(spec_.version, 1, 14, 7)) most = 2 * forwarder.size();
  if (most > 0 && query.attempts >= most) return forward_failed(context, number);
  for (;;) {
    if (query.next >= forwarder.size()) {
      query.next = 0;
      query.down = 0;
    }
    query.upstream = query.order[query.next++];
    if (!forwarder.is_down(query.upstream)) break;
    if (++query.down < forwarder.size()) continue;
    if (forwarder.config().fail_fast) return forward_failed(context, number);
    query.upstream = forwarder.any();  // all are Down: one try at any of them
    break;
  }
  send_attempt(context, number);
}

void CoreDns::send_attempt(Context& context, std::uint32_t number) {
  Query& query = queries_.at(number);
  Forwarder& forwarder = runtime_of(query).forwarders[query.forwarder];
  std::vector<std::uint16_t> expired;
  const auto reused = forwarder.take_socket(query.upstream, query.by_tcp, context.now(), expired);
  for (const std::uint16_t port : expired) stack_.close_udp(port);
  query.id = forwarder.query_id();
  ++query.attempts;
  if (reused) {
    query.socket = *reused;
  } else {
    query.socket = query.by_tcp ? stack_.ephemeral_port(random_) : new_socket();
  }
  waiting_[query.socket] = {false, number, query.generation, query.forwarder, query.upstream};
  query.is_connected = reused || !query.by_tcp;
  if (query.is_connected) {
    if (!reused) forwarder.dialled(query.upstream, Duration::zero());
    return send_query(context, number);
  }
  query.dialled = context.now();
  query.syns = 0;
  dial(context, number);
}

// The next SYN, or the end of the patience for it.
void CoreDns::dial(Context& context, std::uint32_t number) {
  Query& query = queries_.at(number);
  Forwarder& forwarder = runtime_of(query).forwarders[query.forwarder];
  const Upstream& upstream = forwarder.upstream(query.upstream);
  const Duration patience = forwarder.dial_timeout(query.upstream);
  const Duration passed = context.now() - query.dialled;
  if (passed >= patience) {
    forwarder.dialled(query.upstream, passed);
    return attempt_failed(context, number, "no connection to");
  }
  stack_.connect(context, query.socket, upstream.address, upstream.port);
  ++query.syns;
  Duration next = patience;
  if (query.syns < kSynTimes.size()) {
    next = std::min<Duration>(next, std::chrono::seconds{kSynTimes[query.syns]});
  }
  context.send(address<QueryTimer>(), QueryTimer{number, ++query.step}, next - passed);
}

void CoreDns::on_connected(Context& context, std::uint16_t port) {
  const auto found = waiting_.find(port);
  if (found == waiting_.end()) return;
  if (found->second.probe) return ask_probe(context, found->second);
  Query& query = queries_.at(found->second.query);
  if (query.is_connected) return;
  query.is_connected = true;
  runtime_of(query).forwarders[query.forwarder].dialled(query.upstream,
                                                        context.now() - query.dialled);
  send_query(context, found->second.query);
}

void CoreDns::send_query(Context& context, std::uint32_t number) {
  Query& query = queries_.at(number);
  Forwarder& forwarder = runtime_of(query).forwarders[query.forwarder];
  const Upstream& upstream = forwarder.upstream(query.upstream);
  DnsMessage sent = query.passed;
  sent.id = query.id;
  context.count(metrics_.forwards);
  context.trace({.label = kForward,
                 .value = query.attempts,
                 .decided_by = forwarder.config().decision,
                 .text = exchange_text(sent, "to", upstream)});
  const std::uint32_t bytes = plain_size(sent);
  const PayloadId payload = context.payloads().put(std::move(sent));
  if (query.by_tcp) {
    stack_.send_segment(context, query.socket, upstream.address, upstream.port, bytes, payload);
  } else {
    stack_.send_udp(context, query.socket, upstream.address, upstream.port, bytes, payload);
  }
  context.send(address<QueryTimer>(), QueryTimer{number, ++query.step},
               forwarder.config().read_timeout);
}

// A network error or a time-out: the socket is given up, the upstream probed, the next one tried.
void CoreDns::attempt_failed(Context& context, std::uint32_t number, std::string_view why) {
  Query& query = queries_.at(number);
  Forwarder& forwarder = runtime_of(query).forwarders[query.forwarder];
  context.trace({.label = kTimeout,
                 .value = query.attempts,
                 .decided_by = forwarder.config().decision,
                 .text = exchange_text(query.passed, why, forwarder.upstream(query.upstream))});
  ++query.step;
  close_socket(query.socket);
  if (query.generation == generation_ && forwarder.config().max_fails > 0) {
    start_probe(context, query.forwarder, query.upstream);
  }
  if (query.down < forwarder.size()) return attempt(context, number);
  forward_failed(context, number);
}

void CoreDns::forward_failed(Context& context, std::uint32_t number) {
  Query& query = queries_.at(number);
  Forwarder& forwarder = runtime_of(query).forwarders[query.forwarder];
  --forwarder.concurrent;
  query.forwarded = false;
  ascend(context, number, query.stage,
         {reply_to(query.passed, Rcode::ServFail), false, forwarder.config().decision});
}

void CoreDns::forwarded_answer(Context& context, std::uint32_t number, const DnsMessage& answer) {
  Query& query = queries_.at(number);
  Forwarder& forwarder = runtime_of(query).forwarders[query.forwarder];
  const ForwardConfig& config = forwarder.config();
  if (answer.truncated && config.prefer_udp && !query.by_tcp && !query.retried_by_tcp) {
    query.retried_by_tcp = true;
    query.by_tcp = true;
    return send_attempt(context, number);
  }
  const bool fits_question =
      answer.response && answer.has_question && same_name(answer.name, query.passed.name) &&
      answer.type == query.passed.type && answer.record_class == query.passed.record_class;
  if (fits_question && contains(config.failover, answer.rcode) &&
      query.attempts < forwarder.size()) {
    return attempt(context, number);
  }
  --forwarder.concurrent;
  query.forwarded = false;
  const bool is_nodata = answer.rcode == Rcode::NoError && answer.answer.empty();
  const bool hands_over =
      contains(config.next, answer.rcode) || (config.next_on_nodata && is_nodata);
  const Block& block = runtime_of(query).blocks[query.block];
  const std::size_t line = query.forwarder - block.first_forwarder;
  if (fits_question && hands_over && line + 1 < block.forwarders) {
    if (enter_forward(context, number, line + 1)) return;
    return descend(context, number, query.stage + std::size_t{1});
  }
  Reply reply{fits_question ? answer : reply_to(query.passed, Rcode::FormErr), true,
              config.decision};
  reply.message.id = query.asked.id;
  ascend(context, number, query.stage, std::move(reply));
}

// One probe loop per upstream: at once after an error, then until one is answered.
void CoreDns::start_probe(Context& context, std::size_t forwarder, std::size_t upstream) {
  Forwarder::Probe& probe = runtimes_.at(generation_).forwarders[forwarder].probe(upstream);
  if (probe.running) return;
  probe.running = true;
  send_probe(context, forwarder, upstream);
}

void CoreDns::send_probe(Context& context, std::size_t index, std::size_t target) {
  Forwarder& forwarder = runtimes_.at(generation_).forwarders[index];
  const Upstream& upstream = forwarder.upstream(target);
  Forwarder::Probe& probe = forwarder.probe(target);
  const bool by_tcp = forwarder.config().force_tcp;
  probe.port = by_tcp ? stack_.ephemeral_port(random_) : new_socket();
  probe.id = forwarder.query_id();
  waiting_[probe.port] = {true, 0, generation_, index, target};
  if (by_tcp) {
    stack_.connect(context, probe.port, upstream.address, upstream.port);
  } else {
    ask_probe(context, waiting_[probe.port]);
  }
  context.send(address<ProbeTimer>(),
               ProbeTimer{generation_, static_cast<std::uint32_t>(index),
                          static_cast<std::uint32_t>(target), ++probe.step},
               kProbeTimeout);
}

void CoreDns::ask_probe(Context& context, const Waiting& waiting) {
  Forwarder& forwarder = runtimes_.at(waiting.generation).forwarders[waiting.forwarder];
  const Upstream& upstream = forwarder.upstream(waiting.upstream);
  const Forwarder::Probe& probe = forwarder.probe(waiting.upstream);
  DnsMessage query;
  query.id = probe.id;
  query.name = forwarder.config().health_domain;
  query.type = RecordType::Ns;
  query.recursion_desired = forwarder.config().health_recursion;
  const std::uint32_t bytes = plain_size(query);
  const PayloadId payload = context.payloads().put(std::move(query));
  if (forwarder.config().force_tcp) {
    stack_.send_segment(context, probe.port, upstream.address, upstream.port, bytes, payload);
  } else {
    stack_.send_udp(context, probe.port, upstream.address, upstream.port, bytes, payload);
  }
}

void CoreDns::on(Context& context, const ProbeTimer& fired) {
  if (!running_ || fired.generation != generation_) return;
  const Forwarder::Probe& probe =
      runtimes_.at(generation_).forwarders[fired.forwarder].probe(fired.upstream);
  if (probe.step != fired.step) return;
  if (probe.port == 0) return send_probe(context, fired.forwarder, fired.upstream);
  probe_ended(context, {true, 0, generation_, fired.forwarder, fired.upstream}, false);
}

void CoreDns::probe_ended(Context& context, const Waiting& waiting, bool answered) {
  Forwarder& forwarder = runtimes_.at(waiting.generation).forwarders[waiting.forwarder];
  Forwarder::Probe& probe = forwarder.probe(waiting.upstream);
  close_socket(probe.port);
  probe.port = 0;
  ++probe.step;
  const bool changed = answered ? forwarder.probe_succeeded(waiting.upstream)
                                : forwarder.probe_failed(waiting.upstream);
  if (changed) {
    context.trace({.label = kUpstream,
                   .value = answered ? 0 : 1,
                   .decided_by = forwarder.config().decision,
                   .text = to_string(forwarder.upstream(waiting.upstream).address)});
  }
  probe.running = !answered && waiting.generation == generation_;
  if (!probe.running) return;
  context.send(address<ProbeTimer>(),
               ProbeTimer{generation_, static_cast<std::uint32_t>(waiting.forwarder),
                          static_cast<std::uint32_t>(waiting.upstream), probe.step},
               forwarder.config().health_check);
}

}  // namespace meshsim::dns
