// Plain hosts in regions, joined by a switch that delays, loses, queues or blocks each packet by
// its pair of regions: the set-up of the Coherence recordings. No routing, no security, no NAT.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "meshsim/kernel/context.hpp"
#include "meshsim/kernel/random.hpp"
#include "models/fabric/packet.hpp"
#include "models/infra/wire.hpp"

namespace meshsim::infra {

// From now on packets from region `from` to region `to` (this direction only) meet this wire.
struct SetPair {
  std::uint16_t from = 0;
  std::uint16_t to = 0;
  Ratio loss{0, 1};
  Duration delay{};
  Duration jitter{};
};
struct SetPairRate {
  std::uint16_t from = 0;
  std::uint16_t to = 0;
  BitRate rate{0};  // 0: unlimited
};
// Blocks or frees one direction. Blocked packets vanish in silence (no ICMP, no RST); those under
// way still arrive.
struct BlockPair {
  std::uint16_t from = 0;
  std::uint16_t to = 0;
  bool blocked = true;
};

struct SwitchHost {
  Ipv4 address{};
  std::uint16_t region = 0;
};

struct WanSwitchSpec {
  std::uint16_t regions = 1;
  std::vector<SwitchHost> hosts{};
  // wires[from * regions + to]; delays of at least one window.
  std::vector<WireShape> wires{};
};

// All pairs alike: `inside` within a region, `between` from one to another.
std::vector<WireShape> uniform_wires(std::uint16_t regions, const WireShape& inside,
                                     const WireShape& between);

class WanSwitch final : public Accepts<WanSwitch, Outbound, SetPair, SetPairRate, BlockPair> {
 public:
  // `random` decides loss and jitter; by convention stream(path, "wires").
  WanSwitch(const WanSwitchSpec& spec, RandomStream random);

  // Where packets for this host go: its process. The host must be in the spec.
  void wire(Ipv4 host, Address<Packet> process);

  void on(Context& ctx, const Outbound& outbound);
  void on(Context& ctx, const SetPair& set);
  void on(Context& ctx, const SetPairRate& set);
  void on(Context& ctx, const BlockPair& block);

  void archive(Snapshot& snapshot) {
    snapshot.fixed(pairs_);
    snapshot(random_);
  }

 private:
  struct Host {
    Ipv4 address;
    std::uint16_t region = 0;
    Address<Packet> process;
  };
  struct Pair {
    Wire wire;
    bool blocked = false;
  };

  Host* host_at(Ipv4 address);
  Pair& pair(std::uint16_t from, std::uint16_t to);

  std::uint16_t regions_;
  std::vector<Host> hosts_{};  // by address
  std::vector<Pair> pairs_{};
  RandomStream random_;
};

}  // namespace meshsim::infra
