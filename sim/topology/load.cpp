// Reads topologies: file to document, document to long form, long form to what can be run.
#include "sim/topology/load.hpp"

#include <fmt/core.h>

#include <charconv>

#include "sim/config/read_fields.hpp"
#include "sim/topology/document.hpp"
#include "sim/topology/expand.hpp"

namespace meshsim {
namespace {

bool take_port(std::string_view& text, std::uint16_t& port) {
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), port);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return code == std::errc{};
}

}  // namespace

bool ScalarText<PortRange>::parse(std::string_view text, PortRange& out, std::string& error) {
  std::string_view rest = text;
  PortRange range;
  bool ok = take_port(rest, range.min);
  range.max = range.min;
  if (ok && rest.starts_with('-')) {
    rest.remove_prefix(1);
    ok = take_port(rest, range.max);
  }
  if (!ok || !rest.empty()) {
    error =
        fmt::format("'{}' is no port or range of ports; write one like 53 or 30000-32767", text);
    return false;
  }
  if (range.max < range.min) {
    error = fmt::format("'{}' ends before it starts; write the smaller port first", text);
    return false;
  }
  out = range;
  return true;
}

std::string ScalarText<PortRange>::print(PortRange value) {
  return value.min == value.max ? fmt::format("{}", value.min)
                                : fmt::format("{}-{}", value.min, value.max);
}

bool check_header(const Node& document, std::string_view kind, Diagnostics& diagnostics) {
  if (!document.is_mapping()) {
    diagnostics.error(document.pos, "",
                      fmt::format("a mapping is expected that starts with 'apiVersion: {}' and "
                                  "'kind: {}'",
                                  kApiVersion, kind));
    return false;
  }
  bool ok = true;
  const auto expect = [&](const char* key, std::string_view value) {
    const Node* const node = document.find(key);
    if (node == nullptr) {
      diagnostics.error(document.pos, key, fmt::format("is missing; write {}: {}", key, value));
    } else if (node->scalar != value) {
      diagnostics.error(node->pos, key,
                        fmt::format("is '{}'; '{}' is expected here", node->scalar, value));
    }
    ok = ok && node != nullptr && node->scalar == value;
  };
  expect("apiVersion", kApiVersion);
  expect("kind", kind);
  return ok;
}

bool finish_topology(const TopologyDocument& document, const Node& node, Diagnostics& diagnostics,
                     const std::string& path, Topology& out, ValidateFor use) {
  const std::size_t errors = diagnostics.errors();
  out = expand(document, diagnostics, path);
  validate(out, &node, path, diagnostics, use);
  return diagnostics.errors() == errors;
}

bool read_topology_file(const std::string& path, Sources& sources, Diagnostics& diagnostics,
                        Pos from, Topology& out, ValidateFor use) {
  const std::size_t errors = diagnostics.errors();
  const std::vector<Node> documents = read_yaml_file(path, sources, diagnostics, from);
  if (documents.empty()) return false;
  if (documents.size() > 1) {
    diagnostics.error(documents[1].pos, "", "a second document; a topology is one, remove '---'");
  }
  if (!check_header(documents[0], "Topology", diagnostics)) return false;
  TopologyDocument document;
  read_fields(documents[0], document, diagnostics);
  // What could be read is expanded and checked as well, so that all errors come in one go.
  finish_topology(document, documents[0], diagnostics, "", out, use);
  return diagnostics.errors() == errors;
}

std::optional<Topology> read_topology(const Node& node, Diagnostics& diagnostics,
                                      const std::string& path) {
  TopologyDocument document;
  const bool is_read = read_fields(node, document, diagnostics, path);
  Topology topology;
  if (!node.is_mapping()) return std::nullopt;
  const bool is_valid = finish_topology(document, node, diagnostics, path, topology);
  if (!is_read || !is_valid) return std::nullopt;
  return topology;
}

std::optional<Topology> load_topology(const std::string& path, Sources& sources,
                                      Diagnostics& diagnostics, Pos from, ValidateFor use) {
  Topology topology;
  if (!read_topology_file(path, sources, diagnostics, from, topology, use)) return std::nullopt;
  return topology;
}

template const ValueType& value_type<TopologyDocument>();

}  // namespace meshsim
