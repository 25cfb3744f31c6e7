// Sizes and truncation of DNS messages; source: dns.md section 5.1 (miekg/dns).
#include "models/dns/message.hpp"

#include <algorithm>
#include <set>

#include "models/dns/name.hpp"

namespace meshsim::dns {
namespace {

constexpr std::uint32_t kHeader = 12;
constexpr std::uint32_t kQuestionFixed = 4;  // type and class
constexpr std::uint32_t kRecordFixed = 10;   // type, class, TTL, length
constexpr std::uint32_t kOpt = 11;
constexpr std::uint32_t kPointer = 2;
constexpr std::uint32_t kCompressAbove = 1480;  // IPv4: then in any case

// Counts names, replacing suffixes that occurred before by a pointer if `compress`.
class NameCounter {
 public:
  explicit NameCounter(bool compress) : compress_(compress) {}

  std::uint32_t count(std::string_view name) {
    if (!compress_) return wire_bytes(name);
    std::uint32_t bytes = 0;
    for (std::string_view rest = name; rest != "."; rest = parent(rest)) {
      if (seen_.contains(rest)) return bytes + kPointer;
      seen_.emplace(rest);
      bytes += static_cast<std::uint32_t>(rest.find('.')) + 1;
    }
    return bytes + 1;
  }

 private:
  bool compress_;
  std::set<std::string, std::less<>> seen_;
};

std::uint32_t data_bytes(const Record& record, NameCounter& names) {
  switch (record.type) {
    case RecordType::A: return 4;
    case RecordType::Aaaa: return 16;
    case RecordType::Srv: return 6 + wire_bytes(record.target);  // never compressed
    case RecordType::Mx: return 2 + names.count(record.target);
    case RecordType::Soa: {  // primary server, mailbox "hostmaster.<zone>", five numbers
      const std::string zone = record.owner == "." ? std::string{} : record.owner;
      const std::uint32_t server = names.count(record.target);
      return server + names.count("hostmaster." + zone) + 20;
    }
    case RecordType::Txt:
    case RecordType::Hinfo: return static_cast<std::uint32_t>(record.target.size()) + 1;
    case RecordType::Ns:
    case RecordType::Cname:
    case RecordType::Ptr: return names.count(record.target);
  }
  return 0;
}

std::uint32_t section_bytes(const std::vector<Record>& section, NameCounter& names) {
  std::uint32_t bytes = 0;
  for (const Record& record : section) {
    bytes += names.count(record.owner);
    bytes += kRecordFixed + data_bytes(record, names);
  }
  return bytes;
}

std::uint32_t size_of(const DnsMessage& message, bool compress) {
  NameCounter names{compress};
  std::uint32_t bytes = kHeader + names.count(message.name) + kQuestionFixed;
  bytes += section_bytes(message.answer, names);
  bytes += section_bytes(message.authority, names);
  bytes += section_bytes(message.additional, names);
  return bytes + (message.edns_size > 0 ? kOpt : 0);
}

}  // namespace

std::string_view to_string(RecordType type) {
  switch (type) {
    case RecordType::A: return "A";
    case RecordType::Ns: return "NS";
    case RecordType::Cname: return "CNAME";
    case RecordType::Soa: return "SOA";
    case RecordType::Ptr: return "PTR";
    case RecordType::Hinfo: return "HINFO";
    case RecordType::Mx: return "MX";
    case RecordType::Txt: return "TXT";
    case RecordType::Aaaa: return "AAAA";
    case RecordType::Srv: return "SRV";
  }
  return "?";
}

std::string_view to_string(Rcode rcode) {
  switch (rcode) {
    case Rcode::NoError: return "NOERROR";
    case Rcode::FormErr: return "FORMERR";
    case Rcode::ServFail: return "SERVFAIL";
    case Rcode::NxDomain: return "NXDOMAIN";
    case Rcode::NotImp: return "NOTIMP";
    case Rcode::Refused: return "REFUSED";
  }
  return "?";
}

DnsMessage reply_to(const DnsMessage& query, Rcode rcode) {
  DnsMessage reply;
  reply.id = query.id;
  reply.response = true;
  reply.name = query.name;
  reply.type = query.type;
  reply.rcode = rcode;
  reply.recursion_desired = query.recursion_desired;
  reply.edns_size = query.edns_size;
  return reply;
}

std::uint32_t udp_limit(const DnsMessage& query) { return std::max(kPlainLimit, query.edns_size); }

std::uint32_t plain_size(const DnsMessage& message) { return size_of(message, false); }
std::uint32_t compressed_size(const DnsMessage& message) { return size_of(message, true); }

std::uint32_t fit(DnsMessage& message, std::uint32_t limit) {
  const std::uint32_t plain = plain_size(message);
  if (plain <= std::min(limit, kCompressAbove)) return plain;
  std::uint32_t bytes = compressed_size(message);
  while (bytes > limit) {
    std::vector<Record>& last = !message.additional.empty()  ? message.additional
                                : !message.authority.empty() ? message.authority
                                                             : message.answer;
    if (last.empty()) break;
    last.pop_back();
    message.truncated = true;
    bytes = compressed_size(message);
  }
  return bytes;
}

}  // namespace meshsim::dns
