// Options of `rewrite edns0`; source: dns.md section 2.1 (coredns, plugin/rewrite/edns0.go).
#include "models/dns/edns_rewrite.hpp"

#include <algorithm>

namespace meshsim::dns {
namespace {

constexpr std::uint16_t kNewSize = 4096;  // of an OPT record that the rule adds
constexpr std::uint16_t kNsid = 3;
constexpr std::uint16_t kSubnet = 8;

std::string bytes_of(std::uint32_t number, int count) {
  std::string bytes;
  for (int shift = 8 * (count - 1); shift >= 0; shift -= 8) {
    bytes += static_cast<char>((number >> shift) & 0xFF);
  }
  return bytes;
}

std::string variable(const std::string& name, const RewriteClient& client,
                     const DnsMessage& query) {
  if (name == "{qname}") return query.name;
  if (name == "{qtype}") return bytes_of(static_cast<std::uint16_t>(query.type), 2);
  if (name == "{client_ip}") return bytes_of(client.address.value, 4);
  if (name == "{client_port}") return bytes_of(client.port, 2);
  if (name == "{protocol}") return client.is_tcp ? "tcp" : "udp";
  if (name == "{server_ip}") return bytes_of(client.server.value, 4);
  if (name == "{server_port}") return bytes_of(client.server_port, 2);
  return {};
}

// Family, source prefix, scope, and as many bytes of the address; source: RFC 7871.
std::string subnet_data(const EdnsRule& rule, const RewriteClient& client) {
  const std::uint32_t mask = rule.v4_bits == 0 ? 0 : ~std::uint32_t{0} << (32 - rule.v4_bits);
  const std::string address = bytes_of(client.address.value & mask, 4);
  return bytes_of(1, 2) + static_cast<char>(rule.v4_bits) + '\0' +
         address.substr(0, (rule.v4_bits + std::size_t{7}) / 8);
}

std::uint16_t code_of(const EdnsRule& rule) {
  if (rule.kind == EdnsRule::Kind::Nsid) return kNsid;
  return rule.kind == EdnsRule::Kind::Subnet ? kSubnet : rule.code;
}

}  // namespace

bool rewrite_edns(const EdnsRule& rule, const RewriteClient& client, DnsMessage& query,
                  std::optional<EdnsOption>& before) {
  using Action = EdnsRule::Action;
  if (rule.action == Action::Unset && !query.edns) return false;
  const bool had_none = !query.edns;
  if (had_none) query.edns.emplace(Edns{kNewSize});
  std::vector<EdnsOption>& options = query.edns->options;
  const std::uint16_t code = code_of(rule);
  const auto known = std::find_if(options.begin(), options.end(),
                                  [code](const EdnsOption& one) { return one.code == code; });
  const bool exists = known != options.end();
  if (exists) before = *known;
  std::string data = rule.data;
  if (rule.kind == EdnsRule::Kind::Subnet) data = subnet_data(rule, client);
  if (rule.kind == EdnsRule::Kind::Nsid) data.clear();
  if (!rule.variable.empty()) data = variable(rule.variable, client, query);
  switch (rule.action) {
    case Action::Set:
      if (exists) {
        known->data = data;
      } else {
        options.push_back({code, data});
      }
      return true;
    case Action::Append:
      if (exists) return false;
      options.push_back({code, data});
      return true;
    case Action::Replace:
      if (!exists) return false;
      known->data = data;
      return true;
    case Action::Unset:
      if (!exists) return false;
      options.erase(known);
      return true;
  }
  return false;
}

void revert_edns(std::uint16_t code, const std::string* before, DnsMessage& reply) {
  if (!reply.edns) return;
  std::vector<EdnsOption>& options = reply.edns->options;
  for (EdnsOption& option : options) {
    if (option.code == code && before != nullptr) option.data = *before;
  }
  if (before == nullptr) {
    std::erase_if(options, [code](const EdnsOption& one) { return one.code == code; });
  }
}

}  // namespace meshsim::dns
