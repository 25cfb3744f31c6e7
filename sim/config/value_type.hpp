// What a member of a spec is, without its C++ type: made once per type from the Fields and Words
// tables, so that reading, writing, `explain` and the JSON Schema are plain functions over it.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "meshsim/base/fields.hpp"
#include "sim/config/located.hpp"
#include "sim/config/node.hpp"
#include "sim/config/quantities.hpp"

namespace meshsim {

// Written as a scalar or list of one kind or as a mapping of another:
// `topology: hub.yaml` or `topology: {clusters: ...}`.
template <class Short, class Long>
struct Either {
  Short brief{};
  std::optional<Long> mapping;
  Pos pos;
};

enum class ValueKind : std::uint8_t {
  Bool,
  Text,
  Integer,
  Scalar,   // of a type with ScalarText
  Range,    // a DurationRange: a scalar, or {min, max}
  Word,     // of an enumeration with Words
  Any,      // a Node, taken as it is
  Located,  // of `element`
  Optional,
  List,
  Either,  // `element` as scalar or list, `mapping` as mapping
  Mapping,
};

struct ValueType;
using TypeFunction = const ValueType& (*)();
using Limits = std::optional<std::pair<std::int64_t, std::int64_t>>;

struct FieldType {
  std::string_view name;
  std::string_view meaning;
  bool is_required = false;
  Limits limits;
  TypeFunction type = nullptr;
  void* (*member)(void* spec) = nullptr;
};

// Which of the functions are set follows from the kind.
struct ValueType {
  ValueKind kind = ValueKind::Any;
  std::string_view name{};     // of a scalar: "time"
  std::string_view example{};  // "40ms"
  std::string_view pattern{};
  bool (*parse)(std::string_view text, void* value, std::string& error) = nullptr;
  std::string (*print)(const void* value) = nullptr;

  Limits limits{};  // of an integer's type
  void (*store)(void* value, std::int64_t number) = nullptr;
  std::int64_t (*load)(const void* value) = nullptr;  // of an integer; of a word its index

  std::vector<std::string_view> words{};
  std::vector<FieldType> fields{};
  TypeFunction element = nullptr;
  TypeFunction mapping = nullptr;
  void* (*add)(void* value) = nullptr;  // a new element of a list, optional or Either's mapping
  const void* (*at)(const void* value, std::size_t index) = nullptr;  // nullptr behind the last
  void (*clear)(void* value) = nullptr;                               // of an optional
  void (*place)(void* value, Pos pos) = nullptr;  // tells a value where it stands
  std::shared_ptr<void> (*make)() = nullptr;      // a value with its defaults
};

template <class T>
const ValueType& value_type();

namespace types {

template <class T>
concept HasScalarText = requires {
  ScalarText<T>::name;
};

template <class T>
concept HasPos = requires(T& value) {
  value.pos = Pos{};
};

template <class T>
T& as(void* value) {
  return *static_cast<T*>(value);
}
template <class T>
const T& as(const void* value) {
  return *static_cast<const T*>(value);
}

template <class T>
struct TypeOf;

template <>
struct TypeOf<bool> {
  static ValueType make() {
    ValueType type{.kind = ValueKind::Bool, .name = "true or false", .example = "true"};
    type.store = [](void* value, std::int64_t number) { as<bool>(value) = number != 0; };
    type.load = [](const void* value) -> std::int64_t { return as<bool>(value) ? 1 : 0; };
    return type;
  }
};

template <>
struct TypeOf<std::string> {
  static ValueType make() {
    ValueType type{.kind = ValueKind::Text, .name = "text", .example = "c1"};
    type.parse = [](std::string_view text, void* value, std::string&) {
      as<std::string>(value) = text;
      return true;
    };
    type.print = [](const void* value) { return as<std::string>(value); };
    return type;
  }
};

template <>
struct TypeOf<Node> {
  static ValueType make() {
    ValueType type{.kind = ValueKind::Any, .name = "any value"};
    type.add = [](void* value) { return value; };
    return type;
  }
};

template <std::integral T>
struct TypeOf<T> {
  static ValueType make() {
    constexpr auto kLargest = std::numeric_limits<std::int64_t>::max();
    constexpr auto kMax = std::numeric_limits<T>::max();
    ValueType type{.kind = ValueKind::Integer, .name = "number", .example = "3"};
    type.limits = {std::int64_t{std::numeric_limits<T>::min()},
                   std::cmp_less(kMax, kLargest) ? static_cast<std::int64_t>(kMax) : kLargest};
    type.store = [](void* value, std::int64_t number) { as<T>(value) = static_cast<T>(number); };
    type.load = [](const void* value) { return static_cast<std::int64_t>(as<T>(value)); };
    return type;
  }
};

template <HasScalarText T>
struct TypeOf<T> {
  static ValueType make() {
    using Text = ScalarText<T>;
    ValueType type{.kind = ValueKind::Scalar,
                   .name = Text::name,
                   .example = Text::example,
                   .pattern = Text::pattern};
    if constexpr (std::same_as<T, DurationRange>) type.kind = ValueKind::Range;
    type.parse = [](std::string_view text, void* value, std::string& error) {
      return Text::parse(text, as<T>(value), error);
    };
    type.print = [](const void* value) { return Text::print(as<T>(value)); };
    if constexpr (HasPos<T>) {
      type.place = [](void* value, Pos pos) { as<T>(value).pos = pos; };
    }
    return type;
  }
};

template <HasWords E>
struct TypeOf<E> {
  static ValueType make() {
    ValueType type{.kind = ValueKind::Word, .name = "word"};
    for (const auto& [word, value] : Words<E>::list) type.words.push_back(word);
    type.example = type.words.front();
    type.store = [](void* value, std::int64_t index) {
      as<E>(value) = Words<E>::list[static_cast<std::size_t>(index)].second;
    };
    type.load = [](const void* value) -> std::int64_t {
      for (std::size_t i = 0; i < Words<E>::list.size(); ++i) {
        if (Words<E>::list[i].second == as<E>(value)) return static_cast<std::int64_t>(i);
      }
      return 0;
    };
    return type;
  }
};

template <class T>
struct TypeOf<std::optional<T>> {
  static ValueType make() {
    ValueType type{.kind = ValueKind::Optional, .element = value_type<T>};
    type.add = [](void* value) -> void* { return &as<std::optional<T>>(value).emplace(); };
    type.clear = [](void* value) { as<std::optional<T>>(value).reset(); };
    type.at = [](const void* value, std::size_t index) -> const void* {
      const auto& optional = as<std::optional<T>>(value);
      return index == 0 && optional ? &*optional : nullptr;
    };
    return type;
  }
};

template <class T>
struct TypeOf<std::vector<T>> {
  static ValueType make() {
    ValueType type{.kind = ValueKind::List, .element = value_type<T>};
    type.add = [](void* value) -> void* { return &as<std::vector<T>>(value).emplace_back(); };
    type.at = [](const void* value, std::size_t index) -> const void* {
      const auto& list = as<std::vector<T>>(value);
      return index < list.size() ? &list[index] : nullptr;
    };
    return type;
  }
};

template <class T>
struct TypeOf<Located<T>> {
  static ValueType make() {
    ValueType type{.kind = ValueKind::Located, .element = value_type<T>};
    type.add = [](void* value) -> void* { return &as<Located<T>>(value).value; };
    type.at = [](const void* value, std::size_t) -> const void* {
      const auto& located = as<Located<T>>(value);
      return located ? &located.value : nullptr;
    };
    type.place = [](void* value, Pos pos) { as<Located<T>>(value).pos = pos; };
    return type;
  }
};

template <class Short, class Long>
struct TypeOf<Either<Short, Long>> {
  using Value = Either<Short, Long>;
  static ValueType make() {
    ValueType type{
        .kind = ValueKind::Either, .element = value_type<Short>, .mapping = value_type<Long>};
    type.add = [](void* value) -> void* { return &as<Value>(value).mapping.emplace(); };
    type.at = [](const void* value, std::size_t index) -> const void* {
      const auto& either = as<Value>(value);
      if (index == 0) return &either.brief;
      return either.mapping ? &*either.mapping : nullptr;
    };
    type.place = [](void* value, Pos pos) { as<Value>(value).pos = pos; };
    return type;
  }
};

template <HasFields Spec>
struct TypeOf<Spec> {
  template <std::size_t I, class T>
  static FieldType field_type(const Field<Spec, T>& field) {
    return {field.name,
            field.meaning,
            field.is_required,
            field.limits,
            value_type<T>,
            [](void* spec) -> void* {
              return &(as<Spec>(spec).*std::get<I>(Fields<Spec>::list).member);
            }};
  }
  template <std::size_t... I>
  static std::vector<FieldType> field_types(std::index_sequence<I...>) {
    return {field_type<I>(std::get<I>(Fields<Spec>::list))...};
  }
  static ValueType make() {
    using List = std::remove_const_t<decltype(Fields<Spec>::list)>;
    ValueType type{.kind = ValueKind::Mapping, .name = "mapping"};
    type.fields = field_types(std::make_index_sequence<std::tuple_size_v<List>>{});
    if constexpr (HasPos<Spec>) {
      type.place = [](void* value, Pos pos) { as<Spec>(value).pos = pos; };
    }
    type.make = []() -> std::shared_ptr<void> { return std::make_shared<Spec>(); };
    return type;
  }
};

}  // namespace types

// The description of T. Its fields are described when they are asked for.
template <class T>
const ValueType& value_type() {
  static const ValueType type = types::TypeOf<T>::make();
  return type;
}

}  // namespace meshsim
