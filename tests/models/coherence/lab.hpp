// The recorded set-up: hosts in regions on a switch, JVMs armed before the start, warm services.
// What the members tell is read from the trace.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/coherence/member.hpp"
#include "models/coherence/observations.hpp"
#include "models/infra/wan_switch.hpp"
#include "tests/support/test_world.hpp"

namespace meshsim::coherence {

// An armed JVM: no boot in the figures, literal addresses. Source: the recordings' notes.
inline Parameters armed() {
  Parameters parameters;
  parameters.jvm_to_wka = {};
  parameters.wka_to_bound = {};
  return parameters;
}

// The local cost of each service, from the recorded member that was alone: no network in it.
inline std::vector<ServiceSpec> warm_services() {
  std::vector<ServiceSpec> services = default_services();
  const std::vector<DurationRange> cpu{{12ms, 20ms}, {4ms, 8ms},   {60ms, 76ms}, {36ms, 59ms},
                                       {13ms, 25ms}, {48ms, 74ms}, {30ms, 55ms}, {21ms, 24ms}};
  for (std::size_t s = 0; s < services.size(); ++s) services[s].cpu = cpu[s];
  return services;
}

// Several JVMs on the recorder's two cores: "handling a message costs 1-10 ms then, not 1", and
// services take about twice as long to start.
inline Parameters crowded() {
  Parameters parameters = armed();
  parameters.message_cpu = {1ms, 6ms};
  parameters.id_reply_cpu = {2ms, 10ms};
  parameters.bus_cpu = {30ms, 90ms};
  return parameters;
}

struct LabMember {
  std::string name;  // "par1"; its region is the name without the digits
  Duration start{};
};

class Lab {
 public:
  Lab(std::uint64_t seed, std::vector<std::string> regions, std::vector<LabMember> members,
      Duration round_trip = 10ms, const Parameters& parameters = armed(),
      std::vector<std::string> wka = {})
      : world_(seed), regions_(std::move(regions)), plan_(std::move(members)) {
    const auto count = static_cast<std::uint16_t>(regions_.size());
    infra::WanSwitchSpec spec;
    spec.regions = count;
    spec.wires = infra::uniform_wires(count, {.delay = kLan}, {.delay = wan(round_trip)});
    const bool is_given = !wka.empty();  // else everybody is well known
    for (const LabMember& member : plan_) {
      spec.hosts.push_back({ip(member.name), region(member.name)});
      if (!is_given) wka.push_back(to_string(ip(member.name)));
    }
    network_ = &world_.add<infra::WanSwitch>("switch", spec,
                                             world_.simulation().stream("switch", "wires"));
    for (const LabMember& plan : plan_) {
      MemberSpec member;
      member.cluster = "australis";
      member.member = plan.name;
      member.site = site(plan.name);
      member.machine = plan.name;
      member.wka = wka;
      member.port7 = Port7Mode::Icmp;
      member.services = warm_services();
      members_[plan.name] =
          &world_.add<Member>(plan.name, member, parameters, world_.simulation().seed(), plan.name);
    }
    world_.seal();
    for (const LabMember& plan : plan_) {
      Member& member = *members_.at(plan.name);
      member.uplink = network_->address<Outbound>();
      member.uplink_delay = kPort;
      network_->wire(ip(plan.name), member.address<Packet>());
      start(plan.name, plan.start);
    }
  }

  void start(const std::string& name, Duration after = {}) {
    world_.send(members_.at(name)->address<k8s::StartProcess>(), {ip(name)}, after);
  }
  void kill(const std::string& name, Duration after = {}) {
    world_.send(members_.at(name)->address<k8s::StopProcess>(), {}, after);
  }
  void set_link(const std::string& a, const std::string& b, Duration round_trip,
                Ratio loss = {0, 1}) {
    for (const auto& [from, to] : {std::pair{a, b}, std::pair{b, a}}) {
      infra::SetPair set;
      set.from = index(from);
      set.to = index(to);
      set.delay = wan(round_trip);
      set.loss = loss;
      world_.send(network_->address<infra::SetPair>(), set);
    }
  }
  void block(const std::string& a, const std::string& b, bool blocked = true) {
    for (const auto& [from, to] : {std::pair{a, b}, std::pair{b, a}}) {
      world_.send(network_->address<infra::BlockPair>(), {index(from), index(to), blocked});
    }
  }
  void run_for(Duration duration) { world_.run_for(duration); }

  TestWorld& world() { return world_; }
  Member& member(const std::string& name) { return *members_.at(name); }

  // Ms from the start of the run to the member's first such record at or after `since`; -1: none.
  double when(const std::string& name, std::string_view label, std::string_view text = {},
              Duration since = {}) {
    for (const TraceRecord& record : world_.trace()) {
      if (record.label != label || record.at < at(since)) continue;
      if (world_.simulation().path(record.component) != name) continue;
      if (!text.empty() && record.text != text) continue;
      return static_cast<double>(ns(record.at)) / 1e6;
    }
    return -1;
  }
  std::vector<const TraceRecord*> records(std::string_view label, const std::string& name = {}) {
    std::vector<const TraceRecord*> found;
    for (const TraceRecord& record : world_.trace()) {
      if (record.label != label) continue;
      if (!name.empty() && world_.simulation().path(record.component) != name) continue;
      found.push_back(&record);
    }
    return found;
  }
  std::size_t traced(const std::string& name, std::string_view label) {
    return records(label, name).size();
  }
  const std::string& who(const TraceRecord& record) {
    return world_.simulation().path(record.component);
  }

  static Ipv4 ip(const std::string& name, std::uint32_t region_number) {
    const auto host = static_cast<std::uint32_t>(std::stoul(name.substr(name.size() - 1)));
    return {(10U << 24) | (region_number << 16) | (host == 0 ? 10 : host)};
  }
  Ipv4 ip(const std::string& name) const { return ip(name, region(name) + 1U); }

 private:
  // Each way passes a member's port and the switch: together the recorded one-way delay.
  static constexpr Duration kPort = 50us;
  static constexpr Duration kLan = 200us;
  static Duration wan(Duration round_trip) { return round_trip / 2 - kPort; }

  static std::string site(const std::string& name) { return name.substr(0, name.size() - 1); }
  std::uint16_t region(const std::string& name) const { return index(site(name)); }
  std::uint16_t index(const std::string& name) const {
    const auto found = std::find(regions_.begin(), regions_.end(), name);
    return static_cast<std::uint16_t>(found - regions_.begin());
  }

  TestWorld world_;
  std::vector<std::string> regions_;
  std::vector<LabMember> plan_;
  infra::WanSwitch* network_ = nullptr;
  std::map<std::string, Member*> members_;
};

inline double median(std::vector<double> values) {
  if (values.empty()) return -1;
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

}  // namespace meshsim::coherence
