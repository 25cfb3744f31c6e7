// Reads the files of a case as CoreDNS would at its start.
#include "sim/resolve/case_files.hpp"

#include <sstream>

#include "sim/import/corefile.hpp"
#include "sim/resolve/case_message.hpp"

namespace meshsim::resolve {
namespace {

std::vector<Ipv4> name_servers(const std::string& resolv_conf) {
  std::vector<Ipv4> servers;
  std::istringstream lines{resolv_conf};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words{line};
    std::string key, value;
    words >> key >> value;
    const auto address = parse_ipv4(value);
    if (key == "nameserver" && address) servers.push_back(*address);
  }
  return servers;
}

}  // namespace

std::optional<dns::Config> parsed_corefile(const CaseFiles& files, const std::string& version,
                                           const std::vector<Ipv4>& own_addresses,
                                           std::string& message) {
  Sources sources;
  CorefileInput input;
  for (const auto& [name, text] : files.texts) {
    input.files[name] = CorefileText{text, sources.add(name)};
  }
  input.version = version;
  input.environment = files.environment;
  input.node_resolvers = name_servers(files.resolv_conf);
  input.own_addresses = own_addresses;
  Diagnostics diagnostics;
  auto config = parse_corefile(input, diagnostics);
  if (!config) message = coredns_message(diagnostics);
  return config;
}

}  // namespace meshsim::resolve
