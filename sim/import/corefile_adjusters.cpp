// Setup of the plugins that let some queries pass, or change a query or a reply a little: acl,
// bind, bufsize, dns64, header, loadbalance, nsid, reload, view.
// Source: dns.md sections 2.6 to 2.9 (coredns, plugin/*/setup.go).
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "models/dns/answerers.hpp"
#include "models/dns/name.hpp"
#include "sim/import/corefile_setup.hpp"

namespace meshsim::corefile {
namespace {

// `acl [ZONES] { ACTION [type TYPES...] [net NETS...] }`
void set_up_acl(const CorefileDirective& directive, const Report& report, dns::ServerBlock& block) {
  using Action = dns::AclRule::Action;
  constexpr std::array<std::pair<std::string_view, Action>, 4> kActions{{{"allow", Action::Allow},
                                                                         {"block", Action::Block},
                                                                         {"filter", Action::Filter},
                                                                         {"drop", Action::Drop}}};
  dns::AclConfig acl;
  acl.pos = directive.name.pos;
  acl.zones = zones_or_keys(directive.arguments, 0, block);
  for (const Words& line : directive.block) {
    dns::AclRule rule;
    const auto* action = std::find_if(kActions.begin(), kActions.end(), [&](const auto& one) {
      return one.first == dns::lower(line[0].text);
    });
    if (action == kActions.end()) {
      return report.error(line[0], fmt::format("unexpected token '{}'; expect '{}'", line[0].text,
                                               "allow/block/filter/drop"));
    }
    rule.action = action->second;
    enum class Section : std::uint8_t { None, Types, Nets } section = Section::None;
    for (std::size_t index = 1; index < line.size(); ++index) {
      const std::string word = dns::lower(line[index].text);
      if (word == "type") {
        section = Section::Types;
      } else if (word == "net") {
        section = Section::Nets;
      } else if (section == Section::Types) {
        const auto type = dns::parse_type(word);
        if (word == "*") continue;
        if (!type) {
          return report.error(line[index], fmt::format("unexpected token '{}'; expect legal query "
                                                       "type",
                                                       line[index].text));
        }
        rule.types.push_back(*type);
      } else if (section == Section::Nets) {
        if (word == "*") continue;
        const auto address = parse_ipv4(word);
        const auto net = address ? std::optional{Prefix{*address, 32}} : parse_prefix(word);
        if (!net) {
          return report.error(line[index],
                              fmt::format("illegal CIDR notation '{}'", line[index].text));
        }
        rule.nets.push_back(*net);
      } else {
        return report.error(line[index], fmt::format("unexpected token '{}'; expect 'type' or "
                                                     "'net'",
                                                     line[index].text));
      }
    }
    acl.rules.push_back(std::move(rule));
  }
  block.acls.push_back(std::move(acl));
}

void set_up_bind(const CorefileDirective& directive, const CorefileInput& input,
                 const Report& report, dns::ServerBlock& block) {
  if (directive.arguments.empty()) return report.argument_count(directive.name);
  for (const CorefileToken& word : directive.arguments) {
    const bool is_interface = word.text == "lo" || word.text == "eth0";
    if (is_interface && word.text == "lo") block.bind.push_back(Ipv4{0x7F000001});
    if (is_interface && word.text == "eth0") {
      block.bind.insert(block.bind.end(), input.own_addresses.begin(), input.own_addresses.end());
    }
    if (is_interface) continue;
    const auto address = parse_ipv4(word.text);
    if (!address) {
      return report.error(word, fmt::format("not a valid IP address or interface name: '{}' (names "
                                            "of interfaces are not modelled)",
                                            word.text));
    }
    const bool is_loopback = address->value >> 24 == 127;
    const bool is_own = input.own_addresses.empty() || is_loopback ||
                        std::find(input.own_addresses.begin(), input.own_addresses.end(),
                                  *address) != input.own_addresses.end();
    if (!is_own) {
      report.outside(word, fmt::format("Listen: listen tcp {}:{}: bind: cannot assign requested "
                                       "address",
                                       word.text, block.keys.front().port));
    }
    block.bind.push_back(*address);
  }
}

void set_up_bufsize(const CorefileDirective& directive, const Report& report,
                    dns::ServerBlock& block) {
  constexpr std::int64_t kDefault = 1232;
  std::int64_t size = kDefault;
  if (!directive.arguments.empty()) {
    const auto value = integer(directive.arguments[0].text);
    if (!value || *value < 512 || *value > 4096) {
      return report.error(directive.arguments[0], "buffer size must be within 512 - 4096");
    }
    size = *value;
  }
  block.bufsize = static_cast<std::uint16_t>(size);
}

void set_up_dns64(const CorefileDirective& directive, const Report& report,
                  dns::ServerBlock& block) {
  dns::Dns64Config config;
  config.pos = directive.name.pos;
  if (!directive.arguments.empty()) config.prefix = directive.arguments[0].text;
  for (const Words& line : directive.block) {
    if (line[0].text == "prefix" && line.size() == 2) {
      config.prefix = line[1].text;
    } else if (line[0].text == "translate_all") {
      config.translate_all = true;
    } else if (line[0].text == "allow_ipv4") {
      config.allow_ipv4 = true;
    } else {
      return report.unknown_property(line[0]);
    }
  }
  if (!config.prefix.ends_with("/96")) {
    return report.error(directive.name, "prefixes other than /96 are not modelled yet");
  }
  block.dns64 = config;
}

// `header { [query|response] set|clear FLAGS... }`
void set_up_header(const CorefileDirective& directive, const Report& report,
                   dns::ServerBlock& block) {
  for (const Words& line : directive.block) {
    std::size_t at = 0;
    dns::HeaderRule rule;
    if (line[at].text == "query" || line[at].text == "response") {
      rule.of_response = line[at++].text == "response";
    }
    if (at >= line.size() || (line[at].text != "set" && line[at].text != "clear")) {
      return report.error(line.back(),
                          fmt::format("invalid syntax for rule '{}'", line.back().text));
    }
    rule.set = line[at++].text == "set";
    for (; at < line.size(); ++at) {
      const std::string flag = dns::lower(line[at].text);
      if (flag != "aa" && flag != "ra" && flag != "rd") {
        return report.error(line[at], fmt::format("unknown/unsupported flag '{}'", flag));
      }
      rule.flag = flag == "rd" ? 'd' : flag.front();
      block.headers.push_back(rule);
    }
  }
}

void set_up_load_balance(const CorefileDirective& directive, const Report& report,
                         dns::ServerBlock& block) {
  const Words& words = directive.arguments;
  if (words.empty() || words[0].text == "round_robin") return;
  if (words[0].text == "weighted") return report.not_modelled(words[0]);
  if (words[0].text != "prefer") {
    return report.error(words[0], fmt::format("unknown policy: {}", words[0].text));
  }
  for (std::size_t index = 1; index < words.size(); ++index) {
    const auto net = parse_prefix(words[index].text);
    if (!net)
      return report.error(words[index], fmt::format("invalid CIDR '{}'", words[index].text));
    block.preferred.push_back(*net);
  }
}

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

void set_up_view(const CorefileDirective& directive, const Report& report,
                 dns::ServerBlock& block) {
  for (const Words& line : directive.block) {
    if (line[0].text != "expr") return report.unknown_property(line[0]);
    std::string expression;
    for (std::size_t index = 1; index < line.size(); ++index) {
      expression += (index > 1 ? " " : "") + line[index].text;
    }
    if (!dns::is_view_expression(expression)) {
      return report.error(line[0], fmt::format("the expression '{}' is not modelled: comparisons "
                                               "of client_ip() and incidr() are",
                                               expression));
    }
    block.view += (block.view.empty() ? "" : " && ") + expression;
  }
}

}  // namespace

bool set_up_adjuster(const CorefileDirective& directive, const CorefileInput& input,
                     const Report& report, dns::ServerBlock& block) {
  const std::string& name = directive.name.text;
  if (name == "acl") {
    set_up_acl(directive, report, block);
  } else if (name == "bind") {
    set_up_bind(directive, input, report, block);
  } else if (name == "bufsize") {
    set_up_bufsize(directive, report, block);
  } else if (name == "dns64") {
    set_up_dns64(directive, report, block);
  } else if (name == "header") {
    set_up_header(directive, report, block);
  } else if (name == "loadbalance") {
    set_up_load_balance(directive, report, block);
  } else if (name == "nsid") {
    for (const CorefileToken& word : directive.arguments) {
      block.nsid += (block.nsid.empty() ? "" : " ") + word.text;
    }
    if (block.nsid.empty()) block.nsid = "localhost";
  } else if (name == "reload") {
    set_up_reload(directive, report, block);
  } else if (name == "view") {
    set_up_view(directive, report, block);
  } else {
    return false;
  }
  return true;
}

}  // namespace meshsim::corefile
