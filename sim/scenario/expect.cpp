// Parses and judges expectations. The grammar, in one line:
//   METRIC [ '[' SELECTOR ']' ] [ '.' STATISTIC ] [ OP VALUE [ '+-' TOLERANCE ] | 'in' LOW '..'
//   HIGH ]
#include "sim/scenario/expect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "sim/config/quantities.hpp"

namespace meshsim {
namespace {

constexpr std::array<std::pair<std::string_view, Statistic>, 6> kStatistics{{
    {"min", Statistic::Min},
    {"max", Statistic::Max},
    {"median", Statistic::Median},
    {"p95", Statistic::P95},
    {"spread", Statistic::Spread},
    {"count", Statistic::Count},
}};

// Longer operators first: "<=" before "<".
constexpr std::array<std::pair<std::string_view, Comparison>, 7> kComparisons{{
    {"==", Comparison::Equal},
    {"!=", Comparison::NotEqual},
    {"<=", Comparison::AtMost},
    {">=", Comparison::AtLeast},
    {"<", Comparison::Less},
    {">", Comparison::More},
    {"in ", Comparison::Within},
}};

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_name(char letter) {
  return (letter >= 'a' && letter <= 'z') || letter == '_' || (letter >= '0' && letter <= '9');
}

// Reads one expectation from left to right; the first thing wrong ends it.
class ConditionReader {
 public:
  ConditionReader(const Expectation& expectation, Diagnostics& diagnostics)
      : expectation_(expectation), rest_(trimmed(expectation.text)), diagnostics_(diagnostics) {}

  std::optional<Condition> read() {
    condition_.text = expectation_.text;
    condition_.pos = expectation_.pos;
    if (read_metric() && read_selector() && read_statistic() && read_comparison()) {
      return condition_;
    }
    return std::nullopt;
  }

 private:
  bool fail(const std::string& message) {
    diagnostics_.error(expectation_.pos, "expect",
                       fmt::format("'{}': {}", expectation_.text, message));
    return false;
  }

  std::string_view take_name() {
    std::size_t length = 0;
    while (length < rest_.size() && is_name(rest_[length])) ++length;
    const std::string_view name = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return name;
  }

  bool read_metric() {
    const std::string_view name = take_name();
    std::vector<std::string_view> known;
    for (const Metric& metric : metrics()) {
      if (metric.name == name) condition_.metric = &metric;
      known.push_back(metric.name);
    }
    if (condition_.metric != nullptr) return true;
    const std::string_view near = nearest(name, known);
    return fail(near.empty()
                    ? fmt::format("no such metric as '{}'; `meshsim explain expect` "
                                  "lists them",
                                  name)
                    : fmt::format("no such metric as '{}'; did you mean '{}'?", name, near));
  }

  bool read_selector() {
    if (rest_.empty() || rest_.front() != '[') return true;
    const std::size_t end = rest_.find(']');
    if (end == std::string_view::npos) return fail("the bracket is not closed");
    condition_.selector = trimmed(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    if (condition_.metric->selector.empty()) {
      return fail(fmt::format("'{}' takes nothing in brackets", condition_.metric->name));
    }
    return true;
  }

  bool read_statistic() {
    if (rest_.empty() || rest_.front() != '.') return true;
    rest_.remove_prefix(1);
    const std::string_view name = take_name();
    for (const auto& [word, statistic] : kStatistics) {
      if (word == name) {
        condition_.statistic = statistic;
        return true;
      }
    }
    return fail(
        fmt::format("no such statistic as '{}'; one of min, max, median, p95, spread, "
                    "count",
                    name));
  }

  bool read_comparison() {
    rest_ = trimmed(rest_);
    if (rest_.empty()) {
      if (condition_.metric->unit == MetricUnit::Truth) return true;
      return fail("compare it with something: ==, !=, <, <=, >, >= or 'in LOW..HIGH'");
    }
    for (const auto& [sign, comparison] : kComparisons) {
      if (!rest_.starts_with(sign)) continue;
      condition_.comparison = comparison;
      rest_ = trimmed(rest_.substr(sign.size()));
      return comparison == Comparison::Within ? read_range() : read_value();
    }
    return fail(
        fmt::format("'{}' is no comparison; use ==, !=, <, <=, >, >= or 'in LOW..HIGH'", rest_));
  }

  bool read_range() {
    const std::size_t dots = rest_.find("..");
    if (dots == std::string_view::npos) return fail("a range is written LOW..HIGH");
    return read_number(trimmed(rest_.substr(0, dots)), condition_.low) &&
           read_number(trimmed(rest_.substr(dots + 2)), condition_.high) &&
           (condition_.low <= condition_.high || fail("the range is upside down"));
  }

  bool read_value() {
    if (condition_.metric->unit == MetricUnit::Word) {
      condition_.word = rest_;
      if (condition_.comparison == Comparison::Equal ||
          condition_.comparison == Comparison::NotEqual) {
        return !rest_.empty() || fail("the word to compare with is missing");
      }
      return fail("a word can only be == or !=");
    }
    const std::size_t sign = rest_.find("+-");
    std::int64_t value = 0;
    if (!read_number(trimmed(rest_.substr(0, sign)), value)) return false;
    condition_.low = condition_.high = value;
    if (sign == std::string_view::npos) return true;
    if (condition_.comparison != Comparison::Equal) return fail("a tolerance needs ==");
    std::int64_t tolerance = 0;
    if (!read_number(trimmed(rest_.substr(sign + 2)), tolerance)) return false;
    condition_.comparison = Comparison::Within;
    condition_.low -= tolerance;
    condition_.high += tolerance;
    return true;
  }

  bool read_number(std::string_view text, std::int64_t& number) {
    if (condition_.metric->unit == MetricUnit::Nanoseconds &&
        condition_.statistic != Statistic::Count) {
      Duration duration{};
      std::string error;
      if (!ScalarText<Duration>::parse(text, duration, error)) return fail(error);
      number = ns(duration);
      return true;
    }
    if (text == "true" || text == "false") {
      number = text == "true" ? 1 : 0;
      return true;
    }
    if (text.empty() || text.size() > 18 ||
        text.find_first_not_of("0123456789") != std::string_view::npos) {
      return fail(fmt::format("'{}' is no whole number", text));
    }
    number = std::stoll(std::string{text});
    return true;
  }

  const Expectation& expectation_;
  std::string_view rest_;
  Diagnostics& diagnostics_;
  Condition condition_;
};

bool compare(const Condition& condition, std::int64_t number) {
  switch (condition.comparison) {
    case Comparison::Holds: return number != 0;
    case Comparison::Equal: return number == condition.low;
    case Comparison::NotEqual: return number != condition.low;
    case Comparison::Less: return number < condition.low;
    case Comparison::AtMost: return number <= condition.low;
    case Comparison::More: return number > condition.low;
    case Comparison::AtLeast: return number >= condition.low;
    case Comparison::Within: return number >= condition.low && number <= condition.high;
  }
  return false;
}

// The asked statistic of sorted numbers; nearest rank for p95, lower middle for the median.
std::int64_t statistic_of(Statistic statistic, const std::vector<std::int64_t>& sorted) {
  const std::size_t size = sorted.size();
  switch (statistic) {
    case Statistic::Min: return sorted.front();
    case Statistic::Max: return sorted.back();
    case Statistic::Median: return sorted[(size - 1) / 2];
    case Statistic::P95: return sorted[(size * 95 + 99) / 100 - 1];
    case Statistic::Spread: return sorted.back() - sorted.front();
    case Statistic::Count: return static_cast<std::int64_t>(size);
    case Statistic::All: break;
  }
  return sorted.front();
}

Judgement judge_words(const Condition& condition, const std::vector<std::string>& words) {
  const bool wanted = condition.comparison == Comparison::Equal;
  // A list of words of one thing (all drop codes) holds if one of them is equal; a word per member
  // must be equal for every member.
  const auto equal = [&](const std::string& word) { return word == condition.word; };
  const bool any = condition.metric->selector.empty();
  const bool holds = wanted ? (any ? std::any_of(words.begin(), words.end(), equal)
                                   : std::all_of(words.begin(), words.end(), equal))
                            : std::none_of(words.begin(), words.end(), equal);
  std::vector<std::string> distinct = words;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  return {holds ? Holds::Yes : Holds::No, fmt::format("{}", fmt::join(distinct, ", ")), {}};
}

}  // namespace

std::string format_duration(std::int64_t nanoseconds) {
  constexpr std::array<std::pair<std::int64_t, const char*>, 3> kUnits{
      {{1'000'000'000, "s"}, {1'000'000, "ms"}, {1'000, "us"}}};
  const std::int64_t size = nanoseconds < 0 ? -nanoseconds : nanoseconds;
  for (const auto& [unit, name] : kUnits) {
    if (size < unit) continue;
    // Three decimals, truncated: the digits are the clock's, never rounded up past it.
    const std::int64_t thousandths = size / (unit / 1000);
    std::string text = fmt::format("{}{}", nanoseconds < 0 ? "-" : "", thousandths / 1000);
    if (thousandths % 1000 != 0) {
      text += fmt::format(".{:03}", thousandths % 1000);
      text.erase(text.find_last_not_of('0') + 1);
    }
    return text + name;
  }
  return fmt::format("{}{}", nanoseconds, nanoseconds == 0 ? "s" : "ns");
}

std::string format_figure(MetricUnit unit, std::int64_t number) {
  switch (unit) {
    case MetricUnit::Nanoseconds: return format_duration(number);
    case MetricUnit::Truth: return number != 0 ? "true" : "false";
    case MetricUnit::Count:
    case MetricUnit::Word: break;
  }
  return std::to_string(number);
}

std::optional<Condition> parse_condition(const Expectation& expectation, Diagnostics& diagnostics) {
  return ConditionReader{expectation, diagnostics}.read();
}

Judgement judge(const Condition& condition, const RunResult& result) {
  Figures figures = condition.metric->figures(result, condition.selector);
  if (!figures.none.empty()) return {Holds::Unknown, figures.none, {}};
  if (condition.metric->unit == MetricUnit::Word) return judge_words(condition, figures.words);

  std::sort(figures.numbers.begin(), figures.numbers.end());
  const MetricUnit unit =
      condition.statistic == Statistic::Count ? MetricUnit::Count : condition.metric->unit;
  if (condition.statistic != Statistic::All) {
    figures.numbers = {statistic_of(condition.statistic, figures.numbers)};
  }
  const bool holds = std::all_of(figures.numbers.begin(), figures.numbers.end(),
                                 [&](std::int64_t number) { return compare(condition, number); });
  std::string actual = format_figures(unit, figures.numbers);
  if (!figures.words.empty()) actual += fmt::format(": {}", fmt::join(figures.words, ", "));
  return {holds ? Holds::Yes : Holds::No, std::move(actual), figures.numbers};
}

std::string format_figures(MetricUnit unit, const std::vector<std::int64_t>& sorted) {
  std::string text = format_figure(unit, sorted.front());
  if (sorted.front() != sorted.back()) text += ".." + format_figure(unit, sorted.back());
  return text;
}

}  // namespace meshsim
