// Setup of `forward`; source: dns.md section 2.2.
#include <fmt/format.h>

#include "meshsim/base/ip.hpp"
#include "models/dns/name.hpp"
#include "sim/import/corefile_plugins.hpp"
#include "sim/import/corefile_setup.hpp"

namespace meshsim::corefile {
namespace {

void add_upstream(const CorefileToken& word, const CorefileInput& input, const Report& report,
                  dns::ForwardConfig& forward) {
  std::string_view text = word.text;
  if (text == "/etc/resolv.conf") {
    for (const Ipv4 resolver : input.node_resolvers) forward.to.push_back({resolver, 53});
    return;
  }
  if (text.starts_with("dns://")) text.remove_prefix(6);
  dns::Upstream upstream;
  if (text.starts_with("tls://")) {
    text.remove_prefix(6);
    upstream.port = 853;
    forward.force_tcp = true;
    report.warning(word, "DNS over TLS is modelled as DNS over TCP: without its handshake");
  }
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
    if (line[index].text == "no_rec") {
      forward.health_recursion = false;
      continue;
    }
    if (line[index].text == "domain" && index + 1 < line.size()) {
      forward.health_domain = dns::absolute(line[++index].text);
    } else {
      report.error(line[index], fmt::format("health_check: unknown option {}", line[index].text));
    }
  }
}

void forward_codes(const Words& line, const Report& report, std::vector<dns::Rcode>& codes) {
  if (line.size() < 2) return report.argument_count(line.back());
  for (std::size_t index = 1; index < line.size(); ++index) {
    const auto code = dns::parse_rcode(line[index].text);
    if (!code) {
      return report.error(line[index], fmt::format("{} is not a valid rcode", line[index].text));
    }
    codes.push_back(*code);
  }
}

void forward_option(const Words& line, const CorefileInput& input, const Report& report,
                    dns::ForwardConfig& forward) {
  const std::string& option = line[0].text;
  const auto since = [&](int major, int minor, int patch) {
    return dns::at_least(input.version, major, minor, patch);
  };
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
    forward.prefer_udp = true;
  } else if (option == "force_tcp") {
    forward.force_tcp = true;
  } else if (option == "failfast_all_unhealthy_upstreams" && since(1, 12, 1)) {
    forward.fail_fast = true;
  } else if (option == "next" && since(1, 11, 4)) {
    forward_codes(line, report, forward.next);
  } else if (option == "failover" && since(1, 13, 0)) {
    forward_codes(line, report, forward.failover);
  } else if (option == "next_on_nodata" && since(1, 14, 4)) {
    forward.next_on_nodata = true;
  } else if (option == "max_connect_attempts" && since(1, 13, 2)) {
    if (const auto value = number()) forward.max_connect_attempts = *value;
  } else if (option == "read_timeout" && since(1, 14, 5)) {
    const auto value = line.size() == 2 ? go_duration(line[1].text) : std::nullopt;
    if (!value || *value <= Duration::zero()) return report.argument_count(line.back());
    forward.read_timeout = *value;
  } else if (option == "tls" || option == "tls_servername" ||
             (option == "max_age" && since(1, 14, 3)) ||
             (option == "source_address" && since(1, 14, 6))) {
    report.not_modelled(line[0]);
  } else {
    report.unknown_property(line[0]);
  }
}

}  // namespace

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

}  // namespace meshsim::corefile
