// Reads "MS0101, MS0102 because REASON"; whether such rules exist is for `meshsim check` to say.
#include "sim/topology/ignore.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace meshsim {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool is_rule_id(std::string_view text) {
  return text.size() == 6 && text.starts_with("MS") &&
         text.find_first_not_of("0123456789", 2) == std::string_view::npos;
}

}  // namespace

bool ScalarText<Ignore>::parse(std::string_view text, Ignore& out, std::string& error) {
  constexpr std::string_view kBecause = " because ";
  const std::size_t because = text.find(kBecause);
  Ignore ignore;
  if (because != std::string_view::npos) {
    ignore.reason = trimmed(text.substr(because + kBecause.size()));
  }
  if (ignore.reason.empty()) {
    error = fmt::format("'{}' gives no reason; write it like \"{}\"", text, example);
    return false;
  }
  std::string_view rest = text.substr(0, because);
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view id = trimmed(rest.substr(0, comma));
    if (!is_rule_id(id)) {
      error = fmt::format("'{}' is no rule id; write it like \"{}\"", id, example);
      return false;
    }
    ignore.rules.emplace_back(id);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  if (ignore.rules.empty()) {
    error = fmt::format("'{}' names no rule; write it like \"{}\"", text, example);
    return false;
  }
  ignore.pos = out.pos;
  out = std::move(ignore);
  return true;
}

std::string ScalarText<Ignore>::print(const Ignore& value) {
  return fmt::format("{} because {}", fmt::join(value.rules, ", "), value.reason);
}

}  // namespace meshsim
