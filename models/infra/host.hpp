// A plain host on a VNIC: a bastion, the operator's host, a firewall, the endpoint of an API
// server. It answers pings, accepts connections on the ports it listens on, opens connections as
// kubectl or ssh do, and, as a firewall, sends on what it is not the target of. Left out: what is
// said over a connection, and rules of a firewall of its own.
#pragma once

#include <cstdint>
#include <string_view>
#include <tuple>
#include <vector>

#include "meshsim/kernel/context.hpp"
#include "meshsim/kernel/random.hpp"
#include "models/fabric/host_stack.hpp"
#include "models/infra/messages.hpp"

namespace meshsim::infra {

struct HostSpec {
  Ipv4 address{};
  std::vector<std::uint16_t> tcp_ports{};
  bool forwards = false;
  Duration to_vcn = 25us;
  Duration hop = 10us;  // through a forwarding host
  DecisionId decided_by{};
};

// From the scenario: open a connection, and close it when it stands.
struct ConnectTo {
  Ipv4 target{};
  std::uint16_t port = 0;
};

// The SYN of an attempt is due again.
struct ResendSyn {
  std::uint16_t source_port = 0;
};

// Labels of what became of an attempt; value is the time it took in ns, text the target.
inline constexpr std::string_view kHostConnected = "host-connected";
inline constexpr std::string_view kHostRefused = "host-refused";
inline constexpr std::string_view kHostUnanswered = "host-unanswered";

class Host final : public Accepts<Host, Packet, Outbound, ConnectTo, ResendSyn> {
 public:
  // `random` chooses ephemeral ports; by convention stream(path, "ports").
  Host(const HostSpec& spec, RandomStream random) : spec_(spec), random_(random) {}

  Address<Outbound> vcn{};
  Address<Forwarded> vcn_forward{};  // of a host that forwards

  void on(Context& ctx, const Packet& packet);
  void on(Context& ctx, const Outbound& outbound);  // of a process that is not modelled
  void on(Context& ctx, const ConnectTo& connect);
  void on(Context& ctx, const ResendSyn& resend);

  auto state() { return std::tie(random_, attempts_); }

 private:
  struct Attempt {
    Ipv4 target{};
    std::uint16_t port = 0;
    std::uint16_t source_port = 0;
    std::uint8_t sent = 0;
    Time began{};
  };

  HostStack stack();
  void forward(Context& ctx, Packet packet);
  void finish(Context& ctx, std::uint16_t source_port, std::string_view label);
  Attempt* attempt_at(std::uint16_t source_port);

  HostSpec spec_;
  RandomStream random_;
  std::vector<Attempt> attempts_;
};

}  // namespace meshsim::infra
