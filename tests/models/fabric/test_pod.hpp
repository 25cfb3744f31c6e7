// A process of a test: sends what it is told to, keeps what arrives, may echo datagrams.
#pragma once

#include <vector>

#include "meshsim/kernel/context.hpp"
#include "models/fabric/packet.hpp"
#include "tests/models/infra/probe.hpp"

namespace meshsim {

struct SendNow {
  Packet packet;
};

class TestPod final : public Accepts<TestPod, Packet, SendNow> {
 public:
  explicit TestPod(bool echoes = false) : echoes_(echoes) {}

  Address<Outbound> uplink{};
  std::vector<Heard> heard;

  void on(Context& ctx, const Packet& packet) {
    heard.push_back({ctx.now(), packet});
    ctx.payloads().release(packet.payload);
    if (echoes_) ctx.send(uplink, Outbound{answer_to(packet, packet.size)}, 1us);
  }
  void on(Context& ctx, const SendNow& send) { ctx.send(uplink, Outbound{send.packet}, 1us); }

 private:
  bool echoes_;
};

}  // namespace meshsim
