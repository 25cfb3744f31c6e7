// One value per member id. Ids are given out from below and used again, so a list by id is nearly
// full; it is walked in the order of the ids. References live until another member is added.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "meshsim/kernel/snapshot.hpp"
#include "models/coherence/identity.hpp"

namespace meshsim::coherence {

template <class T>
class MemberMap {
 public:
  T* find(MemberId id) { return holds(id) ? &*values_[id.value] : nullptr; }
  const T* find(MemberId id) const { return holds(id) ? &*values_[id.value] : nullptr; }
  bool contains(MemberId id) const { return holds(id); }

  // Puts `value` there, or leaves what is there already.
  T& add(MemberId id, T value) {
    if (id.value >= values_.size()) values_.resize(std::size_t{id.value} + 1);
    std::optional<T>& place = values_[id.value];
    if (!place) place.emplace(std::move(value));
    return *place;
  }
  void erase(MemberId id) {
    if (holds(id)) values_[id.value].reset();
  }

  // Calls `use` with each id and its value.
  template <class Use>
  void each(Use use) {
    for (std::size_t id = 0; id < values_.size(); ++id) {
      if (values_[id]) use(MemberId{static_cast<std::uint16_t>(id)}, *values_[id]);
    }
  }

  void archive(Snapshot& snapshot) {
    std::vector<MemberId> ids;
    if (!snapshot.is_reading()) each([&](MemberId id, T&) { ids.push_back(id); });
    snapshot(ids);
    if (snapshot.is_reading()) values_.clear();
    for (const MemberId id : ids) snapshot(add(id, T{}));
  }

 private:
  bool holds(MemberId id) const { return id.value < values_.size() && values_[id.value]; }

  std::vector<std::optional<T>> values_;
};

}  // namespace meshsim::coherence
