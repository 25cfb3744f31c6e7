// The file plugin: what a zone of records answers; source: RFC 1034 section 4.3.2, RFC 4592.
#include <algorithm>

#include "models/dns/answerers.hpp"
#include "models/dns/name.hpp"

namespace meshsim::dns {
namespace {

constexpr int kDeepestAlias = 8;

std::vector<Record> records_of(const FileConfig& config, std::string_view owner, RecordType type) {
  std::vector<Record> found;
  for (const Record& record : config.records) {
    if (!same_name(record.owner, owner)) continue;
    if (record.type == type || type == RecordType::Any) found.push_back(record);
  }
  return found;
}

// Whether something stands at the name or below it.
bool exists(const FileConfig& config, std::string_view name) {
  return std::any_of(config.records.begin(), config.records.end(),
                     [&](const Record& record) { return is_in_zone(record.owner, name); });
}

const Record* apex(const FileConfig& config, std::string_view zone, RecordType type) {
  for (const Record& record : config.records) {
    if (record.type == type && same_name(record.owner, zone)) return &record;
  }
  return nullptr;
}

// Servers of a zone cut between the name and the zone.
std::vector<Record> delegation(const FileConfig& config, std::string_view zone,
                               std::string_view name) {
  for (std::string_view at = name; at != zone && at != "."; at = parent(at)) {
    if (same_name(at, zone)) break;
    std::vector<Record> servers = records_of(config, at, RecordType::Ns);
    if (!servers.empty()) return servers;
  }
  return {};
}

void add_glue(const FileConfig& config, const std::vector<Record>& servers, DnsMessage& reply) {
  for (const Record& server : servers) {
    for (const RecordType type : {RecordType::A, RecordType::Aaaa}) {
      const auto glue = records_of(config, server.target, type);
      reply.additional.insert(reply.additional.end(), glue.begin(), glue.end());
    }
  }
}

// Records of the name, or of the wildcard that covers it, under the name asked.
std::vector<Record> matching(const FileConfig& config, std::string_view zone, std::string_view name,
                             RecordType type, bool& is_there) {
  is_there = exists(config, name);
  if (is_there) return records_of(config, name, type);
  for (std::string_view at = parent(name); is_in_zone(at, zone); at = parent(at)) {
    const std::string wildcard = "*." + std::string{at};
    if (exists(config, wildcard)) {
      is_there = true;
      std::vector<Record> found = records_of(config, wildcard, type);
      for (Record& record : found) record.owner = name;
      return found;
    }
    if (exists(config, at) || at == ".") break;
  }
  return {};
}

}  // namespace

MaybeAnswered answer_file(const FileConfig& config, const DnsMessage& query) {
  const std::string* const zone = matching_zone(config.zones, query.name);
  if (zone == nullptr) return std::nullopt;
  const Record* const soa = apex(config, *zone, RecordType::Soa);
  if (soa == nullptr) return Answered{reply_to(query, Rcode::ServFail), false};
  Answered answered{reply_to(query, Rcode::NoError)};
  DnsMessage& reply = answered.message;
  reply.authoritative = true;
  const std::vector<Record> servers = delegation(config, *zone, query.name);
  const bool asks_parent = query.type == RecordType::Ds;
  if (!servers.empty() && !asks_parent) {
    reply.authoritative = false;
    reply.authority = servers;
    add_glue(config, servers, reply);
    return answered;
  }
  std::string name = query.name;
  bool is_there = false;
  for (int depth = 0; depth < kDeepestAlias; ++depth) {
    const auto found = matching(config, *zone, name, query.type, is_there);
    if (!found.empty()) {
      reply.answer.insert(reply.answer.end(), found.begin(), found.end());
      break;
    }
    const auto alias = query.type == RecordType::Cname
                           ? std::vector<Record>{}
                           : matching(config, *zone, name, RecordType::Cname, is_there);
    if (alias.empty()) break;
    reply.answer.push_back(alias.front());
    name = alias.front().target;
    if (is_in_zone(name, *zone)) continue;
    answered.chase = name;
    break;
  }
  if (reply.answer.empty()) {
    if (!is_there && config.falls_through.applies_to(query.name)) return std::nullopt;
    if (!is_there) reply.rcode = Rcode::NxDomain;
    reply.authority.push_back(*soa);
    return answered;
  }
  const bool asks_servers = query.type == RecordType::Ns && same_name(query.name, *zone);
  const std::vector<Record> own = records_of(config, *zone, RecordType::Ns);
  if (!asks_servers) reply.authority = own;
  if (asks_servers || query.type == RecordType::Mx || query.type == RecordType::Srv) {
    add_glue(config, reply.answer, reply);
  }
  return answered;
}

}  // namespace meshsim::dns
