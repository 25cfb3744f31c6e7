// Reads files for verbs that look.
#include "tools/commands/look.hpp"

#include <vector>

#include "sim/scenario/input.hpp"
#include "sim/scenario/load.hpp"
#include "tools/find_file.hpp"

namespace meshsim::tools {
namespace {

// "c1=FILE" says whose it is; the name of the file is looked for without it.
std::optional<std::string> find_anywhere(const std::string& name, Diagnostics& diagnostics) {
  const std::size_t equals = name.find('=');
  const std::string prefix = equals == std::string::npos ? "" : name.substr(0, equals + 1);
  const std::string file = name.substr(prefix.size());
  // A scenario says more than the topology of the same name.
  for (const char* const folder : {"scenarios", "topologies"}) {
    Diagnostics silent;
    if (const auto found = find_file(file, folder, silent)) return prefix + *found;
  }
  find_file(file, "scenarios", diagnostics);  // which says where it looked
  return std::nullopt;
}

}  // namespace

std::optional<Plan> Look::plan_look(std::span<const std::string> files, ValidateFor use) {
  std::vector<std::string> found;
  for (const std::string& file : files) {
    if (const auto path = find_anywhere(file, diagnostics)) found.push_back(*path);
  }
  if (!diagnostics.ok()) return std::nullopt;
  return load_input(found, sources, diagnostics, "", use);
}

std::optional<Plan> Look::plan_run(std::span<const std::string> files) {
  if (files.size() != 1) {
    diagnostics.error({}, "", "a run is of one scenario; give that alone");
    return std::nullopt;
  }
  const auto path = find_file(files.front(), "scenarios", diagnostics);
  if (!path) return std::nullopt;
  auto scenario = load_scenario(*path, sources, diagnostics);
  if (!scenario) return std::nullopt;
  return make_plan(std::move(*scenario), sources, diagnostics, PlanFor::Run);
}

Protocol protocol_named(std::string_view name) {
  if (name == "udp") return Protocol::Udp;
  return name == "icmp" ? Protocol::Icmp : Protocol::Tcp;
}

}  // namespace meshsim::tools
