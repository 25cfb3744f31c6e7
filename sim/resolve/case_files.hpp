// The Corefile of a case and what lies beside it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/dns/config.hpp"
#include "sim/resolve/case_json.hpp"

namespace meshsim::resolve {

struct CaseFiles {
  std::map<std::string, std::string> texts;  // by path, "Corefile" and what it imports
  std::map<std::string, std::string> environment;
  std::string resolv_conf;
};

// Nothing if CoreDNS does not start with it; `message`: what it prints then.
std::optional<dns::Config> parsed_corefile(const CaseFiles& files, const std::string& version,
                                           const std::vector<Ipv4>& own_addresses,
                                           std::string& message);

}  // namespace meshsim::resolve
