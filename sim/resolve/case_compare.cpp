// The rules of comparison: answers exact, records in any order, times within 0.2 s.
#include "sim/resolve/case_compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace meshsim::resolve {
namespace {

using Json = nlohmann::json;
using Found = std::optional<Difference>;

constexpr double kSeconds = 0.25;  // 0.2 s, and what records are rounded to
constexpr double kScatter = 4;     // ms; captured latencies of one thing are this far apart
constexpr double kLate = 0.05;     // this near to the reply, the log may have been read before
constexpr double kSameTime = 0.3;  // arrivals this near may have come in either order

class Comparison {
 public:
  explicit Comparison(const std::vector<std::string>& random) : random_(random) {}

  Found whole(const Json& expected, const Json& got) const {
    if (expected.contains("starts") || !got.value("starts", true)) {
      const bool starts = expected.value("starts", true);
      if (auto found = equal("starts", starts, got.value("starts", true))) return found;
      if (!starts && expected.contains("message") && !is_random("message")) {
        if (auto found = equal("message", expected.at("message"), got.value("message", Json{}))) {
          return found;
        }
      }
    }
    if (expected.contains("listens")) {
      if (auto found = equal("listens", expected.at("listens"), got.value("listens", Json{}))) {
        return found;
      }
    }
    if (expected.contains("process")) {
      if (auto found = equal("process", expected.at("process"), got.value("process", Json{}))) {
        return found;
      }
    }
    if (!expected.contains("steps") || !expected.value("starts", true)) return std::nullopt;
    for (std::size_t index = 0; index < expected.at("steps").size(); ++index) {
      const Json empty = Json::object();
      const Json& own =
          got.contains("steps") && index < got.at("steps").size() ? got.at("steps")[index] : empty;
      if (auto found = step(fmt::format("steps/{}", index), expected.at("steps")[index], own)) {
        return found;
      }
    }
    return std::nullopt;
  }

  Found chain(const Json& expected, const Json& got) const {
    if (auto found = reply("reply", expected.at("reply"), got.at("reply"))) return found;
    const Json nothing = Json::array();
    for (const char* key : {"queries_between_clusters", "queries_to_vcn_resolver"}) {
      if (auto found =
              equal(key, sorted(expected.value(key, nothing)), sorted(got.value(key, nothing)))) {
        return found;
      }
    }
    if (!expected.contains("latency_ms")) return std::nullopt;
    for (const char* key : {"first", "second"}) {
      const Json& wanted = expected.at("latency_ms").at(key);
      const Json& own = got.at("latency_ms").at(key);
      const bool is_near = wanted.is_number() && own.is_number()
                               ? std::abs(wanted.get<double>() - own.get<double>()) <=
                                     kScatter + 0.02 * wanted.get<double>()
                               : wanted.is_null() && own.is_null();
      if (!is_near) return equal(std::string{"latency_ms/"} + key, wanted, own);
    }
    return std::nullopt;
  }

 private:
  bool is_random(std::string_view what) const {
    return std::find(random_.begin(), random_.end(), what) != random_.end();
  }

  static Found equal(const std::string& where, const Json& expected, const Json& got) {
    if (expected == got) return std::nullopt;
    return Difference{where, expected.dump(), got.dump()};
  }

  Found step(const std::string& where, const Json& expected, const Json& got) const {
    if (!expected.contains("reply")) return std::nullopt;  // an action
    const Json none;
    if (!is_random("upstream")) {
      if (auto found = reply(where + "/reply", expected.at("reply"), got.value("reply", none))) {
        return found;
      }
    }
    if (auto found = time(where + "/after_s", expected, got, "after_s")) return found;
    const Json nothing = Json::array();
    if (!is_random("upstream") && !is_random("count") && !expected.contains("replies")) {
      if (auto found = arrivals(where + "/upstream", expected.value("upstream", nothing),
                                got.value("upstream", nothing), expected.value("after_s", 0.0))) {
        return found;
      }
    }
    if (expected.contains("replies") && !is_random("upstream") && !is_random("records")) {
      if (auto found = equal(where + "/replies", sorted(expected.at("replies")),
                             sorted(got.value("replies", nothing)))) {
        return found;
      }
      if (expected.contains("upstream_counts")) {
        return equal(where + "/upstream_counts", expected.at("upstream_counts"),
                     got.value("upstream_counts", Json::object()));
      }
    }
    return std::nullopt;
  }

  static Found time(const std::string& where, const Json& expected, const Json& got,
                    const char* key) {
    const double own = got.value(key, 0.0);
    const double wanted = expected.value(key, 0.0);
    if (std::abs(own - wanted) <= kSeconds) return std::nullopt;
    // Under the bound from which times are told, both count as at once.
    if (std::max(own, wanted) < 0.9 + kSeconds && std::min(own, wanted) == 0) return std::nullopt;
    return Difference{where, fmt::format("{}", wanted), fmt::format("{}", own)};
  }

  // Serial numbers of ten digits are moments of loading.
  static std::string without_serial(const std::string& soa) {
    std::size_t begin = soa.find(' ', soa.find(' ') + 1) + 1;
    const std::size_t end = soa.find(' ', begin);
    return end - begin == 10 ? soa.substr(0, begin) + "SERIAL" + soa.substr(end) : soa;
  }

  // In one order; link-local addresses are those of the machine where it was captured.
  static Json sorted(const Json& list) {
    std::vector<Json> items(list.begin(), list.end());
    for (Json& item : items) {
      if (item.is_object() && item.contains("value") && item["value"].is_string() &&
          item["value"].get_ref<const std::string&>().starts_with("fe80::")) {
        item["value"] = "LINK-LOCAL";
      }
      if (item.is_object() && item.value("type", "") == "SOA") {
        item["value"] = without_serial(item["value"].get<std::string>());
      }
    }
    std::sort(items.begin(), items.end(),
              [](const Json& a, const Json& b) { return a.dump() < b.dump(); });
    return items;
  }

  Found reply(const std::string& where, const Json& expected, const Json& got) const {
    if (!got.is_object()) return Difference{where, expected.dump(), got.dump()};
    for (const char* key : {"timeout", "error", "rcode", "flags", "question", "opt"}) {
      const Json none;
      const Json wanted = expected.value(key, none);
      const Json own = got.value(key, none);
      if (std::string_view{key} == "timeout" && wanted.is_number() && own.is_number()) continue;
      if (auto found = equal(where + "/" + key, wanted, own)) return found;
    }
    for (const char* key : {"answer", "authority", "additional"}) {
      const Json nothing = Json::array();
      const Json wanted = sorted(expected.value(key, nothing));
      const Json own = sorted(got.value(key, nothing));
      if (is_random("records") || is_random("port")) {
        if (wanted.size() != own.size()) {
          return Difference{where + "/" + key, fmt::format("{} records", wanted.size()),
                            fmt::format("{} records", own.size())};
        }
        continue;
      }
      for (std::size_t index = 0; index < std::max(wanted.size(), own.size()); ++index) {
        const Json left = index < wanted.size() ? wanted[index] : Json{};
        const Json right = index < own.size() ? own[index] : Json{};
        if (auto found = equal(fmt::format("{}/{}/{}", where, key, index), left, right)) {
          return found;
        }
      }
    }
    if (!expected.contains("size") || is_random("records")) return std::nullopt;
    return equal(where + "/size", expected.at("size"), got.value("size", Json{}));
  }

  // The same queries; those of about one moment in either order. What comes at the moment of the
  // reply may have missed the record.
  static Found arrivals(const std::string& where, const Json& expected, const Json& got,
                        double end) {
    std::vector<Json> left(got.begin(), got.end());
    for (const Json& wanted : expected) {
      const auto own = std::find_if(left.begin(), left.end(), [&](const Json& one) {
        Json a = wanted;
        Json b = one;
        a.erase("at_s");
        b.erase("at_s");
        const double apart = std::abs(wanted.value("at_s", 0.0) - one.value("at_s", 0.0));
        const bool is_same_time =
            apart <= kSeconds ||
            (std::min(wanted.value("at_s", 0.0), one.value("at_s", 0.0)) == 0 &&
             std::max(wanted.value("at_s", 0.0), one.value("at_s", 0.0)) < 0.9 + kSameTime);
        return a == b && is_same_time;
      });
      if (own == left.end()) return Difference{where, expected.dump(), got.dump()};
      left.erase(own);
    }
    std::erase_if(left, [end](const Json& one) {
      return end > 0 && one.at("type") == "NS" && one.value("at_s", 0.0) >= end - kLate;
    });
    if (left.empty()) return std::nullopt;
    return Difference{where, expected.dump(), got.dump()};
  }

  const std::vector<std::string>& random_;
};

}  // namespace

std::optional<Difference> first_difference(const Json& expected, const Json& got,
                                           const std::vector<std::string>& random) {
  return Comparison{random}.whole(expected, got);
}

std::optional<Difference> first_chain_difference(const Json& expected, const Json& got) {
  const std::vector<std::string> none;
  return Comparison{none}.chain(expected, got);
}

}  // namespace meshsim::resolve
