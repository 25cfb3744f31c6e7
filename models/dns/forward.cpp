// Policies, health and sockets of a forward line; source: dns.md section 2.2.
#include "models/dns/forward.hpp"

#include <algorithm>
#include <numeric>
#include <span>

#include "models/dns/name.hpp"

namespace meshsim::dns {

Forwarder::Forwarder(const ForwardConfig& config, bool oldest_socket_first, RandomStream random)
    : config_(&config),
      oldest_socket_first_(oldest_socket_first),
      random_(random),
      states_(config.to.size()) {}

bool Forwarder::takes(std::string_view name) const {
  if (!is_in_zone(name, config_->from)) return false;
  return std::none_of(config_->except.begin(), config_->except.end(),
                      [&](const std::string& zone) { return is_in_zone(name, zone); });
}

std::vector<std::size_t> Forwarder::order() {
  std::vector<std::size_t> result(size());
  std::iota(result.begin(), result.end(), std::size_t{0});
  switch (config_->policy) {
    case ForwardPolicy::Sequential: break;
    case ForwardPolicy::Random: random_.shuffle(std::span{result}); break;
    case ForwardPolicy::RoundRobin: {
      // The counter is raised first: a fresh instance begins with the second entry.
      turn_ = (turn_ + 1) % size();
      const auto chosen = result.begin() + static_cast<std::ptrdiff_t>(turn_);
      std::rotate(result.begin(), chosen, chosen + 1);
      break;
    }
  }
  return result;
}

std::size_t Forwarder::any() { return random_.below(size()); }

std::uint16_t Forwarder::query_id() { return static_cast<std::uint16_t>(random_.below(65536)); }

bool Forwarder::is_down(std::size_t index) const {
  return config_->max_fails > 0 && states_[index].fails > config_->max_fails;
}

bool Forwarder::probe_failed(std::size_t index) {
  const bool before = is_down(index);
  ++states_[index].fails;
  return is_down(index) != before;
}

bool Forwarder::probe_succeeded(std::size_t index) {
  const bool before = is_down(index);
  states_[index].fails = 0;
  return before;
}

std::optional<std::uint16_t> Forwarder::take_socket(std::size_t index, bool is_tcp, Time now,
                                                    std::vector<std::uint16_t>& closed) {
  std::vector<Socket>& idle = is_tcp ? states_[index].idle_tcp : states_[index].idle;
  const auto expired = [&](const Socket& socket) {
    return now - socket.last_used >= config_->expire;
  };
  if (!oldest_socket_first_ && !idle.empty() && expired(idle.back())) {
    // 1.12 looks at the top of the stack only, and drops it whole.
    for (const Socket& socket : idle) closed.push_back(socket.port);
    idle.clear();
  }
  while (oldest_socket_first_ && !idle.empty() && expired(idle.front())) {
    closed.push_back(idle.front().port);
    idle.erase(idle.begin());
  }
  if (idle.empty()) return std::nullopt;
  const auto chosen = oldest_socket_first_ ? idle.begin() : idle.end() - 1;
  const std::uint16_t port = chosen->port;
  idle.erase(chosen);
  return port;
}

void Forwarder::give_socket_back(std::size_t index, std::uint16_t port, bool is_tcp, Time now) {
  (is_tcp ? states_[index].idle_tcp : states_[index].idle).push_back({port, now});
}

void Forwarder::forget_socket(std::uint16_t port) {
  for (State& state : states_) {
    std::erase_if(state.idle_tcp, [port](const Socket& socket) { return socket.port == port; });
  }
}

Duration Forwarder::dial_timeout(std::size_t index) const {
  constexpr Duration kShortest = 1s;
  constexpr Duration kLongest = 30s;
  return std::clamp<Duration>(2 * states_[index].average_dial, kShortest, kLongest);
}

void Forwarder::dialled(std::size_t index, Duration took) {
  constexpr int kWeight = 4;
  Duration& average = states_[index].average_dial;
  average += (took - average) / kWeight;
}

std::vector<std::uint16_t> Forwarder::idle_sockets() const {
  std::vector<std::uint16_t> ports;
  for (const State& state : states_) {
    for (const Socket& socket : state.idle) ports.push_back(socket.port);
  }
  return ports;
}

bool Forwarder::icmp_passes(std::size_t index, Time now) {
  constexpr std::uint32_t kBurst = 6;
  State& state = states_[index];
  const std::int64_t seconds = (now - state.icmp_filled) / std::chrono::seconds{1};
  if (seconds > 0) {
    state.icmp_left = static_cast<std::uint32_t>(
        std::min<std::int64_t>(kBurst, std::int64_t{state.icmp_left} + seconds));
    state.icmp_filled += std::chrono::seconds{seconds};
  }
  if (state.icmp_left == 0) return false;
  --state.icmp_left;
  return true;
}

}  // namespace meshsim::dns
