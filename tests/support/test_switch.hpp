// A switch for tests: every packet goes to the process that has its target address, after one
// delay. Pairs can be blocked; a packet to nobody is a drop (HostUnknown), a blocked one LinkCut.
#pragma once

#include <map>
#include <set>
#include <utility>

#include "meshsim/kernel/context.hpp"
#include "models/fabric/drop.hpp"
#include "models/fabric/packet.hpp"

namespace meshsim {

// Wire it while nothing runs: delays and blocked pairs may change between two run_for().
class TestSwitch final : public Accepts<TestSwitch, Outbound> {
 public:
  // `one_way`: from the switch to a process without a delay of its own.
  explicit TestSwitch(Duration one_way = 50us) : one_way_(one_way) {}

  void attach(Ipv4 address, Address<Packet> process) { processes_[address] = process; }
  // Overrides the delay between two addresses, both directions.
  void set_delay(Ipv4 a, Ipv4 b, Duration one_way) {
    delays_[{a, b}] = one_way;
    delays_[{b, a}] = one_way;
  }
  // Nothing passes from `source` to `target` (one direction).
  void block(Ipv4 source, Ipv4 target) { blocked_.insert({source, target}); }
  void unblock(Ipv4 source, Ipv4 target) { blocked_.erase({source, target}); }

  std::uint64_t packets() const { return packets_; }
  std::uint64_t packets_to(Ipv4 target) const {
    const auto found = packets_to_.find(target);
    return found == packets_to_.end() ? 0 : found->second;
  }

  void on(Context& context, const Outbound& outbound) {
    const Packet& packet = outbound.packet;
    ++packets_;
    ++packets_to_[packet.target];
    const auto process = processes_.find(packet.target);
    if (process == processes_.end()) return drop(context, packet, DropCode::HostUnknown);
    const std::pair pair{packet.source, packet.target};
    if (blocked_.contains(pair)) return drop(context, packet, DropCode::LinkCut);
    const auto delay = delays_.find(pair);
    context.send(process->second, packet, delay == delays_.end() ? one_way_ : delay->second);
  }

 private:
  Duration one_way_;
  std::map<Ipv4, Address<Packet>> processes_;
  std::map<std::pair<Ipv4, Ipv4>, Duration> delays_;
  std::set<std::pair<Ipv4, Ipv4>> blocked_;
  std::map<Ipv4, std::uint64_t> packets_to_;
  std::uint64_t packets_ = 0;
};

}  // namespace meshsim
