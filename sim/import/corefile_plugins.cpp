// Plugin setup; source: dns.md sections 1.2 and 2 (coredns/coredns, plugin/*/setup.go). Accepted
// without effect on answers: errors, health, ready, prometheus, log, loop and a few more.
#include "sim/import/corefile_plugins.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <regex>

#include "meshsim/base/ip.hpp"
#include "models/dns/name.hpp"

namespace meshsim {
namespace {

using Words = std::vector<CorefileToken>;

// What becomes of a directive here. `once`: a second one in a block is an error.
enum class Support : std::uint8_t { Modelled, NoEffect, NotModelled };
struct PluginRow {
  std::string_view name;
  Support support;
  bool once = false;
};

constexpr std::array kPlugins{
    PluginRow{"acl", Support::NotModelled},
    PluginRow{"any", Support::NotModelled},
    PluginRow{"auto", Support::NotModelled},
    PluginRow{"autopath", Support::NotModelled},
    PluginRow{"azure", Support::NotModelled},
    PluginRow{"bind", Support::NotModelled},
    PluginRow{"bufsize", Support::NotModelled},
    PluginRow{"cache", Support::Modelled, true},
    PluginRow{"cancel", Support::NoEffect},
    PluginRow{"chaos", Support::NotModelled},
    PluginRow{"clouddns", Support::NotModelled},
    PluginRow{"debug", Support::NoEffect},
    PluginRow{"dns64", Support::NotModelled},
    PluginRow{"dnssec", Support::NotModelled, true},
    PluginRow{"dnstap", Support::NoEffect},
    PluginRow{"erratic", Support::NotModelled},
    PluginRow{"errors", Support::NoEffect, true},
    PluginRow{"etcd", Support::NotModelled},
    PluginRow{"file", Support::NotModelled},
    PluginRow{"forward", Support::Modelled},
    PluginRow{"geoip", Support::NoEffect},
    PluginRow{"grpc", Support::NotModelled, true},
    PluginRow{"header", Support::NotModelled},
    PluginRow{"health", Support::NoEffect},
    PluginRow{"hosts", Support::NotModelled, true},
    PluginRow{"k8s_external", Support::NotModelled},
    PluginRow{"kubernetes", Support::Modelled, true},
    PluginRow{"loadbalance", Support::Modelled},
    PluginRow{"local", Support::NotModelled},
    PluginRow{"log", Support::NoEffect},
    PluginRow{"loop", Support::NoEffect, true},
    PluginRow{"metadata", Support::NoEffect},
    PluginRow{"minimal", Support::NotModelled},
    PluginRow{"multisocket", Support::NoEffect},
    PluginRow{"nsid", Support::NoEffect, true},
    PluginRow{"pprof", Support::NoEffect, true},
    PluginRow{"prometheus", Support::NoEffect, true},
    PluginRow{"quic", Support::NotModelled},
    PluginRow{"ready", Support::NoEffect, true},
    PluginRow{"reload", Support::Modelled},
    PluginRow{"rewrite", Support::Modelled},
    PluginRow{"root", Support::NoEffect},
    PluginRow{"route53", Support::NotModelled},
    PluginRow{"secondary", Support::NotModelled},
    PluginRow{"sign", Support::NotModelled},
    PluginRow{"template", Support::NotModelled},
    PluginRow{"timeouts", Support::NoEffect},
    PluginRow{"tls", Support::NotModelled},
    PluginRow{"trace", Support::NoEffect},
    PluginRow{"transfer", Support::NotModelled},
    PluginRow{"tsig", Support::NotModelled, true},
    PluginRow{"view", Support::NotModelled, true},
    PluginRow{"whoami", Support::NotModelled},
};

const PluginRow* find_plugin(std::string_view name) {
  const auto* found = std::find_if(kPlugins.begin(), kPlugins.end(),
                                   [&](const PluginRow& row) { return row.name == name; });
  return found == kPlugins.end() ? nullptr : found;
}

// Where one plugin's complaints go.
class Report {
 public:
  Report(std::string_view plugin, Diagnostics& diagnostics)
      : plugin_(plugin), diagnostics_(diagnostics) {}

  void error(const CorefileToken& at, std::string_view message) const {
    diagnostics_.error(at.pos, at.source, fmt::format("plugin/{}: {}", plugin_, message));
  }
  void warning(const CorefileToken& at, std::string_view message) const {
    diagnostics_.warning(at.pos, at.source, fmt::format("plugin/{}: {}", plugin_, message));
  }
  void argument_count(const CorefileToken& last) const {
    error(last,
          fmt::format("Wrong argument count or unexpected line ending after '{}'", last.text));
  }
  void unknown_property(const CorefileToken& at) const {
    error(at, fmt::format("unknown property '{}'", at.text));
  }
  void not_modelled(const CorefileToken& at) const {
    error(at, fmt::format("'{}' is not modelled yet", at.text));
  }

 private:
  std::string_view plugin_;
  Diagnostics& diagnostics_;
};

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// A Go duration: "1m30s", "0.5s", "500ms"; "0" alone is zero.
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

// ---- cache

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
  for (std::size_t index = first_zone; index < directive.arguments.size(); ++index) {
    for (const std::string& zone : corefile_zones(directive.arguments[index].text)) {
      cache.zones.push_back(dns::lower(zone));
    }
  }
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
    } else if (option == "prefetch" || option == "serve_stale" || option == "disable") {
      report.not_modelled(line[0]);
    } else {
      report.unknown_property(line[0]);
    }
  }
  block.cache = std::move(cache);
}

// ---- rewrite

// How many different groups {0}..{100} a replacement names; CoreDNS compares just the count.
std::size_t groups_used(std::string_view replacement) {
  std::size_t used = 0;
  for (int group = 0; group <= 100; ++group) {
    used += replacement.find(fmt::format("{{{}}}", group)) != replacement.npos ? 1 : 0;
  }
  return used;
}

bool check_pattern(const CorefileToken& pattern, const CorefileToken& replacement,
                   const Report& report) {
  constexpr std::size_t kLongest = 10'000;
  if (pattern.text.size() > kLongest) {
    report.error(pattern, fmt::format("regex pattern exceeds {} characters", kLongest));
    return false;
  }
  for (const std::string_view construct : {"(?", "\\p", "\\P", "\\A", "\\z", "\\Q", "\\C"}) {
    if (pattern.text.find(construct) != std::string::npos) {
      report.warning(pattern, fmt::format("'{}' means something else in RE2, which CoreDNS uses, "
                                          "than in the ECMAScript patterns used here",
                                          construct));
    }
  }
  try {
    const std::regex compiled{pattern.text};
    if (groups_used(replacement.text) > compiled.mark_count()) {
      report.error(pattern, fmt::format("the rewrite regex pattern ({}) uses more subexpressions "
                                        "than its corresponding matching regex pattern ({})",
                                        replacement.text, pattern.text));
      return false;
    }
  } catch (const std::regex_error& error) {
    report.error(pattern, fmt::format("invalid regex pattern: {}", pattern.text));
    return false;
  }
  return true;
}

std::optional<dns::NameMatch> match_type(std::string_view word) {
  constexpr std::array<std::pair<std::string_view, dns::NameMatch>, 5> kTypes{
      {{"exact", dns::NameMatch::Exact},
       {"prefix", dns::NameMatch::Prefix},
       {"suffix", dns::NameMatch::Suffix},
       {"substring", dns::NameMatch::Substring},
       {"regex", dns::NameMatch::Regex}}};
  const std::string lower = dns::lower(word);
  for (const auto& [name, match] : kTypes) {
    if (name == lower) return match;
  }
  return std::nullopt;
}

// `answer auto`, `answer name FROM TO`, `answer value FROM TO`, any number of them.
bool read_answers(const Words& words, std::size_t at, const Report& report, dns::NameRule& rule) {
  bool named = false;
  while (at < words.size()) {
    if (words[at].text != "answer") {
      report.error(words[at], fmt::format("exceeded the number of arguments for a non-regex rule "
                                          "argument at '{}'",
                                          words[at].text));
      return false;
    }
    if (at + 1 < words.size() && words[at + 1].text == "auto") {
      rule.answer_auto = true;
      at += 2;
    } else {
      const bool complete = at + 3 < words.size();
      const std::string_view kind = at + 1 < words.size() ? words[at + 1].text : std::string_view{};
      // Without "name" or "value" it is a rule for names.
      const bool with_kind = kind == "name" || kind == "value";
      if (!complete || !with_kind) {
        report.error(words[at], "'answer' needs 'auto', or 'name' or 'value' with FROM and TO");
        return false;
      }
      if (!check_pattern(words[at + 2], words[at + 3], report)) return false;
      rule.answers.push_back(
          {kind == "value", words[at + 2].text, dns::absolute(dns::lower(words[at + 3].text))});
      named |= kind == "name";
      at += 4;
    }
  }
  if (rule.answer_auto && named) {
    report.error(words.back(),
                 "auto name answer rule cannot be combined with explicit name anwer rules");
    return false;
  }
  return true;
}

void set_up_rewrite(const CorefileDirective& directive, const Report& report,
                    dns::ServerBlock& block) {
  Words words = directive.arguments;
  if (words.size() < 2) {  // then a block follows, whose words are one rule
    for (const Words& line : directive.block) words.insert(words.end(), line.begin(), line.end());
  }
  dns::NameRule rule;
  rule.pos = directive.name.pos;
  if (!words.empty() && (words[0].text == "continue" || words[0].text == "stop")) {
    rule.stop = words[0].text == "stop";
    words.erase(words.begin());
  }
  if (words.size() < 2) return report.argument_count(words.empty() ? directive.name : words[0]);
  const std::string field = dns::lower(words[0].text);
  if (field == "answer") {
    return report.error(words[0], "no rule type precedes 'answer'");
  }
  if (field != "name") {
    constexpr std::array kFields{"type", "class", "ttl", "edns0", "cname", "rcode"};
    if (std::find(kFields.begin(), kFields.end(), field) != kFields.end()) {
      return report.error(words[0], fmt::format("'rewrite {}' is not modelled yet", field));
    }
    return report.error(words[0], fmt::format("invalid rule type '{}'", words[0].text));
  }
  words.erase(words.begin());
  if (words.size() < 2) return report.error(words[0], "too few arguments for a name rule");
  std::size_t at = 0;
  if (words.size() > 2) {
    const auto match = match_type(words[0].text);
    if (!match) {
      return report.error(words[0], fmt::format("name rule supports only exact, prefix, suffix, "
                                                "substring, and regex name matching, received: {}",
                                                words[0].text));
    }
    rule.match = *match;
    at = 1;
  }
  const CorefileToken& from = words[at];
  const CorefileToken& to = words[at + 1];
  if (rule.match == dns::NameMatch::Regex) {
    if (!check_pattern(from, to, report)) return;
    rule.from = from.text;
  } else {
    rule.from = dns::absolute(dns::lower(from.text));
  }
  rule.to = dns::absolute(dns::lower(to.text));
  if (!read_answers(words, at + 2, report, rule)) return;
  block.rewrites.push_back(std::move(rule));
}

// ---- forward

void add_upstream(const CorefileToken& word, const CorefileInput& input, const Report& report,
                  dns::ForwardConfig& forward) {
  std::string_view text = word.text;
  if (text == "/etc/resolv.conf") {
    for (const Ipv4 resolver : input.node_resolvers) forward.to.push_back({resolver, 53});
    return;
  }
  if (text.starts_with("tls://")) return report.error(word, "tls:// is not modelled yet");
  if (text.starts_with("dns://")) text.remove_prefix(6);
  dns::Upstream upstream;
  const std::size_t colon = text.rfind(':');
  if (colon != text.npos) {
    const auto port = integer(text.substr(colon + 1));
    if (port && *port > 0 && *port < 65536) upstream.port = static_cast<std::uint16_t>(*port);
    text = text.substr(0, colon);
  }
  const auto address = parse_ipv4(text);
  if (!address) {
    return report.error(word, fmt::format("not an IP address or file: \"{}\"{}", word.text,
                                          colon == text.npos ? "" : " (IPv6 is not modelled yet)"));
  }
  upstream.address = *address;
  forward.to.push_back(upstream);
}

void forward_health_check(const Words& line, const Report& report, dns::ForwardConfig& forward) {
  if (line.size() < 2) return report.argument_count(line.back());
  const auto interval = go_duration(line[1].text);
  if (!interval || *interval < Duration::zero()) {
    return report.error(line[1], fmt::format("health_check: invalid duration {}", line[1].text));
  }
  forward.health_check = *interval;
  for (std::size_t index = 2; index < line.size(); ++index) {
    if (line[index].text == "no_rec") continue;
    if (line[index].text == "domain" && index + 1 < line.size()) {
      forward.health_domain = dns::absolute(line[++index].text);
    } else {
      report.error(line[index], fmt::format("health_check: unknown option {}", line[index].text));
    }
  }
}

void forward_option(const Words& line, const CorefileInput& input, const Report& report,
                    dns::ForwardConfig& forward) {
  const std::string& option = line[0].text;
  const auto number = [&]() -> std::optional<std::uint32_t> {
    const auto value = line.size() == 2 ? integer(line[1].text) : std::nullopt;
    if (line.size() != 2) {
      report.argument_count(line.back());
    } else if (!value || *value < 0 || *value > 1'000'000) {
      report.error(line[1],
                   fmt::format("strconv.ParseUint: parsing \"{}\": invalid syntax", line[1].text));
    } else {
      return static_cast<std::uint32_t>(*value);
    }
    return std::nullopt;
  };
  if (option == "except") {
    for (std::size_t index = 1; index < line.size(); ++index) {
      for (const std::string& zone : corefile_zones(line[index].text)) {
        forward.except.push_back(dns::lower(zone));
      }
    }
  } else if (option == "policy") {
    if (line.size() != 2) return report.argument_count(line.back());
    if (line[1].text == "random") {
      forward.policy = dns::ForwardPolicy::Random;
    } else if (line[1].text == "round_robin") {
      forward.policy = dns::ForwardPolicy::RoundRobin;
    } else if (line[1].text == "sequential") {
      forward.policy = dns::ForwardPolicy::Sequential;
    } else {
      report.error(line[1], fmt::format("unknown policy '{}'", line[1].text));
    }
  } else if (option == "max_fails") {
    if (const auto value = number()) forward.max_fails = *value;
  } else if (option == "max_concurrent") {
    if (const auto value = number()) forward.max_concurrent = *value;
  } else if (option == "health_check") {
    forward_health_check(line, report, forward);
  } else if (option == "expire") {
    const auto value = line.size() == 2 ? go_duration(line[1].text) : std::nullopt;
    if (!value) return report.argument_count(line.back());
    if (*value < Duration::zero()) {
      return report.error(line[1], fmt::format("expire can't be negative: {}", line[1].text));
    }
    forward.expire = *value;
  } else if (option == "prefer_udp") {
    // Queries come by UDP here, and so they leave.
  } else if (option == "failfast_all_unhealthy_upstreams" &&
             dns::at_least(input.version, 1, 12, 1)) {
    forward.fail_fast = true;
  } else if (option == "force_tcp" || option == "tls" || option == "tls_servername" ||
             option == "next") {
    report.not_modelled(line[0]);
  } else if (dns::at_least(input.version, 1, 13, 0) &&
             (option == "failover" || option == "max_connect_attempts" ||
              option == "next_on_nodata" || option == "max_age" || option == "read_timeout" ||
              option == "source_address")) {
    report.not_modelled(line[0]);
  } else {
    report.unknown_property(line[0]);
  }
}

void set_up_forward(const CorefileDirective& directive, const CorefileInput& input,
                    const Report& report, dns::ServerBlock& block) {
  constexpr std::size_t kMostUpstreams = 15;
  const Words& words = directive.arguments;
  if (words.size() < 2) {
    return report.argument_count(words.empty() ? directive.name : words.back());
  }
  const std::vector<std::string> zones = corefile_zones(words[0].text);
  if (zones.empty()) {
    return report.error(words[0], fmt::format("unable to normalize '{}'", words[0].text));
  }
  dns::ForwardConfig forward;
  forward.pos = directive.name.pos;
  forward.from = dns::lower(zones[0]);  // of a CIDR only the first zone counts
  if (zones.size() > 1) {
    report.warning(words[0], fmt::format("only the first zone of '{}', {}, is forwarded",
                                         words[0].text, zones[0]));
  }
  for (std::size_t index = 1; index < words.size(); ++index) {
    add_upstream(words[index], input, report, forward);
  }
  if (forward.to.empty()) return;
  if (forward.to.size() > kMostUpstreams) {
    return report.error(words[0], fmt::format("more than {} TOs configured: {}", kMostUpstreams,
                                              forward.to.size()));
  }
  for (const Words& line : directive.block) forward_option(line, input, report, forward);
  block.forwards.push_back(std::move(forward));
}

// ---- kubernetes

void kubernetes_option(const Words& line, const Report& report, dns::KubernetesConfig& kubernetes) {
  constexpr std::array kNotModelled{
      "endpoint_pod_names", "namespaces", "namespace_labels", "labels",          "noendpoints",
      "endpoint",           "tls",        "kubeconfig",       "startup_timeout", "multicluster",
      "apiserver_qps"};
  const std::string& option = line[0].text;
  if (option == "ttl") {
    const auto ttl = line.size() == 2 ? integer(line[1].text) : std::nullopt;
    if (!ttl) return report.argument_count(line.back());
    if (*ttl < 0 || *ttl > 3600) {
      return report.error(line[1], fmt::format("ttl must be in range [0, 3600]: {}", *ttl));
    }
    kubernetes.ttl = static_cast<std::uint32_t>(*ttl);
  } else if (option == "pods") {
    if (line.size() != 2) return report.argument_count(line.back());
    if (line[1].text == "disabled") {
      kubernetes.pods = dns::PodMode::Disabled;
    } else if (line[1].text == "insecure") {
      kubernetes.pods = dns::PodMode::Insecure;
    } else if (line[1].text == "verified") {
      report.error(line[1], "'pods verified' is not modelled yet");
    } else {
      report.error(line[1], fmt::format("wrong value for pods: {},  must be one of: disabled, "
                                        "verified, insecure",
                                        line[1].text));
    }
  } else if (option == "fallthrough") {
    kubernetes.falls_through = true;
    for (std::size_t index = 1; index < line.size(); ++index) {
      for (const std::string& zone : corefile_zones(line[index].text)) {
        kubernetes.fallthrough_zones.push_back(dns::lower(zone));
      }
    }
  } else if (option == "ignore") {
    if (line.size() != 2 || line[1].text != "empty_service") {
      return report.argument_count(line.back());
    }
    kubernetes.ignore_empty_service = true;
  } else if (std::find(kNotModelled.begin(), kNotModelled.end(), option) != kNotModelled.end()) {
    report.not_modelled(line[0]);
  } else {
    report.unknown_property(line[0]);
  }
}

void set_up_kubernetes(const CorefileDirective& directive, const Report& report,
                       dns::ServerBlock& block) {
  dns::KubernetesConfig kubernetes;
  kubernetes.pos = directive.name.pos;
  for (const CorefileToken& word : directive.arguments) {
    const std::vector<std::string> zones = corefile_zones(word.text);
    if (zones.empty()) {
      return report.error(word, fmt::format("unable to normalize '{}'", word.text));
    }
    for (const std::string& zone : zones) kubernetes.zones.push_back(dns::lower(zone));
  }
  if (kubernetes.zones.empty()) {
    for (const dns::ServerKey& key : block.keys) kubernetes.zones.push_back(dns::lower(key.zone));
  }
  for (const Words& line : directive.block) kubernetes_option(line, report, kubernetes);
  block.kubernetes = std::move(kubernetes);
}

// ---- reload, loadbalance

void set_up_reload(const CorefileDirective& directive, const Report& report,
                   dns::ServerBlock& block) {
  if (block.reload) return;  // only the first one is read
  dns::ReloadConfig reload;
  const Words& words = directive.arguments;
  if (words.size() > 2) return report.argument_count(words.back());
  if (!words.empty()) {
    const auto interval = go_duration(words[0].text);
    if (!interval || *interval < 2s) {
      return report.error(words[0], "interval value must be greater or equal to 2s");
    }
    reload.interval = *interval;
  }
  if (words.size() == 2) {
    const auto jitter = go_duration(words[1].text);
    if (!jitter || *jitter < 1s) {
      return report.error(words[1], "jitter value must be greater or equal to 1s");
    }
    reload.jitter = *jitter;
  }
  reload.jitter = std::min(reload.jitter, reload.interval / 2);
  block.reload = reload;
}

void set_up_load_balance(const CorefileDirective& directive, const Report& report,
                         dns::ServerBlock& block) {
  const Words& words = directive.arguments;
  if (!words.empty() && words[0].text != "round_robin") {
    if (words[0].text == "weighted" || words[0].text == "prefer") {
      return report.not_modelled(words[0]);
    }
    return report.error(words[0], fmt::format("unknown policy: {}", words[0].text));
  }
  block.load_balance = true;
}

void set_up(const CorefileDirective& directive, const CorefileInput& input, const Report& report,
            dns::ServerBlock& block) {
  const std::string& name = directive.name.text;
  if (name == "cache") return set_up_cache(directive, report, block);
  if (name == "rewrite") return set_up_rewrite(directive, report, block);
  if (name == "forward") return set_up_forward(directive, input, report, block);
  if (name == "kubernetes") return set_up_kubernetes(directive, report, block);
  if (name == "reload") return set_up_reload(directive, report, block);
  if (name == "loadbalance") return set_up_load_balance(directive, report, block);
}

}  // namespace

bool is_corefile_directive(std::string_view name) { return find_plugin(name) != nullptr; }

std::string_view nearest_corefile_directive(std::string_view name) {
  std::vector<std::string_view> names;
  for (const PluginRow& row : kPlugins) names.push_back(row.name);
  return nearest(name, names);
}

std::vector<std::string> corefile_zones(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == text.npos) {
    std::string zone = dns::absolute(text);
    if (!dns::is_legal(zone)) return {};
    return {std::move(zone)};
  }
  const auto base = parse_ipv4(text.substr(0, slash));
  const auto length = integer(text.substr(slash + 1));
  if (!base || !length || *length < 0 || *length > 32) return {};
  // Reverse zones exist on octet boundaries; a prefix between two is several zones of the next.
  const auto octets = std::max<std::int64_t>(1, (*length + 7) / 8);
  const Prefix prefix{*base, static_cast<std::uint8_t>(*length)};
  const std::uint32_t first = base->value & prefix.mask();
  const std::int64_t count = std::int64_t{1} << (octets * 8 - *length);
  std::vector<std::string> zones;
  for (std::int64_t index = 0; index < count; ++index) {
    const auto address =
        static_cast<std::uint32_t>(first + (std::uint64_t(index) << (32 - octets * 8)));
    std::string zone;
    for (std::int64_t octet = octets - 1; octet >= 0; --octet) {
      zone += fmt::format("{}.", (address >> (24 - 8 * octet)) & 255);
    }
    zones.push_back(zone + "in-addr.arpa.");
  }
  return zones;
}

void set_up_plugins(const CorefileBlock& parsed, const CorefileInput& input,
                    dns::ServerBlock& block, Diagnostics& diagnostics) {
  for (const CorefileDirective& directive : parsed.directives) {
    const std::string& name = directive.name.text;
    const PluginRow* row = find_plugin(name);
    check(row != nullptr, "the parser has refused unknown directives");
    const Report report{row->name, diagnostics};
    const bool repeated =
        std::find(block.plugins.begin(), block.plugins.end(), name) != block.plugins.end();
    if (row->once && repeated) {
      report.error(directive.name, "this plugin can only be used once per Server Block");
      continue;
    }
    block.plugins.push_back(name);
    if (row->support == Support::NotModelled) {
      diagnostics.error(directive.name.pos, directive.name.source,
                        fmt::format("plugin '{}' is not modelled yet", name));
    } else if (row->support == Support::Modelled) {
      set_up(directive, input, report, block);
    }
  }
}

}  // namespace meshsim
