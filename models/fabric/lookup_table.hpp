// A table for those who look something up for every packet: open addressing, so that a look-up
// touches one or two cache lines. It has no order that could show in a result: it can be searched
// and thinned out, not walked. References live until the next insertion or removal.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "meshsim/kernel/snapshot.hpp"
#include "models/fabric/packet.hpp"

namespace meshsim {

// 64 bits of which the upper ones are well spread, for each kind of key.
constexpr std::uint64_t spread(std::uint64_t word) {
  const std::uint64_t mixed = word * 0x9E3779B97F4A7C15ULL;
  return (mixed ^ (mixed >> 32)) * 0xFF51AFD7ED558CCDULL;
}
constexpr std::uint64_t lookup_hash(Ipv4 address) { return spread(address.value); }
constexpr std::uint64_t lookup_hash(const Prefix& prefix) {
  return spread((std::uint64_t{prefix.length} << 32) | prefix.base.value);
}
constexpr std::uint64_t lookup_hash(const FlowKey& flow) {
  const std::uint64_t addresses = (std::uint64_t{flow.source.value} << 32) | flow.target.value;
  const std::uint64_t ports = (std::uint64_t{flow.source_port} << 24) |
                              (std::uint64_t{flow.target_port} << 8) |
                              static_cast<std::uint64_t>(flow.protocol);
  return spread(addresses ^ std::rotl((ports + 1) * 0xD6E8FEB86659FD93ULL, 29));
}

template <class Key, class Value>
class LookupTable {
 public:
  std::size_t size() const { return used_; }
  bool contains(const Key& key) const { return find(key) != nullptr; }

  const Value* find(const Key& key) const {
    const std::size_t place = place_of(key);
    return place == kNowhere ? nullptr : &entries_[place].value;
  }
  Value* find(const Key& key) {
    const std::size_t place = place_of(key);
    return place == kNowhere ? nullptr : &entries_[place].value;
  }

  // The value of the key; a new one if there is none.
  Value& operator[](const Key& key) {
    if (const std::size_t place = place_of(key); place != kNowhere) return entries_[place].value;
    if ((used_ + 1) * 4 > marks_.size() * 3) grow();
    ++used_;
    return insert({key, Value{}}).value;
  }

  bool erase(const Key& key) {
    const std::size_t place = place_of(key);
    if (place == kNowhere) return false;
    erase_at(place);
    return true;
  }

  void clear() {
    marks_.clear();
    entries_.clear();
    used_ = 0;
  }

  // Removes what `is_old(key, value)` says yes to. It is called at least once for each, in an order
  // that must not matter.
  template <class IsOld>
  void erase_if(IsOld is_old) {
    for (std::size_t place = 0; place < marks_.size();) {
      if (marks_[place] != kFree &&
          is_old(std::as_const(entries_[place].key), entries_[place].value)) {
        erase_at(place);  // another may have moved here
      } else {
        ++place;
      }
    }
  }

  // The least key that `fits`, or nullptr. Looks at all of them.
  template <class Fits>
  const Key* least(Fits fits) const {
    const Key* found = nullptr;
    for (std::size_t place = 0; place < marks_.size(); ++place) {
      const Key& key = entries_[place].key;
      if (marks_[place] == kFree || !fits(key)) continue;
      if (found == nullptr || key < *found) found = &key;
    }
    return found;
  }

  // In the order of the keys: where an entry lies is nobody's business.
  void archive(Snapshot& snapshot) {
    std::vector<Entry> entries;
    for (std::size_t place = 0; place < marks_.size() && !snapshot.is_reading(); ++place) {
      if (marks_[place] != kFree) entries.push_back(entries_[place]);
    }
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return a.key < b.key; });
    snapshot(entries);
    if (!snapshot.is_reading()) return;
    clear();
    for (Entry& entry : entries) (*this)[entry.key] = std::move(entry.value);
  }

  // Whether any entry `fits(key, value)`. Looks at all of them.
  template <class Fits>
  bool any(Fits fits) const {
    for (std::size_t place = 0; place < marks_.size(); ++place) {
      const Entry& entry = entries_[place];
      if (marks_[place] != kFree && fits(entry.key, entry.value)) return true;
    }
    return false;
  }

 private:
  struct Entry {
    Key key{};
    Value value{};
  };
  static constexpr std::size_t kFirstPlaces = 16;
  static constexpr std::size_t kNowhere = ~std::size_t{0};
  static constexpr std::uint8_t kFree = 0;

  // Where the search for a hash begins, and what marks its entry: other bits of it.
  std::size_t home(std::uint64_t hash) const { return static_cast<std::size_t>(hash >> shift_); }
  static std::uint8_t mark(std::uint64_t hash) { return static_cast<std::uint8_t>(hash | 0x80); }
  std::size_t next(std::size_t place) const { return (place + 1) & (marks_.size() - 1); }

  std::size_t place_of(const Key& key) const {
    if (used_ == 0) return kNowhere;
    const std::uint64_t hash = lookup_hash(key);
    const std::uint8_t wanted = mark(hash);
    for (std::size_t place = home(hash); marks_[place] != kFree; place = next(place)) {
      if (marks_[place] == wanted && entries_[place].key == key) return place;
    }
    return kNowhere;
  }

  // Asks for a free place and that the key is not there.
  Entry& insert(Entry entry) {
    const std::uint64_t hash = lookup_hash(entry.key);
    std::size_t place = home(hash);
    while (marks_[place] != kFree) place = next(place);
    marks_[place] = mark(hash);
    entries_[place] = std::move(entry);
    return entries_[place];
  }

  void grow() {
    const std::vector<std::uint8_t> marks = std::exchange(marks_, {});
    std::vector<Entry> entries = std::exchange(entries_, {});
    marks_.resize(marks.empty() ? kFirstPlaces : marks.size() * 2);
    entries_.resize(marks_.size());
    shift_ = static_cast<unsigned>(64 - std::countr_zero(marks_.size()));
    for (std::size_t place = 0; place < marks.size(); ++place) {
      if (marks[place] != kFree) insert(std::move(entries[place]));
    }
  }

  // Moves back what had to go past this place, so that no gap hides anything.
  void erase_at(std::size_t place) {
    --used_;
    const std::size_t mask = marks_.size() - 1;
    for (std::size_t later = next(place); marks_[later] != kFree; later = next(later)) {
      const std::size_t wanted = home(lookup_hash(entries_[later].key));
      if (((later - wanted) & mask) < ((later - place) & mask)) continue;
      marks_[place] = marks_[later];
      entries_[place] = std::move(entries_[later]);
      place = later;
    }
    marks_[place] = kFree;
    entries_[place] = {};
  }

  // A byte of each place tells nearly always whether a look at the entry is worth it: most packets
  // are of no flow that a table knows, and their look-ups end with a few bytes of a small array.
  std::vector<std::uint8_t> marks_;  // a power of two of them, at most three quarters in use
  std::vector<Entry> entries_;
  std::size_t used_ = 0;
  unsigned shift_ = 0;
};

}  // namespace meshsim
