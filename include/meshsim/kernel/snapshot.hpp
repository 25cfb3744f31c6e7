// What a run consists of at one moment, written to bytes or read from them by the same walk. A
// class names its dynamic state once, `auto state() { return std::tie(a_, b_); }`; plain structs
// need not. Left out: what constructors and wiring make from the scenario, and files
// (sim/scenario).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "meshsim/kernel/members.hpp"

namespace meshsim {

class PayloadPool;
class Simulation;
class Snapshot;
struct ComponentId;
struct ComponentPlace;
struct DecisionId;
struct PayloadId;
struct Timer;

// What lies behind a handle or a shared pointer: how it is called, written and read.
struct ContentType {
  std::string_view name;  // "meshsim::dns::DnsMessage"
  void (*write)(Snapshot&, const void*);
  std::shared_ptr<const void> (*read)(Snapshot&);
};
// The types that travel as payloads: reading finds a payload's type in them, by name.
using PayloadTypes = std::span<const ContentType* const>;

// Bytes that are not a snapshot of this world; what() says why, and what to do.
class SnapshotError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A class that says what it consists of: by state(), or by archive() if there is more to do, such
// as to find a pointer's target again.
template <class T>
concept HasState = requires(T& value) {
  std::tuple_size<decltype(value.state())>::value;
};
template <class T>
concept HasArchive = requires(T& value, Snapshot& snapshot) {
  value.archive(snapshot);
};

template <class T>
constexpr std::string_view type_name() {
  const std::string_view text = __PRETTY_FUNCTION__;
  const std::size_t begin = text.find("T = ") + 4;
  return text.substr(begin, text.find_first_of(";]", begin) - begin);
}

template <class T>
struct ContentOf {
  static void write(Snapshot& snapshot, const void* value);
  static std::shared_ptr<const void> read(Snapshot& snapshot);
};
template <class T>
inline constexpr ContentType kContentType{type_name<T>(), &ContentOf<T>::write,
                                          &ContentOf<T>::read};

class Snapshot {
 public:
  // To be written.
  explicit Snapshot(PayloadTypes types = {}) : types_(types) {}
  // To be read.
  Snapshot(std::string bytes, PayloadTypes types) : types_(types), bytes_(std::move(bytes)) {
    is_reading_ = true;
  }

  bool is_reading() const { return is_reading_; }
  const std::string& bytes() const { return bytes_; }

  // Writes the value, or reads it in its place.
  template <class T>
  void operator()(T& value);
  template <class... Ts>
  void all(Ts&... values) {
    ((*this)(values), ...);
  }
  // A container whose elements the constructor has made: only what is in them is read. Throws if
  // it has another size, as under a scenario with more Services.
  template <class C>
  void fixed(C& elements);

  // Ends reading (or writing) with SnapshotError.
  [[noreturn]] void fail(const std::string& why) const;

  // What reading puts in place of the decision with that number when written.
  void renumber_decisions(std::vector<std::uint32_t> numbers) { decisions_ = std::move(numbers); }

  void operator()(std::string& text);
  void operator()(std::vector<bool>& bits);
  void operator()(DecisionId& id);
  // An id of its own: where a component lies may differ between two builds of a world.
  void operator()(ComponentPlace& place);
  // With its content.
  void operator()(PayloadId& id);
  // By its key; reading finds the event.
  void operator()(Timer& timer);

  template <class T>
  void operator()(std::vector<T>& list) {
    list_of(list);
  }
  template <class T>
  void operator()(std::deque<T>& list) {
    list_of(list);
  }
  template <class T, std::size_t N>
  void operator()(std::array<T, N>& list) {
    for (T& element : list) (*this)(element);
  }
  template <class K, class V, class Less>
  void operator()(std::map<K, V, Less>& map);
  template <class K, class Less>
  void operator()(std::set<K, Less>& set);
  template <class A, class B>
  void operator()(std::pair<A, B>& pair) {
    all(pair.first, pair.second);
  }
  template <class T>
  void operator()(std::optional<T>& value);
  template <class... Ts>
  void operator()(std::variant<Ts...>& value);
  template <class T>
  void operator()(std::unique_ptr<T>& pointer);
  // Written once, however many point to it.
  template <class T>
  void operator()(std::shared_ptr<const T>& pointer) {
    pointer = std::static_pointer_cast<const T>(shared(std::move(pointer), kContentType<T>));
  }

 private:
  friend class Simulation;
  using Shared = std::shared_ptr<const void>;

  void raw(void* value, std::size_t size);
  std::uint32_t number(std::size_t written);
  // Of elements that take at least a byte each.
  std::size_t count(std::size_t written);
  Shared shared(Shared pointer, const ContentType& type);
  template <class C>
  void list_of(C& list) {
    const std::size_t size = count(list.size());
    if (is_reading_) {
      list.clear();
      list.resize(size);
    }
    for (auto& element : list) (*this)(element);
  }

  PayloadTypes types_;
  std::string bytes_;
  bool is_reading_ = false;
  bool is_releasing_ = false;  // payloads, instead of writing them
  std::size_t next_ = 0;       // byte to read
  std::vector<std::uint32_t> decisions_;
  std::map<std::uintptr_t, std::size_t> written_;  // numbers of what is shared, by address
  std::vector<Shared> read_;                       // the same, by number less one
  // Set by the simulation while it walks.
  Simulation* simulation_ = nullptr;
  PayloadPool* payloads_ = nullptr;
  std::string where_;                                                        // the component's path
  std::uint32_t owner_ = 0;                                                  // its id
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::uint32_t> timers_;  // places of events
};

template <class T>
void ContentOf<T>::write(Snapshot& snapshot, const void* value) {
  snapshot(const_cast<T&>(*static_cast<const T*>(value)));  // writing changes nothing
}

template <class T>
std::shared_ptr<const void> ContentOf<T>::read(Snapshot& snapshot) {
  auto value = std::make_shared<T>();
  snapshot(*value);
  return value;
}

template <class T>
void Snapshot::operator()(T& value) {
  using std::chrono::duration;
  if constexpr (HasArchive<T>) {
    value.archive(*this);
  } else if constexpr (HasState<T>) {
    std::apply([this](auto&... parts) { all(parts...); }, value.state());
  } else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T> ||
                       std::is_same_v<T, __int128>) {
    raw(&value, sizeof value);
  } else if constexpr (requires { value.time_since_epoch().count(); }) {
    auto since = value.time_since_epoch();
    (*this)(since);
    value = T{since};
  } else if constexpr (requires { T::zero().count(); }) {
    auto ticks = value.count();
    raw(&ticks, sizeof ticks);
    value = T{ticks};
  } else if constexpr (std::is_aggregate_v<T>) {
    std::apply([this](auto&... parts) { all(parts...); }, members_of(value));
  } else {
    static_assert(HasState<T>,
                  "a snapshot cannot hold this type: give the class `auto state() { return "
                  "std::tie(...); }` with all that changes while it runs; a pointer or a view has "
                  "no place in a model's state");
  }
}

template <class C>
void Snapshot::fixed(C& elements) {
  if (const std::size_t size = count(elements.size()); size != elements.size()) {
    fail("has " + std::to_string(size) + " of what this scenario makes " +
         std::to_string(elements.size()) +
         " of; a run can be continued with the same clusters, pods and Services only");
  }
  if constexpr (std::is_same_v<C, std::vector<bool>>) {
    (*this)(elements);
  } else {
    for (auto& element : elements) (*this)(element);
  }
}

template <class K, class V, class Less>
void Snapshot::operator()(std::map<K, V, Less>& map) {
  const std::size_t size = count(map.size());
  if (!is_reading_) {
    for (auto& [key, value] : map) all(const_cast<K&>(key), value);  // writing changes nothing
    return;
  }
  map.clear();
  for (std::size_t index = 0; index < size; ++index) {
    K key{};
    (*this)(key);
    (*this)(map.emplace_hint(map.end(), std::move(key), V{})->second);
  }
}

template <class K, class Less>
void Snapshot::operator()(std::set<K, Less>& set) {
  const std::size_t size = count(set.size());
  if (!is_reading_) {
    for (const K& key : set) (*this)(const_cast<K&>(key));  // writing changes nothing
    return;
  }
  set.clear();
  for (std::size_t index = 0; index < size; ++index) {
    K key{};
    (*this)(key);
    set.emplace_hint(set.end(), std::move(key));
  }
}

template <class T>
void Snapshot::operator()(std::optional<T>& value) {
  bool has_value = value.has_value();
  (*this)(has_value);
  if (is_reading_) value = has_value ? std::optional<T>{T{}} : std::nullopt;
  if (has_value) (*this)(*value);
}

template <class... Ts>
void Snapshot::operator()(std::variant<Ts...>& value) {
  const std::size_t chosen = number(value.index());
  if (chosen >= sizeof...(Ts)) fail("holds a kind of message that is unknown here");
  if (is_reading_) {
    std::size_t index = 0;
    ((index++ == chosen ? static_cast<void>(value.template emplace<Ts>()) : void()), ...);
  }
  std::visit([this](auto& alternative) { (*this)(alternative); }, value);
}

template <class T>
void Snapshot::operator()(std::unique_ptr<T>& pointer) {
  bool has_value = pointer != nullptr;
  (*this)(has_value);
  if (is_reading_) pointer = has_value ? std::make_unique<T>() : nullptr;
  if (has_value) (*this)(*pointer);
}

}  // namespace meshsim
