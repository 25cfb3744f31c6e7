// Queries to upstreams and the probes of those that failed; source: dns.md section 2.2.
#include "models/dns/coredns.hpp"
#include "models/dns/observations.hpp"

namespace meshsim::dns {
namespace {

std::string exchange_text(const DnsMessage& message, std::string_view relation,
                          const Upstream& upstream) {
  return std::string{to_string(message.type)} + " " + message.name + " " + std::string{relation} +
         " " + to_string(upstream.address);
}

}  // namespace

void CoreDns::start_forward(Context& context, std::uint32_t number, std::size_t index) {
  Query& query = queries_.at(number);
  Forwarder& forwarder = runtime_of(query).forwarders[index];
  query.forwarder = index;
  const std::uint32_t limit = forwarder.config().max_concurrent;
  if (limit > 0 && forwarder.concurrent >= limit) {
    context.trace({.label = kOverflow,
                   .decided_by = forwarder.config().decision,
                   .text = "max_concurrent of a forward line"});
    return complete(
        context, number,
        {reply_to(query.passed, Rcode::Refused), false, forwarder.config().decision, false});
  }
  ++forwarder.concurrent;
  query.forwarded = true;
  query.order = forwarder.order();
  query.started = context.now();
  attempt(context, number);
}

void CoreDns::attempt(Context& context, std::uint32_t number) {
  Query& query = queries_.at(number);
  Forwarder& forwarder = runtime_of(query).forwarders[query.forwarder];
  if (context.now() - query.started >= kTotalDeadline) return forward_failed(context, number);
  // Since 1.14.7 there are at most two attempts per upstream.
  const bool limited = at_least(spec_.version, 1, 14, 7);
  if (limited && query.attempts >= 2 * forwarder.size()) return forward_failed(context, number);
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
  const Upstream& upstream = forwarder.upstream(query.upstream);
  std::vector<std::uint16_t> expired;
  const auto reused = forwarder.take_socket(query.upstream, context.now(), expired);
  for (const std::uint16_t port : expired) stack_.close_udp(port);
  query.socket = reused ? *reused : new_socket();
  query.id = forwarder.query_id();
  ++query.attempts;
  waiting_[query.socket] = {false, number, query.generation, query.forwarder, query.upstream};

  DnsMessage sent = query.passed;
  sent.id = query.id;
  context.count(metrics_.forwards);
  context.trace({.label = kForward,
                 .value = query.attempts,
                 .decided_by = forwarder.config().decision,
                 .text = exchange_text(sent, "to", upstream)});
  const std::uint32_t bytes = plain_size(sent);
  stack_.send_udp(context, query.socket, upstream.address, upstream.port, bytes,
                  context.payloads().put(std::move(sent)));
  context.send(address<QueryTimer>(), QueryTimer{number, ++query.step}, kReadTimeout);
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
  complete(context, number,
           {reply_to(query.passed, Rcode::ServFail), false, forwarder.config().decision, false});
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
  probe.port = new_socket();
  probe.id = forwarder.query_id();
  waiting_[probe.port] = {true, 0, generation_, index, target};
  DnsMessage query;
  query.id = probe.id;
  query.name = forwarder.config().health_domain;
  query.type = RecordType::Ns;
  const std::uint32_t bytes = plain_size(query);
  stack_.send_udp(context, probe.port, upstream.address, upstream.port, bytes,
                  context.payloads().put(std::move(query)));
  context.send(address<ProbeTimer>(),
               ProbeTimer{generation_, static_cast<std::uint32_t>(index),
                          static_cast<std::uint32_t>(target), ++probe.step},
               kProbeTimeout);
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
