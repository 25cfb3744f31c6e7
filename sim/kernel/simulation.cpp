// Builds the table of components and runs it.
#include "meshsim/kernel/simulation.hpp"

#include <algorithm>

#include "executor.hpp"

namespace meshsim {

Simulation::Simulation(std::uint64_t seed, Duration window) : seed_(seed), window_(window) {
  check(window > Duration::zero(), "the window is longer than zero");
  slots_.push_back({"", cell("(outside)"), nullptr, 0});
}

Simulation::~Simulation() = default;

CellId Simulation::cell(std::string_view name) {
  const auto found = std::find_if(cells_.begin(), cells_.end(),
                                  [&](const Cell& cell) { return cell.name == name; });
  if (found == cells_.end()) {
    check(!sealed_, "cells are made before the simulation is sealed");
    cells_.push_back({std::string{name}, 0});
    return {static_cast<std::uint32_t>(cells_.size() - 1)};
  }
  return {static_cast<std::uint32_t>(found - cells_.begin())};
}

void Simulation::adopt(std::string path, CellId cell, std::unique_ptr<Component> component) {
  check(!sealed_, "components are added before the simulation is sealed");
  check(!path.empty(), "a component has a path");
  slots_.push_back({std::move(path), cell, std::move(component), 0});
}

void Simulation::seal() {
  check(!sealed_, "a simulation is sealed once");
  std::sort(slots_.begin() + 1, slots_.end(),
            [](const Slot& a, const Slot& b) { return a.path < b.path; });
  for (std::uint32_t index = 1; index < slots_.size(); ++index) {
    check(slots_[index].path != slots_[index - 1].path, "the path of a component is unique");
    slots_[index].component->id_ = ComponentId{index};
  }
  sealed_ = true;
}

const std::string& Simulation::path(ComponentId id) const {
  check(id.value < slots_.size(), "an id names an existing component");
  return slots_[id.value].path;
}

void Simulation::post_from_outside(Event& event) {
  event.key.sender = ComponentId{0};
  event.key.sent = slots_[0].sent++;
  push_event(pending_, event);
}

RunStats Simulation::run_until(Time end, ExecutorKind kind) {
  check(sealed_, "a simulation is sealed before it runs");
  const auto executor =
      kind == ExecutorKind::Serial ? make_serial_executor(*this) : make_window_executor(*this);
  return executor->run_until(end);
}

std::uint64_t Simulation::fingerprint() const {
  std::uint64_t hash = trace_hash_;
  std::vector<std::pair<std::string_view, std::uint64_t>> by_name;
  for (const Cell& cell : cells_) by_name.emplace_back(cell.name, cell.hash);
  std::sort(by_name.begin(), by_name.end());
  for (const auto& [name, cell_hash] : by_name) hash = stable_mix(hash, cell_hash);
  return hash;
}

}  // namespace meshsim
