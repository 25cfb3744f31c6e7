// A parsed Corefile: server blocks and the plugins that are modelled, each with its place in the
// user's file and, once registered, the decision that traces name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meshsim/base/decisions.hpp"
#include "meshsim/base/diagnostics.hpp"
#include "meshsim/base/ip.hpp"
#include "meshsim/base/units.hpp"

namespace meshsim::dns {

inline constexpr std::string_view kDefaultVersion = "1.12.2";  // source: dns.md, head

// Whether `version` is at least major.minor.patch.
bool at_least(std::string_view version, int major, int minor, int patch);

struct ServerKey {
  std::string zone;  // absolute; letter case as written (it matters before 1.14.7)
  std::uint16_t port = 53;
  Pos pos;
};

struct CacheConfig {
  std::vector<std::string> zones;  // empty: those of the server block
  std::uint32_t capacity = 9984;   // entries of each store; source: dns.md section 2.4
  std::uint32_t denial_capacity = 9984;
  Duration success_max = 3600s;
  Duration success_min = 5s;
  Duration denial_max = 1800s;
  Duration denial_min = 5s;
  Duration servfail = 5s;
  bool keep_ttl = false;
  Pos pos;
  DecisionId decision;
};

enum class NameMatch : std::uint8_t { Exact, Prefix, Suffix, Substring, Regex };

// `answer name` and `answer value` of a rule.
struct AnswerRule {
  bool of_value = false;
  std::string pattern;
  std::string replacement;
};

// One `rewrite name` rule. Names are lower-case and absolute (but for the pattern of a regex).
struct NameRule {
  NameMatch match = NameMatch::Exact;
  std::string from;
  std::string to;
  bool stop = true;
  bool answer_auto = false;
  std::vector<AnswerRule> answers;
  Pos pos;
  DecisionId decision;
};

enum class ForwardPolicy : std::uint8_t { Random, RoundRobin, Sequential };

struct Upstream {
  Ipv4 address;
  std::uint16_t port = 53;
};

struct ForwardConfig {
  std::string from = ".";
  std::vector<std::string> except;
  std::vector<Upstream> to;
  ForwardPolicy policy = ForwardPolicy::Random;
  std::uint32_t max_fails = 2;
  Duration health_check = 500ms;
  std::string health_domain = ".";
  Duration expire = 10s;
  std::uint32_t max_concurrent = 0;  // 0: no limit
  bool fail_fast = false;            // failfast_all_unhealthy_upstreams
  Pos pos;
  DecisionId decision;
};

enum class PodMode : std::uint8_t { Disabled, Insecure, Verified };

struct KubernetesConfig {
  std::vector<std::string> zones;
  std::uint32_t ttl = 5;  // seconds
  PodMode pods = PodMode::Disabled;
  bool ignore_empty_service = false;
  bool falls_through = false;
  std::vector<std::string> fallthrough_zones;  // empty: all
  Pos pos;
  DecisionId decision;
};

struct ReloadConfig {
  Duration interval = 30s;
  Duration jitter = 15s;
};

struct ServerBlock {
  std::vector<ServerKey> keys;
  std::vector<std::string> plugins;  // all directives, in the order of the file
  std::optional<CacheConfig> cache;
  std::vector<NameRule> rewrites;
  std::vector<ForwardConfig> forwards;
  std::optional<KubernetesConfig> kubernetes;
  std::optional<ReloadConfig> reload;
  bool load_balance = false;
  Pos pos;
  DecisionId decision;
};

struct Config {
  std::vector<ServerBlock> blocks;
};

// Registers every block and plugin, so that traces can name the line that decided.
void register_decisions(Config& config, Decisions& decisions);

}  // namespace meshsim::dns
