// The bytes of a snapshot, and what has no value of its own: handles, places, timers.
#include "meshsim/kernel/snapshot.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "component_arena.hpp"
#include "meshsim/base/decisions.hpp"
#include "meshsim/kernel/context.hpp"
#include "meshsim/kernel/simulation.hpp"

namespace meshsim {

void Snapshot::fail(const std::string& why) const {
  throw SnapshotError{where_.empty() ? why : where_ + ": " + why};
}

void Snapshot::raw(void* value, std::size_t size) {
  if (!is_reading_) {
    bytes_.append(static_cast<const char*>(value), size);
    return;
  }
  if (size > bytes_.size() - next_) fail("ends too early: it is of another build of meshsim");
  std::memcpy(value, bytes_.data() + next_, size);
  next_ += size;
}

std::uint32_t Snapshot::number(std::size_t written) {
  check(written <= std::numeric_limits<std::uint32_t>::max(), "a count in a snapshot has 32 bits");
  auto value = static_cast<std::uint32_t>(written);
  raw(&value, sizeof value);
  return value;
}

std::size_t Snapshot::count(std::size_t written) {
  const std::size_t value = number(written);
  if (is_reading_ && value > bytes_.size() - next_) {
    fail("ends too early: it is of another build of meshsim");
  }
  return value;
}

void Snapshot::operator()(std::string& text) {
  text.resize(count(text.size()));
  raw(text.data(), text.size());
}

void Snapshot::operator()(std::vector<bool>& bits) {
  bits.resize(count(bits.size()));
  for (std::size_t index = 0; index < bits.size(); ++index) {
    bool bit = bits[index];
    (*this)(bit);
    bits[index] = bit;
  }
}

void Snapshot::operator()(DecisionId& id) {
  (*this)(id.value);
  if (is_reading_ && id.value < decisions_.size()) id.value = decisions_[id.value];
}

void Snapshot::operator()(ComponentPlace& place) {
  std::uint32_t id = 0;
  if (!is_reading_ && place.value != 0) id = simulation_->arena_->at(place)->id_.value;
  (*this)(id);
  if (!is_reading_) return;
  if (id >= simulation_->slots_.size()) fail("addresses a component that is unknown here");
  place = id == 0 ? ComponentPlace{} : simulation_->slots_[id].component->place_;
}

Snapshot::Shared Snapshot::shared(Shared pointer, const ContentType& type) {
  if (!is_reading_) {
    if (pointer == nullptr) {
      number(0);
      return nullptr;
    }
    const auto address = reinterpret_cast<std::uintptr_t>(pointer.get());
    const auto [known, is_new] = written_.try_emplace(address, written_.size() + 1);
    number(known->second);
    if (is_new) type.write(*this, pointer.get());
    return pointer;
  }
  const std::size_t known = number(0);
  if (known == 0) return nullptr;
  if (known > read_.size() + 1) fail("names what it has not shown: it is of another build");
  if (known > read_.size()) {
    read_.resize(known);
    read_[known - 1] = type.read(*this);
  }
  return read_[known - 1];
}

void Snapshot::operator()(PayloadId& id) {
  if (is_releasing_) return payloads_->release(id);
  bool has_payload = bool{id};
  (*this)(has_payload);
  if (!has_payload) {
    id = {};
    return;
  }
  std::string name;
  if (!is_reading_) name = payloads_->at(id).type->name;
  (*this)(name);
  const auto type = std::find_if(types_.begin(), types_.end(), [&](const ContentType* candidate) {
    return candidate->name == name;
  });
  if (type == types_.end()) {
    fail("a packet carries a " + name + ", which is not in the list of payload types");
  }
  if (is_reading_) {
    id = payloads_->store({shared(nullptr, **type), *type});
  } else {
    shared(payloads_->at(id).value, **type);
  }
}

void Snapshot::operator()(Timer& timer) {
  (*this)(timer.tag);
  if (!is_reading_) return;
  const auto pending = timers_.find({owner_, timer.tag});
  timer.place = pending == timers_.end() ? Timer{}.place : pending->second;
}

}  // namespace meshsim
