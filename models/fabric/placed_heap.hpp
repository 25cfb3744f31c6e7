// A binary heap, smallest key first, whose items know their place, so that any of them can be
// changed or removed. The places live with the owner of the ids: a function from id to place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

namespace meshsim::fabric {

inline constexpr std::uint32_t kNoPlace = ~std::uint32_t{0};

// `Places` is called with an id and returns a reference to the place of that id, which is kNoPlace
// while it is not in the heap. Equal keys come in an order that depends on history; put what must
// not depend on it into the key.
template <class Key>
class PlacedHeap {
 public:
  struct Item {
    Key key;
    std::uint32_t id;
  };

  bool empty() const { return items_.empty(); }
  std::size_t size() const { return items_.size(); }
  const Item& top() const { return items_.front(); }
  const Key& key_at(std::uint32_t place) const { return items_[place].key; }

  // Adds the id, or gives it another key.
  template <class Places>
  void put(std::uint32_t id, const Key& key, Places&& place) {
    const std::size_t at = place(id) == kNoPlace ? items_.size() : place(id);
    if (at == items_.size()) items_.push_back({key, id});
    items_[at].key = key;
    if (!rises(at, {key, id}, place)) sinks(at, {key, id}, place);
  }

  // Does nothing for an id that is not in the heap.
  template <class Places>
  void remove(std::uint32_t id, Places&& place) {
    const std::size_t at = place(id);
    if (at == kNoPlace) return;
    place(id) = kNoPlace;
    const Item last = items_.back();
    items_.pop_back();
    if (at == items_.size()) return;
    if (!rises(at, last, place)) sinks(at, last, place);
  }

  // Calls `visit(id)` for every item whose key is at most `key`; looks at few others.
  template <class Visit>
  void up_to(const Key& key, Visit&& visit, std::size_t at = 0) const {
    if (at >= items_.size() || key < items_[at].key) return;
    visit(items_[at].id);
    up_to(key, visit, 2 * at + 1);
    up_to(key, visit, 2 * at + 2);
  }

  // Lowers all keys alike, which keeps their order.
  void lower_all(const Key& by) {
    for (Item& item : items_) item.key -= by;
  }

  auto state() { return std::tie(items_); }

 private:
  template <class Places>
  void set(std::size_t at, const Item& item, Places& place) {
    items_[at] = item;
    place(item.id) = static_cast<std::uint32_t>(at);
  }

  // Puts the item at its place at or above the hole `at`; false if it belongs at or below it.
  template <class Places>
  bool rises(std::size_t at, const Item item, Places& place) {
    if (at == 0 || !(item.key < items_[(at - 1) / 2].key)) return false;
    while (at > 0 && item.key < items_[(at - 1) / 2].key) {
      set(at, items_[(at - 1) / 2], place);
      at = (at - 1) / 2;
    }
    set(at, item, place);
    return true;
  }

  template <class Places>
  void sinks(std::size_t at, const Item item, Places& place) {
    for (std::size_t child = 2 * at + 1; child < items_.size(); child = 2 * at + 1) {
      if (child + 1 < items_.size() && items_[child + 1].key < items_[child].key) ++child;
      if (!(items_[child].key < item.key)) break;
      set(at, items_[child], place);
      at = child;
    }
    set(at, item, place);
  }

  std::vector<Item> items_;
};

}  // namespace meshsim::fabric
