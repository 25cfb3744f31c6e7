// The language of models: components that accept small typed messages. In-ports are overloads of
// on(); out-ports are Address<M> members; nothing else is needed.
#pragma once

#include <array>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "meshsim/base/check.hpp"
#include "meshsim/base/units.hpp"
#include "meshsim/kernel/snapshot.hpp"

namespace meshsim {

class Context;

// Ids follow the sorted paths of the components, so adding one keeps the others' relative order.
// 0 is the world outside: the scenario that starts things.
struct ComponentId {
  std::uint32_t value = 0;
  friend constexpr auto operator<=>(ComponentId, ComponentId) = default;
};

// Where a component lives; 0 is nowhere. Unlike the id it says nothing about order.
struct ComponentPlace {
  std::uint32_t value = 0;
  friend constexpr bool operator==(ComponentPlace, ComponentPlace) = default;
};

// The unit of isolation: a Kubernetes node, a gateway, a link, a host. Zero delay is allowed only
// inside a cell; between cells a message takes at least one window.
struct CellId {
  std::uint32_t value = 0;
  friend constexpr auto operator<=>(CellId, CellId) = default;
};

inline constexpr std::size_t kMessageBytes = 32;

// Larger payloads travel behind a PayloadId (payload.hpp).
template <class M>
concept Message = std::is_trivially_copyable_v<M> && sizeof(M) <= kMessageBytes && alignof(M) <= 8;

// A message under way. The links belong to the queue that holds it.
struct Event {
  Time at{};
  ComponentId sender;
  ComponentPlace target;
  // How many messages this sender had sent before (48 bits), which of the target's message types
  // this is (8 bits), and whether the sender may take it back (1 bit).
  std::uint64_t tag = 0;
  std::uint32_t next = 0;
  std::uint32_t previous = 0;
  alignas(8) std::array<std::byte, kMessageBytes> body{};

  static constexpr std::uint64_t make_tag(std::uint64_t sent, std::uint64_t slot,
                                          bool cancellable) {
    return (sent << 16) | (slot << 8) | (cancellable ? 1 : 0);
  }
  std::uint64_t sent() const { return tag >> 16; }
  std::uint8_t slot() const { return static_cast<std::uint8_t>(tag >> 8); }
  bool is_cancellable() const { return (tag & 1) != 0; }

  // Total order of events. It names the sender, not the moment of insertion, so neither threads
  // nor executors can change it.
  friend bool operator<(const Event& a, const Event& b) {
    if (a.at != b.at) return a.at < b.at;
    if (a.sender != b.sender) return a.sender < b.sender;
    return a.tag < b.tag;
  }
};
static_assert(sizeof(Event) == 64);  // one cache line

// Where a message of type M can be sent. A default-made address is unwired; sending to it is a
// broken promise, so test it where a wire is optional.
template <Message M>
struct Address {
  ComponentPlace target;
  std::uint8_t slot = 0;
  constexpr explicit operator bool() const { return target.value != 0; }
  friend constexpr bool operator==(const Address&, const Address&) = default;
};

// State and handlers of one modelled thing. State is plain data; all effects go through Context.
class Component {
 public:
  Component() = default;
  Component(const Component&) = delete;
  Component& operator=(const Component&) = delete;
  virtual ~Component() = default;

  // Copies the message out of the event before anything else: its place may be used again.
  virtual void deliver(Context& context, const Event& event) = 0;

  // Writes or reads what changes while it runs; false if the component does not say what that is.
  virtual bool archive_state(Snapshot& snapshot) = 0;
  // The same for a message to it. What the message is follows from the event's slot.
  virtual void archive_message(Snapshot& snapshot, Event& event) = 0;

  // Known once the simulation is sealed.
  ComponentId id() const { return id_; }

 private:
  friend class Simulation;
  friend class Snapshot;
  friend class Lane;
  template <class Self, Message... Ms>
  friend class Accepts;

  // What the kernel keeps of a component lies in its first cache line, where the handler looks.
  ComponentId id_;
  CellId cell_;
  ComponentPlace place_;
  std::uint64_t sent_ = 0;
  std::uint64_t hash_ = 0;  // of all events it has handled, in order
};

// A component names the messages it accepts once; each needs an on(). Dispatch is one table call.
template <class Self, Message... Ms>
class Accepts : public Component {
 public:
  // The in-port for M; asks that the simulation has been sealed.
  template <Message M>
  Address<M> address() const {
    static_assert((std::same_as<M, Ms> || ...), "the component does not accept this message");
    check(id().value != 0, "addresses are taken after the simulation is sealed");
    return {place_, slot_of<M>()};
  }

  void deliver(Context& context, const Event& event) final {
    if constexpr (sizeof...(Ms) == 1) {
      (call<Ms>(static_cast<Self&>(*this), context, event), ...);
    } else {
      kTable[event.slot()](static_cast<Self&>(*this), context, event);
    }
  }

  bool archive_state(Snapshot& snapshot) final {
    constexpr bool kHasState = HasState<Self> || HasArchive<Self>;
    if constexpr (kHasState) snapshot(static_cast<Self&>(*this));
    return kHasState;
  }

  void archive_message(Snapshot& snapshot, Event& event) final {
    constexpr std::array<void (*)(Snapshot&, Event&), sizeof...(Ms)> kArchives{&archive_as<Ms>...};
    if (event.slot() >= sizeof...(Ms)) snapshot.fail("gets a message of an unknown kind");
    kArchives[event.slot()](snapshot, event);
  }

 private:
  static_assert(sizeof...(Ms) < 256);

  template <Message M>
  static constexpr std::uint8_t slot_of() {
    constexpr std::array<bool, sizeof...(Ms)> kSame{std::same_as<M, Ms>...};
    for (std::uint8_t slot = 0; slot < kSame.size(); ++slot) {
      if (kSame[slot]) return slot;
    }
    return static_cast<std::uint8_t>(kSame.size());
  }

  template <Message M>
  static void call(Self& self, Context& context, const Event& event) {
    M message;
    std::memcpy(&message, event.body.data(), sizeof message);
    self.on(context, message);
  }

  template <Message M>
  static void archive_as(Snapshot& snapshot, Event& event) {
    if constexpr (!std::is_empty_v<M>) {
      M message{};
      if (!snapshot.is_reading()) std::memcpy(&message, event.body.data(), sizeof message);
      snapshot(message);
      std::memcpy(event.body.data(), &message, sizeof message);
    }
  }

  static constexpr std::array<void (*)(Self&, Context&, const Event&), sizeof...(Ms)> kTable{
      &call<Ms>...};
};

}  // namespace meshsim
