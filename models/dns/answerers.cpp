// The smaller answering plugins, and acl.
#include "models/dns/answerers.hpp"

#include <algorithm>

#include "models/dns/name.hpp"

namespace meshsim::dns {
namespace {

Record chaos_text(const DnsMessage& query, const std::string& text) {
  Record record{.owner = query.name, .type = RecordType::Txt, .ttl = 0};
  record.text = "\"" + text + "\"";
  record.record_class = RecordClass::Chaos;
  return record;
}

}  // namespace

MaybeAnswered answer_hosts(const HostsConfig& config, const DnsMessage& query) {
  const std::string name = lower(query.name);
  const bool asks_reverse = query.type == RecordType::Ptr;
  if (matching_zone(config.zones, name) == nullptr && !asks_reverse) return std::nullopt;
  Answered answered{reply_to(query, Rcode::NoError)};
  answered.message.authoritative = true;
  bool is_known = false;
  if (asks_reverse) {
    const std::string address = from_in_addr(name);
    for (const auto& [own, names] : config.entries) {
      if (!config.reverse || own != address) continue;
      for (const std::string& one : names) {
        answered.message.answer.push_back(
            {.owner = name, .type = RecordType::Ptr, .ttl = config.ttl, .target = one});
      }
    }
    if (answered.message.answer.empty()) return std::nullopt;
    return answered;
  }
  for (const auto& [address, names] : config.entries) {
    if (std::find(names.begin(), names.end(), name) == names.end()) continue;
    is_known = true;
    const RecordType type = is_ipv6(address) ? RecordType::Aaaa : RecordType::A;
    if (type == query.type) {
      answered.message.answer.push_back(address_record(name, address, config.ttl));
    }
  }
  if (is_known) return answered;
  if (config.falls_through.applies_to(name)) return std::nullopt;
  return Answered{reply_to(query, Rcode::ServFail), false};
}

MaybeAnswered answer_any(const DnsMessage& query) {
  constexpr std::uint32_t kTtl = 8482;  // after the RFC
  if (query.type != RecordType::Any) return std::nullopt;
  Answered answered{reply_to(query, Rcode::NoError)};
  answered.message.answer.push_back({.owner = query.name,
                                     .type = RecordType::Hinfo,
                                     .ttl = kTtl,
                                     .text = "\"ANY obsoleted\" \"See RFC 8482\""});
  return answered;
}

MaybeAnswered answer_chaos(const ChaosConfig& config, const DnsMessage& query) {
  if (query.record_class != RecordClass::Chaos || query.type != RecordType::Txt) {
    return std::nullopt;
  }
  Answered answered{reply_to(query, Rcode::NoError)};
  const std::string name = lower(query.name);
  if (name == "authors.bind.") {
    for (const std::string& author : config.authors) {
      answered.message.answer.push_back(chaos_text(query, author));
    }
    return answered;
  }
  if (name == "version.bind." || name == "version.server.") {
    answered.message.answer.push_back(chaos_text(query, config.version));
    return answered;
  }
  if (name == "hostname.bind." || name == "id.server.") {
    answered.message.answer.push_back(chaos_text(query, "localhost"));
    return answered;
  }
  return std::nullopt;
}

MaybeAnswered answer_local(const DnsMessage& query) {
  constexpr std::uint32_t kTtl = 604'800;
  const std::string name = lower(query.name);
  const bool is_zone = is_in_zone(name, "localhost.") || name == "0.in-addr.arpa." ||
                       name == "127.in-addr.arpa." || name == "255.in-addr.arpa.";
  const bool is_reverse = name == "1.0.0.127.in-addr.arpa.";
  const bool is_local = name.starts_with("localhost.");
  if (!is_zone && !is_reverse && !is_local) return std::nullopt;
  Answered answered{reply_to(query, Rcode::NoError)};
  DnsMessage& reply = answered.message;
  if (is_local && query.type == RecordType::A) {
    reply.answer.push_back(address_record(query.name, "127.0.0.1", kTtl));
  } else if (is_local && query.type == RecordType::Aaaa) {
    reply.answer.push_back(address_record(query.name, "::1", kTtl));
  } else if (is_reverse && query.type == RecordType::Ptr) {
    reply.answer.push_back(
        {.owner = query.name, .type = RecordType::Ptr, .ttl = kTtl, .target = "localhost."});
  } else {
    reply.authority.push_back({.owner = query.name,
                               .type = RecordType::Soa,
                               .ttl = kTtl,
                               .target = "localhost.",
                               .text = "root.localhost. 1 0 0 0 604800"});
  }
  return answered;
}

// Who has asked, in the additional section.
Answered answer_whoami(const DnsMessage& query, const Asker& asker) {
  Answered answered{reply_to(query, Rcode::NoError)};
  DnsMessage& reply = answered.message;
  reply.authoritative = true;
  reply.additional.push_back({.owner = query.name, .ttl = 0, .address = asker.address});
  Record server{.owner = std::string{asker.is_tcp ? "_tcp." : "_udp."} + query.name,
                .type = RecordType::Srv,
                .ttl = 0,
                .target = ".",
                .port = asker.port};
  if (query.name == ".") server.owner = asker.is_tcp ? "_tcp." : "_udp.";
  reply.additional.push_back(std::move(server));
  return answered;
}

std::optional<AclRule::Action> judge_acl(const std::vector<AclConfig>& acls,
                                         const DnsMessage& query, Ipv4 client) {
  for (const AclConfig& acl : acls) {
    if (matching_zone(acl.zones, query.name) == nullptr) continue;
    for (const AclRule& rule : acl.rules) {
      const bool of_type = rule.types.empty() || std::find(rule.types.begin(), rule.types.end(),
                                                           query.type) != rule.types.end();
      const bool of_net =
          rule.nets.empty() || std::any_of(rule.nets.begin(), rule.nets.end(),
                                           [&](const Prefix& net) { return net.contains(client); });
      if (!of_type || !of_net) continue;
      if (rule.action == AclRule::Action::Allow) break;
      return rule.action;
    }
  }
  return std::nullopt;
}

}  // namespace meshsim::dns
