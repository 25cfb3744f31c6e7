// What stands around the server of a case: its client, scripted name servers, and a switch.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "meshsim/kernel/context.hpp"
#include "meshsim/kernel/random.hpp"
#include "models/dns/message.hpp"
#include "models/fabric/host_stack.hpp"

namespace meshsim::resolve {

inline constexpr Duration kCaseWindow = 10us;
inline constexpr Duration kCaseWire = 20us;     // one way, of the switch and of each host
inline constexpr Ipv4 kCaseClient{0x64400101};  // 100.64.1.1

// What a scripted name server does with a query.
struct Behaviour {
  enum class Kind : std::uint8_t {
    Silent,
    Refused,
    Reply,
    Echo,
    ManyA,
    ByName,
    Sequence,
    ByTransport
  };
  Kind kind = Kind::Reply;
  // Reply: what is put over the empty answer to the query.
  dns::Rcode rcode = dns::Rcode::NoError;
  std::vector<dns::Record> answer, authority, additional;
  bool authoritative = false;
  bool recursion_available = true;
  bool truncated = false;
  bool is_response = true;
  bool has_question = true;
  bool wrong_id = false;
  std::optional<std::pair<std::string, dns::RecordType>> question;
  // Echo and ManyA.
  Ipv4 address;
  std::uint32_t count = 0;
  std::uint32_t ttl = 0;
  Duration delay{};
  bool no_tcp = false;
  std::map<std::string, std::shared_ptr<Behaviour>> names;  // "a.test. A"
  std::shared_ptr<Behaviour> otherwise;
  std::vector<std::shared_ptr<Behaviour>> sequence;
  std::size_t turn = 0;  // of the sequence
  std::shared_ptr<Behaviour> udp, tcp;
};

// A query as it arrived at a scripted server.
struct Arrived {
  Time at{};
  std::string to;  // address, with the port if that is not 53
  dns::DnsMessage query;
  bool is_tcp = false;
};

struct Question {
  dns::DnsMessage query;
  bool is_tcp = false;
  Ipv4 client;  // none: the usual one
  Ipv4 server;
  std::uint16_t port = 53;
  Duration timeout = 8s;
  std::uint32_t repeat = 1;
};

struct Outcome {
  enum class Kind : std::uint8_t { Reply, Timeout, Error };
  Kind kind = Kind::Timeout;
  dns::DnsMessage reply;
  std::uint32_t bytes = 0;
  Time asked{};
  Time ended{};
};

// One step of the script: a question, or a change of what stands around.
struct ScriptStep {
  std::optional<Duration> at;  // after the first step
  std::optional<Question> ask;
  Duration settle = 30ms;  // until the log of the upstreams is read; after a change, the pause
};

struct StartScript {};
struct NextStep {
  std::uint32_t step = 0;
};
struct AskTimeout {
  std::uint32_t number = 0;
};
// To everybody who acts in that step.
struct Act {
  std::uint32_t step = 0;
};

// A query that went from one watched host to another.
struct Crossing {
  Time at{};
  Ipv4 from;
  Ipv4 to;
  std::string name;
};

// Joins hosts: packets to addresses that nobody has are answered as by a closed port.
class CaseSwitch final : public Accepts<CaseSwitch, Outbound> {
 public:
  std::map<Ipv4, Address<Packet>> hosts;
  Address<Packet> server;                            // what listens at 127.0.0.1
  std::map<std::pair<Ipv4, Ipv4>, Duration> delays;  // one way, where longer than the usual wire
  std::set<std::pair<Ipv4, Ipv4>> watched;
  std::vector<Crossing> crossed;  // between watched pairs, without probes
  void on(Context& context, const Outbound& from);
  auto state() { return std::tie(); }

 private:
  bool icmp_passes(Time now);
  void watch(Context& context, const Packet& packet);

  // Linux sends a thousand ICMP errors a second in all, fifty at once.
  double icmp_left_ = 50;
  Time icmp_filled_{};
};

// The name servers of a case, all addresses together.
class CaseServers final : public Accepts<CaseServers, Packet, Act> {
 public:
  CaseServers(std::map<std::string, Behaviour> behaviours,
              std::map<std::uint32_t, std::map<std::string, Behaviour>> changes)
      : behaviours_(std::move(behaviours)), changes_(std::move(changes)) {}

  Address<Outbound> uplink;
  std::vector<Arrived> log;

  void on(Context& context, const Packet& packet);
  void on(Context& context, const Act& act);
  auto state() { return std::tie(); }

 private:
  Behaviour* behaviour_of(const std::string& address);
  void answer(Context& context, HostStack& stack, const Packet& packet, const std::string& address,
              Behaviour& behaviour);

  std::map<std::string, Behaviour> behaviours_;
  std::map<std::uint32_t, std::map<std::string, Behaviour>> changes_;
};

// Puts the questions one after the other.
class CaseClient final : public Accepts<CaseClient, Packet, StartScript, NextStep, AskTimeout> {
 public:
  CaseClient(std::vector<ScriptStep> script, Ipv4 address)
      : script_(std::move(script)), own_(address) {}

  Address<Outbound> uplink;
  std::vector<Address<Act>> actors;
  std::vector<std::vector<Outcome>> outcomes;  // by step
  std::vector<Time> read_at;                   // when the log of a step was read
  bool has_ended = false;
  Time ended_at{};

  void on(Context& context, const Packet& packet);
  void on(Context& context, const StartScript& start);
  void on(Context& context, const NextStep& next);
  void on(Context& context, const AskTimeout& timeout);
  auto state() { return std::tie(); }

 private:
  void ask(Context& context);
  void ended(Context& context, Outcome outcome);
  Ipv4 source() const;

  std::vector<ScriptStep> script_;
  Ipv4 own_;
  std::uint32_t step_ = 0;
  std::uint32_t asked_ = 0;   // questions of this step
  std::uint32_t number_ = 0;  // of the question under way
  bool is_waiting_ = false;
  std::uint16_t port_ = 40000;
  Time first_{};
  Time began_{};
};

}  // namespace meshsim::resolve
