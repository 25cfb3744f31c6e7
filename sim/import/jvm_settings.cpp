// Takes system properties apart: read, harmless, or not modelled.
// Sources: coherence.md sections 2.1 and 13; Java's networking properties.
#include "sim/import/jvm_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "sim/import/keys.hpp"

namespace meshsim {
namespace {

struct TextProperty {
  std::string_view name;
  Located<std::string> JvmSettings::*member;
};
constexpr auto kTexts = std::to_array<TextProperty>({
    {"coherence.cluster", &JvmSettings::cluster},
    {"coherence.role", &JvmSettings::role},
    {"coherence.site", &JvmSettings::site},
    {"coherence.rack", &JvmSettings::rack},
    {"coherence.machine", &JvmSettings::machine},
});

struct TruthProperty {
  std::string_view name;
  Located<bool> JvmSettings::*member;
};
constexpr auto kTruths = std::to_array<TruthProperty>({
    {"coherence.distributed.localstorage", &JvmSettings::storage_enabled},
    {"coherence.storage.enabled", &JvmSettings::storage_enabled},
    {"coherence.wka.dns.resolution.retry", &JvmSettings::wka_dns_retry},
    {"java.net.preferIPv4Stack", &JvmSettings::prefers_ipv4},
});

// `is_time`: in ms unless it has a unit, as Coherence reads it.
struct NumberProperty {
  std::string_view name;
  Located<std::uint32_t> JvmSettings::*member;
  std::uint32_t max;
  bool is_time = false;
};
constexpr auto kNumbers = std::to_array<NumberProperty>({
    {"coherence.localport", &JvmSettings::local_port, 65535},
    {"coherence.clusterport", &JvmSettings::cluster_port, 65535},
    {"coherence.wka.dns.resolution.timeout", &JvmSettings::wka_dns_timeout_ms, 86'400'000, true},
    {"coherence.wka.dns.resolution.frequency", &JvmSettings::wka_dns_frequency_ms, 86'400'000,
     true},
    {"coherence.wka.refresh.interval", &JvmSettings::wka_refresh_ms, 86'400'000, true},
    {"sun.net.inetaddr.ttl", &JvmSettings::dns_ttl_s, 86'400},
    {"sun.net.inetaddr.negative.ttl", &JvmSettings::dns_negative_ttl_s, 86'400},
});

// Properties without effect on what is simulated.
constexpr auto kHarmless = std::to_array<std::string_view>(
    {"coherence.log", "coherence.management", "coherence.metrics", "coherence.health",
     "coherence.mode", "coherence.member", "coherence.operator", "coherence.tracing",
     "coherence.reporter"});

std::optional<std::uint32_t> number(std::string_view text, std::uint32_t max, bool is_time) {
  std::uint32_t value = 0;
  const auto [rest, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{}) return std::nullopt;
  const std::string_view unit{rest, text.data() + text.size()};
  std::uint64_t factor = 0;
  if (unit.empty() || (is_time && unit == "ms")) factor = 1;
  if (is_time && unit == "s") factor = 1000;
  if (is_time && unit == "m") factor = 60'000;
  if (factor == 0 || value * factor > max) return std::nullopt;
  return static_cast<std::uint32_t>(value * factor);
}

// Coherence still reads properties by their old name.
std::string_view without_old_prefix(std::string_view name) {
  constexpr std::string_view kOldPrefix = "tangosol.";
  return name.starts_with(kOldPrefix) ? name.substr(kOldPrefix.size()) : name;
}

bool is_harmless(std::string_view name) {
  return std::any_of(kHarmless.begin(), kHarmless.end(),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

std::string_view nearest_property(std::string_view name) {
  std::vector<std::string_view> names{"coherence.wka"};
  for (const TextProperty& each : kTexts) names.push_back(each.name);
  for (const TruthProperty& each : kTruths) names.push_back(each.name);
  for (const NumberProperty& each : kNumbers) names.push_back(each.name);
  // The long common beginnings say nothing: the last words must be alike too.
  const auto last = [](std::string_view each) { return each.substr(each.rfind('.') + 1); };
  const std::string_view near = nearest(name, names);
  return nearest(last(name), {last(near)}).empty() ? std::string_view{} : near;
}

// "COHERENCE_WKA" is read by Coherence like the property coherence.wka.
std::string property_of_variable(std::string_view variable) {
  std::string name{variable};
  std::transform(name.begin(), name.end(), name.begin(), [](char letter) {
    if (letter == '_') return '.';
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return name;
}

}  // namespace

void JvmReader::arguments(std::string_view text, Pos start) {
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t blank = std::min(text.find(' ', from), text.size());
    Pos pos = start;
    pos.column += static_cast<std::uint32_t>(from);
    argument(text.substr(from, blank - from), pos);
    from = blank + 1;
  }
}

void JvmReader::argument(std::string_view text, Pos start) {
  constexpr std::string_view kDefine = "-D";
  if (!text.starts_with(kDefine)) return;  // heap, collector and the like
  const std::size_t equals = std::min(text.find('='), text.size());
  const std::string_view name = text.substr(kDefine.size(), equals - kDefine.size());
  const std::string_view value = text.substr(std::min(equals + 1, text.size()));
  Pos name_pos = start;
  name_pos.column += static_cast<std::uint32_t>(kDefine.size());
  Pos value_pos = start;
  value_pos.column += static_cast<std::uint32_t>(equals + 1);
  if (!take(name, value, value_pos)) report_unread(name, name_pos);
}

void JvmReader::variable(std::string_view name, std::string_view value, Pos name_pos,
                         Pos value_pos) {
  if (name == "JVM_ARGS" || name == "JAVA_TOOL_OPTIONS") {
    arguments(value, value_pos);
  } else if (name.starts_with("COHERENCE_")) {
    const std::string property = property_of_variable(name);
    // A StatefulSet of the operator carries many variables that are the operator's own matter.
    if (!take(property, value, value_pos) && !is_operators_) report_unread(property, name_pos);
  }
}

void JvmReader::report_unread(std::string_view name, Pos pos) {
  if (name.starts_with("networkaddress.cache.")) {
    diagnostics_.warning(pos, where_,
                         fmt::format("{} is a security property and has no effect as -D; write "
                                     "-Dsun.net.inetaddr.{}ttl",
                                     name, name.ends_with("negative.ttl") ? "negative." : ""));
    return;
  }
  name = without_old_prefix(name);
  if (!name.starts_with("coherence.") || is_harmless(name)) return;
  const std::string_view near = nearest_property(name);
  diagnostics_.warning(
      pos, where_,
      near.empty() ? fmt::format("{} is not modelled yet; the run ignores it", name)
                   : fmt::format("{} is unknown to the simulator; did you mean {}?", name, near));
}

bool JvmReader::take(std::string_view name, std::string_view value, Pos pos) {
  name = without_old_prefix(name);
  if (name == "coherence.wka") {
    settings_.wka = split_list(value, pos);
    return true;
  }
  return take_text(name, value, pos) || take_truth(name, value, pos) ||
         take_number(name, value, pos);
}

bool JvmReader::take_text(std::string_view name, std::string_view value, Pos pos) {
  for (const TextProperty& each : kTexts) {
    if (each.name != name) continue;
    settings_.*each.member = {std::string{value}, pos};
    return true;
  }
  return false;
}
bool JvmReader::take_truth(std::string_view name, std::string_view value, Pos pos) {
  for (const TruthProperty& each : kTruths) {
    if (each.name != name) continue;
    if (value == "true" || value == "false") {
      settings_.*each.member = {value == "true", pos};
    } else {
      diagnostics_.error(pos, where_,
                         fmt::format("{}: '{}' is neither true nor false", name, value));
    }
    return true;
  }
  return false;
}
bool JvmReader::take_number(std::string_view name, std::string_view value, Pos pos) {
  for (const NumberProperty& each : kNumbers) {
    if (each.name != name) continue;
    if (const auto read = number(value, each.max, each.is_time)) {
      settings_.*each.member = {*read, pos};
    } else {
      diagnostics_.error(
          pos, where_, fmt::format("{}: '{}' is no whole number up to {}", name, value, each.max));
    }
    return true;
  }
  return false;
}

}  // namespace meshsim
