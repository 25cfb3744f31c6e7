// What the DNS tests share: a scripted name server and a client with a stub resolver.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "models/dns/message.hpp"
#include "models/dns/stub_resolver.hpp"
#include "models/fabric/host_stack.hpp"
#include "tests/support/test_switch.hpp"
#include "tests/support/test_world.hpp"

namespace meshsim::dns {

inline Ipv4 ip(std::string_view text) { return *parse_ipv4(text); }

struct AskedQuery {
  Time at{};
  std::string name;
  RecordType type{};
  Ipv4 source;
  std::uint16_t source_port = 0;
};

// Answers known names with addresses, all else with NXDOMAIN; settings change that.
class ScriptedServer final : public Accepts<ScriptedServer, Packet> {
 public:
  explicit ScriptedServer(Ipv4 address) : address_(address) {}
  void wire(Address<Outbound> uplink) {
    stack_ = HostStack{address_, uplink, 10us};
    stack_.listen_udp(kDnsPort);
  }

  std::map<std::string, std::vector<Ipv4>> names;
  std::map<std::string, Rcode> rcodes;
  std::set<RecordType> drops;           // never answered
  std::map<RecordType, int> drop_next;  // so many more
  bool silent = false;
  bool with_soa = true;
  std::uint32_t ttl = 30;
  std::uint32_t soa_ttl = 30;
  std::string soa_owner = "test.";
  std::string owner;  // of the records, if not the question's name
  std::vector<AskedQuery> asked;

  void close() { stack_.close_all(); }

  void on(Context& context, const Packet& packet) {
    if (stack_.receive(context, packet) != Arrival::Datagram) return;
    const DnsMessage query = context.payloads().get<DnsMessage>(packet.payload);
    context.payloads().release(packet.payload);
    asked.push_back({context.now(), query.name, query.type, packet.source, packet.source_port});
    if (silent || drops.contains(query.type) || drop_next[query.type]-- > 0) return;
    DnsMessage reply = answer(query);
    const std::uint32_t bytes = fit(reply, udp_limit(query));
    stack_.send_udp(context, kDnsPort, packet.source, packet.source_port, bytes,
                    context.payloads().put(std::move(reply)));
  }

 private:
  DnsMessage answer(const DnsMessage& query) const {
    const auto rcode = rcodes.find(query.name);
    if (rcode != rcodes.end()) return reply_to(query, rcode->second);
    const auto known = names.find(query.name);
    DnsMessage reply = reply_to(query, known == names.end() ? Rcode::NxDomain : Rcode::NoError);
    reply.recursion_available = true;
    if (known != names.end() && query.type == RecordType::A) {
      for (const Ipv4 address : known->second) {
        reply.answer.push_back(
            {.owner = owner.empty() ? query.name : owner, .ttl = ttl, .address = address});
      }
    } else if (with_soa) {
      reply.authority.push_back({.owner = soa_owner,
                                 .type = RecordType::Soa,
                                 .ttl = soa_ttl,
                                 .target = "ns.test.",
                                 .text = "hostmaster.test. 1 7200 1800 86400 60"});
    }
    return reply;
  }

  Ipv4 address_;
  HostStack stack_;
};

// Looks names up when told, one after the other is the test's business.
struct StartLookup {
  std::uint32_t index = 0;
};

class LookupClient final : public Accepts<LookupClient, StartLookup, Packet, ResolverTimer> {
 public:
  LookupClient(Ipv4 address, ResolverSpec spec, RandomStream random)
      : address_(address), resolver_(std::move(spec), random) {}
  void wire(Address<Outbound> uplink) { stack_ = HostStack{address_, uplink, 10us}; }

  std::vector<std::string> to_look_up;
  std::map<std::uint32_t, std::pair<Time, LookupResult>> results;

  void on(Context& context, const StartLookup& start) {
    take(context,
         resolver_.lookup(context, stack_, timer(), start.index, to_look_up.at(start.index)));
  }
  void on(Context& context, const Packet& packet) {
    switch (stack_.receive(context, packet)) {
      case Arrival::Datagram:
        return take(context, resolver_.on_datagram(context, stack_, timer(), packet));
      case Arrival::Unreachable:
        return take(context,
                    resolver_.on_unreachable(context, stack_, timer(), packet.source_port));
      default: return;
    }
  }
  void on(Context& context, const ResolverTimer& fired) {
    take(context, resolver_.on_timer(context, stack_, timer(), fired));
  }

 private:
  Address<ResolverTimer> timer() const { return address<ResolverTimer>(); }
  void take(Context& context, const std::optional<LookupResult>& result) {
    if (result) results[result->lookup] = {context.now(), *result};
  }

  Ipv4 address_;
  HostStack stack_;
  StubResolver resolver_;
};

}  // namespace meshsim::dns
