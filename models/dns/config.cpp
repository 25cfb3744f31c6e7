// Versions and the decisions of a configuration.
#include "models/dns/config.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "models/dns/name.hpp"

namespace meshsim::dns {
namespace {

std::string rule_text(const RewriteRule& rule) {
  switch (rule.field) {
    case RewriteField::Name: return "name " + rule.from + " " + rule.to;
    case RewriteField::Type: return "type";
    case RewriteField::Class: return "class";
    case RewriteField::Ttl: return "ttl " + rule.from;
    case RewriteField::Edns0: return "edns0";
    case RewriteField::Cname: return "cname " + rule.from + " " + rule.to;
    case RewriteField::Rcode: return "rcode " + rule.from;
  }
  return {};
}

}  // namespace

bool at_least(std::string_view version, int major, int minor, int patch) {
  std::array<int, 3> parts{};
  const char* at = version.data();
  const char* const end = version.data() + version.size();
  for (int& part : parts) {
    at = std::from_chars(at, end, part).ptr;
    if (at != end && *at == '.') ++at;
  }
  return parts >= std::array<int, 3>{major, minor, patch};
}

const std::string* matching_zone(const Zones& zones, std::string_view name) {
  const std::string* best = nullptr;
  for (const std::string& zone : zones) {
    if (!is_in_zone(name, zone)) continue;
    if (best == nullptr || zone.size() > best->size()) best = &zone;
  }
  return best;
}

bool Fallthrough::applies_to(std::string_view name) const {
  return is_on && (zones.empty() || matching_zone(zones, name) != nullptr);
}

std::vector<Plugin> plugin_order(std::string_view version) {
  using P = Plugin;
  std::vector<Plugin> order{P::Bufsize, P::Nsid, P::Local, P::Dns64};
  const auto add = [&order](std::initializer_list<Plugin> more) {
    order.insert(order.end(), more);
  };
  const bool acl_first = !at_least(version, 1, 14, 2);
  if (acl_first) add({P::Acl});
  add({P::Any, P::Chaos, P::Loadbalance});
  if (at_least(version, 1, 14, 7)) {
    add({P::Rewrite, P::Autopath, P::Acl, P::Cache, P::Header});
  } else {
    add({P::Cache, P::Rewrite});
    if (!acl_first) add({P::Acl});
    add({P::Header, P::Autopath});
  }
  add({P::Minimal, P::Template, P::Hosts, P::Kubernetes, P::File, P::Loop, P::Forward, P::Erratic,
       P::Whoami});
  return order;
}

bool ServerBlock::has(Plugin plugin) const {
  const auto named = [this](std::string_view name) {
    return std::find(plugins.begin(), plugins.end(), name) != plugins.end();
  };
  switch (plugin) {
    case Plugin::Bufsize: return bufsize > 0;
    case Plugin::Nsid: return named("nsid");
    case Plugin::Local: return named("local");
    case Plugin::Dns64: return dns64.has_value();
    case Plugin::Acl: return !acls.empty();
    case Plugin::Any: return named("any");
    case Plugin::Chaos: return chaos.has_value();
    case Plugin::Loadbalance: return named("loadbalance");
    case Plugin::Cache: return cache.has_value();
    case Plugin::Rewrite: return !rewrites.empty();
    case Plugin::Header: return !headers.empty();
    case Plugin::Autopath: return autopath.has_value();
    case Plugin::Minimal: return named("minimal");
    case Plugin::Template: return !templates.empty();
    case Plugin::Hosts: return hosts.has_value();
    case Plugin::Kubernetes: return kubernetes.has_value();
    case Plugin::File: return !files.empty();
    case Plugin::Loop: return named("loop");
    case Plugin::Forward: return !forwards.empty();
    case Plugin::Erratic: return erratic.has_value();
    case Plugin::Whoami: return named("whoami");
  }
  return false;
}

void register_decisions(Config& config, Decisions& decisions) {
  for (ServerBlock& block : config.blocks) {
    std::string keys;
    for (const ServerKey& key : block.keys) {
      if (!keys.empty()) keys += ' ';
      keys += key.zone + ":" + std::to_string(key.port);
    }
    block.decision = decisions.add(block.pos, "server block " + keys);
    if (block.cache) {
      block.cache->decision = decisions.add(block.cache->pos, "cache of server block " + keys);
    }
    for (RewriteRule& rule : block.rewrites) {
      rule.decision = decisions.add(rule.pos, "rewrite " + rule_text(rule));
    }
    if (block.hosts) block.hosts->decision = decisions.add(block.hosts->pos, "hosts");
    for (TemplateConfig& one : block.templates) one.decision = decisions.add(one.pos, "template");
    for (FileConfig& file : block.files) file.decision = decisions.add(file.pos, "file");
    for (AclConfig& acl : block.acls) acl.decision = decisions.add(acl.pos, "acl");
    if (block.autopath) block.autopath->decision = decisions.add(block.autopath->pos, "autopath");
    for (ForwardConfig& forward : block.forwards) {
      std::string to;
      for (const Upstream& upstream : forward.to) to += " " + to_string(upstream.address);
      forward.decision = decisions.add(forward.pos, "forward " + forward.from + to);
    }
    if (block.kubernetes) {
      std::string zones;
      for (const std::string& zone : block.kubernetes->zones) zones += " " + zone;
      block.kubernetes->decision = decisions.add(block.kubernetes->pos, "kubernetes" + zones);
    }
  }
}

}  // namespace meshsim::dns
