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
    PluginRow{"acl", Support::Modelled},
    PluginRow{"any", Support::Modelled},
    PluginRow{"auto", Support::NotModelled},
    PluginRow{"autopath", Support::Modelled},
    PluginRow{"azure", Support::NotModelled},
    PluginRow{"bind", Support::Modelled},
    PluginRow{"bufsize", Support::Modelled},
    PluginRow{"cache", Support::Modelled, true},
    PluginRow{"cancel", Support::NoEffect},
    PluginRow{"chaos", Support::Modelled},
    PluginRow{"clouddns", Support::NotModelled},
    PluginRow{"debug", Support::NoEffect},
    PluginRow{"dns64", Support::Modelled},
    PluginRow{"dnssec", Support::NotModelled, true},
    PluginRow{"dnstap", Support::NoEffect},
    PluginRow{"erratic", Support::Modelled},
    PluginRow{"errors", Support::NoEffect, true},
    PluginRow{"etcd", Support::NotModelled},
    PluginRow{"file", Support::Modelled},
    PluginRow{"forward", Support::Modelled},
    PluginRow{"geoip", Support::NoEffect},
    PluginRow{"grpc", Support::NotModelled, true},
    PluginRow{"header", Support::Modelled},
    PluginRow{"health", Support::NoEffect},
    PluginRow{"hosts", Support::Modelled, true},
    PluginRow{"k8s_external", Support::NotModelled},
    PluginRow{"kubernetes", Support::Modelled, true},
    PluginRow{"loadbalance", Support::Modelled},
    PluginRow{"local", Support::Modelled},
    PluginRow{"log", Support::NoEffect},
    PluginRow{"loop", Support::Modelled, true},
    PluginRow{"metadata", Support::NoEffect},
    PluginRow{"minimal", Support::Modelled},
    PluginRow{"multisocket", Support::NoEffect},
    PluginRow{"nsid", Support::Modelled, true},
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
    PluginRow{"template", Support::Modelled},
    PluginRow{"timeouts", Support::NoEffect},
    PluginRow{"tls", Support::NotModelled},
    PluginRow{"trace", Support::NoEffect},
    PluginRow{"transfer", Support::NotModelled},
    PluginRow{"tsig", Support::NotModelled, true},
    PluginRow{"view", Support::Modelled, true},
    PluginRow{"whoami", Support::Modelled},
};

const PluginRow* find_plugin(std::string_view name) {
  const auto* found = std::find_if(kPlugins.begin(), kPlugins.end(),
                                   [&](const PluginRow& row) { return row.name == name; });
  return found == kPlugins.end() ? nullptr : found;
}

void set_up(const CorefileDirective& directive, const CorefileInput& input, const Report& report,
            dns::ServerBlock& block) {
  const std::string& name = directive.name.text;
  if (name == "cache") return corefile::set_up_cache(directive, report, block);
  if (name == "rewrite") return corefile::set_up_rewrite(directive, input, report, block);
  if (name == "forward") return corefile::set_up_forward(directive, input, report, block);
  if (name == "kubernetes") return corefile::set_up_kubernetes(directive, report, block);
  if (corefile::set_up_answerer(directive, input, report, block)) return;
  corefile::set_up_adjuster(directive, input, report, block);
}

}  // namespace

bool is_corefile_directive(std::string_view name) { return find_plugin(name) != nullptr; }

std::string_view nearest_corefile_directive(std::string_view name) {
  std::vector<std::string_view> names;
  for (const PluginRow& row : kPlugins) names.push_back(row.name);
  return nearest(name, names);
}

namespace {

// Reverse zones of IPv6 exist on nibble boundaries.
std::vector<std::string> ipv6_zones(std::string_view address, std::string_view digits) {
  const auto bytes = dns::ipv6_bytes(address);
  const auto length = corefile::integer(digits);
  if (!bytes || !length || *length < 1 || *length > 128) return {};
  const auto nibbles = static_cast<std::size_t>((*length + 3) / 4);
  const std::size_t count = std::size_t{1} << (nibbles * 4 - static_cast<std::size_t>(*length));
  std::vector<std::string> zones;
  for (std::size_t index = 0; index < count; ++index) {
    std::string zone;
    for (std::size_t at = nibbles; at-- > 0;) {
      unsigned nibble = ((*bytes)[at / 2] >> (at % 2 == 0 ? 4 : 0)) & 15U;
      if (at + 1 == nibbles)
        nibble = (nibble & ~static_cast<unsigned>(count - 1)) | static_cast<unsigned>(index);
      zone += fmt::format("{:x}.", nibble);
    }
    zones.push_back(zone + "ip6.arpa.");
  }
  return zones;
}

}  // namespace

std::vector<std::string> corefile_zones(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == text.npos) {
    std::string zone = dns::absolute(text);
    if (!dns::is_legal(zone)) return {};
    return {std::move(zone)};
  }
  if (text.find(':') != text.npos) return ipv6_zones(text.substr(0, slash), text.substr(slash + 1));
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
