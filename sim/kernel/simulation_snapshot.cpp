// A simulation's part of a snapshot: its shape, to be compared; metrics, pending events and the
// state of each component. Executor, threads, lanes and the layout of memory leave no mark in it.
#include <algorithm>
#include <typeinfo>

#include "component_arena.hpp"
#include "lane.hpp"
#include "meshsim/kernel/simulation.hpp"
#include "meshsim/kernel/snapshot.hpp"

namespace meshsim {
namespace {

// Stands behind the state of each component: reading that has lost its way is noticed there.
constexpr std::uint32_t kEndOfComponent = 0x0D0E0A0D;

}  // namespace

void Simulation::archive(Snapshot& snapshot) {
  check(sealed_, "a simulation is sealed before it is saved or restored");
  check(!snapshot.is_reading() || ran_until_ < kStart,
        "only a simulation that has not run takes a snapshot");
  snapshot.simulation_ = this;
  snapshot.all(ran_until_, trace_hash_);
  archive_shape(snapshot);
  archive_counters(snapshot);
  archive_events(snapshot);
  for (std::size_t index = 1; index < slots_.size(); ++index) {
    archive_component(snapshot, slots_[index]);
  }
  snapshot.where_.clear();
}

void Simulation::archive_shape(Snapshot& snapshot) {
  const std::size_t count = snapshot.number(slots_.size());
  for (std::size_t index = 1; index < std::max(count, slots_.size()); ++index) {
    const bool is_here = index < slots_.size();
    const bool is_there = index < count;
    std::string path = is_here ? slots_[index].path : "";
    std::string type = is_here ? typeid(*slots_[index].component).name() : "";
    if (is_there) snapshot.all(path, type);
    if (!is_there || !is_here || path != slots_[index].path) {
      snapshot.fail(
          "another world: the first difference is component " +
          (is_there ? path + " of the snapshot" : slots_[index].path + " of the scenario") +
          "; a run can be continued with the same clusters, nodes and pods only");
    }
    if (type != typeid(*slots_[index].component).name()) {
      snapshot.fail(path + " is of another kind: it is of another build of meshsim");
    }
  }
}

void Simulation::archive_counters(Snapshot& snapshot) {
  const std::size_t count = snapshot.number(metrics_.values().size());
  if (count != metrics_.values().size()) {
    snapshot.fail("counts other things: it is of another build of meshsim");
  }
  for (std::uint32_t index = 0; index < count; ++index) {
    const CounterValue& counter = metrics_.values()[index];
    std::string path = counter.component;
    std::string name = counter.name;
    std::uint64_t value = counter.value;
    snapshot.all(path, name, value);
    if (path != counter.component || name != counter.name) {
      snapshot.fail("counts " + name + " of " + path + " where this scenario counts " +
                    counter.name + " of " + counter.component);
    }
    metrics_.add({index}, value - counter.value);
  }
}

// What the scenario sends from outside is not saved: the world that reads sends it anew, be it
// another than the one that was saved.
void Simulation::archive_events(Snapshot& snapshot) {
  std::vector<Event> events;
  std::vector<Event> from_outside;
  for (const auto& lane : lanes_) {
    for (const Event& event : lane->pending()) {
      (event.sender.value == 0 ? from_outside : events).push_back(event);
    }
  }
  std::sort(events.begin(), events.end());
  events.resize(snapshot.number(events.size()));
  for (Event& event : events) {
    snapshot.all(event.at, event.sender.value, event.target, event.tag);
    const std::uint32_t place = event.target.value;
    if (place == 0 || event.sender.value >= slots_.size()) snapshot.fail("has an event of nobody");
    snapshot.where_ = slots_[arena_->at(event.target)->id_.value].path;
    snapshot.payloads_ = pools_[lane_of_[place]].get();
    arena_->at(event.target)->archive_message(snapshot, event);
    snapshot.where_.clear();
  }
  if (!snapshot.is_reading()) return;
  for (const auto& lane : lanes_) lane->clear();
  for (Event& event : from_outside) {
    const std::uint8_t lane = lane_of_[event.target.value];
    if (event.at > ran_until_) {
      lanes_[lane]->take(event);
      continue;
    }
    Snapshot forgotten;
    forgotten.is_releasing_ = true;
    forgotten.simulation_ = this;
    forgotten.payloads_ = pools_[lane].get();
    arena_->at(event.target)->archive_message(forgotten, event);
  }
  for (const Event& event : events) {
    const EventPlace place = lanes_[lane_of_[event.target.value]]->take(event);
    if (event.is_cancellable()) snapshot.timers_[{event.sender.value, event.tag}] = place;
  }
}

void Simulation::archive_component(Snapshot& snapshot, const Slot& slot) {
  Component& component = *slot.component;
  snapshot.where_ = slot.path;
  snapshot.owner_ = component.id_.value;
  snapshot.payloads_ = pools_[lane_of_[component.place_.value]].get();
  snapshot.all(component.sent_, component.hash_);
  if (!component.archive_state(snapshot)) {
    snapshot.fail("does not say what it consists of; give its class `auto state()`");
  }
  std::uint32_t end = kEndOfComponent;
  snapshot(end);
  if (end != kEndOfComponent) {
    snapshot.fail("has another state here: it is of another build of meshsim");
  }
}

}  // namespace meshsim
