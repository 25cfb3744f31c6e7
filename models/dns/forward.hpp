// One `forward` line: which upstream next, which are Down, which sockets can be used again.
// Source: dns.md section 2.2. The sending and the timers are CoreDns' own.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "meshsim/kernel/random.hpp"
#include "models/dns/config.hpp"

namespace meshsim::dns {

inline constexpr Duration kTotalDeadline = 5s;  // tested before each attempt
inline constexpr Duration kProbeTimeout = 1s;

class Forwarder {
 public:
  struct Probe {
    bool running = false;
    std::uint16_t port = 0;  // 0 between two probes
    std::uint16_t id = 0;
    std::uint32_t step = 0;
  };

  Forwarder() = default;
  // `oldest_socket_first`: since 1.14; before, the last returned one.
  Forwarder(const ForwardConfig& config, bool oldest_socket_first, RandomStream random);

  // Goes on with another; false if that has another number of upstreams.
  bool configure(const ForwardConfig& config) {
    config_ = &config;
    return config.to.size() == states_.size();
  }

  const ForwardConfig& config() const { return *config_; }
  std::size_t size() const { return config_->to.size(); }
  const Upstream& upstream(std::size_t index) const { return config_->to[index]; }
  bool takes(std::string_view name) const;

  // The upstreams in the order they are tried, by the policy.
  std::vector<std::size_t> order();
  std::size_t any();
  std::uint16_t query_id();

  bool is_down(std::size_t index) const;
  Probe& probe(std::size_t index) { return states_[index].probe; }
  // True if the probe's outcome changed whether the upstream is Down.
  bool probe_failed(std::size_t index);
  bool probe_succeeded(std::size_t index);

  // A used socket (its local port), or nothing. Sockets given up are moved to `closed`.
  std::optional<std::uint16_t> take_socket(std::size_t index, bool is_tcp, Time now,
                                           std::vector<std::uint16_t>& closed);
  void give_socket_back(std::size_t index, std::uint16_t port, bool is_tcp, Time now);
  // The far end has closed it.
  void forget_socket(std::uint16_t port);
  std::vector<std::uint16_t> idle_sockets() const;

  // How long a connection may take to come, and how long one has taken (or failed to).
  Duration dial_timeout(std::size_t index) const;
  void dialled(std::size_t index, Duration took);

  // Whether the far host would send an ICMP error now: Linux sends six in a burst, then one per
  // second to one peer.
  bool icmp_passes(std::size_t index, Time now);

  std::uint32_t concurrent = 0;  // queries that wait for an upstream

  auto state() { return std::tie(oldest_socket_first_, random_, turn_, states_, concurrent); }

 private:
  struct Socket {
    std::uint16_t port = 0;
    Time last_used{};
  };
  struct State {
    std::uint32_t fails = 0;  // probes in a row
    Probe probe;
    std::vector<Socket> idle;      // UDP; the last returned at the end
    std::vector<Socket> idle_tcp;  // likewise
    Duration average_dial = 15s;   // source: dns.md section 2.2
    std::uint32_t icmp_left = 6;
    Time icmp_filled{};
  };

  const ForwardConfig* config_ = nullptr;  // lives with the configuration in the server's spec
  bool oldest_socket_first_ = false;
  RandomStream random_;
  std::size_t turn_ = 0;
  std::vector<State> states_;
};

}  // namespace meshsim::dns
