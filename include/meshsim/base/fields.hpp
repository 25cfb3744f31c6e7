// One table per spec: from it come the reader, its errors, `meshsim explain` and the JSON Schema.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

namespace meshsim {

// One key of a mapping: its name in YAML, the member it fills, what it means (one line, for
// `explain`), and whether it must be given. What is not given keeps the member's initial value.
template <class Spec, class T>
struct Field {
  std::string_view name;
  T Spec::*member;
  std::string_view meaning;
  bool is_required = false;
  std::optional<std::pair<std::int64_t, std::int64_t>> limits;  // of a number, both included

  constexpr Field required() const {
    Field copy = *this;
    copy.is_required = true;
    return copy;
  }
  constexpr Field range(std::int64_t min, std::int64_t max) const {
    Field copy = *this;
    copy.limits = {min, max};
    return copy;
  }
};

template <class Spec, class T>
constexpr Field<Spec, T> field(std::string_view name, T Spec::*member, std::string_view meaning) {
  return {name, member, meaning, false, std::nullopt};
}

// Specialise for a spec:  static constexpr auto list = std::tuple{field(...), ...};
template <class Spec>
struct Fields;

template <class Spec>
concept HasFields = requires {
  Fields<Spec>::list;
};

// Specialise for an enumeration that is written as a word in YAML:
//   static constexpr auto list = std::array{std::pair{std::string_view{"full"}, Mesh::Full}, ...};
template <class E>
struct Words;

template <class E>
concept HasWords = requires {
  Words<E>::list;
};

// Calls `use` with each field of the spec, in order.
template <HasFields Spec, class Use>
constexpr void for_each_field(Use&& use) {
  std::apply([&](const auto&... fields) { (use(fields), ...); }, Fields<Spec>::list);
}

}  // namespace meshsim
