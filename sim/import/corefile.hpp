// Reads a Corefile as CoreDNS does: the real grammar, imports, and the errors CoreDNS would give,
// each at its line and column. What is known to CoreDNS but not modelled here is an error, too.
// Source: dns.md sections 1.1 to 1.3 and 1.8 (coredns/caddy, coredns/coredns).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meshsim/base/diagnostics.hpp"
#include "models/dns/config.hpp"

namespace meshsim {

// A text and where it stands: the key of a ConfigMap lies inside another file.
struct CorefileText {
  std::string text;
  std::uint32_t file = 0;           // of the Sources; 0: a text of our own
  std::uint32_t first_line = 1;     // line of the text's first line in that file
  std::uint32_t column_offset = 0;  // columns before each line (the indent of a block scalar)
  bool one_line = false;  // written with escaped newlines (JSON): all of it stands at one place
};

struct CorefileInput {
  std::map<std::string, CorefileText> files;  // by path, "Corefile" and what it imports
  std::string main = "Corefile";
  std::string version{dns::kDefaultVersion};
  std::map<std::string, std::string> environment;
  std::vector<Ipv4> node_resolvers;  // what /etc/resolv.conf names
  std::vector<Ipv4> own_addresses;   // that `bind` may name; none: any
};

// Nothing if CoreDNS would not start with it (the reasons are errors in `diagnostics`).
std::optional<dns::Config> parse_corefile(const CorefileInput& input, Diagnostics& diagnostics);

// The Corefile that OKE installs, as far as it is known; source: dns.md section 1.8.
std::string_view oke_corefile();

// The input of an OKE cluster: its base Corefile (ours, if none is given) and the keys of its
// ConfigMap coredns-custom.
CorefileInput oke_corefile_input(std::optional<CorefileText> base,
                                 const std::map<std::string, CorefileText>& custom,
                                 std::string version, std::vector<Ipv4> node_resolvers);

}  // namespace meshsim
