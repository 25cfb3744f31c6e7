// Complaints, numbers and durations as CoreDNS words and reads them; setup of `cache`.
// Source: dns.md sections 1.2 and 2.4.
#include "sim/import/corefile_setup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "models/dns/name.hpp"
#include "sim/import/corefile_plugins.hpp"

namespace meshsim::corefile {

void Report::error(const CorefileToken& at, std::string_view message) const {
  diagnostics_.error(at.pos, at.source, fmt::format("plugin/{}: {}", plugin_, message));
}
void Report::warning(const CorefileToken& at, std::string_view message) const {
  diagnostics_.warning(at.pos, at.source, fmt::format("plugin/{}: {}", plugin_, message));
}
void Report::argument_count(const CorefileToken& last) const {
  error(last, fmt::format("Wrong argument count or unexpected line ending after '{}'", last.text));
}
void Report::unknown_property(const CorefileToken& at) const {
  error(at, fmt::format("unknown property '{}'", at.text));
}
void Report::not_modelled(const CorefileToken& at) const {
  error(at, fmt::format("'{}' is not modelled yet", at.text));
}

void Report::outside(const CorefileToken& at, std::string_view message) const {
  diagnostics_.error(at.pos, at.source, std::string{message});
}

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Duration> go_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return Duration::zero();
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  while (!text.empty()) {
    const std::size_t unit_at = text.find_first_not_of("0123456789.");
    if (unit_at == 0 || unit_at == text.npos || unit_at > 15) return std::nullopt;
    const std::size_t unit_end = std::min(text.find_first_of("0123456789.", unit_at), text.size());
    const std::string_view unit = text.substr(unit_at, unit_end - unit_at);
    constexpr std::array<std::pair<std::string_view, std::int64_t>, 6> kUnits{
        {{"ns", 1},
         {"us", 1'000},
         {"ms", 1'000'000},
         {"s", 1'000'000'000},
         {"m", 60'000'000'000},
         {"h", 3'600'000'000'000}}};
    const auto* scale = std::find_if(kUnits.begin(), kUnits.end(),
                                     [&](const auto& each) { return each.first == unit; });
    if (scale == kUnits.end()) return std::nullopt;
    std::int64_t step = scale->second;
    bool fraction = false;
    std::int64_t value = 0;
    for (const char c : text.substr(0, unit_at)) {
      if (c == '.') {
        if (fraction) return std::nullopt;
        fraction = true;
      } else if (fraction) {
        step /= 10;
        value += (c - '0') * step;
      } else {
        value = value * 10 + (c - '0') * scale->second;
      }
      if (value > (std::int64_t{1} << 58)) return std::nullopt;
    }
    total += value;
    text.remove_prefix(unit_end);
  }
  return Duration{negative ? -total : total};
}

dns::Fallthrough fallthrough(const Words& line) {
  dns::Fallthrough result;
  result.is_on = true;
  for (std::size_t index = 1; index < line.size(); ++index) {
    for (const std::string& zone : corefile_zones(line[index].text)) {
      result.zones.push_back(dns::lower(zone));
    }
  }
  return result;
}

dns::Zones zones_or_keys(const Words& words, std::size_t first, const dns::ServerBlock& block) {
  dns::Zones zones;
  for (std::size_t index = first; index < words.size(); ++index) {
    for (const std::string& zone : corefile_zones(words[index].text)) {
      zones.push_back(dns::lower(zone));
    }
  }
  if (words.size() > first) return zones;
  for (const dns::ServerKey& key : block.keys) zones.push_back(dns::lower(key.zone));
  return zones;
}

namespace {

// `prefetch AMOUNT [[DURATION] [PERCENTAGE%]]`
void cache_prefetch(const Words& line, const Report& report, dns::CacheConfig& cache) {
  if (line.size() < 2 || line.size() > 4) return report.argument_count(line.back());
  const auto amount = integer(line[1].text);
  if (!amount || *amount < 0) {
    return report.error(line[1],
                        fmt::format("prefetch amount should be positive: {}", line[1].text));
  }
  cache.prefetch = static_cast<std::uint32_t>(*amount);
  for (std::size_t index = 2; index < line.size(); ++index) {
    std::string_view text = line[index].text;
    if (text.ends_with('%')) {
      text.remove_suffix(1);
      const auto percent = integer(text);
      if (!percent || *percent < 10 || *percent > 90) {
        return report.error(line[index],
                            fmt::format("percentage should fall in range [10, 90]: {}", text));
      }
      cache.prefetch_percent = static_cast<std::uint32_t>(*percent);
    } else {
      const auto window = go_duration(text);
      if (!window) {
        return report.error(line[index], fmt::format("time: invalid duration \"{}\"", text));
      }
      cache.prefetch_window = *window;
    }
  }
}

// `serve_stale [DURATION] [immediate|verify]`
void cache_stale(const Words& line, const Report& report, dns::CacheConfig& cache) {
  if (line.size() > 3) return report.argument_count(line.back());
  cache.stale = 3600s;
  if (line.size() > 1) {
    const auto duration = go_duration(line[1].text);
    if (!duration) {
      return report.error(line[1], fmt::format("time: invalid duration \"{}\"", line[1].text));
    }
    if (*duration < Duration::zero()) {
      return report.error(line[1], "invalid negative duration for serve_stale");
    }
    cache.stale = *duration;
  }
  if (line.size() > 2) {
    const std::string mode = dns::lower(line[2].text);
    if (mode != "immediate" && mode != "verify") {
      return report.error(line[2],
                          fmt::format("invalid value for serve_stale refresh mode: {}", mode));
    }
    cache.verify_stale = mode == "verify";
  }
}

// `disable success|denial [ZONES]`
void cache_disable(const Words& line, const Report& report, const dns::ServerBlock& block,
                   dns::CacheConfig& cache) {
  if (line.size() < 2) return report.argument_count(line.back());
  dns::Zones zones = zones_or_keys(line, 2, block);
  if (line.size() == 2) zones = cache.zones;
  if (line[1].text == "success") {
    cache.success_disabled = std::move(zones);
  } else if (line[1].text == "denial") {
    cache.denial_disabled = std::move(zones);
  } else {
    report.error(line[1], "cache type for disable must be \"success\" or \"denial\"");
  }
}

void cache_limits(const Words& line, const Report& report, std::uint32_t& capacity,
                  Duration& longest, Duration& shortest) {
  if (line.size() < 2 || line.size() > 4) return report.argument_count(line.back());
  for (std::size_t index = 1; index < line.size(); ++index) {
    const auto value = integer(line[index].text);
    if (!value || *value < 0) {
      return report.error(line[index], fmt::format("'{}' is no number", line[index].text));
    }
    // 256 shards of at least 4 entries; source: dns.md section 2.4.
    if (index == 1) {
      capacity = static_cast<std::uint32_t>(std::max<std::int64_t>(4, *value / 256) * 256);
    }
    if (index == 2) longest = std::chrono::seconds{*value};
    if (index == 3) shortest = std::chrono::seconds{*value};
  }
}

}  // namespace

void set_up_cache(const CorefileDirective& directive, const Report& report,
                  dns::ServerBlock& block) {
  dns::CacheConfig cache;
  cache.pos = directive.name.pos;
  std::size_t first_zone = 0;
  if (!directive.arguments.empty()) {
    if (const auto ttl = integer(directive.arguments[0].text)) {
      if (*ttl <= 0) {
        return report.error(directive.arguments[0],
                            fmt::format("cache TTL can not be zero or negative: {}", *ttl));
      }
      cache.success_max = cache.denial_max = std::chrono::seconds{*ttl};
      first_zone = 1;
    }
  }
  cache.zones = zones_or_keys(directive.arguments, first_zone, block);
  for (const Words& line : directive.block) {
    const std::string& option = line[0].text;
    if (option == "success") {
      cache_limits(line, report, cache.capacity, cache.success_max, cache.success_min);
    } else if (option == "denial") {
      cache_limits(line, report, cache.denial_capacity, cache.denial_max, cache.denial_min);
    } else if (option == "servfail") {
      if (line.size() != 2) return report.argument_count(line.back());
      const auto duration = go_duration(line[1].text);
      if (!duration || *duration < Duration::zero()) {
        return report.error(line[1], fmt::format("invalid duration '{}'", line[1].text));
      }
      if (*duration > 300s) {
        return report.error(line[1], "caching SERVFAIL responses over 5 minutes is not permitted");
      }
      cache.servfail = *duration;
    } else if (option == "keepttl") {
      cache.keep_ttl = true;
    } else if (option == "prefetch") {
      cache_prefetch(line, report, cache);
    } else if (option == "serve_stale") {
      cache_stale(line, report, cache);
    } else if (option == "disable") {
      cache_disable(line, report, block, cache);
    } else {
      report.unknown_property(line[0]);
    }
  }
  block.cache = std::move(cache);
}

}  // namespace meshsim::corefile
