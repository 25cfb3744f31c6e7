// Versions and the decisions of a configuration.
#include "models/dns/config.hpp"

#include <array>
#include <charconv>

#include "models/dns/name.hpp"

namespace meshsim::dns {

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
    for (NameRule& rule : block.rewrites) {
      rule.decision = decisions.add(rule.pos, "rewrite name " + rule.from + " " + rule.to);
    }
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
