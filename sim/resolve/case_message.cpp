// Our diagnostics stand at a file and line; CoreDNS names both only where its parser complains.
#include "sim/resolve/case_message.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace meshsim::resolve {
namespace {

constexpr std::array<std::string_view, 12> kOfTheParser{
    "Wrong argument count", "unknown property", "Unknown directive",
    "Unexpected",           "Expected another", "File to import",
    "ttl must be in range", "unknown policy",   "Import ",
    "Glob pattern",         "redeclaration",    "could not compile"};

// What we add to help is not CoreDNS's.
std::string_view without_help(std::string_view message) {
  for (const std::string_view help :
       {"; did you mean", " (first in ", " (names of interfaces", " (IPv6 is not modelled"}) {
    message = message.substr(0, message.find(help));
  }
  return message;
}

}  // namespace

std::string coredns_message(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    if (diagnostic.severity != Severity::Error) continue;
    std::string_view message = without_help(diagnostic.message);
    std::string_view plugin;
    if (message.starts_with("plugin/")) {
      plugin = message.substr(0, message.find(": ") + 2);
      message.remove_prefix(plugin.size());
    }
    const std::string place = fmt::format("{}:{} - ", diagnostic.path, diagnostic.pos.line);
    if (message.starts_with("Syntax error")) return fmt::format("{}{}{}", plugin, place, message);
    for (const std::string_view start : kOfTheParser) {
      if (!message.starts_with(start)) continue;
      return fmt::format("{}{}Error during parsing: {}", plugin, place, message);
    }
    return fmt::format("{}{}", plugin, message);
  }
  return {};
}

}  // namespace meshsim::resolve
