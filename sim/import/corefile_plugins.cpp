// Plugin setup; source: dns.md sections 1.2 and 2 (coredns/coredns, plugin/*/setup.go). Accepted
// without effect on answers: errors, health, ready, prometheus, log, loop and a few more.
#include "sim/import/corefile_plugins.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "meshsim/base/ip.hpp"
#include "models/dns/name.hpp"
#include "sim/import/corefile_setup.hpp"

namespace meshsim {
namespace {

using corefile::Report;
using corefile::Words;

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

void set_up_reload(const CorefileDirective& directive, const Report& report,
                   dns::ServerBlock& block) {
  if (block.reload) return;  // only the first one is read
  dns::ReloadConfig reload;
  const Words& words = directive.arguments;
  if (words.size() > 2) return report.argument_count(words.back());
  if (!words.empty()) {
    const auto interval = corefile::go_duration(words[0].text);
    if (!interval || *interval < 2s) {
      return report.error(words[0], "interval value must be greater or equal to 2s");
    }
    reload.interval = *interval;
  }
  if (words.size() == 2) {
    const auto jitter = corefile::go_duration(words[1].text);
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
  if (name == "cache") return corefile::set_up_cache(directive, report, block);
  if (name == "rewrite") return corefile::set_up_rewrite(directive, report, block);
  if (name == "forward") return corefile::set_up_forward(directive, input, report, block);
  if (name == "kubernetes") return corefile::set_up_kubernetes(directive, report, block);
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
  const auto length = corefile::integer(text.substr(slash + 1));
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
