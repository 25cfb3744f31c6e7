// Reads what is asked, sends the probes, counts.
#include "sim/scenario/reachable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "sim/config/quantities.hpp"

namespace meshsim {
namespace {

constexpr std::uint16_t kFirstPort = 33'000;
constexpr std::uint16_t kProbeBytes = 64;
constexpr std::size_t kMostProbes = 100'000;

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> list;
  while (!text.empty()) {
    const std::size_t begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    const std::size_t end = std::min(text.find(' '), text.size());
    list.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return list;
}

// FROM > TO PROTOCOL [PORT] [during BEGIN..END]
class AskReader {
 public:
  AskReader(const Plan& plan, const Condition& condition, Duration until, Diagnostics& diagnostics)
      : plan_(plan),
        condition_(condition),
        until_(until),
        diagnostics_(diagnostics),
        words_(words(condition.selector)) {}

  std::optional<ReachableAsk> read() {
    if (words_.size() < 4 || words_[1] != ">") {
      return fail(
          "write reachable[FROM > TO tcp PORT], with 'during 30s..60s' behind the port if "
          "it must hold for a while");
    }
    Probe probe;
    if (!read_ends(probe) || !read_protocol(probe) || !read_during()) return std::nullopt;
    return made(probe);
  }

 private:
  std::nullopt_t fail(const std::string& message) {
    diagnostics_.error(condition_.pos, "expect", fmt::format("'{}': {}", condition_.text, message));
    return std::nullopt;
  }

  bool read_ends(Probe& probe) {
    const FoundEnd from = find_end(plan_, words_[0]);
    const FoundEnd to = find_end(plan_, words_[2]);
    for (const FoundEnd* end : {&from, &to}) {
      if (!end->end) return fail(end->problem), false;
    }
    if (!from.end->sends()) {
      return fail(fmt::format("{} sends nothing by itself; name a pod or a node", words_[0])),
             false;
    }
    probe.from = *from.end;
    probe.target = to.end->address;
    return true;
  }

  bool read_protocol(Probe& probe) {
    probe.size = kProbeBytes;
    next_ = 4;
    if (words_[3] == "icmp") {
      probe.protocol = Protocol::Icmp;
      return true;
    }
    if (words_[3] != "tcp" && words_[3] != "udp") {
      return fail(fmt::format("'{}' is no protocol; write tcp, udp or icmp", words_[3])), false;
    }
    probe.protocol = words_[3] == "udp" ? Protocol::Udp : Protocol::Tcp;
    const std::string_view port = words_.size() > 4 ? words_[4] : std::string_view{};
    const auto read = std::from_chars(port.data(), port.data() + port.size(), probe.port);
    if (port.empty() || read.ec != std::errc{} || read.ptr != port.data() + port.size() ||
        probe.port == 0) {
      return fail(fmt::format("'{}' is no port", port)), false;
    }
    next_ = 5;
    return true;
  }

  bool read_during() {
    begin_ = end_ = std::max(Duration{}, until_ - kProbeEvery);
    if (next_ == words_.size()) return true;
    const std::string_view range = words_.size() == next_ + 2 ? words_[next_ + 1] : "";
    const std::size_t dots = range.find("..");
    if (words_[next_] != "during" || dots == std::string_view::npos) {
      return fail("behind the port only 'during 30s..60s' may stand"), false;
    }
    std::string error;
    if (!ScalarText<Duration>::parse(range.substr(0, dots), begin_, error) ||
        !ScalarText<Duration>::parse(range.substr(dots + 2), end_, error)) {
      return fail(error), false;
    }
    if (begin_ > end_) return fail("the range is upside down"), false;
    const Duration last = std::max(plan_.scenario.until, until_);
    if (end_ > last) return fail("the scenario ends before that"), false;
    return true;
  }

  std::optional<ReachableAsk> made(Probe probe) {
    ReachableAsk ask{condition_.selector, {}};
    for (Duration when = begin_; when <= end_; when += kProbeEvery) {
      if (ask.probes.size() == kMostProbes) return fail("that is more than 100000 probes");
      probe.at = at(when);
      ask.probes.push_back(probe);
    }
    return ask;
  }

  const Plan& plan_;
  const Condition& condition_;
  Duration until_;
  Diagnostics& diagnostics_;
  std::vector<std::string_view> words_;
  std::size_t next_ = 0;
  Duration begin_{};
  Duration end_{};
};

}  // namespace

std::vector<ReachableAsk> reachable_asks(const Plan& plan, const std::vector<Condition>& conditions,
                                         Duration until, Diagnostics& diagnostics) {
  std::vector<ReachableAsk> asks;
  for (const Condition& condition : conditions) {
    if (condition.metric->name != kReachableMetric) continue;
    const bool is_known = std::any_of(asks.begin(), asks.end(), [&](const ReachableAsk& ask) {
      return ask.selector == condition.selector;
    });
    if (is_known) continue;
    if (auto ask = AskReader{plan, condition, until, diagnostics}.read()) {
      asks.push_back(std::move(*ask));
    }
  }
  return asks;
}

void ReachableProbes::send(World& world) {
  if (asks_.empty()) return;
  world.simulation->add_sink(log_);
  std::uint32_t number = 0;
  for (const ReachableAsk& ask : asks_) {
    for (Probe probe : ask.probes) {
      ++number;
      probe.source_port = static_cast<std::uint16_t>(kFirstPort + number % 27'000);
      send_probe(world, probe, number);
    }
  }
}

const ProbeStep* ReachableProbes::end(std::uint32_t number, const Probe& probe) const {
  for (const ProbeStep& step : log_.steps(number)) {
    if (step.leg == 0 && step.is_end() && step.at >= probe.at) return &step;
  }
  return nullptr;
}

std::vector<ReachableResult> ReachableProbes::results() const {
  std::vector<ReachableResult> results;
  std::uint32_t number = 0;
  for (const ReachableAsk& ask : asks_) {
    ReachableResult result;
    result.selector = ask.selector;
    for (const Probe& probe : ask.probes) {
      ++number;
      if (probe.at > last_) continue;
      ++result.probes;
      const ProbeStep* const found = end(number, probe);
      if (found != nullptr && !found->dropped) {
        ++result.arrived;
      } else if (!result.failed_at) {
        result.failed_at = probe.at;
        result.code = found == nullptr ? "under way" : row_of(*found->dropped).name;
      }
    }
    results.push_back(std::move(result));
  }
  return results;
}

void ReachableProbes::archive(Snapshot& snapshot) {
  std::vector<std::string> selectors;
  for (const ReachableAsk& ask : asks_) selectors.push_back(ask.selector);
  std::vector<std::string> saved = selectors;
  snapshot.all(saved, log_);
  if (saved == selectors) return;
  snapshot.fail(
      "the run that was saved has probes under way for other `reachable` expectations; go on under "
      "the same ones, or save a run of this scenario");
}

}  // namespace meshsim
