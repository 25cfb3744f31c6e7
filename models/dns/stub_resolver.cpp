// getaddrinfo() of glibc and musl as state machines over UDP, and the JVM's address cache.
// Source: dns.md sections 4.2 (glibc), 4.4 (musl), 4.5 (JVM).
#include "models/dns/stub_resolver.hpp"

#include <algorithm>

#include "models/dns/name.hpp"
#include "models/dns/observations.hpp"
#include "models/dns/resolver_rules.hpp"

namespace meshsim::dns {
namespace {

// Step of a timer that wakes a lookup which waited for another of the same name.
constexpr std::uint32_t kWake = 0;
// Time-outs with one family answered, after which glibc is content with that one.
constexpr std::uint32_t kPartialTimeouts = 3;
constexpr std::size_t kMuslAddresses = 48;

}  // namespace

std::optional<LookupResult> StubResolver::lookup(Context& context, HostStack& stack,
                                                 Address<ResolverTimer> timer, std::uint32_t lookup,
                                                 std::string name) {
  check(find(lookup) == nullptr, "the number of a lookup is not in use");
  if (const Cached* known = cached(context.now(), name)) {
    return LookupResult{lookup, known->addresses, known->failure};
  }
  const auto same = std::find_if(lookups_.begin(), lookups_.end(),
                                 [&](const Lookup& other) { return other.name == name; });
  if (same != lookups_.end()) {
    same->waiting.push_back(lookup);
    return std::nullopt;
  }
  if (lookups_.size() >= kLimit) {
    context.trace({.label = kOverflow, .value = lookup, .text = "lookups of a resolver"});
    return LookupResult{lookup, {}, "too many lookups"};
  }
  if (spec_.nameservers.empty()) return LookupResult{lookup, {}, "no nameserver"};

  Lookup started;
  started.number = lookup;
  for (Candidate& candidate : candidates(spec_, name)) {
    if (candidate.as_is) started.as_is = started.names.size();
    started.names.push_back(std::move(candidate.name));
  }
  started.name = std::move(name);
  lookups_.push_back(std::move(started));
  start_name({context, stack, timer}, lookups_.back());
  return std::nullopt;
}

bool StubResolver::owns(std::uint16_t port) const {
  return std::any_of(lookups_.begin(), lookups_.end(),
                     [&](const Lookup& lookup) { return lookup.port == port; });
}

std::optional<LookupResult> StubResolver::on_datagram(Context& context, HostStack& stack,
                                                      Address<ResolverTimer> timer,
                                                      const Packet& packet) {
  const Wires wires{context, stack, timer};
  if (!context.payloads().holds<DnsMessage>(packet.payload)) {
    context.payloads().release(packet.payload);
    return std::nullopt;
  }
  const DnsMessage answer = context.payloads().get<DnsMessage>(packet.payload);
  context.payloads().release(packet.payload);
  Lookup* lookup = find_port(packet.target_port);
  const bool from_server = std::find(spec_.nameservers.begin(), spec_.nameservers.end(),
                                     packet.source) != spec_.nameservers.end();
  if (lookup == nullptr || !from_server || packet.source_port != kDnsPort || !answer.response) {
    return std::nullopt;
  }
  const auto question =
      std::find_if(lookup->questions.begin(), lookup->questions.end(), [&](const Question& asked) {
        return asked.id == answer.id && asked.type == answer.type &&
               same_name(answer.name, lookup->names[lookup->current]);
      });
  if (question == lookup->questions.end() || question->verdict != Verdict::Pending) {
    return std::nullopt;
  }
  question->verdict = judge(wires, *lookup, answer, question->addresses);
  if (libc_of(spec_.libc) == Libc::Glibc) return glibc_settle(wires, *lookup);

  const bool accepted = answer.rcode == Rcode::NoError || answer.rcode == Rcode::NxDomain;
  if (!accepted) {  // ignored; a SERVFAIL is repeated at once, within bounds
    question->verdict = Verdict::Pending;
    if (answer.rcode == Rcode::ServFail) {
      lookup->saw_failure = true;
      if (lookup->repeats > 0) {
        --lookup->repeats;
        send_question(wires, *lookup, *question, packet.source);
      }
    }
    return std::nullopt;
  }
  return musl_settle(wires, *lookup);
}

std::optional<LookupResult> StubResolver::on_unreachable(Context& context, HostStack& stack,
                                                         Address<ResolverTimer> timer,
                                                         std::uint16_t port) {
  Lookup* lookup = find_port(port);
  // musl does not look at ICMP errors: it waits its five seconds.
  if (lookup == nullptr || libc_of(spec_.libc) == Libc::Musl) return std::nullopt;
  return glibc_next_server({context, stack, timer}, *lookup, Verdict::Unreachable);
}

std::optional<LookupResult> StubResolver::on_timer(Context& context, HostStack& stack,
                                                   Address<ResolverTimer> timer,
                                                   const ResolverTimer& fired) {
  if (fired.step == kWake) {
    const auto woken = std::find_if(woken_.begin(), woken_.end(),
                                    [&](const auto& entry) { return entry.first == fired.lookup; });
    if (woken == woken_.end()) return std::nullopt;
    std::string name = std::move(woken->second);
    woken_.erase(woken);
    return this->lookup(context, stack, timer, fired.lookup, std::move(name));
  }
  Lookup* lookup = find(fired.lookup);
  const bool counts =
      lookup != nullptr && lookup->step == fired.step && lookup->deadline == context.now();
  if (!counts) return std::nullopt;
  const Wires wires{context, stack, timer};
  return libc_of(spec_.libc) == Libc::Musl ? musl_timeout(wires, *lookup)
                                           : glibc_timeout(wires, *lookup);
}

StubResolver::Lookup* StubResolver::find(std::uint32_t number) {
  const auto found = std::find_if(lookups_.begin(), lookups_.end(),
                                  [&](const Lookup& lookup) { return lookup.number == number; });
  return found == lookups_.end() ? nullptr : &*found;
}

StubResolver::Lookup* StubResolver::find_port(std::uint16_t port) {
  const auto found = std::find_if(lookups_.begin(), lookups_.end(),
                                  [&](const Lookup& lookup) { return lookup.port == port; });
  return found == lookups_.end() ? nullptr : &*found;
}

std::string_view StubResolver::failure_text(Verdict verdict) {
  switch (verdict) {
    case Verdict::Pending:
    case Verdict::Records: break;
    case Verdict::NoData: return "NODATA";
    case Verdict::NxDomain: return "NXDOMAIN";
    case Verdict::FormErr: return "FORMERR";
    case Verdict::ServFail: return "SERVFAIL";
    case Verdict::Refused: return "REFUSED";
    case Verdict::Silence: return "timeout";
    case Verdict::Unreachable: return "port unreachable";
    case Verdict::ForeignOwner: return "the answer's records belong to another name";
    case Verdict::Truncated: return "truncated answer (DNS over TCP is not modelled yet)";
  }
  return "";
}

// Opens a socket for the current name and asks.
void StubResolver::start_name(Wires wires, Lookup& lookup) {
  if (lookup.port != 0) wires.stack.close_udp(lookup.port);
  lookup.port = wires.stack.ephemeral_port(random_);
  wires.stack.listen_udp(lookup.port);
  lookup.server = 0;
  lookup.attempt = 0;
  lookup.partial = 0;
  lookup.started = wires.context.now();
  lookup.questions.clear();
  const auto ask = [&](RecordType type) {
    Question question;
    question.type = type;
    question.id = static_cast<std::uint16_t>(random_.below(65536));
    lookup.questions.push_back(std::move(question));
  };
  ask(RecordType::A);
  if (!spec_.ipv4_only) ask(RecordType::Aaaa);
  send_pending(wires, lookup);
}

void StubResolver::send_question(Wires wires, const Lookup& lookup, const Question& question,
                                 Ipv4 server) {
  DnsMessage query;
  query.id = question.id;
  query.name = lookup.names[lookup.current];
  query.type = question.type;
  const std::uint32_t bytes = plain_size(query);
  wires.stack.send_udp(wires.context, lookup.port, server, kDnsPort, bytes,
                       wires.context.payloads().put(std::move(query)));
}

// Asks what has no answer yet: glibc the current server, musl all of them.
void StubResolver::send_pending(Wires wires, Lookup& lookup) {
  const bool musl = libc_of(spec_.libc) == Libc::Musl;
  for (const Question& question : lookup.questions) {
    if (question.verdict != Verdict::Pending) continue;
    if (!musl) {
      send_question(wires, lookup, question, spec_.nameservers[lookup.server]);
      continue;
    }
    for (const Ipv4 server : spec_.nameservers) send_question(wires, lookup, question, server);
  }
  lookup.repeats = 2 * static_cast<std::uint32_t>(lookup.questions.size());
  arm(wires, lookup, musl ? spec_.timeout / std::max(1U, spec_.attempts) : spec_.timeout);
}

void StubResolver::arm(Wires wires, Lookup& lookup, Duration delay) {
  lookup.step = ++steps_;
  lookup.deadline = wires.context.now() + delay;
  wires.context.send(wires.timer, ResolverTimer{lookup.number, lookup.step}, delay);
}

StubResolver::Verdict StubResolver::judge(Wires wires, const Lookup& lookup,
                                          const DnsMessage& answer,
                                          std::vector<Ipv4>& addresses) const {
  switch (answer.rcode) {
    case Rcode::NoError: break;
    case Rcode::FormErr: return Verdict::FormErr;
    case Rcode::NxDomain: return Verdict::NxDomain;
    case Rcode::ServFail:
    case Rcode::NotImp: return Verdict::ServFail;
    case Rcode::Refused: return Verdict::Refused;
    default: return Verdict::FormErr;
  }
  if (answer.truncated) {
    wires.context.trace({.label = kTruncated, .value = lookup.number, .text = answer.name});
    return Verdict::Truncated;
  }
  BelievedAnswer belief = believed(answer, rejects_foreign_owners(spec_.libc, spec_.ipv4_only));
  if (!belief.addresses.empty()) {
    addresses = std::move(belief.addresses);
    return Verdict::Records;
  }
  if (belief.foreign_owner.empty()) return Verdict::NoData;
  wires.context.trace({.label = kOwnerIgnored,
                       .value = lookup.number,
                       .text = "asked for " + answer.name + ", the answer's records belong to " +
                               belief.foreign_owner + "; " + spec_.libc + " ignores them"});
  return Verdict::ForeignOwner;
}

// Once all answers are in: done, the next try, or the next name.
StubResolver::Outcome StubResolver::glibc_settle(Wires wires, Lookup& lookup) {
  const auto has = [&](Verdict verdict) {
    return std::any_of(lookup.questions.begin(), lookup.questions.end(),
                       [&](const Question& question) { return question.verdict == verdict; });
  };
  if (has(Verdict::Truncated)) return name_failed(wires, lookup, Verdict::Truncated);
  if (has(Verdict::Pending)) return std::nullopt;
  if (has(Verdict::Records)) return succeed(wires, lookup);
  if (has(Verdict::ForeignOwner)) return name_failed(wires, lookup, Verdict::ForeignOwner);
  if (has(Verdict::Refused)) return glibc_next_server(wires, lookup, Verdict::Refused);
  if (has(Verdict::ServFail)) return glibc_next_server(wires, lookup, Verdict::ServFail);
  for (const Verdict verdict : {Verdict::NoData, Verdict::FormErr}) {
    if (has(verdict)) return name_failed(wires, lookup, verdict);
  }
  return name_failed(wires, lookup, Verdict::NxDomain);
}

StubResolver::Outcome StubResolver::glibc_timeout(Wires wires, Lookup& lookup) {
  const bool some_answered =
      std::any_of(lookup.questions.begin(), lookup.questions.end(),
                  [](const Question& question) { return question.verdict != Verdict::Pending; });
  if (!some_answered) return glibc_next_server(wires, lookup, Verdict::Silence);
  if (++lookup.partial < kPartialTimeouts) {
    // It takes the server for one that cannot answer two queries at a time and repeats both.
    for (Question& question : lookup.questions) question.verdict = Verdict::Pending;
    send_pending(wires, lookup);
    return std::nullopt;
  }
  for (Question& question : lookup.questions) {
    if (question.verdict == Verdict::Pending) question.verdict = Verdict::NoData;
  }
  return glibc_settle(wires, lookup);
}

StubResolver::Outcome StubResolver::glibc_next_server(Wires wires, Lookup& lookup,
                                                      Verdict verdict) {
  if (++lookup.server == spec_.nameservers.size()) {
    lookup.server = 0;
    if (++lookup.attempt >= spec_.attempts) return name_failed(wires, lookup, verdict);
  }
  for (Question& question : lookup.questions) question.verdict = Verdict::Pending;
  send_pending(wires, lookup);
  return std::nullopt;
}

StubResolver::Outcome StubResolver::musl_settle(Wires wires, Lookup& lookup) {
  bool records = false;
  bool exists = false;
  for (const Question& question : lookup.questions) {
    if (question.verdict == Verdict::Pending) return std::nullopt;
    if (question.verdict == Verdict::Truncated) {
      return name_failed(wires, lookup, Verdict::Truncated);
    }
    records |= question.verdict == Verdict::Records;
    exists |= question.verdict == Verdict::NoData;
  }
  if (records) return succeed(wires, lookup);
  return name_failed(wires, lookup, exists ? Verdict::NoData : Verdict::NxDomain);
}

StubResolver::Outcome StubResolver::musl_timeout(Wires wires, Lookup& lookup) {
  if (wires.context.now() - lookup.started < spec_.timeout) {
    send_pending(wires, lookup);
    return std::nullopt;
  }
  // One family missing is a failure, even if the other has come.
  return name_failed(wires, lookup, lookup.saw_failure ? Verdict::ServFail : Verdict::Silence);
}

// The current name has no addresses: the next one, or the end.
StubResolver::Outcome StubResolver::name_failed(Wires wires, Lookup& lookup, Verdict verdict) {
  const auto fail = [&](Verdict reason) {
    return finish(wires, lookup, {}, std::string{failure_text(reason)});
  };
  // Final whatever else is on the list: the answer counted as one, or the resolver is not there.
  const bool final_for_all = verdict == Verdict::Unreachable || verdict == Verdict::Truncated ||
                             verdict == Verdict::ForeignOwner;
  if (final_for_all) return fail(verdict);

  const bool musl = libc_of(spec_.libc) == Libc::Musl;
  if (musl && verdict != Verdict::NxDomain) return fail(verdict);

  if (lookup.current == lookup.as_is) lookup.as_is_verdict = verdict;
  lookup.saw_no_data |= verdict == Verdict::NoData && lookup.current != lookup.as_is;
  lookup.saw_failure |= verdict == Verdict::ServFail && lookup.current != lookup.as_is;

  // After silence or REFUSED glibc skips the rest of its search list.
  const bool skips = verdict == Verdict::Silence || verdict == Verdict::Refused;
  std::size_t next = lookup.current + 1;
  if (skips && lookup.current != lookup.as_is) {
    next = lookup.as_is > lookup.current ? lookup.as_is : lookup.names.size();
  }
  if (next < lookup.names.size()) {
    lookup.current = next;
    start_name(wires, lookup);
    return std::nullopt;
  }
  // As it was asked for first: that result stands; else what the search list has met.
  if (lookup.as_is == 0 && lookup.as_is_verdict) return fail(*lookup.as_is_verdict);
  if (lookup.saw_no_data) return fail(Verdict::NoData);
  if (lookup.saw_failure && !musl) return fail(Verdict::ServFail);
  return fail(verdict);
}

StubResolver::Outcome StubResolver::succeed(Wires wires, Lookup& lookup) {
  std::vector<Ipv4> addresses;
  for (const Question& question : lookup.questions) {
    addresses.insert(addresses.end(), question.addresses.begin(), question.addresses.end());
  }
  if (libc_of(spec_.libc) == Libc::Musl) {
    addresses.resize(std::min(addresses.size(), kMuslAddresses));
  } else if (!spec_.ipv4_only && buffer_overflows(addresses.size(), lookup.round)) {
    ++lookup.round;  // the whole search is repeated with a larger buffer
    lookup.current = 0;
    start_name(wires, lookup);
    return std::nullopt;
  }
  return finish(wires, lookup, std::move(addresses), {});
}

StubResolver::Outcome StubResolver::finish(Wires wires, Lookup& lookup, std::vector<Ipv4> addresses,
                                           std::string failure) {
  wires.stack.close_udp(lookup.port);
  LookupResult result{lookup.number, std::move(addresses), std::move(failure)};
  remember(wires.context.now(), lookup, result);
  for (const std::uint32_t waiting : lookup.waiting) {
    woken_.emplace_back(waiting, lookup.name);
    wires.context.send(wires.timer, ResolverTimer{waiting, kWake});
  }
  lookups_.erase(lookups_.begin() + (&lookup - lookups_.data()));
  return result;
}

const StubResolver::Cached* StubResolver::cached(Time now, std::string_view name) const {
  const auto found = std::find_if(cache_.begin(), cache_.end(), [&](const Cached& entry) {
    return entry.name == name && entry.until > now;
  });
  return found == cache_.end() ? nullptr : &*found;
}

void StubResolver::remember(Time now, const Lookup& lookup, const LookupResult& result) {
  std::erase_if(
      cache_, [&](const Cached& entry) { return entry.until <= now || entry.name == lookup.name; });
  const Duration ttl = result.failure.empty() ? spec_.positive_ttl : spec_.negative_ttl;
  if (ttl <= Duration::zero()) return;
  if (cache_.size() >= kCacheLimit) cache_.erase(cache_.begin());  // the oldest
  cache_.push_back({lookup.name, now + ttl, result.addresses, result.failure});
}

}  // namespace meshsim::dns
