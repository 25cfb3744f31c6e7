// The behaviour of the hosts around a case.
#include "sim/resolve/case_hosts.hpp"

#include <algorithm>

#include "models/dns/name.hpp"

namespace meshsim::resolve {
namespace {

std::string address_text(Ipv4 address, std::uint16_t port) {
  return port == dns::kDnsPort ? to_string(address)
                               : to_string(address) + ":" + std::to_string(port);
}

}  // namespace

void CaseSwitch::on(Context& context, const Outbound& from) {
  const Packet& packet = from.packet;
  constexpr std::uint16_t kFirstClientPort = 32768;
  const bool is_loopback = packet.target.value >> 24 == 127;
  if (is_loopback && packet.target_port < kFirstClientPort) {
    return context.send(server, packet, kCaseWire);
  }
  const bool is_error = packet.protocol == Protocol::Icmp && packet.target_port == kIcmpUnreachable;
  if (is_error && !icmp_passes(context.now())) return;
  watch(context, packet);
  const auto host = hosts.find(packet.target);
  const auto delay = delays.find({packet.source, packet.target});
  if (host != hosts.end()) {
    return context.send(host->second, packet, delay == delays.end() ? kCaseWire : delay->second);
  }
  context.payloads().release(packet.payload);
  const auto back = hosts.find(packet.source);
  if (back == hosts.end()) return;
  Packet answer = answer_to(packet, kIpTcpHeader);
  if (packet.protocol == Protocol::Udp) {
    if (!icmp_passes(context.now())) return;
    answer.protocol = Protocol::Icmp;
    answer.source_port = packet.source_port;
    answer.target_port = kIcmpUnreachable;
  } else if (packet.protocol == Protocol::Tcp && packet.flags == kSyn) {
    answer.flags = kRst | kAck;
  } else {
    return;
  }
  context.send(back->second, answer, kCaseWire);
}

void CaseSwitch::watch(Context& context, const Packet& packet) {
  if (!watched.contains({packet.source, packet.target})) return;
  if (!context.payloads().holds<dns::DnsMessage>(packet.payload)) return;
  const auto& query = context.payloads().get<dns::DnsMessage>(packet.payload);
  const bool is_probe = query.type == dns::RecordType::Ns && query.name == ".";
  if (query.response || is_probe || query.type == dns::RecordType::Hinfo) return;
  crossed.push_back({context.now(), packet.source, packet.target, query.name});
}

bool CaseSwitch::icmp_passes(Time now) {
  constexpr double kBurst = 50;
  constexpr double kPerSecond = 1000;
  const double passed = static_cast<double>((now - icmp_filled_).count()) / 1e9;
  icmp_left_ = std::min(kBurst, icmp_left_ + passed * kPerSecond);
  icmp_filled_ = now;
  if (icmp_left_ < 1) return false;
  icmp_left_ -= 1;
  return true;
}

void CaseServers::on(Context&, const Act& act) {
  const auto changes = changes_.find(act.step);
  if (changes == changes_.end()) return;
  for (const auto& [address, behaviour] : changes->second) behaviours_[address] = behaviour;
}

Behaviour* CaseServers::behaviour_of(const std::string& address) {
  const auto found = behaviours_.find(address);
  return found == behaviours_.end() ? nullptr : &found->second;
}

void CaseServers::on(Context& context, const Packet& packet) {
  const std::string address = address_text(packet.target, packet.target_port);
  Behaviour* behaviour = behaviour_of(address);
  const bool is_tcp = packet.protocol == Protocol::Tcp;
  if (behaviour != nullptr && behaviour->kind == Behaviour::Kind::ByTransport) {
    behaviour = is_tcp ? behaviour->tcp.get() : behaviour->udp.get();
  }
  HostStack stack{packet.target, uplink, kCaseWire};
  const bool is_open = behaviour != nullptr && behaviour->kind != Behaviour::Kind::Refused;
  if (is_open) stack.listen_udp(packet.target_port);
  if (is_open && !behaviour->no_tcp) stack.listen_tcp(packet.target_port);
  const Arrival arrival = stack.receive(context, packet);
  if (arrival != Arrival::Datagram && arrival != Arrival::Segment) return;
  if (is_open && context.payloads().holds<dns::DnsMessage>(packet.payload)) {
    const dns::DnsMessage& query = context.payloads().get<dns::DnsMessage>(packet.payload);
    if (query.type != dns::RecordType::Hinfo) {
      log.push_back({context.now(), address, query, is_tcp});
    }
    answer(context, stack, packet, address, *behaviour);
  }
  context.payloads().release(packet.payload);
}

void CaseServers::answer(Context& context, HostStack& stack, const Packet& packet,
                         const std::string& address, Behaviour& behaviour) {
  using Kind = Behaviour::Kind;
  const dns::DnsMessage& query = context.payloads().get<dns::DnsMessage>(packet.payload);
  switch (behaviour.kind) {
    case Kind::Silent:
    case Kind::Refused: return;
    case Kind::ByName: {
      const auto named = behaviour.names.find(dns::lower(query.name) + " " + to_string(query.type));
      Behaviour* const next =
          named != behaviour.names.end() ? named->second.get() : behaviour.otherwise.get();
      if (next != nullptr) return answer(context, stack, packet, address, *next);
      return;
    }
    case Kind::Sequence: {
      const std::size_t turn = behaviour.turn++;
      const std::size_t last = behaviour.sequence.size() - 1;
      return answer(context, stack, packet, address, *behaviour.sequence[std::min(turn, last)]);
    }
    case Kind::ByTransport: {
      const auto& next = packet.protocol == Protocol::Tcp ? behaviour.tcp : behaviour.udp;
      return answer(context, stack, packet, address, *next);
    }
    default: break;
  }
  dns::DnsMessage reply = reply_to(query, behaviour.rcode);
  reply.checking_disabled = false;
  reply.recursion_available = behaviour.recursion_available;
  if (query.edns) reply.edns.emplace(dns::Edns{8192});
  if (behaviour.kind == Kind::Reply) {
    reply.answer = behaviour.answer;
    reply.authority = behaviour.authority;
    reply.additional = behaviour.additional;
    reply.authoritative = behaviour.authoritative;
    reply.truncated = behaviour.truncated;
    reply.response = behaviour.is_response;
    reply.has_question = behaviour.has_question;
    if (behaviour.wrong_id) reply.id = static_cast<std::uint16_t>(reply.id ^ 0x5555);
    if (behaviour.question) {
      reply.name = behaviour.question->first;
      reply.type = behaviour.question->second;
    }
  } else if (query.type != dns::RecordType::A) {
    if (behaviour.kind == Kind::Echo) {
      reply.authority.push_back({.owner = ".",
                                 .type = dns::RecordType::Soa,
                                 .ttl = 60,
                                 .target = "a.",
                                 .text = "b. 1 2 3 4 5"});
    }
  } else if (behaviour.kind == Kind::Echo) {
    reply.answer.push_back(
        {.owner = query.name, .ttl = behaviour.ttl, .address = behaviour.address});
  } else {
    for (std::uint32_t index = 0; index < behaviour.count; ++index) {
      const Ipv4 made{(10U << 24) | (20U << 16) | ((index / 200) << 8) | (index % 200 + 1)};
      reply.answer.push_back({.owner = query.name, .ttl = behaviour.ttl, .address = made});
    }
  }
  const std::uint32_t bytes = compressed_size(reply);
  HostStack late{packet.target, uplink, kCaseWire + behaviour.delay};
  const PayloadId payload = context.payloads().put(std::move(reply));
  if (packet.protocol == Protocol::Tcp) {
    late.send_segment(context, packet.target_port, packet.source, packet.source_port, bytes,
                      payload);
  } else {
    late.send_udp(context, packet.target_port, packet.source, packet.source_port, bytes, payload);
  }
}

void CaseClient::on(Context& context, const StartScript&) {
  first_ = context.now();
  outcomes.resize(script_.size());
  read_at.resize(script_.size());
  on(context, NextStep{0});
}

void CaseClient::on(Context& context, const NextStep& next) {
  step_ = next.step;
  if (step_ > 0 && read_at[step_ - 1] == Time{}) read_at[step_ - 1] = context.now();
  if (step_ >= script_.size()) {
    has_ended = true;
    ended_at = context.now();
    return;
  }
  const ScriptStep& step = script_[step_];
  if (step.at && first_ + *step.at > context.now()) {
    // Not before its time; the log of the step before has been read now.
    const Duration wait = first_ + *step.at - context.now();
    return context.send(address<NextStep>(), NextStep{step_}, wait);
  }
  asked_ = 0;
  if (step.ask) return ask(context);
  for (const Address<Act>& actor : actors) context.send(actor, Act{step_}, kCaseWire);
  context.send(address<NextStep>(), NextStep{step_ + 1}, step.settle);
}

Ipv4 CaseClient::source() const {
  const Question& question = *script_[step_].ask;
  return question.client ? question.client : own_;
}

void CaseClient::ask(Context& context) {
  const Question& question = *script_[step_].ask;
  began_ = context.now();
  ++number_;
  is_waiting_ = true;
  port_ = static_cast<std::uint16_t>(port_ >= 59999 ? 40000 : port_ + 1);
  HostStack stack{source(), uplink, kCaseWire};
  if (question.is_tcp) {
    stack.connect(context, port_, question.server, question.port);
  } else {
    dns::DnsMessage query = question.query;
    query.id = static_cast<std::uint16_t>(number_);
    const std::uint32_t bytes = plain_size(query);
    stack.send_udp(context, port_, question.server, question.port, bytes,
                   context.payloads().put(std::move(query)));
  }
  context.send(address<AskTimeout>(), AskTimeout{number_}, question.timeout);
}

void CaseClient::on(Context& context, const AskTimeout& timeout) {
  if (!is_waiting_ || timeout.number != number_) return;
  ended(context, {});
}

void CaseClient::on(Context& context, const Packet& packet) {
  HostStack stack{packet.target, uplink, kCaseWire};
  stack.listen_udp(port_);
  const Arrival arrival = stack.receive(context, packet);
  const bool has_data = arrival == Arrival::Datagram || arrival == Arrival::Segment;
  const bool is_ours =
      is_waiting_ && (packet.target_port == port_ || arrival == Arrival::Unreachable);
  if (is_ours && arrival == Arrival::Connected) {
    dns::DnsMessage query = script_[step_].ask->query;
    query.id = static_cast<std::uint16_t>(number_);
    const std::uint32_t bytes = plain_size(query);
    stack.send_segment(context, port_, packet.source, packet.source_port, bytes,
                       context.payloads().put(std::move(query)));
  } else if (is_ours && (arrival == Arrival::Refused || arrival == Arrival::Unreachable)) {
    Outcome outcome;
    outcome.kind = Outcome::Kind::Error;
    ended(context, std::move(outcome));
  } else if (is_ours && has_data && context.payloads().holds<dns::DnsMessage>(packet.payload)) {
    Outcome outcome;
    outcome.kind = Outcome::Kind::Reply;
    outcome.reply = context.payloads().get<dns::DnsMessage>(packet.payload);
    outcome.bytes = packet.size - (packet.protocol == Protocol::Tcp ? kIpTcpHeader : kIpUdpHeader);
    if (outcome.reply.id == static_cast<std::uint16_t>(number_)) ended(context, std::move(outcome));
  }
  if (has_data) context.payloads().release(packet.payload);
}

void CaseClient::ended(Context& context, Outcome outcome) {
  outcome.asked = began_;
  outcome.ended = context.now();
  is_waiting_ = false;
  outcomes[step_].push_back(std::move(outcome));
  const ScriptStep& step = script_[step_];
  if (++asked_ < step.ask->repeat) return ask(context);
  context.send(address<NextStep>(), NextStep{step_ + 1}, step.settle);
}

}  // namespace meshsim::resolve
