// Builds the table of components, shares it out among lanes, and runs it.
#include "meshsim/kernel/simulation.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "component_arena.hpp"
#include "lane.hpp"
#include "lane_groups.hpp"
#include "lane_runner.hpp"

namespace meshsim {
namespace {

// More lanes than threads, so that a thread finds another to work on while one waits.
constexpr std::uint32_t kLanesPerJob = 4;
constexpr std::uint32_t kMaxLanes = 256;

}  // namespace

Simulation::Simulation(std::uint64_t seed, Duration window, std::uint32_t jobs)
    : seed_(seed), window_(window), jobs_(jobs), arena_(std::make_unique<ComponentArena>()) {
  check(window > Duration::zero(), "the window is longer than zero");
  check(jobs > 0, "a simulation runs on at least one thread");
  pools_.push_back(std::make_unique<PayloadPool>(pools_, 0));
  slots_.push_back({"", nullptr});
}

Simulation::~Simulation() {
  for (const Slot& slot : slots_) {
    if (slot.component != nullptr) slot.component->~Component();
  }
}

RegionId Simulation::region(std::string_view name) {
  const auto found = std::find(regions_.begin(), regions_.end(), name);
  if (found == regions_.end()) {
    check(!sealed_, "regions are made before the simulation is sealed");
    regions_.emplace_back(name);
    return {static_cast<std::uint32_t>(regions_.size() - 1)};
  }
  return {static_cast<std::uint32_t>(found - regions_.begin())};
}

void Simulation::connect(RegionId from, RegionId to, Duration shortest) {
  check(!sealed_, "regions are connected before the simulation is sealed");
  check(shortest >= window_, "regions are at least one window apart");
  const auto [entry, is_new] = connections_.try_emplace({from, to}, shortest);
  if (!is_new) entry->second = std::min(entry->second, shortest);
}

CellId Simulation::cell(std::string_view name, RegionId region) {
  const auto found = cell_names_.find(name);
  if (found != cell_names_.end()) return found->second;
  check(!sealed_, "cells are made before the simulation is sealed");
  const CellId made{static_cast<std::uint32_t>(cells_.size())};
  cells_.push_back({std::string{name}, region});
  cell_names_.emplace(name, made);
  return made;
}

void* Simulation::allocate(std::size_t bytes) {
  check(!sealed_, "components are added before the simulation is sealed");
  return arena_->allocate(bytes);
}

void Simulation::adopt(std::string path, CellId cell, Component& component) {
  check(!path.empty(), "a component has a path");
  component.cell_ = cell;
  component.place_ = arena_->place_of(&component);
  slots_.push_back({std::move(path), &component});
}

void Simulation::seal() {
  check(!sealed_, "a simulation is sealed once");
  std::sort(slots_.begin() + 1, slots_.end(),
            [](const Slot& a, const Slot& b) { return a.path < b.path; });
  for (std::uint32_t index = 1; index < slots_.size(); ++index) {
    check(slots_[index].path != slots_[index - 1].path, "the path of a component is unique");
    slots_[index].component->id_ = ComponentId{index};
  }
  make_lanes();
  sealed_ = true;
}

void Simulation::make_lanes() {
  const std::size_t regions = std::max<std::size_t>(1, regions_.size());
  const auto most = static_cast<std::uint32_t>(
      jobs_ == 1 ? 1 : std::min<std::size_t>({regions, jobs_ * kLanesPerJob, kMaxLanes}));
  std::vector<std::size_t> sizes(regions);
  for (std::size_t index = 1; index < slots_.size(); ++index) {
    ++sizes[cells_[slots_[index].component->cell_.value].region.value];
  }
  std::vector<RegionDistance> distances;
  for (const auto& [pair, shortest] : connections_) {
    distances.push_back({pair.first.value, pair.second.value, shortest});
  }
  const std::vector<std::uint8_t> lane_of = lanes_of_regions(sizes, distances, most);
  const std::uint32_t count = *std::max_element(lane_of.begin(), lane_of.end()) + 1U;

  lane_of_.assign(arena_->places(), 0);
  for (std::size_t index = 1; index < slots_.size(); ++index) {
    const Component& component = *slots_[index].component;
    lane_of_[component.place_.value] = lane_of[cells_[component.cell_.value].region.value];
  }
  lookahead_.assign(std::size_t{count} * count, Duration::max());
  for (const auto& [pair, shortest] : connections_) {
    const std::uint32_t from = lane_of[pair.first.value];
    Duration& least = lookahead_[from * count + lane_of[pair.second.value]];
    least = std::min(least, shortest);
  }
  while (pools_.size() < count) {
    pools_.push_back(
        std::make_unique<PayloadPool>(pools_, static_cast<std::uint32_t>(pools_.size())));
  }
  for (std::uint32_t number = 0; number < count; ++number) {
    lanes_.push_back(std::make_unique<Lane>(*this, number, *pools_[number]));
  }
  if (count > 1) {
    for (const auto& lane : lanes_) lane->outboxes().resize(count);
  }
}

const std::string& Simulation::path(ComponentId id) const {
  check(id.value < slots_.size(), "an id names an existing component");
  return slots_[id.value].path;
}

void Simulation::post_from_outside(Event& event) {
  check(sealed_, "messages are sent after the simulation is sealed");
  check(event.target.value < lane_of_.size(), "a message has an existing target");
  lanes_[lane_of_[event.target.value]]->take(event);
}

RunStats Simulation::run_until(Time end, ExecutorKind kind) {
  check(sealed_, "a simulation is sealed before it runs");
  check(end < kNever, "a run ends");
  RunStats stats;
  for (const auto& lane : lanes_) {
    lane->use(kind);
    stats.events -= lane->events();
  }
  const Time beyond = end + Duration{1};
  if (kind == ExecutorKind::Serial) {
    run_serial(beyond);
  } else if (lanes_.size() == 1) {
    lanes_.front()->run(beyond, ~std::uint64_t{0});
  } else {
    LaneRunner{*this, beyond}.run(jobs_);
  }
  std::vector<TraceRecord> records;
  for (const auto& lane : lanes_) {
    std::move(lane->records().begin(), lane->records().end(), std::back_inserter(records));
    lane->records().clear();
    stats.events += lane->events();
    stats.peak_pending += lane->peak_pending();
  }
  publish(records);
  ran_until_ = std::max(ran_until_, end);
  return stats;
}

// The oracle: of all lanes the smallest key first. Obviously right; used to judge the rest.
void Simulation::run_serial(Time end) {
  for (;;) {
    Lane* next = nullptr;
    for (const auto& lane : lanes_) {
      const Event* first = lane->first();
      if (first == nullptr) continue;
      if (next == nullptr || *first < *next->first()) next = lane.get();
    }
    if (next == nullptr || next->first()->at >= end) return;
    next->step();
    for (std::size_t to = 0; to < next->outboxes().size(); ++to) {
      for (const Event& event : next->outboxes()[to]) lanes_[to]->take(event);
      next->outboxes()[to].clear();
    }
  }
}

void Simulation::publish(std::vector<TraceRecord>& records) {
  // Records of one cell stand in the order of its work already.
  std::stable_sort(records.begin(), records.end(), [](const TraceRecord& a, const TraceRecord& b) {
    return a.at != b.at ? a.at < b.at : a.cell < b.cell;
  });
  for (const TraceRecord& record : records) {
    trace_hash_ = stable_mix(trace_hash_, static_cast<std::uint64_t>(ns(record.at)));
    trace_hash_ = stable_mix(trace_hash_, stable_hash(record.label) ^ record.component.value);
    trace_hash_ = stable_mix(trace_hash_, static_cast<std::uint64_t>(record.value));
    trace_hash_ = stable_mix(trace_hash_, static_cast<std::uint64_t>(record.other));
    trace_hash_ = stable_mix(trace_hash_, stable_hash(record.text));
    for (TraceSink* sink : sinks_) sink->take(record);
  }
  records.clear();
}

std::uint64_t Simulation::fingerprint() const {
  std::uint64_t hash = trace_hash_;
  for (std::size_t index = 1; index < slots_.size(); ++index) {
    hash = stable_mix(hash, slots_[index].component->hash_);
  }
  return hash;
}

MemoryStats Simulation::memory() const {
  MemoryStats stats;
  stats.components = components();
  stats.component_bytes = arena_->bytes();
  for (const auto& lane : lanes_) {
    stats.peak_pending += lane->peak_pending();
    stats.queue_bytes += lane->queue_bytes();
  }
  stats.event_bytes = stats.peak_pending * sizeof(Event);
  return stats;
}

}  // namespace meshsim
