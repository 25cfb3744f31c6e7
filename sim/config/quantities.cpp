// Decimal numbers with units, by exact integer arithmetic: 1.5s is 1'500'000'000 ns on every host.
#include "sim/config/quantities.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <numeric>
#include <optional>
#include <span>

namespace meshsim {
namespace {

using Wide = unsigned __int128;

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// What is measured and how a sentence about it speaks.
struct Measure {
  std::string_view what;      // "time"
  std::string_view usual;     // the unit to suggest to a bare number
  std::string_view smallest;  // what no value can be finer than
  std::span<const Unit> units;
  std::uint64_t max;
};

constexpr std::array<Unit, 6> kTimes{{{"ns", 1},
                                      {"us", 1'000},
                                      {"ms", 1'000'000},
                                      {"s", 1'000'000'000},
                                      {"m", 60'000'000'000},
                                      {"h", 3'600'000'000'000}}};
constexpr std::array<Unit, 14> kSizes{{{"B", 1},
                                       {"kB", 1'000},
                                       {"KB", 1'000},
                                       {"MB", 1'000'000},
                                       {"GB", 1'000'000'000},
                                       {"TB", 1'000'000'000'000},
                                       {"Ki", 1ULL << 10},
                                       {"Mi", 1ULL << 20},
                                       {"Gi", 1ULL << 30},
                                       {"Ti", 1ULL << 40},
                                       {"KiB", 1ULL << 10},
                                       {"MiB", 1ULL << 20},
                                       {"GiB", 1ULL << 30},
                                       {"TiB", 1ULL << 40}}};
constexpr std::array<Unit, 5> kRates{{{"bps", 1},
                                      {"kbps", 1'000},
                                      {"Mbps", 1'000'000},
                                      {"Gbps", 1'000'000'000},
                                      {"Tbps", 1'000'000'000'000}}};

constexpr std::uint64_t kMaxTime = std::numeric_limits<std::int64_t>::max();
constexpr Measure kTime{"time", "ms", "1ns", kTimes, kMaxTime};
constexpr Measure kSize{"size", "MB", "1B", kSizes, std::numeric_limits<std::uint64_t>::max()};
constexpr Measure kRate{"bit rate", "Gbps", "1bps", kRates,
                        std::numeric_limits<std::uint64_t>::max()};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// mantissa / 10^decimals
struct Decimal {
  std::uint64_t mantissa = 0;
  std::uint32_t decimals = 0;
};

// Takes a number off the front of `text`; nothing if there is none or it has over 18 digits.
std::optional<Decimal> take_decimal(std::string_view& text) {
  Decimal number;
  std::size_t i = 0;
  std::uint32_t digits = 0;
  bool has_point = false;
  for (; i < text.size(); ++i) {
    const bool is_point =
        text[i] == '.' && !has_point && digits > 0 && i + 1 < text.size() && is_digit(text[i + 1]);
    if (is_point) {
      has_point = true;
      continue;
    }
    if (!is_digit(text[i])) break;
    if (++digits > 18) return std::nullopt;
    number.mantissa = number.mantissa * 10 + static_cast<std::uint64_t>(text[i] - '0');
    number.decimals += has_point ? 1 : 0;
  }
  if (digits == 0) return std::nullopt;
  text.remove_prefix(i);
  return number;
}

std::uint64_t power_of_ten(std::uint32_t exponent) {
  std::uint64_t power = 1;
  while (exponent-- > 0) power *= 10;
  return power;
}

std::string unit_names(std::span<const Unit> units) {
  std::string names;
  for (const Unit& unit : units) {
    names += names.empty() ? "" : &unit == &units.back() ? " or " : ", ";
    names += unit.name;
  }
  return names;
}

bool parse_measure(std::string_view text, const Measure& measure, std::uint64_t& out,
                   std::string& error) {
  const auto fail = [&](std::string message) {
    error = std::move(message);
    return false;
  };
  std::string_view unit_name = text;
  const auto number = take_decimal(unit_name);
  if (!number && text.starts_with('-')) {
    return fail(fmt::format("'{}' is negative; a {} is not", text, measure.what));
  }
  if (!number) {
    return fail(
        fmt::format("'{}' is no {}; write one like 40{}", text, measure.what, measure.usual));
  }
  if (unit_name.starts_with(' ')) unit_name.remove_prefix(1);
  if (unit_name.empty()) {
    return fail(fmt::format("'{0}' has no unit; write {0}{1}", text, measure.usual));
  }
  const auto unit = std::find_if(measure.units.begin(), measure.units.end(),
                                 [&](const Unit& known) { return known.name == unit_name; });
  if (unit == measure.units.end()) {
    return fail(fmt::format("'{}': '{}' is no unit of a {}; write {}", text, unit_name,
                            measure.what, unit_names(measure.units)));
  }
  const Wide scaled = Wide{number->mantissa} * unit->factor;
  const std::uint64_t divisor = power_of_ten(number->decimals);
  if (scaled % divisor != 0) {
    return fail(fmt::format("'{}' is finer than {}", text, measure.smallest));
  }
  if (scaled / divisor > measure.max) return fail(fmt::format("'{}' is too large", text));
  out = static_cast<std::uint64_t>(scaled / divisor);
  return true;
}

// In the largest of `units` (ascending) that leaves at most three decimals.
std::string print_measure(std::uint64_t value, std::span<const Unit> units) {
  for (std::size_t i = units.size(); i-- > 1;) {
    const auto& [name, factor] = units[i];
    if (value < factor || value % (factor / 1000) != 0) continue;
    const std::uint64_t thousandths = value % factor / (factor / 1000);
    if (thousandths == 0) return fmt::format("{}{}", value / factor, name);
    std::string decimals = fmt::format("{:03}", thousandths);
    decimals.erase(decimals.find_last_not_of('0') + 1);
    return fmt::format("{}.{}{}", value / factor, decimals, name);
  }
  return fmt::format("{}{}", value, units[0].name);
}

}  // namespace

bool ScalarText<Duration>::parse(std::string_view text, Duration& out, std::string& error) {
  std::uint64_t count = 0;
  if (!parse_measure(text, kTime, count, error)) return false;
  out = Duration{static_cast<std::int64_t>(count)};
  return true;
}

std::string ScalarText<Duration>::print(Duration value) {
  const std::span<const Unit> units = std::span{kTimes}.first(4);
  if (value.count() >= 0) return print_measure(static_cast<std::uint64_t>(value.count()), units);
  return "-" + print_measure(std::uint64_t{0} - static_cast<std::uint64_t>(value.count()), units);
}

bool ScalarText<DurationRange>::parse(std::string_view text, DurationRange& out,
                                      std::string& error) {
  const std::size_t dots = text.find("..");
  DurationRange range;
  if (!ScalarText<Duration>::parse(text.substr(0, dots), range.min, error)) return false;
  range.max = range.min;
  if (dots != std::string_view::npos &&
      !ScalarText<Duration>::parse(text.substr(dots + 2), range.max, error)) {
    return false;
  }
  if (range.max < range.min) {
    error = fmt::format("'{}' ends before it starts; write the smaller time first", text);
    return false;
  }
  out = range;
  return true;
}

std::string ScalarText<DurationRange>::print(const DurationRange& value) {
  const std::string min = ScalarText<Duration>::print(value.min);
  return value.min == value.max ? min : min + ".." + ScalarText<Duration>::print(value.max);
}

bool ScalarText<Bytes>::parse(std::string_view text, Bytes& out, std::string& error) {
  return parse_measure(text, kSize, out.count, error);
}

std::string ScalarText<Bytes>::print(Bytes value) {
  for (const Unit& unit : {Unit{"Gi", 1ULL << 30}, {"Mi", 1ULL << 20}, {"Ki", 1ULL << 10}}) {
    if (value.count != 0 && value.count % unit.factor == 0) {
      return fmt::format("{}{}", value.count / unit.factor, unit.name);
    }
  }
  return fmt::format("{}B", value.count);
}

bool ScalarText<BitRate>::parse(std::string_view text, BitRate& out, std::string& error) {
  std::uint64_t rate = 0;
  if (!parse_measure(text, kRate, rate, error)) return false;
  if (rate == 0) {
    error = "a rate of 0 moves nothing; write at least 1bps";
    return false;
  }
  out.bits_per_second = rate;
  return true;
}

std::string ScalarText<BitRate>::print(BitRate value) {
  return print_measure(value.bits_per_second, kRates);
}

bool ScalarText<Ratio>::parse(std::string_view text, Ratio& out, std::string& error) {
  const auto fail = [&](std::string_view what) {
    error = fmt::format("'{}' {}; write one like 0.1% or 1/1000", text, what);
    return false;
  };
  std::string_view rest = text;
  const auto part = take_decimal(rest);
  if (!part) return fail("is no share");
  Wide numerator = part->mantissa;
  Wide denominator = power_of_ten(part->decimals);
  if (rest == "%") {
    denominator *= 100;
  } else if (rest.starts_with('/')) {
    rest.remove_prefix(1);
    const auto whole = take_decimal(rest);
    if (!whole || !rest.empty() || whole->decimals != 0 || part->decimals != 0) {
      return fail("is no share");
    }
    if (whole->mantissa == 0) return fail("divides by nothing");
    denominator = whole->mantissa;
  } else if (!rest.empty()) {
    return fail("is no share");
  } else if (part->decimals != 0 || part->mantissa > 1) {
    return fail("has no unit");
  }
  if (numerator > denominator) return fail("is more than the whole");
  Wide divisor = denominator;
  for (Wide remainder = numerator; remainder != 0;) {
    divisor %= remainder;
    std::swap(divisor, remainder);
  }
  if (denominator / divisor > std::numeric_limits<std::uint32_t>::max()) {
    return fail("is finer than one in 4294967295");
  }
  out = {static_cast<std::uint32_t>(numerator / divisor),
         static_cast<std::uint32_t>(denominator / divisor)};
  return true;
}

std::string ScalarText<Ratio>::print(Ratio value) {
  if (value.part == 0) return "0";
  return value.part == value.whole ? "1" : fmt::format("{}/{}", value.part, value.whole);
}

bool ScalarText<Ipv4>::parse(std::string_view text, Ipv4& out, std::string& error) {
  const auto address = parse_ipv4(text);
  if (!address) error = fmt::format("'{}' is no IPv4 address; write one like 10.1.2.3", text);
  out = address.value_or(Ipv4{});
  return address.has_value();
}

std::string ScalarText<Ipv4>::print(Ipv4 value) { return to_string(value); }

bool ScalarText<Prefix>::parse(std::string_view text, Prefix& out, std::string& error) {
  const auto prefix = parse_prefix(text);
  if (prefix) {
    out = *prefix;
    return true;
  }
  const std::size_t slash = text.find('/');
  const auto address = parse_ipv4(text.substr(0, slash));
  std::uint32_t length = 33;
  if (address && slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (code != std::errc{} || end != digits.data() + digits.size()) length = 33;
  }
  if (length <= 32) {
    Prefix meant{*address, static_cast<std::uint8_t>(length)};
    meant.base.value &= meant.mask();
    error = fmt::format("'{}' has bits set behind its mask; write {}", text, to_string(meant));
  } else if (address && slash == std::string_view::npos) {
    error = fmt::format("'{0}' has no prefix length; write {0}/32 for the one address", text);
  } else {
    error = fmt::format("'{}' is no CIDR; write one like 10.1.0.0/16", text);
  }
  return false;
}

std::string ScalarText<Prefix>::print(const Prefix& value) { return to_string(value); }

}  // namespace meshsim
