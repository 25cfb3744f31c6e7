// Reads security rules. One that IPv4 TCP, UDP and ICMP never meet is left out with a warning; one
// that is not known whole is left out and unknown.
#include "sim/import/terraform_security.hpp"

#include <fmt/format.h>

namespace meshsim {
namespace {

constexpr std::uint8_t kUnreachable = 3;  // ICMP type
constexpr std::uint8_t kFragmentationNeeded = 4;

// The rule between its attributes and the Vcn that would not know its answer.
struct RuleReader {
  TerraformBuild& build;
  const TerraformResource& resource;
  const TerraformBlock& block;
  const Vcn& vcn;

  void unknown(std::string_view key) const {
    build.unknown_attribute(Unknown::Of::Vcn, vcn.name, resource, block, key);
  }

  bool read_protocol(SecurityRule& rule) const {
    const Located<std::string> protocol = block.text("protocol");
    if (!protocol) {
      unknown("protocol");
      return false;
    }
    if (protocol.value == "all")
      rule.protocol = RuleProtocol::All;
    else if (protocol.value == "1")
      rule.protocol = RuleProtocol::Icmp;
    else if (protocol.value == "6")
      rule.protocol = RuleProtocol::Tcp;
    else if (protocol.value == "17")
      rule.protocol = RuleProtocol::Udp;
    else {
      build.warn(
          resource, protocol.pos,
          fmt::format("protocol {} is not modelled; the rule has no effect", protocol.value));
      return false;
    }
    return true;
  }

  // `key`: "source" or "destination".
  bool read_far_end(const std::string& key, SecurityRule& rule) const {
    const Located<std::string> far = block.text(key);
    const std::string type = block.text(key + "_type").value;
    if (!far) {
      unknown(key);
      return false;
    }
    if (type == "SERVICE_CIDR_BLOCK") {
      rule.cidr = kOracleServices;
      return true;
    }
    if (type == "NETWORK_SECURITY_GROUP") return read_group(far, rule);
    if (far.value.find(':') != std::string::npos) return false;  // IPv6: no packet matches it
    rule.cidr = parse_prefix(far.value);
    if (!rule.cidr) {
      build.diagnostics.error(far.pos, resource.address,
                              fmt::format("'{}' is no IPv4 prefix", far.value));
    }
    return rule.cidr.has_value();
  }

  bool read_group(const Located<std::string>& far, SecurityRule& rule) const {
    const auto found = build.nsgs.find(far.value);
    if (found == build.nsgs.end()) {
      build.unknown(Unknown::Of::Vcn, vcn.name, fmt::format("the far end of {}", resource.address),
                    far.pos, fmt::format("NSG '{}' is in none of the files", far.value));
      return false;
    }
    const Vcn& owner = build.out.topology.vcns[found->second.owner];
    if (&owner != &vcn) {
      // source: oci-oke.md section 1.3: never across VCNs.
      build.warn(resource, far.pos,
                 fmt::format("NSG '{}' is of VCN {}; a rule matches NSGs of its own VCN only",
                             found->second.name, owner.name));
      return false;
    }
    rule.nsg = found->second.name;
    return true;
  }

  // Of a list {min, max} is the range itself; of an NSG it lies in destination_port_range.
  bool read_ports(SecurityRule& rule) const {
    const char* const key = rule.protocol == RuleProtocol::Tcp ? "tcp_options" : "udp_options";
    if (rule.protocol != RuleProtocol::Tcp && rule.protocol != RuleProtocol::Udp) return true;
    if (block.is_unknown(key)) {
      unknown(key);
      return false;
    }
    const TerraformBlock options = block.block(key);
    const auto nested = options.blocks("destination_port_range");
    rule.ports = port_range(nested.empty() ? options : nested.front());
    const auto source = options.blocks("source_port_range");
    if (!source.empty()) rule.source_ports = port_range(source.front());
    return true;
  }

  static std::optional<PortRange> port_range(const TerraformBlock& range) {
    const Located<std::uint32_t> min = range.number("min");
    const Located<std::uint32_t> max = range.number("max");
    if (!min || !max || max.value == 0) return std::nullopt;  // 0 to 0 is how "all" is stored
    return PortRange{static_cast<std::uint16_t>(min.value), static_cast<std::uint16_t>(max.value)};
  }

  void read_icmp(SecurityRule& rule) const {
    if (rule.protocol != RuleProtocol::Icmp) return;
    const auto options = block.blocks("icmp_options");
    if (options.empty()) return;
    const Located<std::uint32_t> type = options.front().number("type");
    if (type) rule.icmp_type = static_cast<std::uint8_t>(type.value);
    // OCI stores -1 for "any code"; it reads as no number here.
    const Located<std::uint32_t> code = options.front().number("code");
    if (type && code && code.value <= 255) rule.icmp_code = static_cast<std::uint8_t>(code.value);
  }

  std::optional<SecurityRule> read(RuleDirection direction) const {
    SecurityRule rule;
    rule.direction = direction;
    const bool is_known =
        read_protocol(rule) &&
        read_far_end(direction == RuleDirection::Ingress ? "source" : "destination", rule) &&
        read_ports(rule);
    if (!is_known) return std::nullopt;
    read_icmp(rule);
    rule.stateless = block.flag("stateless").value;
    rule.description = block.text("description").value;
    rule.pos = block.pos();
    return rule;
  }
};

SecurityRule default_rule(RuleDirection direction, RuleProtocol protocol, const Prefix& cidr,
                          const char* description, Pos pos) {
  SecurityRule rule;
  rule.direction = direction;
  rule.protocol = protocol;
  rule.cidr = cidr;
  rule.description = description;
  rule.pos = pos;
  return rule;
}

}  // namespace

std::vector<SecurityRule> read_list_rules(TerraformBuild& build, const TerraformResource& resource,
                                          const Vcn& vcn) {
  std::vector<SecurityRule> rules;
  const auto read = [&](const char* key, RuleDirection direction) {
    if (resource.values.is_unknown(key)) {
      build.unknown_attribute(Unknown::Of::Vcn, vcn.name, resource, resource.values, key);
    }
    for (const TerraformBlock& block : resource.values.blocks(key)) {
      auto rule = RuleReader{build, resource, block, vcn}.read(direction);
      if (rule) rules.push_back(std::move(*rule));
    }
  };
  read("ingress_security_rules", RuleDirection::Ingress);
  read("egress_security_rules", RuleDirection::Egress);
  return rules;
}

std::vector<SecurityRule> default_list_rules(const Vcn& vcn) {
  // source: oci-oke.md section 1.3, last row.
  constexpr auto kIn = RuleDirection::Ingress;
  std::vector<SecurityRule> rules;
  rules.push_back(default_rule(kIn, RuleProtocol::Tcp, {}, "SSH (default list)", vcn.pos));
  rules.back().ports = PortRange{22, 22};
  rules.push_back(default_rule(kIn, RuleProtocol::Icmp, {}, "path MTU (default list)", vcn.pos));
  rules.back().icmp_type = kUnreachable;
  rules.back().icmp_code = kFragmentationNeeded;
  for (const Prefix& cidr : vcn.cidrs) {
    rules.push_back(
        default_rule(kIn, RuleProtocol::Icmp, cidr, "unreachable (default list)", vcn.pos));
    rules.back().icmp_type = kUnreachable;
  }
  rules.push_back(default_rule(RuleDirection::Egress, RuleProtocol::All, {},
                               "to anywhere (default list)", vcn.pos));
  return rules;
}

void add_nsg_rules(TerraformBuild& build) {
  for (const TerraformResource* resource :
       build.all("oci_core_network_security_group_security_rule")) {
    const Located<std::string> id = resource->values.text("network_security_group_id");
    const auto found = build.nsgs.find(id.value);
    if (found == build.nsgs.end()) {
      build.unknown(
          Unknown::Of::Whole, "", fmt::format("the NSG of {}", resource->address),
          id ? id.pos : resource->pos,
          id ? fmt::format("'{}' is in none of the files", id.value) : "not known before apply");
      continue;
    }
    Vcn& vcn = build.out.topology.vcns[found->second.owner];
    const Located<bool> is_valid = resource->values.flag("is_valid");
    if (is_valid && !is_valid.value) {
      build.warn(*resource, is_valid.pos, "the rule is not valid any more; it has no effect");
      continue;
    }
    const bool is_ingress = resource->values.text("direction").value == "INGRESS";
    const auto rule = RuleReader{build, *resource, resource->values, vcn}.read(
        is_ingress ? RuleDirection::Ingress : RuleDirection::Egress);
    if (!rule) continue;
    for (SecurityGroup& group : vcn.nsgs) {
      if (group.name == found->second.name) group.rules.push_back(*rule);
    }
  }
}

}  // namespace meshsim
